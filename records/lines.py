"""Lines of the journal, as the worker and the store write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tunnel.effects import Effect, Facts
from tunnel.events import Event


class Line(msgspec.Struct, frozen=True):
    """Either a turn (`event` is set) or what became of a row of an outbox (`what` is set).

    sends: for each Send among the effects, the first row that carries it and how many do.
    what: "sent" (the channel took it and calls it `id`), "failed" or "dropped" (never sent, `why`). at: Unix seconds.
    """

    event: Event | None = None
    facts: Facts | None = None
    revision: str = ""
    effects: tuple[Effect, ...] = ()
    sends: tuple[tuple[int, int], ...] = ()
    what: str = ""
    at: float = 0.0
    lane: str = ""
    row: int = 0
    why: str = ""
    id: str = ""


_decoder = msgspec.msgpack.Decoder(Line)
decode_line = _decoder.decode
"""bytes → Line. Raises msgspec.ValidationError or msgspec.DecodeError for what this release cannot read."""


class Entry(Protocol):
    """What one commit wrote of one contact. `id`: "<milliseconds>-<number>", rising within the partition."""

    @property
    def id(self) -> str: ...
    @property
    def contact(self) -> str: ...
    @property
    def lines(self) -> Sequence[bytes]: ...


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of one partition's journal. after: the entry before it, "0" for the very first."""

    partition: int
    after: str
    entries: Sequence[Entry]


def is_turn(line: bytes) -> bool:
    """Whether a line is a turn, at a glance: its first key is `event`. The others do not change a session."""
    return line[1:7] == b"\xa5event"


def split_id(entry: str) -> tuple[int, int]:
    """Milliseconds and number of an entry's id."""
    milliseconds, _, number = entry.partition("-")
    return int(milliseconds), int(number or 0)
