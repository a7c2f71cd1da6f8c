"""Texts that people read, in the two languages of the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["en", "ru"]


class Text(NamedTuple):
    """One text in both languages."""

    en: str
    ru: str

    def __call__(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.ru if language == "ru" else self.en

    def filled(self, **values: object) -> Text:
        """Fill `{name}` places of both languages; a value that is a Text gives each language its own."""
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        ru = {name: value.ru if isinstance(value, Text) else value for name, value in values.items()}
        return Text(self.en.format(**en), self.ru.format(**ru))

    def __add__(self, other: object) -> Text:
        """Join two texts, or a text and what is the same in both languages."""
        en, ru = other if isinstance(other, Text) else (str(other), str(other))
        return Text(self.en + en, self.ru + ru)


def language_of(environ: Mapping[str, str]) -> Language:
    """Choose Russian where the terminal's locale is Russian, English elsewhere (POSIX: LC_ALL, LC_MESSAGES, LANG)."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "ru" if locale.lower().startswith("ru") else "en"
