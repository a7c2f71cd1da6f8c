"""What events carry: no more of it is kept than content can read and a session can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from tunnel.engine.work import Work
from tunnel.language.definition import Definition
from tunnel.session import Kept, Value

MAX_BYTES = 2048
"""Of one event, encoded; of more, only the fields that content names are kept."""
MAX_ALL_BYTES = 4096
"""Of all that a session keeps of events."""

_encode = msgspec.msgpack.Encoder().encode


def carried(definition: Definition, name: str, data: Mapping[str, Value]) -> dict[str, Value]:
    """What an event carries, at most MAX_BYTES of it: of what is named there too, the largest goes first."""
    kept = {_storable(field): _storable(value) for field, value in data.items()}
    if _size(kept) <= MAX_BYTES:
        return kept
    kind = definition.events.get(name)
    used = kind.used if kind is not None else frozenset()
    kept = {field: value for field, value in kept.items() if field in used}
    while _size(kept) > MAX_BYTES:
        del kept[max(kept, key=lambda field: _size(kept[field]))]
    return kept


_Value = TypeVar("_Value")


def _storable(value: _Value) -> _Value:
    """Without the null characters that SQL does not keep."""
    if isinstance(value, str):
        return value.replace("\0", "")  # type: ignore[return-value]
    if isinstance(value, list):
        return [_storable(each) for each in value]  # type: ignore[return-value]
    return value


def remember(work: Work, tunnel: str, data: Mapping[str, Value]) -> None:
    """Keep what the last event of a tunnel carried; of too much, what is oldest is forgotten."""
    session = work.session
    others = {name: held for name, held in session.events.items() if name != tunnel}
    session.events = {**others, tunnel: dict(data)} if data else others
    make_room(work)


def make_room(work: Work) -> None:
    """Hold all that is kept of events under MAX_ALL_BYTES: what texts may read goes before what is still to act."""
    session = work.session
    if not (session.events or session.kept):
        return
    while session.events and _all(work) > MAX_ALL_BYTES:
        oldest = next(iter(session.events))
        session.events = {name: held for name, held in session.events.items() if name != oldest}
    while session.kept and _all(work) > MAX_ALL_BYTES:
        drop_oldest(work)


def drop_oldest(work: Work) -> Kept:
    """Of the events that wait for the contact, leave out the first."""
    session = work.session
    oldest, *session.kept = session.kept
    work.record("held", what=oldest.name, why="too many", until=0.0)
    return oldest


def _all(work: Work) -> int:
    session = work.session
    return _size([session.events, session.ladders, session.kept])


def _size(value: object) -> int:
    return len(_encode(value))
