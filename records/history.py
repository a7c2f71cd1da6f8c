"""All that is known of one person, and what happened with them, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.database import reading
from records.tables import (
    Address,
    Base,
    Consent,
    Contact,
    ContactTag,
    Fact,
    Grant,
    Lead,
    LeadStage,
    Message,
    Note,
    Objection,
    OutsideEvent,
    Payment,
    Task,
    Touch,
    Visit,
)

Row = dict[str, Any]
TIMES = {
    Touch: "at",
    Consent: "at",
    Note: "at",
    Message: "at",
    Grant: "at",
    OutsideEvent: "at",
    Fact: "at",
    Payment: "at",
    Visit: "entered_at",
    LeadStage: "entered_at",
    Objection: "raised_at",
    Task: "made_at",
}
"""What makes up the history, and when each happened."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the history. what: the table's name."""

    at: datetime
    what: str
    row: Row


@dataclass(frozen=True, slots=True)
class Card:
    """One person."""

    contact: Row
    addresses: Sequence[Row]
    tags: Sequence[str]
    leads: Sequence[Row]
    history: Sequence[Happening] = field(default=())


async def card(engine: AsyncEngine, contact: str) -> Card | None:
    """What is known of a contact; None for one that is not. Raises Away."""
    async with reading(engine) as connection:
        known = await _rows(connection, Contact, Contact.id == contact)
        if not known:
            return None
        happenings = [
            Happening(row[when], model.__tablename__, row)
            for model, when in TIMES.items()
            for row in await _rows(connection, model, model.contact == contact)  # type: ignore[attr-defined]
        ]
        return Card(
            contact=known[0],
            addresses=await _rows(connection, Address, Address.contact == contact),
            tags=[row["tag"] for row in await _rows(connection, ContactTag, ContactTag.contact == contact)],
            leads=await _rows(connection, Lead, Lead.contact == contact),
            history=sorted(happenings, key=lambda one: one.at),
        )


async def _rows(connection: AsyncConnection, model: type[Base], condition: Any) -> list[Row]:
    table = model.__table__
    found = await connection.execute(select(table).where(condition).order_by(*table.primary_key))
    return [dict(row._mapping) for row in found]
