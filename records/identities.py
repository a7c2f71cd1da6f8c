"""Phones and e-mails by which contacts are known, for a Redis that has lost its index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from records.bulk import table_of
from records.database import reading
from records.tables import Contact

PAGE = 500


async def every_identity(engine: AsyncEngine) -> AsyncIterator[Sequence[tuple[str, str, str]]]:
    """(contact, "phone" or "email", value) by pages; whoever was met first comes first. Raises Away."""
    table = table_of(Contact)
    known = or_(table.c.phone != "", table.c.email != "")
    columns = select(table.c.id, table.c.phone, table.c.email).where(known).order_by(table.c.first_at, table.c.id)
    start = 0
    while True:
        async with reading(engine) as connection:
            rows = (await connection.execute(columns.limit(PAGE).offset(start))).all()
        if not rows:
            return
        start += len(rows)
        pairs = [(row.id, kind, getattr(row, kind)) for row in rows for kind in ("phone", "email")]
        yield [pair for pair in pairs if pair[2]]
