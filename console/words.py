"""What the API says to people, by code, in English and Russian."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "ru"]

WORDS: dict[str, tuple[str, str]] = {
    # Requests.
    "invalid": ("This cannot be read: {detail}", "Не удалось прочитать запрос: {detail}"),
    "blank": ("There is nothing but spaces here", "Здесь одни пробелы"),
    "foreign": ("This request does not come from the console's own page", "Запрос пришёл не со страницы консоли"),
    "csrf": ("The page is out of date: load it anew", "Страница устарела: обновите её"),
    "too_large": ("Too large: at most {limit}", "Слишком большой размер: не больше {limit}"),
    "wrong_type": ("Such a file cannot be sent: {detail}", "Такой файл отправить нельзя: {detail}"),
    "bad_text": ("The holes of this text cannot be read, line {line}", "Не удалось прочитать вставки, строка {line}"),
    "empty": ("The file is empty", "Файл пуст"),
    "missing": ("There is no such thing", "Такого нет"),
    "away": ("The service is not available for a moment; try again", "Сервис временно недоступен; попробуйте ещё раз"),
    "broken": ("Something is broken on our side; it was written down", "Ошибка на нашей стороне; она записана"),
    "too_often": ("Too many attempts: wait {after} s", "Слишком много попыток: подождите {after} с"),
    # What customers sent.
    "file_gone": (
        "The messenger does not keep this file any more: ask the customer to send it again",
        "Мессенджер больше не хранит этот файл: попросите клиента прислать его ещё раз",
    ),
    "file_large": (
        "This file is too large to open here: look at it in the messenger",
        "Файл слишком большой, здесь его не открыть: посмотрите его в мессенджере",
    ),
    "file_kept": (
        "The messenger does not hand this out: look at it in the messenger",
        "Мессенджер не отдаёт это вложение: посмотрите его в самом мессенджере",
    ),
    "file_later": (
        "The messenger does not give the file right now: try again in a minute",
        "Мессенджер сейчас не отдаёт файл: попробуйте через минуту",
    ),
    "channel_off": (
        "The file lies with a messenger that is switched off here",
        "Файл лежит в мессенджере, который здесь отключён",
    ),
    # The way in.
    "login_wanted": ("Log in first", "Сначала войдите"),
    "credentials": ("The login or the password is wrong", "Неверный логин или пароль"),
    "code_wanted": ("The code of your authenticator is wanted", "Нужен код из приложения-аутентификатора"),
    "code_wrong": ("This code is wrong or was used already", "Код неверный или уже использован"),
    "link": (
        "This link was used already, or is too old: ask for another",
        "Ссылка уже использована или устарела: попросите новую",
    ),
    "password_short": ("A password has at least {least} characters", "В пароле должно быть не меньше {least} знаков"),
    "password_easy": ("This password is too easy to guess", "Этот пароль слишком легко угадать"),
    "password_wrong": ("The password is wrong", "Неверный пароль"),
    "totp_on": ("Codes are on already", "Коды уже включены"),
    "totp_off": ("Ask for a secret first", "Сначала получите секрет"),
    "role": ("Your role may not do this", "Вашей роли это недоступно"),
    "login_taken": ("This login is taken", "Такой логин уже занят"),
    "last_admin": ("Somebody must stay admin", "Хотя бы один администратор должен остаться"),
    # Commands.
    "version": ("The conversation has changed meanwhile", "Разговор за это время изменился"),
    "held": ("{owner} holds this conversation", "Разговор ведёт {owner}"),
    "blocked": ("The customer has blocked the bot", "Клиент заблокировал бота"),
    "no_step": ("There is no such step", "Такого шага нет"),
    "no_stage": ("There is no such stage", "Такого этапа нет"),
    "no_variable": ("There is no such variable", "Такой переменной нет"),
    "bad_value": ("This is not a value of that kind: {detail}", "Значение не подходит: {detail}"),
    "bad_phone": (
        "This is no phone number: write one number with its code, such as +79161234567",
        "Это не номер телефона: напишите один номер с кодом, например +79161234567",
    ),
    "bad_email": (
        "This is no e-mail address: write one, such as anna@example.com",
        "Это не адрес почты: напишите один, например anna@example.com",
    ),
    "no_task": ("There is no such open task", "Такой открытой задачи нет"),
    "nothing": ("There was nothing to do", "Делать было нечего"),
    "nobody": ("There is no such colleague", "Такого сотрудника нет"),
    "files": ("An upload is missing: choose the file again", "Загруженный файл не найден: выберите его снова"),
}  # fmt: skip


def words(code: str, language: Language, **holes: object) -> str:
    """What a code says."""
    en, ru = WORDS[code]
    return (ru if language == "ru" else en).format(**holes)
