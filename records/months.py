"""The journal's months on PostgreSQL: a partition each, made before the first line that belongs there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import writing
from records.errors import is_away

Month = tuple[int, int]


class Months:
    """Remembers which exist. Where one cannot be made, its lines go to the default partition."""

    def __init__(self) -> None:
        self._known: set[Month] = set()

    async def make(self, engine: AsyncEngine, times: Sequence[datetime]) -> None:
        """Make the months that these times lie in. Raises Away."""
        if engine.dialect.name != "postgresql":
            return
        for month in {(at.year, at.month) for at in times} - self._known:
            try:
                async with writing(engine) as connection:
                    await connection.execute(text(partition_of(month)))
            except DBAPIError as error:  # another process was faster, or the default partition holds such lines
                if is_away(error):
                    raise
            self._known.add(month)


def partition_of(month: Month) -> str:
    """The statement that makes one month's partition."""
    year, number = month
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return (
        f"CREATE TABLE IF NOT EXISTS journal_{year}_{number:02d} PARTITION OF journal "
        f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    )
