"""What a shop's program sends → events for the tunnel; or, field by field, what is wrong with it and what to do.

Rejected    one event cannot be taken; holds the field, what is wrong and the remedy
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import phonenumbers

from bots.bilingual import Text
from state import Arrival, Fate, identity_of
from tunnel.engine.asks import own_phone, region_of
from tunnel.events import Address, Trigger, contact_id, encode_event
from tunnel.language.definition import Definition, EventKind
from tunnel.language.findings import nearest

EVENTS_MOST = 1000
"""In one request."""
PAYLOAD_BYTES = 2048
"""Of an event's data, as JSON. Of what is larger only the fields are kept that content names."""
ID_CHARS = 200
TEXT_CHARS = 1000
ITEMS_MOST = 100
FIELDS_MOST = 100
NUMBER_MOST = 1e15
AHEAD_S = 24 * 3600.0
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
KEYS = ("id", "name", "event", "contact", "data", "at")
CONTACT_KEYS = ("id", "address", "phone", "email")
ADDRESS_KEYS = ("channel", "external_id", "user", "account")
CHANNELS = ("telegram", "vk", "whatsapp", "web")

Data = dict[str, str | float | bool | list[str]]

_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"/]{1,190}\.[^\s@,;<>\".]{2,63}")
_FIELD = re.compile(r"[^\W\d]\w{0,63}")

_NO_OBJECT = Text("an event is an object", "событие — это объект")
_AS_OBJECT = Text(
    'write {{"id": …, "name": …, "contact": …, "data": …}}', 'напишите {{"id": …, "name": …, "contact": …, "data": …}}'
).filled()
_UNKNOWN_KEY = Text("there is no such field", "такого поля нет")
_DID_YOU_MEAN = Text(
    "did you mean {near}? The fields are: {known}; what the event carries goes into data",
    "может быть, {near}? Поля: {known}; то, что событие несёт, кладут в data",
)
_KNOWN_KEYS = Text(
    "the fields are: {known}; what the event carries goes into data",
    "поля: {known}; то, что событие несёт, кладут в data",
)
_MISSING = Text("it is missing", "его нет")
_BAD_ID = Text("it is no id", "это не id")
_ID_REMEDY = Text(
    "send your own id of the event, a text of up to {most} signs: a repetition with the same id does nothing",
    "пришлите свой id события, текст до {most} знаков: повтор с тем же id ничего не сделает",
).filled(most=ID_CHARS)
_UNKNOWN_EVENT = Text("there is no event {name!r}", "события {name!r} нет")
_NEAR_EVENT = Text(
    "did you mean {near}? If it is new, declare it in the content under events:",
    "может быть, {near}? Если оно новое, объявите его в содержании в events:",
)
_DECLARE_EVENT = Text(
    "use one of {known}, or declare it in the content under events:",
    "возьмите одно из {known} или объявите его в содержании в events:",
)
_NO_CONTACT = Text("it does not say who", "не сказано, кто это")
_SAY_WHO = Text(
    'name the contact by one of id, phone, email, address: {{"phone": "+79160000000"}}',
    'назовите контакт одним из id, phone, email, address: {{"phone": "+79160000000"}}',
).filled()
_UNKNOWN_ID = Text("nobody has this id", "такого id ни у кого нет")
_FIND_ID = Text(
    "`tunnel contacts find` shows ids; or name the contact by phone, email or address",
    "id показывает `tunnel contacts find`; или назовите контакт через phone, email или address",
)
_BAD_PHONE = Text("it is no phone number", "это не номер телефона")
_PHONE_REMEDY = Text("write it with the country's code: +79160000000", "напишите его с кодом страны: +79160000000")
_BAD_EMAIL = Text("it is no e-mail address", "это не адрес почты")
_EMAIL_REMEDY = Text("write one address: olga@example.com", "напишите один адрес: olga@example.com")
_BAD_ADDRESS = Text("it is no address on a channel", "это не адрес на канале")
_ADDRESS_REMEDY = Text(
    'write {{"channel": "telegram", "external_id": "12345"}}; channels: {channels}',
    'напишите {{"channel": "telegram", "external_id": "12345"}}; каналы: {channels}',
)
_OFF = Text("this account is off here", "этот аккаунт здесь выключен")
_SWITCH_ON = Text("accounts that are on: {on}", "включены аккаунты: {on}")
_CROWDED = Text(
    "100 events already wait for this contact, whom nobody knows yet",
    "этого контакта ещё никто не знает, а его уже ждут 100 событий",
)
_CROWDED_REMEDY = Text(
    "send fewer until the contact writes for the first time", "не шлите новых, пока контакт впервые не напишет"
)
_BAD_DATA = Text("it is no object", "это не объект")
_DATA_REMEDY = Text('write {{"name": value, …}}', 'напишите {{"имя": значение, …}}').filled()
_TOO_MANY_FIELDS = Text("it has over {most} fields", "в нём больше {most} полей").filled(most=FIELDS_MOST)
_FEWER_FIELDS = Text("send those that the content uses", "пришлите те, что использует содержание")
_TOO_LARGE = Text(
    "the fields that the content uses are over {most} bytes together",
    "поля, которые использует содержание, вместе больше {most} байт",
).filled(most=PAYLOAD_BYTES)
_SHORTEN = Text("shorten them; the longest is {field}", "сократите их; самое длинное — {field}")
_UNKNOWN_FIELD = Text("the event {name} has no such field", "у события {name} такого поля нет")
_NEAR_FIELD = Text(
    "did you mean {near}? If it is new, add it to the event's fields: in the content",
    "может быть, {near}? Если оно новое, добавьте его в fields: этого события в содержании",
)
_DECLARE_FIELD = Text(
    "leave it out, or add it to the event's fields: in the content; there are: {known}",
    "уберите его или добавьте в fields: этого события в содержании; есть: {known}",
)
_BAD_NAME = Text("a field's name is letters, digits and _", "имя поля — буквы, цифры и _")
_RENAME = Text(
    "rename it, so that texts can say {{{{ event.name }}}}", "переименуйте: тексты пишут {{{{ event.имя }}}}"
)
_RENAME = _RENAME.filled()
_WRONG = {
    "text": Text("it is no text of up to 1000 signs", "это не текст до 1000 знаков"),
    "number": Text("it is no number", "это не число"),
    "flag": Text("it is neither true nor false", "это не true и не false"),
    "list": Text("it is no list of up to 100 texts", "это не список до 100 текстов"),
    "date": Text("it is no date", "это не дата"),
    "any": Text("it is neither text, number, true or false, nor a list of texts",
                "это не текст, не число, не true или false и не список текстов"),
}  # fmt: skip
_WRITE = {
    "text": Text('write "…" with at most 1000 signs', "напишите «…» не длиннее 1000 знаков"),
    "number": Text("write it without quotes: 1990.5", "напишите его без кавычек: 1990.5"),
    "flag": Text("write true or false without quotes", "напишите true или false без кавычек"),
    "list": Text('write ["…", "…"]: names, not objects', 'напишите ["…", "…"]: названия, а не объекты'),
    "date": Text(
        "write 2026-05-01, 2026-05-01T12:00:00+03:00 or Unix seconds",
        "напишите 2026-05-01, 2026-05-01T12:00:00+03:00 или секунды Unix",
    ),
    "any": Text("write it plainly; nested objects are not kept", "напишите проще; вложенные объекты не хранятся"),
}
_BAD_AT = Text("it is no time between 2000 and tomorrow", "это не время между 2000 годом и завтрашним днём")


class Rejected(Exception):
    """One event cannot be taken. field: its path, `data.total`; error, remedy: for whoever wrote the sender."""

    def __init__(self, field: str, error: Text, remedy: Text) -> None:
        super().__init__(f"{field}: {error.en}")
        self.field = field
        self.error = error
        self.remedy = remedy


def rejected_there(fate: Fate) -> Rejected | None:
    """What the store's refusal means to the sender; None where it took the event."""
    told = {"unknown": ("contact.id", _UNKNOWN_ID, _FIND_ID), "crowded": ("contact", _CROWDED, _CROWDED_REMEDY)}
    return Rejected(*told[fate]) if fate in told else None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an event names. identities: by which of these they may be known, the best first."""

    contact: str = ""
    known: bool = False
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """One event, checked."""

    trigger: Trigger
    asked: Asked

    def arrival(self, identity: str = "") -> Arrival:
        """As the store takes it. identity: which of those named."""
        asked, blob = self.asked, encode_event(self.trigger)
        if asked.contact:
            return Arrival(self.trigger.id, blob, contact=asked.contact, known=asked.known)
        return Arrival(self.trigger.id, blob, identity=identity or asked.identities[0])


@dataclass(frozen=True, slots=True)
class Reader:
    """Checks events of one source. accounts: those that are on, as `rows.account_key` names them."""

    definition: Definition
    accounts: Sequence[str]
    source: str
    now: float

    def read(self, raw: Any) -> Received:
        """Check one event. Raises Rejected for the first thing that is wrong with it."""
        if not isinstance(raw, dict):
            raise Rejected("", _NO_OBJECT, _AS_OBJECT)
        _only(raw, KEYS, "")
        own_id = self._own_id(raw)
        kind = self._kind(raw)
        asked = self._contact(raw.get("contact"))
        data = self._data(raw.get("data"), kind)
        sent_at = self._sent_at(raw.get("at"))
        event_id = f"event:{self.source}:{own_id}"
        trigger = Trigger(id=event_id, at=self.now, sent_at=sent_at, name=kind.name, data=data, origin=self.source)
        return Received(trigger, asked)

    def _own_id(self, raw: Mapping[str, Any]) -> str:
        given = raw.get("id")
        if given is None:
            raise Rejected("id", _MISSING, _ID_REMEDY)
        shown = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
        if not isinstance(shown, str) or not shown.strip() or len(shown) > ID_CHARS or "\0" in shown:
            raise Rejected("id", _BAD_ID, _ID_REMEDY)
        return shown

    def _kind(self, raw: Mapping[str, Any]) -> EventKind:
        field = "name" if raw.get("name") is not None else "event"
        name = raw.get(field)
        kinds = self.definition.events
        if name is None:
            raise Rejected("name", _MISSING, _DECLARE_EVENT.filled(known=", ".join(sorted(kinds))))
        kind = kinds.get(name) if isinstance(name, str) else None
        if kind is None:
            raise Rejected(field, _UNKNOWN_EVENT.filled(name=str(name)[:64]), near_event(kinds, str(name)[:64]))
        return kind

    # --- who

    def _contact(self, raw: Any) -> Asked:
        if not isinstance(raw, dict) or not any(raw.get(key) is not None for key in CONTACT_KEYS):
            raise Rejected("contact", _NO_CONTACT, _SAY_WHO)
        _only(raw, CONTACT_KEYS, "contact.")
        if raw.get("id") is not None:
            given = raw["id"]
            if not isinstance(given, str) or not re.fullmatch(r"[0-9a-f]{24}", given):
                raise Rejected("contact.id", _UNKNOWN_ID, _FIND_ID)
            return Asked(contact=given, known=True)
        if raw.get("address") is not None:
            return Asked(contact=contact_id(self._address(raw["address"])))
        kinds = [(kind, read(raw[kind])) for kind, read in self._identities().items() if raw.get(kind) is not None]
        return Asked(identities=tuple(identity_of(kind, value) for kind, value in kinds))

    def _identities(self) -> Mapping[str, Callable[[Any], str]]:
        return {"phone": self._phone, "email": _email}

    def _phone(self, raw: Any) -> str:
        number = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
        phone = plain_phone(number, self.definition) if isinstance(number, str) else None
        if phone is None:
            raise Rejected("contact.phone", _BAD_PHONE, _PHONE_REMEDY)
        return phone

    def _address(self, raw: Any) -> Address:
        remedy = _ADDRESS_REMEDY.filled(channels=", ".join(CHANNELS))
        if not isinstance(raw, dict):
            raise Rejected("contact.address", _BAD_ADDRESS, remedy)
        _only(raw, ADDRESS_KEYS, "contact.address.")
        channel, user = raw.get("channel"), raw.get("external_id", raw.get("user"))
        user = str(user) if isinstance(user, int) and not isinstance(user, bool) else user
        if channel not in CHANNELS:
            raise Rejected("contact.address.channel", _BAD_ADDRESS, remedy)
        if channel == "whatsapp" and isinstance(user, str):
            user = re.sub(r"[\s()+-]", "", user)
        if not isinstance(user, str) or not re.fullmatch(r"[\w.@-]{1,64}", user):
            raise Rejected("contact.address.external_id", _BAD_ADDRESS, remedy)
        on = [key.partition(":")[2] for key in self.accounts if key.partition(":")[0] == channel]
        account = str(raw["account"]) if raw.get("account") is not None else (on[0] if on else "")
        if account not in on:
            field = "contact.address.account" if on else "contact.address.channel"
            raise Rejected(field, _OFF, _SWITCH_ON.filled(on=", ".join(sorted(self.accounts))))
        return Address(str(channel), account, user)

    # --- what

    def _data(self, raw: Any, kind: EventKind) -> Data:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            raise Rejected("data", _BAD_DATA, _DATA_REMEDY)
        large = len(msgspec.json.encode(raw)) > PAYLOAD_BYTES
        kept = {name: value for name, value in raw.items() if value is not None and (not large or name in kind.used)}
        if len(kept) > FIELDS_MOST:
            raise Rejected("data", _TOO_MANY_FIELDS, _FEWER_FIELDS)
        data = {name: _value(name, value, kind) for name, value in kept.items()}
        if large and len(msgspec.json.encode(data)) > PAYLOAD_BYTES:
            longest = max(data, key=lambda name: len(msgspec.json.encode(data[name])))
            raise Rejected(f"data.{longest}", _TOO_LARGE, _SHORTEN.filled(field=longest))
        return data

    def _sent_at(self, raw: Any) -> float:
        if raw is None:
            return 0.0
        at = _moment(raw)
        if at is not None and not isinstance(at, datetime):
            at = datetime(at.year, at.month, at.day)
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=self.definition.settings.timezone)
        try:
            sent_at = at.timestamp() if at is not None else math.nan
        except (OverflowError, ValueError, OSError):
            sent_at = math.nan
        if not EARLIEST.timestamp() <= sent_at <= self.now + AHEAD_S:
            raise Rejected("at", _BAD_AT, _WRITE["date"])
        return sent_at


def near_event(kinds: Mapping[str, EventKind], name: str) -> Text:
    """What to write instead of a name that no event has."""
    near = nearest(name, kinds)
    known = ", ".join(sorted(kinds))
    return _NEAR_EVENT.filled(near=near) if near else _DECLARE_EVENT.filled(known=known)


def plain_phone(number: str, definition: Definition) -> str | None:
    """A number in E.164; one without a code is of the company's country. None for what is no number."""
    region = region_of(definition.settings.timezone.key)
    own = own_phone(number, region) if re.search(r"\d", number) and len(number) <= 40 else None
    if own is not None:
        return own
    try:  # one that no operator has given out yet may still be somebody's
        parsed = phonenumbers.parse(number[:40], region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(parsed) and len(number) <= 40
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if possible else None


def plain_email(address: str) -> str | None:
    """An e-mail address in lower case; None for what is none."""
    found = address.strip()
    if len(found) > 254 or not _EMAIL.fullmatch(found) or ".." in found:
        return None
    return found.lower()


def _email(raw: Any) -> str:
    address = plain_email(raw) if isinstance(raw, str) else None
    if address is None:
        raise Rejected("contact.email", _BAD_EMAIL, _EMAIL_REMEDY)
    return address


def _only(raw: Mapping[str, Any], known: Sequence[str], path: str) -> None:
    for key in raw:
        if key not in known:
            near, names = nearest(str(key), known), ", ".join(known)
            remedy = _DID_YOU_MEAN.filled(near=near, known=names) if near else _KNOWN_KEYS.filled(known=names)
            raise Rejected(f"{path}{str(key)[:64]}", _UNKNOWN_KEY, remedy)


def _value(name: str, value: Any, kind: EventKind) -> str | float | bool | list[str]:
    field = f"data.{name[:64]}"
    expected = kind.fields.get(name)
    if expected is None:
        if not kind.open and name not in kind.used:
            near = nearest(name[:64], kind.fields)
            known = ", ".join(kind.fields)
            remedy = _NEAR_FIELD.filled(near=near) if near else _DECLARE_FIELD.filled(known=known)
            raise Rejected(field, _UNKNOWN_FIELD.filled(name=kind.name), remedy)
        if not _FIELD.fullmatch(name):
            raise Rejected(field, _BAD_NAME, _RENAME)
    found = _CHECKS[expected or "any"](value)
    if found is None:
        raise Rejected(field, _WRONG[expected or "any"], _WRITE[expected or "any"])
    return found


def _text(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):  # an article's number
        value = str(value)
    return value if isinstance(value, str) and len(value) <= TEXT_CHARS and "\0" not in value else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_MOST:
        return None
    return float(value)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _list(value: Any) -> list[str] | None:
    if not isinstance(value, list) or len(value) > ITEMS_MOST:
        return None
    found = [text for each in value if (text := _text(each)) is not None]
    return found if len(found) == len(value) else None


def _date(value: Any) -> str | None:
    at = _moment(value)
    return None if at is None else at.isoformat()


def _any(value: Any) -> str | float | bool | list[str] | None:
    for check in (_flag, _number, _text, _list):
        if (found := check(value)) is not None:
            return found
    return None


_CHECKS: Mapping[str, Callable[[Any], str | float | bool | list[str] | None]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "list": _list,
    "date": _date,
    "any": _any,
}


def _moment(value: Any) -> datetime | date | None:
    """A time as it may be written: ISO 8601, or Unix seconds. None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and len(value) <= 40:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return None
