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
}
