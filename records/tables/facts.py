"""What came from outside the chat and what the tunnel made of it: triggers, ladders, promo codes, arms, payments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, ContactId, Key, Moment, Word


class Fact(Base):
    """One thing that the journal says and that is only ever counted. What its columns mean depends on `what`:

    trigger   an event came: name; did: what it led to in `tunnel`, comma-separated
    ladder    name: its event; part: the rung, from 0; did: started, said, skipped, stopped, ended; why
    held      something the bot would have started was put off or left out: name: what; why; data: until
    promo     name: the promo; part: the code; did: given, none (there was none left), redeemed; data: order, total
    arm       name: the step of the split; part: the arm drawn
    parked    name: the step; did: left, taken up, dropped
    overdue   name: the stage that takes too long; data: since
    clicked   name: the tracked link that was opened
    """

    __tablename__ = "facts"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment]
    what: Mapped[Word]
    tunnel: Mapped[Word]
    name: Mapped[str] = mapped_column(Text, default="")
    part: Mapped[str] = mapped_column(Text, default="")
    did: Mapped[Word]
    why: Mapped[Word]
    data: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "what", "tunnel", "at"), Index(None, "what", "part"))


class Payment(Base):
    """Money from a contact, by what an event said."""

    __tablename__ = "payments"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment]
    tunnel: Mapped[Word]
    value: Mapped[float] = mapped_column(Numeric(16, 2))
    currency: Mapped[Word]
    product: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index(None, "tunnel", "at"),)
