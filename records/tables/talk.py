"""Conversations and what is said in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, Big, ContactId, Key, Moment, Word


class Conversation(Base):
    """From a customer's first event until an operator closes it; the next event opens the next one."""

    __tablename__ = "conversations"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1 for each contact."""
    channel: Mapped[Word]
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[Word]

    __table_args__ = (Index(None, "opened_at"),)


class Message(Base):
    """One message, as said; of a button pressed, its label."""

    __tablename__ = "messages"

    id: Mapped[Key]
    contact: Mapped[ContactId]
    conversation: Mapped[int]
    at: Mapped[Moment]
    """When the turn was that heard or said it."""
    direction: Mapped[Word]
    """in or out."""
    by: Mapped[Word]
    """customer, bot or operator."""
    kind: Mapped[Word]
    """start, text, press, phone, attachment or colleague; of what is said, "say"."""
    channel: Mapped[Word]
    account: Mapped[str] = mapped_column(Text, default="")
    operator: Mapped[Word]
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]]
    """Files, buttons and the like."""
    tunnel: Mapped[Word]
    step: Mapped[Word]
    visit: Mapped[int] = mapped_column(default=0)
    event: Mapped[str] = mapped_column(Text, default="")
    """The id of the event that heard or caused it."""
    first_row: Mapped[int | None] = mapped_column(Big)
    last_row: Mapped[int | None] = mapped_column(Big)
    """Rows of the outbox that carry it; numbers rise within a contact."""
    external_id: Mapped[str] = mapped_column(Text, default="")
    """The channel's own id of the first row sent."""
    status: Mapped[Word]
    """received; or queued, sent, delivered, read, played, dropped, failed."""
    status_rank: Mapped[int] = mapped_column(SmallInteger, default=0)
    """A status is only replaced by one of a higher rank: receipts may come in any order."""
    status_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was dropped or failed."""

    __table_args__ = (
        Index(None, "contact", "at"),
        Index(None, "contact", "first_row"),
        Index(None, "contact", "external_id"),
    )
