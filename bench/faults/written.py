"""What the records hold, against all that Redis ever had in its journal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hiredis
import msgspec

from bench.faults.databases import Database, milliseconds
from state.keys import JOURNAL

HEARD = ("text", "press", "start", "phone", "attachment")
"""Events that are messages."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a partition's journal."""

    partition: int
    id: str
    contact: str
    lines: tuple[bytes, ...]


def history_of_redis(folder: Path) -> list[Entry]:
    """Every entry that was ever in the journal, by the append-only file, which nobody trims.

    The file must never have been rewritten.
    """
    entries = []
    for command in _commands(folder):
        if command[0].upper() == b"XADD" and command[1].endswith(b":" + JOURNAL.encode()):
            partition = int(command[1].partition(b"{")[2].partition(b"}")[0])
            fields = list(zip(command[3::2], command[4::2], strict=True))
            lines = tuple(value for name, value in fields if name == b"l")
            entries.append(Entry(partition, command[2].decode(), dict(fields)[b"c"].decode(), lines))
    return entries


def _commands(folder: Path) -> Iterator[Sequence[bytes]]:
    files = [*sorted(folder.glob("appendonlydir/*.incr.aof")), *folder.glob("appendonly.aof")]
    assert len(files) == 1, f"the append-only file was rewritten: {files}"
    reader = hiredis.Reader()
    with files[0].open("rb") as file:
        while piece := file.read(1 << 20):
            reader.feed(piece)
            while (command := reader.gets()) is not False:
                yield command


async def journal_of_sql(database: Database) -> list[Entry]:
    """The journal as the records hold it, oldest first."""
    rows = await database.rows("SELECT partition, at, seq, line, contact, body FROM journal")
    lines: dict[tuple[int, int, int, str], list[tuple[int, bytes]]] = defaultdict(list)
    for partition, at, seq, line, contact, body in rows:
        lines[partition, milliseconds(at), seq, contact].append((line, bytes(body)))
    return [
        Entry(partition, f"{at}-{seq}", contact, tuple(body for _, body in sorted(lines[partition, at, seq, contact])))
        for partition, at, seq, contact in sorted(lines)
    ]


@dataclass(slots=True)
class Written:
    """Rows of one kind: how many there should be, which are missing, which are there too often (or should not be)."""

    kind: str
    expected: int
    missing: list[str]
    doubled: list[str]


def _compared(kind: str, expected: Counter[Any], found: Counter[Any]) -> Written:
    missing = [f"{kind} {row}" for row in (expected - found).elements()]
    return Written(kind, expected.total(), missing, [f"{kind} {row}" for row in (found - expected).elements()])


async def compare(entries: Sequence[Entry], database: Database) -> list[Written]:
    """The journal's lines, messages, visits and fates of what was sent, one by one. entries: Redis's history."""
    lines: Counter[Any] = Counter()
    messages: Counter[Any] = Counter()
    visits: Counter[Any] = Counter()
    fates: Counter[Any] = Counter()
    for entry in entries:
        for number, body in enumerate(entry.lines):
            lines[entry.partition, entry.id, number, entry.contact, body] += 1
            line = msgspec.msgpack.decode(body)
            if event := line.get("event"):
                if event["type"] in HEARD:
                    messages[entry.contact, event["id"], "in"] += 1
                for effect in line["effects"]:
                    if effect["type"] == "send":
                        messages[entry.contact, event["id"], "out"] += 1
                    elif effect["type"] == "record" and effect["what"] == "entered":
                        visits[entry.contact, effect["data"]["visit"], effect["data"]["step"]] += 1
            elif line["what"] == "sent":
                fates[entry.contact, line["row"]] += 1
    journal = Counter(
        (entry.partition, entry.id, number, entry.contact, body)
        for entry in await journal_of_sql(database)
        for number, body in enumerate(entry.lines)
    )
    said = Counter(map(tuple, await database.rows("SELECT contact, event, direction FROM messages")))
    seen = Counter(map(tuple, await database.rows("SELECT contact, visit, step FROM visits")))
    sent = Counter(
        map(tuple, await database.rows("SELECT contact, first_row FROM messages WHERE status = 'sent'"))
    )  # every message of this content is one row
    return [
        _compared("journal", lines, journal),
        _compared("messages", messages, said),
        _compared("visits", visits, seen),
        _compared("sent", fates, sent),
    ]
