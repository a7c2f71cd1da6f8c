"""What a turn wants done. Effects are data; the worker commits all of a turn's effects, or none."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tunnel.events import Address, File
from tunnel.messages import Message
from tunnel.session import Session


class _Effect(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type", tag=str.lower):
    pass


class Send(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Say something to the customer at `address`. `by="bot"` sends are dropped once an operator has taken over."""

    address: Address
    message: Message
    by: Literal["bot", "operator"] = "bot"
    callback_buttons: bool = True


class Acknowledge(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Tell the channel that a press was received. `ack` is `events.Press.ack`."""

    address: Address
    ack: str


class Echo(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Show the customer's own words in the web chat's thread. Other channels show them by themselves."""

    address: Address
    text: str
    event_id: str


class Arm(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Wake the contact at `at` (Unix seconds) with `events.Timer(timer=…)`. Arming the same id again moves it."""

    timer: str
    at: float


class Cancel(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Disarm a timer. One that does not exist is no error."""

    timer: str


class Desk(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """Put something before the operators of `queue`, in the contact's own thread there.

    kind: `handoff` (with the note; the thread is opened and the last messages are shown), `notify` (a message of the
    content), `customer` (what the customer wrote while people answer), `system` (who took, returned, closed).
    """

    kind: Literal["handoff", "notify", "customer", "system"]
    queue: str = ""
    text: str = ""
    files: tuple[File, ...] = ()
    address: Address | None = None


class Identify(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """The contact is known by this phone (E.164) or e-mail (lower case) from now on: events from outside that name it
    reach them, also those that came before. `value` is personal data. `proven`: the channel vouches for it (a number
    shared by its owner, WhatsApp's own); what is only typed never takes an identity away from somebody else.
    """

    kind: Literal["phone", "email"]
    value: str
    proven: bool = False


class Record(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """A fact for the journal. `what` is one of RECORDS; `data` holds only msgpack's own types."""

    what: str
    data: dict[str, Any] = {}


class Fault(_Effect, frozen=True, omit_defaults=True, kw_only=True):
    """The content failed at run time (a template, 50 steps in one turn). `where`: tunnel/step."""

    where: str
    message: str


RECORDS = {
    "entered": "a step was entered: tunnel, step, visit",
    "left": "a choice, an answer or a timer moved on: tunnel, step, visit, by, label",
    "stage": "a stage was moved: tunnel, before, after, reason; by an operator: operator",
    "objection": "an objection was raised: name, answer, by (text or button), tunnel, step",
    "won_back": "an objection's answer led on: name, answer, label",
    "granted": "a magnet was handed out: magnet",
    "touch": "an arrival: ref, source",
    "mode": "who answers has changed: before, after, operator",
    "tagged": "tags changed: added, removed",
    "set": "variables changed: names only",
    "detail": "an operator corrected who the contact is: detail (name, phone, email), value (what holds now), given"
    " (there is one of the operator's), operator",
    "ended": "a tunnel ended: tunnel, step",
    "ignored": "an event changed nothing: why",
    "receipt": "a delivery status: message_id, status, error",
    "stranded": "the step a contact stood at is gone from the content: tunnel, step",
    "unknown": "a text was not understood",
    "arm": "an arm of a split was drawn: tunnel, step, arm",
    "trigger": "an event from outside came: name, tunnel, did (stage, ladder, moved, waits, held, kept, done; commas"
    " between them; '' where its condition does not hold), fields (their names only)",
    "ladder": "a ladder: tunnel, event, rung (from 0), did (started, said, skipped, stopped, ended), why",
    "held": "something the bot would have started was put off or left out: what, why (quiet, days, order, talking:"
    " put off; frequency, days, people, stopped, blocked, channel, too many: left out), until",
    "overdue": "a lead stands at its stage longer than `within`: tunnel, stage, since",
    "promo": "a promo code was handed out: promo, code, until; or none was left: promo, code ''",
    "parked": "a tunnel was left aside, or is not any more: tunnel, step, did (left, taken up, dropped)",
    "money": "a payment: tunnel, value, currency, product",
    "version": "who answers, or whose the conversation is, has changed: version, mode, operator",
    "refused": "an operator's command does not fit: why (version, held, no_step, …), mode, operator, version",
    "assigned": "a conversation was given to a colleague: to, name, operator",
    "snoozed": "a conversation was put off: until, operator",
    "woken": "a conversation is no longer put off",
    "note": "a note for operators: text, operator",
    "task": "a task: id, title, due_at, of, operator",
    "task_done": "a task was done: id, operator",
    "clicked": "a tracked link was opened: link",
}

Effect = Send | Acknowledge | Echo | Arm | Cancel | Desk | Identify | Record | Fault


class Turn(msgspec.Struct, frozen=True):
    """The outcome of one event: the session to store and what to do, in order."""

    session: Session
    effects: tuple[Effect, ...] = ()


class Needs(msgspec.Struct, frozen=True):
    """The turn cannot go on without a fact that must be exact and shared: a code of the promo `grant`, for `visit`.

    The worker reserves it, idempotently by (contact, grant, visit), and calls again with `Facts.grants[Needs.key]`.
    """

    grant: str
    visit: int = 0

    @property
    def key(self) -> str:
        return f"{self.grant}:{self.visit}"


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reserved promo code; `code` is "" where none is left. until: Unix seconds, the code's last moment."""

    code: str = ""
    until: float = 0.0


class Facts(msgspec.Struct, frozen=True):
    """All that a turn may know of the outside; journalled with it.

    now: Unix seconds. seed: 64 bits, from the event's id. desk: whether operators can be reached at all (a desk is set
    up, or somebody is online); a queue's hours are the engine's own business. expected: events from outside lie behind
    this one, so that a newcomer's first words need not lead to the default tunnel.
    """

    now: float
    seed: int = 0
    desk: bool = False
    grants: dict[str, Grant] = {}
    """By `Needs.key`."""
    expected: bool = False
