"""Making every table anew from the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.bulk import table_of
from records.database import writing
from records.errors import is_away
from records.records import cause_of, project_lines
from records.scrub import scrubbed
from records.snapshots import tell
from records.tables import DERIVED, JournalLine, SetAside, Snapshot

PAGE = 2000
"""Lines at a time."""

Place = tuple[datetime, int, int]
"""When, partition and number: an entry of the journal."""


@dataclass(slots=True)
class Rebuilt:
    """What was done. set_aside: entries that still cannot be projected."""

    lines: int = 0
    set_aside: int = 0


async def rebuild(engine: AsyncEngine, kinds: Mapping[str, str]) -> Rebuilt:
    """Empty the derived tables and project the whole journal again, in one transaction.

    Readers see the old tables until it ends; the projector waits. kinds: the type of each variable. Raises Away.
    """
    done = Rebuilt()
    async with writing(engine) as connection:
        await _clear(connection)
        async for lines in _pages(connection):
            done.lines += len(lines)
            done.set_aside += await _project(connection, lines)
        await _tell_snapshots(connection, kinds)
    return done


async def _clear(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE cursors IN EXCLUSIVE MODE"))
    else:
        await connection.execute(text("INSERT INTO messages_search(messages_search) VALUES ('delete-all')"))
    for model in DERIVED:
        await connection.execute(delete(table_of(model)))
    await connection.execute(delete(table_of(SetAside)))


async def _pages(connection: AsyncConnection) -> AsyncIterator[Sequence[Any]]:
    """The journal in order, by pages that do not cut an entry in two."""
    table = table_of(JournalLine)
    place = tuple_(table.c.at, table.c.partition, table.c.seq, table.c.line)
    statement = select(table).order_by(table.c.at, table.c.partition, table.c.seq, table.c.line).limit(PAGE)
    left: list[Any] = []
    last = None
    while True:
        page = (await connection.execute(statement if last is None else statement.where(place > last))).all()
        if not page:
            break
        last = (page[-1].at, page[-1].partition, page[-1].seq, page[-1].line)
        lines = [*left, *page]
        cut = next((index for index in range(len(lines), 0, -1) if _place(lines[index - 1]) != _place(lines[-1])), 0)
        if cut:
            yield lines[:cut]
        left = lines[cut:]
    if left:
        yield left


async def _project(connection: AsyncConnection, lines: Sequence[Any]) -> int:
    try:
        async with connection.begin_nested():
            await project_lines(connection, [(line.contact, bytes(line.body)) for line in lines])
        return 0
    except Exception as error:
        if is_away(error):
            raise
    set_aside = 0
    for place, group in groupby(lines, _place):
        entry = list(group)
        try:
            async with connection.begin_nested():
                await project_lines(connection, [(line.contact, scrubbed(bytes(line.body))) for line in entry])
        except Exception as error:
            if is_away(error):
                raise
            set_aside += 1
            await connection.execute(insert(SetAside), _letter(place, entry[0].contact, error))
    return set_aside


def _place(line: Any) -> Place:
    return (line.at, line.partition, line.seq)


def _letter(place: Place, contact: str, error: Exception) -> dict[str, Any]:
    at, partition, seq = place
    entry = f"{round(at.timestamp() * 1000)}-{seq}"
    return {"at": at, "partition": partition, "entry": entry, "contact": contact, "cause": cause_of(error)}


async def _tell_snapshots(connection: AsyncConnection, kinds: Mapping[str, str]) -> None:
    after = ""
    while True:
        table = table_of(Snapshot)
        statement = select(table.c.contact, table.c.body).where(table.c.contact > after).order_by(table.c.contact)
        rows = (await connection.execute(statement.limit(PAGE))).all()
        if not rows:
            return
        await tell(connection, {row.contact: bytes(row.body) for row in rows}, kinds)
        after = rows[-1].contact
