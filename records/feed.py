"""The stream of changes: numbered as they become visible, read by the console, forgotten after a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.batch import Batch
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import Change, Contact, FeedHead, Operator, User
from records.tables.base import moment

KEPT = timedelta(days=1)

_feed, _head, _contacts = table_of(Change), table_of(FeedHead), table_of(Contact)


@dataclass(frozen=True, slots=True)
class Changed:
    """One change. operator_name: as people read it."""

    seq: int
    at: datetime
    contact: str
    kinds: tuple[str, ...]
    mode: str
    operator: str
    operator_name: str
    version: int


async def write_feed(connection: AsyncConnection, batch: Batch, at_s: float) -> None:
    """Number the batch's changes, last in its transaction: the next batch waits for its commit."""
    changes = batch.changes
    if not changes:
        return
    last = await connection.execute(
        update(_head).where(_head.c.id == 1).values(seq=_head.c.seq + len(changes)).returning(_head.c.seq)
    )
    first = last.scalar_one() - len(changes) + 1
    known = await _states(connection, [contact for contact in changes if contact not in batch.contacts])
    rows = []
    for seq, (contact, kinds) in enumerate(changes.items(), first):
        state = batch.contacts.get(contact) or known.get(contact) or {"mode": "bot", "operator": "", "version": 0}
        here = {name: state[name] for name in ("mode", "operator", "version")}
        rows.append({"seq": seq, "at": moment(at_s), "contact": contact, "kinds": " ".join(sorted(kinds)), **here})
    await add(connection, Change, rows)


async def _states(connection: AsyncConnection, contacts: Sequence[str]) -> dict[str, dict[str, object]]:
    if not contacts:
        return {}
    columns = (_contacts.c.id, _contacts.c.mode, _contacts.c.operator, _contacts.c.version)
    found = await connection.execute(select(*columns).where(_contacts.c.id.in_(contacts)))
    return {row.id: dict(row._mapping) for row in found}


async def read_feed(engine: AsyncEngine, after: int, limit: int) -> list[Changed]:
    """Changes after a number, in order. Raises Away."""
    statement = (
        select(_feed, func.coalesce(table_of(User).c.name, table_of(Operator).c.name, "").label("operator_name"))
        .outerjoin(table_of(Operator), table_of(Operator).c.id == _feed.c.operator)
        .outerjoin(table_of(User), table_of(User).c.id == _feed.c.operator)
        .where(_feed.c.seq > after)
        .order_by(_feed.c.seq)
        .limit(limit)
    )
    async with reading(engine) as connection:
        return [
            Changed(
                row.seq,
                row.at,
                row.contact,
                tuple(row.kinds.split()),
                row.mode,
                row.operator,
                row.operator_name,
                row.version,
            )
            for row in await connection.execute(statement)
        ]


async def feed_bounds(engine: AsyncEngine) -> tuple[int, int]:
    """The numbers of the oldest change kept and of the newest; who has seen less than the oldest less one has missed
    some. Raises Away.
    """
    async with reading(engine) as connection:
        return await bounds(connection)


async def bounds(connection: AsyncConnection) -> tuple[int, int]:
    """The same, within a transaction."""
    newest: int = (await connection.execute(select(_head.c.seq))).scalar_one()
    oldest = (await connection.execute(select(func.min(_feed.c.seq)))).scalar_one()
    return (newest + 1 if oldest is None else oldest), newest


async def trim_feed(engine: AsyncEngine) -> None:
    """Forget what is older than a day. Raises Away."""
    async with writing(engine) as connection:
        await connection.execute(delete(_feed).where(_feed.c.at < datetime.now(UTC) - KEPT))
