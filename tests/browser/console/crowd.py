"""Thousands of conversations, put straight into the records before the program starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from records import Records
from records.bulk import add
from records.database import writing
from records.tables import Contact, Message

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def contact(number: int, **more: Any) -> dict[str, Any]:
    """Somebody who wrote a minute after the one before, and waits for a person."""
    at = BEGAN + timedelta(minutes=number)
    name = f"Клиент {number:05d}"
    return {
        "id": f"{number:024x}",
        "name": name,
        "name_folded": str(more.get("name", name)).lower(),
        **dict.fromkeys(("sex", "language", "timezone", "phone", "email", "queue", "operator", "tunnel", "step"), ""),
        "variables": {},
        "renamed": False,
        "mode": "queued",
        "first_at": at,
        "last_at": at,
        "inbound_at": at,
        "waiting_since": at,
        "visit": 0,
        "visit_left": True,
        "conversation": 1,
        "conversing": True,
        "objections": 0,
        "timers": {},
        "channel": "telegram",
        "last_text": f"Сколько стоит дом номер {number}?",
        "last_by": "customer",
        "spoke_at": at,
        "unanswered_since": at,
        "version": 1,
        **more,
    }


def message(number: int, place: int, text: str, file_name: str) -> dict[str, Any]:
    """Something that this contact wrote, with a file."""
    at = BEGAN + timedelta(minutes=number, seconds=place)
    return {
        "contact": f"{number:024x}",
        "conversation": 1,
        "at": at,
        "direction": "in",
        "by": "customer",
        "kind": "attachment",
        "channel": "telegram",
        "account": "1",
        **dict.fromkeys(("operator", "tunnel", "step", "event", "reason"), ""),
        "text": text,
        "details": {"files": [{"kind": "document", "name": file_name, "ref": "none", "mime": "text/html"}]},
        "visit": 0,
        "external_id": f"{number}-{place}",
        "status": "received",
        "status_rank": 0,
        "status_at": at,
    }


async def put(data: Path, contacts: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]]) -> None:
    """Into the SQLite records of a program that has not started yet."""
    data.mkdir(parents=True, exist_ok=True)
    records = Records.open("", data)
    await records.migrate()
    async with writing(records.engine) as connection:
        await add(connection, Contact, contacts)
        await add(connection, Message, messages)
    await records.close()
