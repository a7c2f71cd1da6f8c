"""Everything the tunnel must remember of one contact, and its compact encoding.

Stored as one MessagePack map with short keys; defaults are left out, so an idle contact costs few bytes.
Fields may be added with a default; a key must never be given another meaning.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tunnel.events import Address, Profile

Mode = Literal["bot", "queued", "operator", "stopped", "blocked"]
Value = str | float | bool | list[str]

_KEYS = {
    "contact": "c", "address": "a", "profile": "p", "mode": "m", "mode_before": "mb", "epoch": "e", "queue": "q",
    "operator": "o", "tunnel": "t", "step": "s", "visit": "v", "visit_at": "va", "visits": "vs", "ended": "en",
    "variables": "x", "tags": "g", "stages": "sg", "won": "w", "pending": "pd", "raised": "r", "granted": "gr",
    "timers": "td", "last_text": "lt", "last_text_at": "la", "last_press": "lp", "last_press_at": "lq",
    "last_album": "al", "keyboard_open": "k", "inbound_at": "ia", "callback_buttons": "cb", "source": "so",
    "parked": "pk", "sequence": "n", "told_queue": "tq", "told_ended": "te", "history": "h", "offered": "of",
    "arms": "ar", "promos": "pm", "ladders": "ld", "ladder_count": "lc", "taken": "lx", "events": "ev", "kept": "kp",
    "addresses": "ad",
    "waiting": "wt", "proactive": "pa", "stage_at": "sa", "next_step": "ns",
}  # fmt: skip


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An objection's answer that waits for a choice."""

    objection: str
    answer: int
    """Which of the objection's answers was given, from 0; with `rung`, the number of the ladder."""
    rung: str = ""
    """The key of a ladder's rung, whose choices wait; `objection` is empty then."""


class Ladder(msgspec.Struct, array_like=True):
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


class Session(msgspec.Struct, omit_defaults=True, kw_only=True, rename=lambda name: _KEYS[name]):
    """One contact. `turn` never changes the session it is given: it works on a copy."""

    contact: str
    address: Address | None = None
    profile: Profile = Profile()
    callback_buttons: bool = True

    mode: Mode = "bot"
    mode_before: Mode = "bot"
    """What `blocked` interrupted."""
    epoch: int = 0
    """Raised when an operator takes over; the sender drops bot messages of an earlier epoch."""
    queue: str = ""
    operator: str = ""

    tunnel: str = ""
    step: str = ""
    visit: int = 0
    """Number of the present visit, counted over all tunnels; 0 before the first."""
    visit_at: float = 0.0
    ended: bool = False
    """The present step ended the tunnel."""

    variables: dict[str, Value] = {}
    tags: list[str] = []
    stages: dict[str, str] = {}
    pending: Pending | None = None
    raised: dict[str, int] = {}
    """How often each objection was answered."""
    granted: list[str] = []
    timers: dict[str, int] = {}
    """Every armed timer, and what it is armed for: whole Unix seconds (rounded down)."""
    source: dict[str, str] = {}
    parked: dict[str, list[Any]] = {}
    """Tunnels left aside, the latest last: tunnel → [step, when it was left]."""

    last_text: str = ""
    last_text_at: float = 0.0
    last_press: str = ""
    last_press_at: float = 0.0
    last_album: str = ""
    inbound_at: float = 0.0
    """When the customer last wrote (WhatsApp's 24-hour window)."""
    keyboard_open: bool = False
    """A "send my number" keyboard lies open at the customer's."""
    told_queue: float = 0.0
    """When a waiting customer was last told that people will answer."""

    sequence: int = 0
    """Messages put in the outbox so far; numbers each of them."""
    visits: dict[str, int] = {}
    """How often each step was entered, by the step's key."""
    won: list[str] = []
    told_ended: bool = False
    """"Start again or talk to a manager" was said after the tunnel's end."""
    history: list[str] = []
    """Keys of the steps that waited before the present one, the latest last: where the `back` word leads."""
    offered: int = 0
    """Whose choices were shown last: 0 the step's own, n those of its n-th silence entry."""

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
    """Where the contact was last met on each channel: where a rung's `via` may go."""
    waiting: dict[str, int] = {}
    """Of the armed timers, those that closed time put off, and what each was first due at, whole Unix seconds."""
    proactive: list[int] = []
    """When the bot last wrote by itself (where the content has a cap on that), whole Unix seconds."""
    stage_at: dict[str, int] = {}
    """Since when the lead stands at its stage, by tunnel, whole Unix seconds."""
    next_step: str = ""
    """«tunnel/step» that a manager's move of the stage wants, once the conversation is the bot's again."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Session)

encode_session = _encoder.encode
decode_session = _decoder.decode
"""bytes → Session. Raises msgspec.ValidationError or msgspec.DecodeError for a blob that is none."""
