"""The records as other rooms see them: opened, brought up to date, written to by the projector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.batch import Batch
from records.bulk import add, table_of
from records.database import migrate, open_engine, reading, url_of, writing
from records.errors import Overtaken, is_away
from records.feed import write_feed
from records.lines import Entry, Slice, decode_line, split_id
from records.months import Months
from records.projection import project
from records.scrub import scrubbed
from records.snapshots import keep_snapshots
from records.tables import Cursor, JournalLine, SetAside
from records.tables.base import moment


class Records:
    """One process's way to the records. Made with `open`; ended with `close`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._months = Months()

    @classmethod
    def open(cls, address: str, data: Path) -> Records:
        """Prepare; nothing is connected yet. address: TUNNEL_DATABASE_URL. Raises Misaddressed."""
        return cls(open_engine(url_of(address, data)))

    async def migrate(self) -> None:
        """Make or bring up to date the tables. Raises Away."""
        await migrate(self.engine)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.engine.dispose()

    async def cursors(self) -> dict[int, str]:
        """How far each partition's journal is in the tables: the id of its last entry written. Raises Away."""
        async with reading(self.engine) as connection:
            rows = await connection.execute(select(Cursor.partition, Cursor.entry))
            return {row.partition: row.entry for row in rows}

    async def write(self, slices: Sequence[Slice], snapshots: Mapping[str, bytes], kinds: Mapping[str, str]) -> int:
        """Write stretches of the journal in one transaction, with the cursors: all of it, once, or nothing.

        snapshots: the sessions of the contacts concerned, as they lie in Redis. kinds: the type of each variable of the
        content ("phone", "email" are searched). Returns how many entries were set aside because they could not be
        projected. Raises Away, Overtaken.
        """
        entries = [(one.partition, entry) for one in slices for entry in one.entries]
        await self._months.make(self.engine, [at_of(entry) for _, entry in entries])
        try:
            async with writing(self.engine) as connection:
                await self._begin(connection, slices)
                await _project_all(connection, [entry for _, entry in entries])
                await keep_snapshots(connection, snapshots, kinds)
            return 0
        except Exception as error:
            if isinstance(error, Overtaken) or is_away(error) or is_away(error.__cause__ or error):
                raise
        return await self._write_one_by_one(slices, snapshots, kinds)

    async def _write_one_by_one(
        self, slices: Sequence[Slice], snapshots: Mapping[str, bytes], kinds: Mapping[str, str]
    ) -> int:
        """Something in the batch cannot be written: find it, set it aside with its cause, write the rest."""
        set_aside = 0
        async with writing(self.engine) as connection:
            await self._begin(connection, slices)
            for one in slices:
                for entry in one.entries:
                    try:
                        async with connection.begin_nested():
                            await _project_all(connection, [entry], scrub=True)
                    except Exception as error:
                        if is_away(error):
                            raise
                        set_aside += 1
                        await connection.execute(insert(SetAside), _letter(one.partition, entry, error))
            try:
                async with connection.begin_nested():
                    await keep_snapshots(connection, snapshots, kinds)
            except Exception as error:
                if is_away(error):
                    raise
        return set_aside

    async def _begin(self, connection: AsyncConnection, slices: Sequence[Slice]) -> None:
        for one in slices:
            await _advance(connection, one)
        lines = [
            {**place, "contact": entry.contact, "line": number, "body": body}
            for one in slices
            for entry in one.entries
            for place in (_place(one.partition, entry),)
            for number, body in enumerate(entry.lines)
        ]
        if lines:
            await add(connection, JournalLine, lines)


async def _advance(connection: AsyncConnection, one: Slice) -> None:
    """Move the cursor; whoever else moves it waits here, and then finds it moved. Raises Overtaken."""
    last = one.entries[-1]
    table = table_of(Cursor)
    moved = await connection.execute(
        update(table)
        .where(table.c.partition == one.partition, table.c.entry == one.after)
        .values(entry=last.id, at=at_of(last))
    )
    if moved.rowcount == 1:
        return
    known = await connection.execute(select(table.c.entry).where(table.c.partition == one.partition))
    if known.first() is not None or one.after != "0":
        raise Overtaken(f"partition {one.partition} was projected by another process")
    await connection.execute(insert(Cursor), {"partition": one.partition, "entry": last.id, "at": at_of(last)})


async def _project_all(connection: AsyncConnection, entries: Sequence[Entry], *, scrub: bool = False) -> None:
    batch = await project_lines(
        connection, [(entry.contact, scrubbed(line) if scrub else line) for entry in entries for line in entry.lines]
    )
    if entries:
        await write_feed(connection, batch, at_of(entries[-1]).timestamp())


async def project_lines(connection: AsyncConnection, lines: Sequence[tuple[str, bytes]]) -> Batch:
    """Project lines (contact, body), in order; what was changed."""
    decoded = [(contact, decode_line(body)) for contact, body in lines]
    batch = Batch()
    await batch.load(connection, list({contact for contact, line in decoded if line.event is not None}))
    for contact, line in decoded:
        project(batch, contact, line)
    await batch.write(connection)
    return batch


def at_of(entry: Entry) -> datetime:
    """When an entry was written, by the clock of Redis."""
    return moment(split_id(entry.id)[0] / 1000)


def _place(partition: int, entry: Entry) -> dict[str, object]:
    return {"at": at_of(entry), "partition": partition, "seq": split_id(entry.id)[1]}


def cause_of(error: Exception) -> str:
    """The kind alone: the text of an error may repeat what the customer wrote."""
    return type(getattr(error, "orig", None) or error).__name__


def _letter(partition: int, entry: Entry, error: Exception) -> dict[str, object]:
    return {
        "at": datetime.now(UTC),
        "partition": partition,
        "entry": entry.id,
        "contact": entry.contact,
        "cause": cause_of(error),
    }
