"""How the records do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from records.bulk import table_of
from records.database import reading
from records.snapshots import last_projected
from records.tables import Base, SetAside

LETTERS = 20


@dataclass(frozen=True, slots=True)
class Status:
    """last_at: when the last entry of the journal was written that the tables hold. set_aside: the latest."""

    last_at: datetime | None
    counts: dict[str, int]
    set_aside: Sequence[Any]


async def status(engine: AsyncEngine) -> Status:
    """Count. Raises Away."""
    last_at = await last_projected(engine)
    async with reading(engine) as connection:
        counts = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in Base.metadata.sorted_tables
        }
        letters = select(table_of(SetAside)).order_by(SetAside.id.desc()).limit(LETTERS)
        return Status(last_at, counts, (await connection.execute(letters)).all())
