"""Everything the tunnel must remember of one contact, and its compact encoding.

Stored as one MessagePack array: first the fields that most contacts have, in the order of `Session`, up to the last
that is not at its default; what few have follows as a map from a field's number to its value. Some fields have a
shorter form there (`_packed`). Whoever adds a field: append it at the end, with a default; positions and numbers never
change their meaning. Fields missing from a stored session take their defaults, unknown numbers are ignored.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Any, Literal
from zlib import crc32

import msgspec
from msgspec.structs import astuple

from tunnel.base36 import DIGITS, base36
from tunnel.events import Address, Profile

Mode = Literal["bot", "queued", "operator", "stopped", "blocked"]
Value = str | float | bool | list[str]


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An objection's answer that waits for a choice."""

    objection: str
    answer: int
    """Which of the objection's answers was given, from 0; with `rung`, the number of the ladder."""
    rung: str = ""
    """The key of a ladder's rung, whose choices wait; `objection` is empty then."""


class Ladder(msgspec.Struct, frozen=True, array_like=True):
    """A ladder under way, or (`rung` < 0) a move to a step that waits for open time."""

    number: int
    """Of this contact's ladders, counted from 1: names its timers and the tokens of its buttons."""
    tunnel: str
    event: str
    since: float
    """When the event came, Unix seconds: what its rungs are counted from."""
    rung: int = 0
    """The rung whose timer is armed, from 0."""
    data: dict[str, Value] = {}
    """What the event carried."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """An event that came before the contact could be reached."""

    name: str
    at: float
    data: dict[str, Value] = {}


class Session(msgspec.Struct, kw_only=True, array_like=True):
    """One contact. `turn` never changes the session it is given: it works on a copy.

    Times are Unix seconds, 0 is never.
    """

    contact: str = ""
    """Not stored: the place where a session lies is named after it."""

    # What most contacts have.
    address: Address | None = None
    tunnel: str = ""
    step: str = ""
    visit: int = 0
    """Number of the present visit, counted over all tunnels; 0 before the first."""
    visit_at: float = 0.0
    """Kept to the second, for other times count from it; those of type float to the millisecond."""
    inbound_at: float = 0.0
    """When the customer last wrote (WhatsApp's 24-hour window)."""
    variables: dict[str, Value] = {}
    stages: dict[str, str] = {}
    stage_at: dict[str, int] = {}
    """Since when the lead stands at its stage, by tunnel, whole Unix seconds."""
    timers: dict[str, int] = {}
    """Every armed timer, and what it is armed for: whole Unix seconds (rounded down)."""
    visits: dict[str, int] = {}
    """How often each step was entered, by the step's key."""
    history: list[str] = []
    """Keys of the steps that waited before the present one, the latest last: where the `back` word leads."""
    source: dict[str, str] = {}
    profile: Profile = Profile()
    last_press: int = 0
    """A mark of the last press (see `mark`); 0 once something else came."""
    last_press_at: float = 0.0

    # What few have, or not for long.
    last_text: int = 0
    """A mark of the last text."""
    last_text_at: float = 0.0
    ended: bool = False
    """The present step ended the tunnel."""
    tags: list[str] = []
    granted: list[str] = []
    raised: dict[str, int] = {}
    """How often each objection was answered."""
    pending: Pending | None = None
    offered: int = 0
    """Whose choices were shown last: 0 the step's own, n those of its n-th silence entry."""
    told_ended: bool = False
    """"Start again or talk to a manager" was said after the tunnel's end."""
    won: list[str] = []
    last_album: str = ""
    keyboard_open: bool = False
    """A "send my number" keyboard lies open at the customer's."""
    callback_buttons: bool = True

    mode: Mode = "bot"
    epoch: int = 0
    """Raised when an operator takes over; the sender drops bot messages of an earlier epoch."""
    queue: str = ""
    operator: str = ""
    told_queue: float = 0.0
    """When a waiting customer was last told that people will answer."""
    mode_before: Mode = "bot"
    """What `blocked` interrupted."""
    parked: dict[str, list[Any]] = {}
    """Tunnels left aside, the latest last: tunnel → [step, when it was left]."""

    arms: dict[str, str] = {}
    """Split steps, by key, and the arm that was drawn."""
    promos: dict[str, tuple[str, float]] = {}
    """Promo codes handed out, the latest last: promo → (code, its last moment in Unix seconds); code "" where none was
    left."""
    ladders: list[Ladder] = []
    ladder_count: int = 0
    taken: list[int] = []
    """Numbers of the ladders of which a choice was taken: their buttons are old."""
    events: dict[str, dict[str, Value]] = {}
    """What the last event of each tunnel carried: `event` in its texts."""
    kept: list[Kept] = []
    addresses: dict[str, Address] = {}
    """Where the contact was last met on each channel: where a rung's `via` may go. The present address is not stored
    again, and is among them once the session was stored."""
    waiting: dict[str, int] = {}
    """Of the armed timers, those that closed time put off, and what each was first due at, whole Unix seconds."""
    proactive: list[int] = []
    """When the bot last wrote by itself (where the content has a cap on that), whole Unix seconds."""
    next_step: str = ""
    """«tunnel/step» that a manager's move of the stage wants, once the conversation is the bot's again."""
    version: int = 0
    """Raised whenever `mode` or `operator` change: what operators' commands are checked with."""
    operator_name: str = ""
    """What people read of `operator`."""
    snoozed_until: float = 0.0
    """Until when a waiting conversation is put off, Unix seconds."""
    heard: dict[str, int] = {}
    """When the customer last wrote on a channel that takes free text only for a while (WhatsApp), Unix seconds."""
    begins: bool = False
    """The first words led nowhere, and an event is on its way: if that leads nowhere, the default tunnel begins."""
    given_name: str = ""
    """What an operator calls them: the channel's name does not replace it."""
    dated_at: int = 0
    """When the channel says that the words were sent which began the present visit, where they came late: whole Unix
    seconds. What was sent after them is no older than the visit, however late it comes."""
    # New fields go here.

    @property
    def name(self) -> str:
        """What they are called: by an operator, else by the channel."""
        return self.given_name or self.profile.name


_FIELDS = Session.__struct_fields__
_RARE = _FIELDS.index("last_text")
_ADDRESS, _VISIT_AT, _VARIABLES, _VISITS, _HISTORY, _PROFILE, _TOLD_QUEUE, _ADDRESSES = map(
    _FIELDS.index,
    ("address", "visit_at", "variables", "visits", "history", "profile", "told_queue", "addresses"),
)
_SINCE = tuple(map(_FIELDS.index, ("inbound_at", "last_press_at", "last_text_at")))
_SINCE_BY_NAME = tuple(map(_FIELDS.index, ("stage_at", "timers")))
_CHANNELS = ("telegram", "vk", "whatsapp", "web")
"""Stored by number: append only."""
_CHANNEL_NUMBERS = {name: number for number, name in enumerate(_CHANNELS)}
_TOLD = ("name", "language", "sex", "timezone")
"""Of a profile, in the order of storage."""
_MAX_TIME = 1e11
_MAX_WHOLE = 2**53
_KEY_LENGTH = 6
_DIGITS = frozenset(DIGITS)

_NOBODY = Profile()

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Any])


def encode_session(session: Session) -> bytes:
    """The session as it is stored, without its contact."""
    values = _packed(session)
    rare = values[_RARE:]
    if rare != _BLANK_RARE:
        values[_RARE:] = [dict(compress(enumerate(rare), map(ne, rare, _BLANK_RARE)))]
        return _encoder.encode(values[1:])
    end = _RARE
    while end > 1 and values[end - 1] == _BLANK[end - 1]:
        end -= 1
    return _encoder.encode(values[1:end])


def decode_session(blob: bytes, contact: str = "") -> Session:
    """What `encode_session` stored, given the contact's id again.

    Raises msgspec.ValidationError or msgspec.DecodeError for a blob that is none.
    """
    values = [contact, *_decoder.decode(blob)]
    try:
        _unpack(values)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError) as error:
        raise msgspec.ValidationError(f"no session: {type(error).__name__}") from error
    session = msgspec.convert(values, Session)
    if session.address is not None:
        session.addresses.setdefault(session.address.channel, session.address)
    return session


def mark(words: str) -> int:
    """Stands for words where it is enough to know them again: 32 bits, never 0."""
    return crc32(words.encode(errors="replace")) or 1


def _packed(session: Session) -> list[Any]:
    """All fields in order, some in their short forms."""
    values = list(astuple(session))
    visit_at = values[_VISIT_AT] = _whole(session.visit_at)
    for place in _SINCE:
        at = values[place]
        values[place] = round((at - visit_at) * 1000) if 1 <= at < _MAX_TIME else None
    for place in _SINCE_BY_NAME:
        if values[place]:
            values[place] = {name: at - visit_at for name, at in values[place].items()}
    values[_TOLD_QUEUE] = _whole(session.told_queue)
    address = session.address
    if address is not None:
        values[_ADDRESS] = _packed_address(address)
        if session.addresses.get(address.channel) == address:
            others = values[_ADDRESSES] = dict(session.addresses)
            del others[address.channel]
    if float in map(type, session.variables.values()):
        values[_VARIABLES] = {
            name: int(value) if type(value) is float and value.is_integer() and abs(value) < _MAX_WHOLE else value
            for name, value in session.variables.items()
        }
    visits = session.visits
    values[_VISITS], values[_HISTORY] = _packed_way(tuple(visits), tuple(visits.values()), tuple(session.history))
    values[_PROFILE] = _packed_profile(session.profile)
    return values


def _unpack(values: list[Any]) -> None:
    """Turn the short forms into what `Session` holds, in place."""
    count = len(values)
    if count > _RARE:
        rare = values[_RARE]
        values[_RARE:] = _BLANK_RARE
        count = len(values)
        for number, value in rare.items():
            if 0 <= number < count - _RARE:
                values[_RARE + number] = value
    for place in _SINCE:
        if place < count:
            since_ms = values[place]
            values[place] = 0.0 if since_ms is None else values[_VISIT_AT] + since_ms / 1000
    for place in _SINCE_BY_NAME:
        if place < count and values[place]:
            visit_at = values[_VISIT_AT]
            values[place] = {name: visit_at + since_s for name, since_s in values[place].items()}
    if count > _ADDRESS and values[_ADDRESS] is not None:
        channel, account, external_id = values[_ADDRESS]
        name = _CHANNELS[channel] if type(channel) is int else channel
        values[_ADDRESS] = (name, str(account), str(external_id))
    if count > _VISITS:
        visits = values[_VISITS] = _unpacked_visits(values[_VISITS])
        if count > _HISTORY and type(values[_HISTORY]) is bytes:
            keys = tuple(visits)
            values[_HISTORY] = [keys[number] for number in values[_HISTORY]]
    if count > _PROFILE:
        values[_PROFILE] = dict(zip(_TOLD, values[_PROFILE], strict=False)) if values[_PROFILE] else _NOBODY


def _whole(at: float) -> int:
    return int(at) if 0 < at < _MAX_TIME else 0


def _packed_address(address: Address) -> tuple[int | str, int | str, int | str]:
    channel, account, external_id = address.channel, address.account, address.external_id
    return _CHANNEL_NUMBERS.get(channel, channel), _number(account), _number(external_id)


def _number(text: str) -> int | str:
    """The number that a text writes, where it is written the only way and MessagePack has it."""
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) < 19:
        return int(text)
    return text


def _packed_profile(profile: Profile) -> tuple[str, ...]:
    if profile.sex or profile.timezone:
        return profile.name, profile.language, profile.sex, profile.timezone
    return (profile.name, profile.language) if profile.name or profile.language else ()


@lru_cache(4096)  # people take the same ways
def _packed_way(keys: tuple[str, ...], counts: tuple[int, ...], history: tuple[str, ...]) -> tuple[Any, Any]:
    """Visits and history: each step's key in four bytes, then, where one is not 1, counts; history by number."""
    if not all(len(key) == _KEY_LENGTH and set(key) <= _DIGITS for key in keys):
        return dict(zip(keys, counts, strict=True)), history
    visits = b"".join(int(key, 36).to_bytes(4, "big") for key in keys)
    numbers = {key: number for number, key in enumerate(keys[:256])}
    way = bytes(numbers[key] for key in history) if numbers.keys() >= set(history) else history
    return (visits if counts == (1,) * len(keys) else (visits, counts)), way


def _unpacked_visits(packed: Any) -> Any:
    if type(packed) is bytes:
        return dict.fromkeys(_unpacked_keys(packed), 1)
    if type(packed) is list:
        keys, counts = packed
        return dict(zip(_unpacked_keys(keys), counts, strict=True))
    return packed


@lru_cache(4096)
def _unpacked_keys(packed: bytes) -> tuple[str, ...]:
    numbers = (int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4))
    return tuple(base36(number).zfill(_KEY_LENGTH) for number in numbers)


_BLANK = _packed(Session())
_BLANK_RARE = _BLANK[_RARE:]
