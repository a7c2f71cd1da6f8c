"""What all tables share: names of constraints, times, identifiers."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeEngine

# Fixed names, so that a migration can name what it changes on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC to the microsecond.

    SQLite has no times: there it is a text of fixed width, written and read here, because SQLAlchemy's own way takes
    five times as long and times are in every row.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert to UTC. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is not UTC:
            if value.tzinfo is None:
                raise ValueError("a time without a zone")
            value = value.astimezone(UTC)
        return _text_of(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read SQLite's texts."""
        return datetime.fromisoformat(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _text_of(at: datetime) -> str:
    # Of one turn, every row has the same time.
    return at.isoformat(" ", "microseconds")


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
