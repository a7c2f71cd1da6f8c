"""What the engine says by itself where the content is silent, in Russian and English.

One table a language, the same keys in both (a test holds them together). `{…}` are filled in by `phrase`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["ru", "en"]

_RU: dict[str, str] = {
    # to the customer
    "choose": "Выберите вариант:",
    "stopped": "Хорошо, больше не пишу. Захотите вернуться — просто напишите сюда.",
    "handoff": "Передаю вас менеджеру. Он ответит здесь.",
    "still_queued": "Вы в очереди: менеджер прочтёт всё, что вы написали, и ответит здесь.",
    "back_at": "Сейчас нерабочее время. Ответим здесь {when}.",
    "nobody": "Сейчас на связи никого нет. Сообщение передано: ответим здесь, как только сможем.",
    "no_people": "На вопросы здесь отвечаю только я, бот.",
    "trouble": "Что-то пошло не так. Передаю разговор менеджеру, он ответит здесь.",
    "ended": "Этот разговор мы закончили. Начать заново или позвать менеджера?",
    "ended_alone": "Этот разговор мы закончили. Начать заново?",
    "again": "Начать заново",
    "manager": "Позвать менеджера",
    "stranded": "Мы обновили этого бота, поэтому начнём с начала.",
    "pausing": "Спасибо, сообщение получено. Скоро продолжу здесь сам. Нужен человек — напишите «{human}».",
    "pausing_alone": "Спасибо, сообщение получено. Скоро продолжу здесь сам.",
    "attachment": "Такое сообщение я прочесть не могу, понимаю текст и кнопки.",
    "not_own_phone": "Это чужой контакт. Отправьте, пожалуйста, свой номер.",
    "share": "Отправить мой номер",
    "retry_text": "Напишите ответ текстом, пожалуйста.",
    "retry_number": "Напишите число — например, 120.",
    "retry_between": "Напишите число от {minimum} до {maximum}.",
    "retry_at_least": "Напишите число не меньше {minimum}.",
    "retry_at_most": "Напишите число не больше {maximum}.",
    "retry_phone": "Не похоже на номер телефона. Напишите его с кодом — например, +7 912 345-67-89.",
    "retry_email": "Не похоже на адрес почты. Напишите его так: name@example.com",
    "retry_date": "Напишите дату — например, 25.12.2026 или «завтра».",
    "retry_flag": "Ответьте «да» или «нет».",
    "too_long": "Слишком длинно: уместите ответ в {limit} символов, пожалуйста.",
    # when people are back
    "today": "сегодня с {time}",
    "tomorrow": "завтра с {time}",
    "weekday_0": "в понедельник с {time}",
    "weekday_1": "во вторник с {time}",
    "weekday_2": "в среду с {time}",
    "weekday_3": "в четверг с {time}",
    "weekday_4": "в пятницу с {time}",
    "weekday_5": "в субботу с {time}",
    "weekday_6": "в воскресенье с {time}",
    # to the operators
    "desk_handoff": "Клиент ждёт менеджера: {where}",
    "desk_no_promo": "Промокоды «{promo}» кончились: клиенту не досталось.",
    "desk_trouble": "Ошибка в сценарии, клиент передан вам: {where}",
    "desk_taken": "{operator}: разговор взят.",
    "desk_held": "Разговор ведёт {operator}. Всё равно взять его себе — /take!",
    "desk_assigned": "{operator}: разговор передан, дальше отвечает {to}.",
    "desk_note": "📌 {operator}: {text}",
    "desk_said": "💬 {operator}: {text}",
    "desk_joined": "{operator} отвечает в разговоре, который взял другой оператор.",
    "desk_returned": "{operator}: разговор возвращён боту.",
    "desk_no_step": "Такого шага нет: {step}. Бот продолжает с прежнего места.",
    "desk_stage": "{operator}: этап — {stage}.",
    "desk_no_stage": "Такого этапа нет: {stage}.",
    "desk_closed": "{operator}: разговор закрыт.",
    "desk_stopped": "Клиент просит больше не писать.",
    "desk_blocked": "Клиент заблокировал бота: сообщения до него не дойдут.",
    "desk_allowed": "Клиент снова принимает сообщения.",
    "desk_unreachable": "Не отправлено: клиент заблокировал бота или ещё ничего не написал.",
    "desk_left": "Клиент вернулся к боту.",
    "desk_opened": "Клиент открыл разговор заново{ref}.",
    "desk_colleague": "{operator} отвечает прямо в мессенджере.",
    "operator": "Оператор",
}

_EN: dict[str, str] = {
    "choose": "Please choose:",
    "stopped": "All right, I will not write again. To come back, just write here.",
    "handoff": "I am passing you to a manager. They will answer here.",
    "still_queued": "You are in the queue: a manager will read all that you wrote and answer here.",
    "back_at": "We are closed at the moment. We will answer here {when}.",
    "nobody": "Nobody is available right now. Your message is passed on: we will answer here as soon as we can.",
    "no_people": "Only I, the bot, answer questions here.",
    "trouble": "Something went wrong. I am passing you to a manager, who will answer here.",
    "ended": "We have finished this conversation. Start again, or talk to a manager?",
    "ended_alone": "We have finished this conversation. Start again?",
    "again": "Start again",
    "manager": "Talk to a manager",
    "stranded": "We have updated this bot, so let us start from the beginning.",
    "pausing": "Thank you, I have got your message and will go on here soon. To talk to a person, write “{human}”.",
    "pausing_alone": "Thank you, I have got your message and will go on here soon.",
    "attachment": "I cannot read this kind of message, only text and buttons.",
    "not_own_phone": "That is somebody else's contact. Please send your own number.",
    "share": "Send my number",
    "retry_text": "Please write your answer as text.",
    "retry_number": "Please write a number, for example 120.",
    "retry_between": "Please write a number from {minimum} to {maximum}.",
    "retry_at_least": "Please write a number that is at least {minimum}.",
    "retry_at_most": "Please write a number that is at most {maximum}.",
    "retry_phone": "That does not look like a phone number. Please write it with its code: +44 20 7946 0958.",
    "retry_email": "That does not look like an e-mail address. Please write it like this: name@example.com",
    "retry_date": "Please write a date, for example 25.12.2026 or “tomorrow”.",
    "retry_flag": "Please answer “yes” or “no”.",
    "too_long": "That is too long: please keep the answer within {limit} characters.",
    "today": "today from {time}",
    "tomorrow": "tomorrow from {time}",
    "weekday_0": "on Monday from {time}",
    "weekday_1": "on Tuesday from {time}",
    "weekday_2": "on Wednesday from {time}",
    "weekday_3": "on Thursday from {time}",
    "weekday_4": "on Friday from {time}",
    "weekday_5": "on Saturday from {time}",
    "weekday_6": "on Sunday from {time}",
    "desk_handoff": "A customer waits for a manager: {where}",
    "desk_no_promo": "There are no codes of “{promo}” left: a customer got none.",
    "desk_trouble": "The scenario failed and the customer is passed to you: {where}",
    "desk_taken": "{operator} has taken the conversation.",
    "desk_held": "{operator} holds this conversation. To take it all the same, write /take!",
    "desk_assigned": "{operator} has passed the conversation on: {to} answers from now on.",
    "desk_note": "📌 {operator}: {text}",
    "desk_said": "💬 {operator}: {text}",
    "desk_joined": "{operator} answers in a conversation that another operator took.",
    "desk_returned": "{operator} has returned the conversation to the bot.",
    "desk_no_step": "There is no such step: {step}. The bot goes on where it was.",
    "desk_stage": "{operator} has moved the lead to the stage “{stage}”.",
    "desk_no_stage": "There is no such stage: {stage}.",
    "desk_closed": "{operator} has closed the conversation.",
    "desk_stopped": "The customer asks not to be written to.",
    "desk_blocked": "The customer has blocked the bot: messages will not arrive.",
    "desk_allowed": "The customer accepts messages again.",
    "desk_unreachable": "Not sent: the customer has blocked the bot or has not written yet.",
    "desk_left": "The customer has gone back to the bot.",
    "desk_opened": "The customer has opened the conversation again{ref}.",
    "desk_colleague": "{operator} answers in the messenger itself.",
    "operator": "An operator",
}

PHRASES: Mapping[Language, Mapping[str, str]] = {"ru": _RU, "en": _EN}

START_WORDS = frozenset({"начать", "старт", "start"})
"""Said as the whole message, they open the default tunnel, as a bare /start does."""

ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "один первый первое первая первую one first",
            "два второй второе вторая вторую two second",
            "три третий третье третья третью three third",
            "четыре четвертый четвертое четвертая четвертую four fourth",
            "пять пятый пятое пятая пятую five fifth",
            "шесть шестой шестое шестая шестую six sixth",
            "семь седьмой седьмое седьмая седьмую seven seventh",
            "восемь восьмой восьмое восьмая восьмую eight eighth",
            "девять девятый девятое девятая девятую nine ninth",
            "десять десятый десятое десятая десятую ten tenth",
        ),
        start=1,
    )
    for word in words.split()
}
"""Words for a choice's number, as `words.normal` writes them (without «ё»)."""


def phrase(language: Language, key: str, **holes: object) -> str:
    """The engine's own words. Raises KeyError for an unknown key, which is a mistake of ours."""
    text = PHRASES[language][key]
    return text.format(**holes) if holes else text
