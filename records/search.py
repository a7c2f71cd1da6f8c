"""Finding people by name, phone, e-mail or tag, and messages by their words in any form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, column, or_, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.database import reading
from records.stems import folded, stems
from records.tables import Address, Contact, ContactTag, Lead, Message

MOST = 50
PHONE_DIGITS = 4
"""A query with fewer digits is no part of a phone number."""
NATIONAL_DIGITS = 10
"""Behind the country's code, which people write as 8, +7 or not at all."""


@dataclass(frozen=True, slots=True)
class Found:
    """A person. channels: where they can be reached; stages: by tunnel."""

    id: str
    name: str
    phone: str
    email: str
    mode: str
    last_at: datetime
    channels: tuple[str, ...]
    tags: tuple[str, ...]
    stages: dict[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A message that holds the words."""

    contact: str
    name: str
    at: datetime
    by: str
    text: str


async def find_contacts(engine: AsyncEngine, query: str, limit: int = MOST) -> list[Found]:
    """People whose name, phone, e-mail, tag or id is or holds the query, latest first. Raises Away."""
    if not query.strip():
        return []
    statement = select(Contact).where(_matches(query.strip())).order_by(Contact.last_at.desc()).limit(limit)
    async with reading(engine) as connection:
        people = (await connection.execute(statement.with_only_columns(*Contact.__table__.columns))).all()
        ids = [person.id for person in people]
        addresses = await connection.execute(select(Address.contact, Address.channel).where(Address.contact.in_(ids)))
        channels = _grouped(addresses)
        tags = _grouped(
            await connection.execute(select(ContactTag.contact, ContactTag.tag).where(ContactTag.contact.in_(ids)))
        )
        leads = await connection.execute(select(Lead.contact, Lead.tunnel, Lead.stage).where(Lead.contact.in_(ids)))
        stages: dict[str, dict[str, str]] = {}
        for contact, tunnel, stage in leads:
            stages.setdefault(contact, {})[tunnel] = stage
    return [
        Found(
            *(person.id, person.name, person.phone, person.email, person.mode, person.last_at),
            tuple(sorted(set(channels.get(person.id, ())))),
            tuple(sorted(tags.get(person.id, ()))),
            stages.get(person.id, {}),
        )
        for person in people
    ]


async def find_messages(engine: AsyncEngine, query: str, limit: int = MOST) -> list[Said]:
    """Messages that hold all words of the query, in any of their forms, latest first. Raises Away."""
    condition = _holds(engine.dialect.name, query)
    if condition is None:
        return []
    columns = (Message.contact, Contact.name, Message.at, Message.by, Message.text)
    statement: Select[Any] = (
        select(*columns).join(Contact, Contact.id == Message.contact).where(condition).order_by(Message.id.desc())
    )
    async with reading(engine) as connection:
        return [Said(*row) for row in await connection.execute(statement.limit(limit))]


def _matches(query: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [
        Contact.name_folded.contains(folded(query), autoescape=True),
        Contact.id == query,
        Contact.id.in_(select(ContactTag.contact).where(ContactTag.tag.in_({query, query.lower()}))),
    ]
    digits = re.sub(r"\D", "", query)
    if len(digits) >= PHONE_DIGITS and re.fullmatch(r"[\d\s()+.-]+", query):
        ways.append(Contact.phone.contains(digits[-NATIONAL_DIGITS:], autoescape=True))
    if "@" in query:
        ways.append(Contact.email.contains(query.lower(), autoescape=True))
    return or_(*ways)


def _holds(dialect: str, query: str) -> ColumnElement[bool] | None:
    words = stems(query).split()
    if not words:
        return None
    if dialect == "postgresql":
        return text("messages.words @@ plainto_tsquery('russian', :words)").bindparams(words=folded(query))  # type: ignore[return-value]
    quoted = " ".join(f'"{word}"' for word in words)
    index = table("messages_search", column("rowid", Integer), column("words", Text))
    return Message.id.in_(select(index.c.rowid).where(index.c.words.match(quoted)))


def _grouped(rows: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contact, value in rows:
        found.setdefault(contact, []).append(value)
    return found
