"""The checked, immutable form of a content directory: what the engine runs.

Built only by `tunnel.language.load`, after every check has passed, so each name in it can be followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from tunnel.messages import MediaKind
from tunnel.session import Value

FieldType = Literal["text", "number", "flag", "list", "date"]
VariableType = Literal["text", "number", "phone", "email", "date", "flag"]


class Template(Protocol):
    """A text with holes, compiled once. `names`: the names it reads."""

    @property
    def source(self) -> str: ...
    @property
    def names(self) -> frozenset[str]: ...
    def render(self, values: Mapping[str, Any]) -> str:
        """Markdown, with what was filled in escaped. Raises TemplateFault: unset name, output over 8,000 characters…"""
        ...


class Condition(Protocol):
    """A yes-or-no expression, compiled once."""

    @property
    def source(self) -> str: ...
    @property
    def names(self) -> frozenset[str]: ...
    def holds(self, values: Mapping[str, Any]) -> bool:
        """Raises TemplateFault; the engine then takes it as False and reports it."""
        ...


class TemplateFault(Exception):
    """A template or condition failed at run time; the message says where and why, without the customer's data."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in the company's timezone. `days`: 0 is Monday."""

    start: time
    end: time
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Quiet:
    """When the bot starts nothing by itself: every night from `start` to `end`, and `days` (0 is Monday) as a whole,
    on the contact's clock.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Frequency:
    """At most `messages` proactive ones in any `per_s` seconds to one contact, all tunnels together."""

    messages: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    title: str
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    title: str
    type: VariableType
    unit: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    company: str
    timezone: ZoneInfo
    language: Literal["ru", "en"]
    default: str
    queues: Mapping[str, Queue]
    variables: Mapping[str, Variable]
    stop: tuple[str, ...]
    human: tuple[str, ...]
    back: tuple[str, ...]
    unknown: Template
    quiet: Quiet | None = None
    frequency: Frequency | None = None
    currency: str = "RUB"
    """ISO 4217."""


@dataclass(frozen=True, slots=True)
class SetTo:
    """What a variable becomes: a constant of the variable's own type (str, float, bool), or a template rendered and
    then converted.
    """

    variable: str
    value: Value | Template


@dataclass(frozen=True, slots=True)
class Action:
    """One thing of `do` or `then`: exactly one of the fields is set."""

    set: tuple[SetTo, ...] = ()
    tag: str = ""
    untag: str = ""
    notify: str = ""
    """A queue's name; with `text`."""
    text: Template | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a `to:` points. `step` is "end" or "resume" with their special meaning; `tunnel` is never empty but for
    shared objections, whose steps are looked up in the contact's current tunnel.
    """

    tunnel: str
    step: str


@dataclass(frozen=True, slots=True)
class Handoff:
    queue: str
    note: Template | None = None
    say: Template | None = None
    otherwise: Target | None = None
    """`else:` — where to go when nobody is on duty."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer offered. Besides `set` and `when`, exactly one of to, link, objection, handoff says what it does.

    key: 6 letters and digits, derived from the label as written; it stays while the label stays.
    """

    label: Template
    key: str
    to: Target | None = None
    set: tuple[SetTo, ...] = ()
    when: Condition | None = None
    link: str = ""
    objection: str = ""
    handoff: Handoff | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    say: Template
    save: str
    minimum: float | None = None
    maximum: float | None = None
    retry: Template | None = None
    share: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """`after_s` seconds after the visit began without an answer: say something (the step's choices come again, or
    its own), go somewhere, or both.
    """

    after_s: float
    say: Template | None = None
    choices: tuple[Choice, ...] = ()
    to: Target | None = None
    days: frozenset[int] | None = None
    """Only on these (0 is Monday); it waits for the next one. None: on every day that is not quiet."""
    when: Condition | None = None
    template: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    to: Target
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """`path` is relative to the content directory; the file exists."""

    kind: MediaKind
    path: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Magnet:
    name: str
    title: str
    say: Template | None
    file: MediaFile | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """On entering, in this order: stage, set, do, magnet, promo, media, say or ask; then choices, wait, to, split,
    handoff or end.

    key: 6 letters and digits, derived from tunnel and step name.
    """

    tunnel: str
    name: str
    key: str
    stage: str = ""
    reason: str = ""
    set: tuple[SetTo, ...] = ()
    do: tuple[Action, ...] = ()
    magnet: str = ""
    media: tuple[MediaFile, ...] = ()
    say: Template | None = None
    ask: Ask | None = None
    choices: tuple[Choice, ...] = ()
    silence: tuple[Silence, ...] = ()
    then: tuple[Action, ...] = ()
    to: tuple[Branch, ...] = ()
    handoff: Handoff | None = None
    end: bool = False
    split: Mapping[str, float] = field(default_factory=dict)
    """Arms (steps of the same tunnel) and weights."""
    promo: str = ""
    """A promo code to hand out; `promo` in the step's texts."""
    product: str = ""
    """A product's name; `product` in the step's texts."""
    wait_s: float | None = None
    """The step's own pause: so long after the visit began, it goes on to `to`, `split`, `handoff` or `end`."""

    @property
    def asks(self) -> bool:
        """Whether the contact is asked something here."""
        return bool(self.ask or self.choices)

    template: str = ""
    """An approved message for when free text does not get through."""

    @property
    def waits(self) -> bool:
        """Whether the contact stays here until something happens."""
        return bool(self.ask or self.choices or self.wait_s is not None)


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    title: str
    order: int
    result: str = ""
    within_s: float | None = None
    outcome: Literal["", "won", "lost"] = ""
    reasons: tuple[str, ...] = ()
    step: str = ""
    late: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A way in: by a link's word, by words in a text, or by an event from outside; exactly one of the three. `to` is
    the tunnel's start unless the content says else.
    """

    to: Target
    link: str = ""
    words: tuple[str, ...] = ()
    event: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One follow-up of a ladder, `after_s` seconds after the event. `via`: channels to try, in this order; empty: where
    the contact wrote last. `days`: only on these (0 is Monday); None: on every day that is not quiet.

    key: 6 letters and digits, the same in every revision while tunnel, event and position stay.
    """

    after_s: float
    key: str
    say: Template | None = None
    choices: tuple[Choice, ...] = ()
    promo: str = ""
    via: tuple[str, ...] = ()
    days: frozenset[int] | None = None
    to: Target | None = None
    when: Condition | None = None
    media: tuple[MediaFile, ...] = ()
    product: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class EventRule:
    """What an event from outside the chat does in one tunnel. `start`: also for those who are not inside. `until`: the
    event that ends the ladder; every answer of the customer does so too. `set` and `do` act before `stage` and `to`.
    """

    event: str
    tunnel: str
    start: bool = False
    until: str = ""
    when: Condition | None = None
    set: tuple[SetTo, ...] = ()
    do: tuple[Action, ...] = ()
    stage: str = ""
    reason: str = ""
    to: Target | None = None
    ladder: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event that shops may send. `fields`: name → type; with `open`, others may come too, of any type. Of a payload
    over 2 KB only the fields in `used` are kept: those that content names.
    """

    name: str
    title: str
    fields: Mapping[str, FieldType]
    used: frozenset[str] = frozenset()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """A message that WhatsApp has approved beforehand, so that it gets through after the 24 hours. `name` and
    `language` as they stand there; `params` fill its holes in order. buttons: its quick replies are the choices'.
    """

    name: str
    language: str
    params: tuple[Template, ...] = ()
    buttons: bool = False


@dataclass(frozen=True, slots=True)
class Promo:
    """Personal codes. `code`: letters, digits, dashes and `{random:N}`. `discount` as shown ("10%", "500 ₽"); `limit`:
    how many there are, None: no limit.
    """

    name: str
    code: str
    discount: str
    valid_s: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold. `price` in the settings' currency; None where it is not fixed."""

    name: str
    title: str
    price: float | None = None
    link: str = ""
    text: str = ""
    image: MediaFile | None = None
    tags: tuple[str, ...] = ()
    next: tuple[Branch, ...] = ()
    """What to recommend after it: the first product whose condition holds (`Branch.to.step` is a product's name)."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    name: str
    title: str
    start: str
    steps: Mapping[str, Step]
    stages: Mapping[str, Stage]
    enter: tuple[Entry, ...]
    file: str
    """Path of the YAML file, relative to the content directory."""
    events: Mapping[str, EventRule] = field(default_factory=dict)
    """By the event's name."""


@dataclass(frozen=True, slots=True)
class Answer:
    say: Template
    choices: tuple[Choice, ...] = ()
    handoff: Handoff | None = None
    to: Target | None = None
    media: tuple[MediaFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    name: str
    title: str
    phrases: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """All of a content directory at one revision. Compared and hashed by identity, so that engines can be cached."""

    revision: str
    """16 hexadecimal digits over all that the definition was read from."""
    directory: str
    settings: Settings
    tunnels: Mapping[str, Tunnel]
    objections: Mapping[str, Objection]
    magnets: Mapping[str, Magnet]
    steps_by_key: Mapping[str, Step]
    links: Mapping[str, Entry]
    """Entries by their link, lower case."""
    promos: Mapping[str, Promo] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    templates: Mapping[str, Approved] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)
    """Every event that may come from outside: the built-in ones, and those that the content declares or names."""
