"""What all tables share: names of constraints, times, identifiers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Fixed names, so that a migration can name what it changes on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC to the microsecond. SQLite has no zones: there it is UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's times their zone back."""
        return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


def moment(seconds: float) -> datetime:
    """Unix seconds → an aware time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite numbers rows by itself only in a column of exactly this type.
Big = BigInteger().with_variant(Integer(), "sqlite")

Key = Annotated[int, mapped_column(Big, primary_key=True, autoincrement=True)]
ContactId = Annotated[str, mapped_column(Text)]
"""24 hexadecimal digits; longer for those that other programs bring."""
Word = Annotated[str, mapped_column(Text, default="")]
Moment = Annotated[datetime, mapped_column(UtcTime())]


class Base(DeclarativeBase):
    """Every table's ancestor."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 - SQLAlchemy wants it so
