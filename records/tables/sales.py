"""The way of the sale: visits of steps, leads and their stages, objections, gifts, events from outside."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, ContactId, Key, Moment, Word


class Visit(Base):
    """One entering of a step by one contact."""

    __tablename__ = "visits"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    visit: Mapped[int] = mapped_column(primary_key=True)
    """Counted over all tunnels, from 1."""
    tunnel: Mapped[Word]
    step: Mapped[Word]
    entered_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    left_by: Mapped[Word]
    """press, text, answer, silence, objection, back; "onward" where the step itself led on; "end" of the tunnel."""
    label: Mapped[str] = mapped_column(Text, default="")
    """The choice, as it was shown; for silence which reminder, from 0."""
    led_to: Mapped[str] = mapped_column(Text, default="")
    """tunnel/step entered in the same turn."""
    seconds: Mapped[float | None]
    """From entering to leaving."""

    __table_args__ = (Index(None, "tunnel", "entered_at"),)


class Lead(Base):
    """A contact in one tunnel, with the stage where it stands."""

    __tablename__ = "leads"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    tunnel: Mapped[Word] = mapped_column(primary_key=True)
    stage: Mapped[Word]
    since: Mapped[Moment]
    """When that stage was entered."""
    moves: Mapped[int] = mapped_column(default=0)
    value: Mapped[float | None] = mapped_column(Numeric(16, 2))
    """Money, in the currency of the content."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was lost."""
    created_at: Mapped[Moment]

    __table_args__ = (Index(None, "tunnel", "stage"),)


class LeadStage(Base):
    """One stay of a lead at a stage."""

    __tablename__ = "lead_stages"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    tunnel: Mapped[Word] = mapped_column(primary_key=True)
    move: Mapped[int] = mapped_column(primary_key=True)
    """From 1 for each lead."""
    stage: Mapped[Word]
    entered_at: Mapped[Moment]
    left_at: Mapped[Moment | None]
    led_to: Mapped[Word]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index(None, "tunnel", "entered_at"),)


class Objection(Base):
    """An objection raised, the answer given, and whether that led on."""

    __tablename__ = "objections"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1 for each contact."""
    name: Mapped[Word]
    answer: Mapped[int] = mapped_column(default=0)
    """Which of its answers was given, from 0."""
    by: Mapped[Word]
    """text or button."""
    tunnel: Mapped[Word]
    step: Mapped[Word]
    raised_at: Mapped[Moment]
    won_at: Mapped[Moment | None]
    label: Mapped[str] = mapped_column(Text, default="")
    """The choice that led on."""

    __table_args__ = (Index(None, "name", "raised_at"),)


class Grant(Base):
    """A lead magnet handed out."""

    __tablename__ = "grants"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    magnet: Mapped[Word]
    at: Mapped[Moment]
    tunnel: Mapped[Word]
    step: Mapped[Word]


class OutsideEvent(Base):
    """Something that happened outside the chat: a cart abandoned, an order paid."""

    __tablename__ = "outside_events"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment]
    name: Mapped[Word]
    data: Mapped[dict[str, Any]]
    origin: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Who sent it: a source of the settings, "link" for a click."""
