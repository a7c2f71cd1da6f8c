"""What the console's lists, threads and stream need, beside people and what they said."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, Big, ContactId, Key, Moment, Word


class Act(Base):
    """Something done that has no table of its own: who took a conversation, what was put off, a ladder."""

    __tablename__ = "acts"

    id: Mapped[Key]
    contact: Mapped[ContactId]
    at: Mapped[Moment]
    kind: Mapped[Word]
    """The record's name (tunnel.effects.RECORDS)."""
    operator: Mapped[Word]
    data: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "contact", "at"),)


class Operator(Base):
    """Who has ever answered, under the name they had last: accounts, and people of the Telegram desk."""

    __tablename__ = "operators"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class Change(Base):
    """One change of one contact, in the order in which they became visible; kept for a day."""

    __tablename__ = "feed"

    seq: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    at: Mapped[Moment] = mapped_column(index=True)
    contact: Mapped[ContactId]
    kinds: Mapped[str] = mapped_column(Text)
    """Separated by spaces: message, status, state, contact, note, task."""
    mode: Mapped[Word]
    operator: Mapped[Word]
    version: Mapped[int]


class FeedHead(Base):
    """The last number given. Its one row is held from giving numbers until the commit: so no number becomes visible
    after a higher one.
    """

    __tablename__ = "feed_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Big)
