"""How values look in a customer's text: numbers, money, dates, yes and no, in the settings' language.

Babel knows the rules; what it would work out at every call (20–50 µs) is worked out once per language here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency
from jinja2 import Undefined

_DATE_PATTERNS = {
    "": "d MMMM", "full": "d MMMM y", "numeric": "dd.MM.y", "time": "HH:mm", "moment": "d MMMM, HH:mm",
    "weekday": "EEEE",
}  # fmt: skip
YES_NO = {"ru": ("да", "нет"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Formats:
    """The formatters of one language and currency."""

    text: Callable[[Any], str]
    """Any value as text: 120.0 → "120", True → "да", a list → "a, b". Raises UndefinedError for an unset name."""
    number: Callable[[Any, int], str]
    """(1200.5, 2) → "1 200,5"."""
    money: Callable[[Any], str]
    """174000.0 → "174 000 ₽"; kopecks only where there are some."""
    date: Callable[[Any, str], str]
    """A date, a datetime or ISO text; the style is one of "", full, numeric, time, moment, weekday."""
    plural: Callable[..., str]
    """(5, "дом", "дома", "домов") → "домов"."""


@lru_cache(maxsize=16)
def formats(language: str, currency: str) -> Formats:
    """Formatters of `language` ("ru", "en") and `currency` (ISO 4217)."""
    locale = Locale.parse(language)
    symbols = locale.number_symbols["latn"]
    group, decimal = str(symbols["group"]), str(symbols["decimal"])
    pattern = "¤0" if language == "en" else "0\xa0¤"
    before, after = format_currency(0, currency, pattern, locale=locale, currency_digits=False).split("0", 1)
    yes, no = YES_NO[language]

    def number(value: Any, digits: int = 2) -> str:
        digits = max(0, min(int(digits), 6))
        rounded = round(_number(value), digits)
        whole, _, part = f"{rounded:,.{digits}f}".partition(".")
        part = part.rstrip("0")
        return whole.replace(",", group) + (decimal + part if part else "")

    def money(value: Any) -> str:
        amount = round(_number(value), 2)
        digits = 0 if amount == int(amount) else 2
        shown = f"{abs(amount):,.{digits}f}".replace(",", "\0").replace(".", decimal).replace("\0", group)
        return f"{'-' if amount < 0 else ''}{before}{shown}{after}"

    def text(value: Any) -> str:
        if type(value) is str:
            return value
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else f"{value:.10g}".replace(".", decimal)
        if isinstance(value, list | tuple):
            return ", ".join(map(text, value))
        if isinstance(value, datetime | date):
            return day(value)
        if value is None:
            return ""
        if isinstance(value, Undefined | str | int):
            return str(value)  # an unset name raises here
        raise TypeError("a value that is no text")

    @lru_cache(maxsize=256)
    def day_text(moment: datetime, style: str) -> str:
        return str(format_datetime(moment, _DATE_PATTERNS[style], locale=locale))

    def day(value: Any, style: str = "") -> str:
        return day_text(_moment(value), style)

    def plural(value: Any, *forms: str) -> str:
        kinds = ("one", "few", "many") if language == "ru" else ("one", "other")
        amount = _number(value)
        kind = locale.plural_form(abs(int(amount))) if amount == int(amount) else "few"
        return forms[min(kinds.index(kind) if kind in kinds else len(kinds) - 1, len(forms) - 1)]

    return Formats(text=text, number=number, money=money, date=day, plural=plural)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if isinstance(value, Undefined):
            str(value)  # raises, and names what is unset
        raise TypeError("a number is needed")
    return float(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
