"""Reading an answer: from what a customer typed to a value of a variable's type.

Each parser gives the value, or the key of the phrase that asks again kindly. Nothing here raises on any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import phonenumbers
from babel.core import get_global
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from tunnel.engine.words import listed, normal
from tunnel.events import Address
from tunnel.language.definition import VariableType
from tunnel.session import Value

MAX_TEXT = 500
"""Characters of a text variable (the content language's own limit)."""
MAX_SCANNED = 500
MAX_NUMBER = 1e15
"""Beyond it a float no longer counts every unit."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer was not taken: a phrase's key and what fills it."""

    phrase: str
    holes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an answer is held against. today: the contact's local date. region: of phone numbers without a code."""

    today: date
    region: str = "RU"
    minimum: float | None = None
    maximum: float | None = None


def read(kind: VariableType, text: str, rules: Rules) -> Value | Wrong:
    """Understand `text` as a value of `kind`."""
    return PARSERS.get(kind, read_text)(text, rules)


def read_text(text: str, _rules: Rules) -> Value | Wrong:
    stripped = text.strip()
    if not stripped:
        return Wrong("retry_text")
    return stripped if len(stripped) <= MAX_TEXT else Wrong("too_long", {"limit": str(MAX_TEXT)})


_DIGITS = r"\d{1,3}(?:[ '\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_NUMBER = re.compile(rf"(?<![\w.,])([-−]?)({_DIGITS})(?![.,]?\d)")
_SCALE = re.compile(r"\s*(?:(тыс(?:\.|яч\w{0,3})?|т\.\s?р|к|k)|(млн\.?|миллион\w{0,3}|mln\.?))(?!\w)", re.IGNORECASE)
_UNIT = re.compile(r"(?:кв\.?\s*)?(?:м|m|см|cm)\s?[23]\b", re.IGNORECASE)


def read_number(text: str, rules: Rules) -> Value | Wrong:
    """«1 200», «120 м²», «120,5», «1,5 млн» → a float. Two numbers («100–120», «10 на 12») are not one answer."""
    plain = unicodedata.normalize("NFKC", text[:MAX_SCANNED])
    found = list(_NUMBER.finditer(_UNIT.sub(" ", plain)))
    if len(found) != 1:
        return _number_wanted(rules)
    match = found[0]
    if any(sign.isdecimal() for sign in match.string[: match.start()] + match.string[match.end() :]):
        return _number_wanted(rules)  # «10x12», «1e5»
    number = float(re.sub(r"[^\d.]", "", match[2].replace(",", ".")))
    scale = _SCALE.match(match.string, match.end())
    if scale:
        number *= 1e3 if scale[1] else 1e6
    if match[1]:
        number = -number
    low = rules.minimum is not None and number < rules.minimum
    high = rules.maximum is not None and number > rules.maximum
    return _number_wanted(rules) if low or high or abs(number) > MAX_NUMBER else number


def _number_wanted(rules: Rules) -> Wrong:
    holes = {"minimum": shown_number(rules.minimum or 0), "maximum": shown_number(rules.maximum or 0)}
    if rules.minimum is not None and rules.maximum is not None:
        return Wrong("retry_between", holes)
    if rules.minimum is not None:
        return Wrong("retry_at_least", holes)
    if rules.maximum is not None:
        return Wrong("retry_at_most", holes)
    return Wrong("retry_number")


def shown_number(number: float) -> str:
    """120.0 → «120», 0.5 → «0.5»."""
    return f"{number:.10g}"


def read_phone(text: str, rules: Rules) -> Value | Wrong:
    """A phone number, alone or among words → E.164. Without a code it is one of `rules.region`."""
    found = [match.number for match in phonenumbers.PhoneNumberMatcher(text[:MAX_SCANNED], rules.region, max_tries=20)]
    if not found:
        found = [number for number in (_parsed_phone(text, rules.region),) if number is not None]
    distinct = {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) for number in found}
    return distinct.pop() if len(distinct) == 1 else Wrong("retry_phone")


def own_phone(number: str, region: str) -> str | None:
    """The number of a contact card in E.164; channels give it with its code, with or without «+»."""
    digits = re.sub(r"\D", "", number[:40])
    candidates = ("+" + digits, number[:40])
    return next((shown for each in candidates if (shown := _formatted(each, region))), None)


def number_of(address: Address, timezone: str) -> str | None:
    """The phone number that an address is, in E.164: WhatsApp's are; None for any other. timezone: the company's."""
    return own_phone(address.external_id, region_of(timezone)) if address.channel == "whatsapp" else None


def _formatted(number: str, region: str) -> str | None:
    parsed = _parsed_phone(number, region)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed is not None else None


def _parsed_phone(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    if len(text) > 40:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


@lru_cache(maxsize=512)
def region_of(timezone: str) -> str:
    """The country whose phone numbers are meant without a code: that of the timezone, else Russia."""
    territory = get_global("zone_territories").get(timezone, "RU")
    return territory if territory in phonenumbers.SUPPORTED_REGIONS else "RU"


@lru_cache(maxsize=4096)
def zone_of(phone: str) -> str:
    """The timezone where a number (E.164) is from; "" where that may be several, as for Russian mobile numbers."""
    number = _parsed_phone(phone, "ZZ")
    zones = time_zones_for_number(number) if number is not None else ()
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else ""


_EMAIL = re.compile(
    r"(?<![\w.+@-])[a-z0-9_][a-z0-9._%+-]{0,63}@(?:[a-zа-яё0-9](?:[a-zа-яё0-9-]{0,61}[a-zа-яё0-9])?\.){1,6}"
    r"[a-zа-яё][a-zа-яё0-9-]{1,30}(?![\w@-])",
    re.IGNORECASE,
)


def read_email(text: str, _rules: Rules) -> Value | Wrong:
    """One address, alone or among words; the domain in lower case."""
    found = {match[0] for match in _EMAIL.finditer(text[:MAX_SCANNED])}
    if len(found) != 1:
        return Wrong("retry_email")
    local, _, domain = found.pop().rpartition("@")
    return Wrong("retry_email") if ".." in local or local.endswith(".") else f"{local}@{domain.lower()}"


_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "январь января january jan янв", "февраль февраля february feb фев", "март марта march mar мар",
            "апрель апреля april apr апр", "май мая may", "июнь июня june jun июн", "июль июля july jul июл",
            "август августа august aug авг",
            "сентябрь сентября september sep сен сент", "октябрь октября october oct окт",
            "ноябрь ноября november nov ноя", "декабрь декабря december dec дек",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS: Mapping[str, int] = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?\b")


def read_date(text: str, rules: Rules) -> Value | Wrong:
    """«25.12.2026», «25 декабря», «завтра», 2026-12-25 → ISO 8601. Without a year: the next such day."""
    scanned = text[:MAX_SCANNED]
    iso = _ISO.search(scanned)
    if iso:
        found = _date(int(iso[1]), int(iso[2]), int(iso[3]))
    elif dotted := _DOTTED.search(scanned):
        found = _day_and_month(int(dotted[1]), int(dotted[2]), dotted[3] or "", rules.today)
    else:
        found = _date_in_words(normal(scanned).split(), rules.today)
    return found.isoformat() if found else Wrong("retry_date")


def _date_in_words(words: list[str], today: date) -> date | None:
    for at, word in enumerate(words):
        if word in _DAYS:
            return _shifted(today, _DAYS[word])
        if word in _MONTHS:
            before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
            if (day := _day_number(before)) is not None:
                return _day_and_month(day, _MONTHS[word], after if after.isdecimal() and len(after) == 4 else "", today)
            if (day := _day_number(after)) is not None:
                year = words[at + 2] if at + 2 < len(words) else ""
                return _day_and_month(day, _MONTHS[word], year if year.isdecimal() and len(year) == 4 else "", today)
    return None


_DAY_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th|го|е)?\Z")


def _day_number(word: str) -> int | None:
    match = _DAY_NUMBER.match(word)
    return int(match[1]) if match else None


def _day_and_month(day: int, month: int, year: str, today: date) -> date | None:
    if month > 12 >= day:
        day, month = month, day
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _date(today.year, month, day)
    if found is None or found < today:
        found = _date(today.year + 1, month, day) or found
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(listed("да ага угу конечно верно ок хорошо давайте давай yes yep yeah sure ok okay y true"), True),
    **dict.fromkeys(listed("нет неа не нету н no nope n false"), False),
}


def read_flag(text: str, _rules: Rules) -> Value | Wrong:
    """«да», «Нет, спасибо», «+» → bool; by the first word, and by it alone."""
    sign = {"+": True, "-": False, "👍": True, "👎": False}.get(text.strip()[:4])
    if sign is not None:
        return sign
    words = normal(text).split()
    if not words or len(words) > 3 or words[0] not in _FLAGS:
        return Wrong("retry_flag")
    value = _FLAGS[words[0]]
    return Wrong("retry_flag") if any(_FLAGS.get(word, value) is not value for word in words) else value


PARSERS: Mapping[VariableType, Callable[[str, Rules], Value | Wrong]] = {
    "text": read_text,
    "number": read_number,
    "phone": read_phone,
    "email": read_email,
    "date": read_date,
    "flag": read_flag,
}
