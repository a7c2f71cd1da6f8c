"""What the page says by itself, in the two languages it speaks."""

from __future__ import annotations

from typing import Literal

Language = Literal["ru", "en"]

TEXTS: dict[Language, dict[str, str]] = {
    "ru": {
        "online": "на связи",
        "connecting": "соединяемся…",
        "offline": "нет связи",
        "banner_offline": "Нет связи. Пишите — отправим, как только она появится.",
        "log": "Переписка",
        "placeholder": "Сообщение",
        "send": "Отправить",
        "phone": "Номер телефона",
        "phone_placeholder": "+7 900 000-00-00",
        "today": "Сегодня",
        "yesterday": "Вчера",
        "down": "К новым сообщениям",
        "typing": "Собеседник печатает",
        "you": "Вы",
        "us": "Компания",
        "pending": "отправляется",
        "sent": "отправлено",
        "failed": "не отправлено",
        "download": "Скачать",
        "open_image": "Открыть картинку",
        "new_tab": "откроется в новой вкладке",
        "choices": "Варианты ответа",
        "too_long": "Слишком длинно. Разделите сообщение на части.",
        "too_large": "Слишком длинно. Разделите сообщение на части.",
        "empty": "Пустое сообщение не отправлено.",
        "invalid": "Не получилось отправить. Обновите страницу.",
        "visitor": "Чат не может вас узнать. Разрешите cookie и обновите страницу.",
        "foreign": "Не получилось отправить. Откройте чат заново.",
        "unknown_tunnel": "Этот чат закрыт.",
        "too_many": "Слишком часто. Отправим чуть позже.",
        "unavailable": "Не получается отправить. Пробуем ещё раз…",
        "noscript": "Чтобы здесь переписываться, включите в браузере JavaScript.",
        "bytes": "Б КБ МБ ГБ",
    },
    "en": {
        "online": "online",
        "connecting": "connecting…",
        "offline": "no connection",
        "banner_offline": "No connection. Keep writing: it will be sent as soon as it is back.",
        "log": "Conversation",
        "placeholder": "Message",
        "send": "Send",
        "phone": "Phone number",
        "phone_placeholder": "+1 555 000 0000",
        "today": "Today",
        "yesterday": "Yesterday",
        "down": "To the newest messages",
        "typing": "Typing",
        "you": "You",
        "us": "Company",
        "pending": "sending",
        "sent": "sent",
        "failed": "not sent",
        "download": "Download",
        "open_image": "Open the picture",
        "new_tab": "opens in a new tab",
        "choices": "Answers to choose from",
        "too_long": "Too long. Please send it in parts.",
        "too_large": "Too long. Please send it in parts.",
        "empty": "An empty message was not sent.",
        "invalid": "Could not be sent. Please reload the page.",
        "visitor": "The chat cannot recognise you. Allow cookies and reload the page.",
        "foreign": "Could not be sent. Please open the chat again.",
        "unknown_tunnel": "This chat is closed.",
        "too_many": "Too fast. It will be sent a little later.",
        "unavailable": "Could not be sent. Trying again…",
        "noscript": "Please turn on JavaScript to chat here.",
        "bytes": "B KB MB GB",
    },
}


def spoken(content: str | None, accept_language: str) -> Language:
    """The page's language: the content's, else the first of the browser's that the page speaks, else English."""
    for tag in (content or "", *accept_language.split(",")):
        word = first_language(tag)
        if word == "ru":
            return "ru"
        if word == "en":
            return "en"
    return "en"


def first_language(accept_language: str) -> str:
    """The first language of an Accept-Language header: "ru-RU,ru;q=0.9" → "ru", "" for anything odd."""
    word = accept_language.split(",")[0].split(";")[0].split("-")[0].strip().lower()
    return word if 2 <= len(word) <= 3 and word.isascii() and word.isalpha() else ""
