"""A journal made by hand, line by line, as the worker and the store write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select

from records import Records, Slice
from records.tables import Base
from tunnel.effects import Effect, Facts, Record, Send
from tunnel.events import Address, Event, Profile, Start, Text
from tunnel.messages import Message, RichText

NOW = 1_795_000_000.0
OLGA = "a" * 24
IVAN = "b" * 24
ADDRESS = Address("telegram", "1", "7")
IVANS = Address("vk", "2", "8")


@dataclass(frozen=True)
class Written:
    id: str
    contact: str
    lines: Sequence[bytes]


def turn(event: Event, *effects: Effect, now: float = NOW, sends: Sequence[tuple[int, int]] = ()) -> bytes:
    line = {"event": event, "facts": Facts(now=now), "revision": "r", "effects": effects, "sends": sends}
    return msgspec.msgpack.encode(line)


def fate(what: str, row: int, *, at: float = NOW + 1, why: str = "", known_as: str = "") -> bytes:
    line = {"what": what, "at": at, "lane": ADDRESS.lane, "row": row, "why": why, "id": known_as}
    return msgspec.msgpack.encode(line)


def start(event_id: str = "s1", name: str = "Ольга", address: Address = ADDRESS, **more: Any) -> Start:
    return Start(id=event_id, at=NOW, address=address, profile=Profile(name=name), **more)


def text(words: str, event_id: str = "t1", address: Address = ADDRESS) -> Text:
    return Text(id=event_id, at=NOW, address=address, text=words)


def send(words: str, by: Any = "bot") -> Send:
    return Send(address=ADDRESS, message=Message(text=RichText(words)), by=by)


def record(what: str, **data: Any) -> Record:
    return Record(what=what, data=data)


def entered(step: str, visit: int, tunnel: str = "siding") -> Record:
    return record("entered", tunnel=tunnel, step=step, visit=visit)


def left(step: str, visit: int, by: str = "button", label: str = "Дом", tunnel: str = "siding") -> Record:
    return record("left", tunnel=tunnel, step=step, visit=visit, by=by, label=label)


@dataclass
class Journal:
    """Writes to the records as a projector would."""

    records: Records
    cursor: str = "0"
    count: int = 0
    kinds: dict[str, str] = field(default_factory=dict)

    def entry(self, contact: str, *lines: bytes) -> Written:
        self.count += 1
        return Written(f"{round(NOW * 1000) + self.count}-0", contact, lines)

    async def write(self, *entries: Written, snapshots: dict[str, bytes] | None = None) -> int:
        set_aside = await self.records.write([Slice(0, self.cursor, entries)], snapshots or {}, self.kinds)
        self.cursor = entries[-1].id
        return set_aside

    async def happened(self, *lines: bytes, contact: str = OLGA) -> int:
        """Each line an entry, each entry a batch."""
        return sum([await self.write(self.entry(contact, line)) for line in lines])

    async def rows(self, model: type[Base]) -> list[dict[str, Any]]:
        async with self.records.engine.connect() as connection:
            table = model.__table__
            found = await connection.execute(select(table).order_by(*table.primary_key))  # type: ignore[attr-defined]
            return [dict(row._mapping) for row in found]
