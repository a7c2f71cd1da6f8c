"""What the records need to be kept right: the journal itself, how far it is read, snapshots, what was set aside."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, Big, ContactId, Key, Moment, Word


class JournalLine(Base):
    """One line of the journal, as it was written. Only ever appended to; every other table can be made of it."""

    __tablename__ = "journal"

    at: Mapped[Moment] = mapped_column(primary_key=True)
    """When the entry was written: the first part of its id."""
    partition: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(Big, primary_key=True)
    """The second part of the id."""
    line: Mapped[int] = mapped_column(primary_key=True)
    contact: Mapped[ContactId]
    body: Mapped[bytes] = mapped_column(LargeBinary)

    # Months, so that old ones can be detached whole; whatever has no month yet goes to the default one.
    __table_args__ = (Index(None, "contact", "at"), {"postgresql_partition_by": "RANGE (at)"})


class Cursor(Base):
    """How far one partition's journal is in the tables."""

    __tablename__ = "cursors"

    partition: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    entry: Mapped[Word]
    """Id of the last entry written."""
    at: Mapped[Moment | None]
    """When that entry was written."""


class Snapshot(Base):
    """A session as it lay in Redis when its last turn was projected."""

    __tablename__ = "session_snapshots"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    taken_at: Mapped[Moment]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class SetAside(Base):
    """An entry of the journal that could not be projected, with its cause. Its lines are in the journal."""

    __tablename__ = "set_aside"

    id: Mapped[Key]
    at: Mapped[Moment]
    partition: Mapped[int] = mapped_column(SmallInteger)
    entry: Mapped[Word]
    contact: Mapped[ContactId]
    cause: Mapped[str] = mapped_column(Text)
