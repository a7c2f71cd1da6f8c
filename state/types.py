"""What goes into the store and comes out of it. Blobs are opaque here: the room does not know what they hold."""

from __future__ import annotations

import msgspec


class Incoming(msgspec.Struct, frozen=True):
    """One event for a contact's inbox.

    dedupe: the event's id; "" skips the check (operators' events whose id cannot repeat).
    control: goes before customers' events that still wait.
    """

    contact: str
    dedupe: str
    blob: bytes
    control: bool = False


class Claim(msgspec.Struct, frozen=True):
    """A contact with events to handle, held by one worker until it commits (or dies, and another takes over).

    version: fence, 0 for a contact never seen. session: the stored blob without its header, None if never seen.
    tries: how often the contact was claimed for the present head of its inbox, from 1. last_row: the number of the last
    row that it has put into an outbox. fired: timers that were due, which lie in no inbox; in `events`, as claimed,
    they come last, from index `fired_from` on.
    """

    contact: str
    version: int
    session: bytes | None
    control: tuple[bytes, ...]
    events: tuple[bytes, ...]
    tries: int = 1
    last_row: int = 0
    fired: tuple[bytes, ...] = ()
    fired_from: int = 0


class Outgoing(msgspec.Struct, frozen=True):
    """One row for an outbox. `lane`: its mail leaves in order, one at a time; it belongs to one contact. `account`:
    whose rate it counts against and who sends it. `by_bot`: dropped when the contact's epoch has been raised since.
    """

    lane: str
    account: str
    blob: bytes
    by_bot: bool = True


class DeadLetter(msgspec.Struct, frozen=True):
    """Something set aside, with its cause. `where`: webhook, turn or send."""

    where: str
    cause: str
    blob: bytes
    contact: str = ""
    at: float = 0.0


class Commit(msgspec.Struct, frozen=True):
    r"""All that a claim's turns changed; written whole, or not at all if somebody else was faster.

    session: the new blob; epoch: the session's, repeated where the sender can see it. done_control, done_events: how
    many from the head of each list were handled. arm: (timer, due at, Unix seconds). recent: lines for the operators'
    first look ("customer\\ttext"), kept for a few days, the last 20.
    """

    claim: Claim
    session: bytes
    epoch: int
    done_control: int
    done_events: int
    outgoing: tuple[Outgoing, ...] = ()
    arm: tuple[tuple[str, float], ...] = ()
    cancel: tuple[str, ...] = ()
    journal: tuple[bytes, ...] = ()
    recent: tuple[bytes, ...] = ()
    dead: tuple[DeadLetter, ...] = ()


class Mail(msgspec.Struct, frozen=True):
    """The head of one lane, leased to one sender. `row`: number of the row, rising within the contact, the same at
    every repetition. `tries`: sends of this row begun before this one.
    """

    lane: str
    account: str
    contact: str
    row: int
    blob: bytes
    lease: str
    tries: int = 0
