"""People: who they are, where they can be reached, where they came from, what they allowed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, ContactId, Key, Moment, Word


class Contact(Base):
    """A person, as the last projected turn left them."""

    __tablename__ = "contacts"

    id: Mapped[ContactId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    name_folded: Mapped[str] = mapped_column(Text, default="")
    """Lower case, «ё» as «е»: what is searched. SQLite folds only Latin letters by itself."""
    renamed: Mapped[bool] = mapped_column(default=False)
    """The name is an operator's: what the channel tells does not replace it."""
    sex: Mapped[Word]
    language: Mapped[Word]
    timezone: Mapped[Word]
    phone: Mapped[str] = mapped_column(Text, default="", index=True)
    """Digits after a plus."""
    email: Mapped[str] = mapped_column(Text, default="", index=True)
    """Lower case."""
    variables: Mapped[dict[str, Any]]
    """By name; from the session's last snapshot."""
    mode: Mapped[Word]
    queue: Mapped[Word]
    operator: Mapped[Word]
    waiting_since: Mapped[Moment | None]
    """Since when nobody has taken a conversation that waits for people."""
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    """When something last happened."""
    inbound_at: Mapped[Moment | None]
    """When the customer last wrote."""
    tunnel: Mapped[Word]
    step: Mapped[Word]
    visit: Mapped[int] = mapped_column(default=0)
    visit_at: Mapped[Moment | None]
    visit_left: Mapped[bool] = mapped_column(default=True)
    conversation: Mapped[int] = mapped_column(default=0)
    """Number of the last conversation; 0 before the first."""
    conversing: Mapped[bool] = mapped_column(default=False)
    """Whether it is open."""
    objections: Mapped[int] = mapped_column(default=0)
    """How many were raised."""
    timers: Mapped[dict[str, Any]]
    """Armed timer → when it is due, Unix seconds."""

    channel: Mapped[Word]
    """Where the customer last wrote."""
    last_text: Mapped[str] = mapped_column(Text, default="")
    """The beginning of the last message."""
    last_by: Mapped[Word]
    spoke_at: Mapped[Moment | None]
    """When that was."""
    unanswered_since: Mapped[Moment | None] = mapped_column(index=True)
    """Since when the customer's last word waits for a person; null where the bot answers."""
    answered_at: Mapped[Moment | None]
    """When a person last answered."""
    snoozed_until: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=0)
    """`Session.version`."""

    __table_args__ = (
        Index(None, "name_folded"),
        Index(None, "last_at"),
        Index(None, "mode", "spoke_at"),
        Index(None, "spoke_at"),
    )


class ContactTag(Base):
    """A tag that a person wears."""

    __tablename__ = "contact_tags"

    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)

    __table_args__ = (Index(None, "tag"),)


class Address(Base):
    """A person on one channel."""

    __tablename__ = "addresses"

    channel: Mapped[Word] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(Text, primary_key=True)
    external_id: Mapped[str] = mapped_column(Text, primary_key=True)
    contact: Mapped[ContactId] = mapped_column(index=True)
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    reachable: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why not."""


class Touch(Base):
    """One arrival, with its source."""

    __tablename__ = "touches"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment] = mapped_column(index=True)
    channel: Mapped[Word]
    ref: Mapped[str] = mapped_column(Text, default="")
    """The link's word, "" for a bare arrival."""
    utm_source: Mapped[str] = mapped_column(Text, default="")
    utm_medium: Mapped[str] = mapped_column(Text, default="")
    utm_campaign: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[dict[str, Any]]
    """All marks as they came: UTM, ids of ads."""


class Consent(Base):
    """Messages allowed or forbidden."""

    __tablename__ = "consents"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment]
    channel: Mapped[Word]
    given: Mapped[bool]
    how: Mapped[str] = mapped_column(Text, default="")
    """The word, the block or the permission that says so."""


class Note(Base):
    """What operators should know. `by`: "bot" for the note of a handoff, which comes from the journal."""

    __tablename__ = "notes"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    at: Mapped[Moment]
    by: Mapped[Word]
    text: Mapped[str] = mapped_column(Text)


class Task(Base):
    """What somebody has to do by a time."""

    __tablename__ = "tasks"

    id: Mapped[Key]
    contact: Mapped[ContactId] = mapped_column(index=True)
    tunnel: Mapped[Word]
    title: Mapped[str] = mapped_column(Text)
    operator: Mapped[Word]
    made_at: Mapped[Moment]
    due_at: Mapped[Moment | None] = mapped_column(index=True)
    done_at: Mapped[Moment | None]
    event: Mapped[str] = mapped_column(Text, default="", index=True)
    """The id of the command that made it."""
