"""Words that findings put into their holes, in Russian and English."""

from __future__ import annotations

TERMS: dict[str, tuple[str, str]] = {
    "text": ("текст", "a text"),
    "number": ("число", "a number"),
    "flag": ("да или нет", "a flag"),
    "list": ("список", "a list"),
    "moment": ("время", "a moment"),
    "phone": ("телефон", "a phone number"),
    "email": ("почта", "an e-mail"),
    "date": ("дата", "a date"),
    "list-or-text": ("список или текст", "a list or a text"),
    "moment-or-text": ("время или дата", "a moment or a date"),
    "choices": ("вариантов", "choices"),
    "labels": ("знаков в подписи", "characters in a label"),
    "later.quiet": ("ночью бот пока пишет как днём", "nights are like days for now"),
    "later.frequency": ("частота сообщений пока не ограничена", "messages are not limited for now"),
    "later.promos": ("коды пока не выдаются", "no codes are handed out for now"),
    "later.events": ("события пока ничего не запускают", "events start nothing for now"),
    "later.event": ("войти по событию пока нельзя", "nobody enters by an event for now"),
    "later.within": ("сроки этапов пока только записаны", "deadlines of stages are only written down for now"),
    "later.late": ("опоздание пока ничего не запускает", "being late starts nothing for now"),
    "later.step": ("перевод лида менеджером пока ничего не запускает", "moving a lead by hand starts nothing for now"),
}
