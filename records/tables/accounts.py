"""Accounts of those who work in the console. Not made of the journal: a rebuild leaves them alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables.base import Base, Big, ContactId, Key, Moment, Word


class User(Base):
    """Somebody with an account."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[Word]
    language: Mapped[Word]
    password: Mapped[Word]
    """Argon2id in its own notation; "" until the one-time link was used."""
    totp: Mapped[Word]
    """The authenticator's secret, Base32; "" where codes are off."""
    totp_offered: Mapped[Word]
    """One that is not yet confirmed."""
    totp_step: Mapped[int] = mapped_column(Big, default=0)
    """Of the last code used: no code works twice."""
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment | None]


class UserSession(Base):
    """Somebody logged in, in one browser. id: SHA-256 of the cookie's secret."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user: Mapped[str] = mapped_column(Text, index=True)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]


class OneTimeLink(Base):
    """Sets a password, once. id: SHA-256 of its token; user: "" for the link that makes the first account."""

    __tablename__ = "one_time_links"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user: Mapped[str] = mapped_column(Text, index=True)
    expires_at: Mapped[Moment]


class LoginFailure(Base):
    """Failed attempts in a row. key: SHA-256 of an account's login, or of a network address."""

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int]
    last_at: Mapped[Moment]


class AuditLine(Base):
    """What was done in the console. The database refuses to change or remove a line."""

    __tablename__ = "audit"

    id: Mapped[Key]
    at: Mapped[Moment]
    user: Mapped[Word]
    what: Mapped[Word]
    subject: Mapped[str] = mapped_column(Text, default="")
    """An account's or a contact's id."""
    details: Mapped[dict[str, Any]]
    address: Mapped[Word]


class Upload(Base):
    """A file that waits to be said. path: below the data directory."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(index=True)
    kind: Mapped[Word]
    name: Mapped[str] = mapped_column(Text)
    mime: Mapped[Word]
    size_bytes: Mapped[int] = mapped_column(Big)
    path: Mapped[str] = mapped_column(Text)


class Seen(Base):
    """How far somebody has read a conversation."""

    __tablename__ = "seen"

    user: Mapped[str] = mapped_column(Text, primary_key=True)
    contact: Mapped[ContactId] = mapped_column(primary_key=True)
    at: Mapped[Moment]

    __table_args__ = (Index(None, "contact"),)


class CannedText(Base):
    """A text that operators send often; with the content's holes in it."""

    __tablename__ = "canned_texts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="")
    """Empty: it fits everybody."""
