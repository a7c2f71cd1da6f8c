"""What was done, by whom, from where. Lines are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.models.people import AuditLine as Line
from console.models.people import AuditPage
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import AuditLine, User


async def note(
    connection: AsyncConnection, at: datetime, what: str, *, user: str, address: str, subject: str = "", **details: str
) -> None:
    """Add a line within a transaction. details: no secrets, and nothing that a customer said."""
    row = {"at": at, "user": user, "what": what, "subject": subject, "details": details, "address": address}
    await add(connection, AuditLine, [row])


async def note_alone(engine: AsyncEngine, at: datetime, what: str, **more: Any) -> None:
    """Add a line in a transaction of its own. Raises Away."""
    async with writing(engine) as connection:
        await note(connection, at, what, **more)


async def page(engine: AsyncEngine, before: int | None, limit: int) -> AuditPage:
    """Lines before a number, latest first. Raises Away."""
    table, users = table_of(AuditLine), table_of(User)
    statement = (
        select(table, users.c.name.label("who_name"))
        .outerjoin(users, users.c.id == table.c.user)
        .order_by(table.c.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(table.c.id < before)
    async with reading(engine) as connection:
        rows = (await connection.execute(statement)).all()
    lines = [
        Line(
            id=row.id,
            at=row.at,
            who=row.user,
            who_name=row.who_name or "",
            what=row.what,
            subject=row.subject,
            details={name: str(value) for name, value in row.details.items()},
            address=row.address,
        )
        for row in rows[:limit]
    ]
    return AuditPage(lines=lines, next=str(lines[-1].id) if len(rows) > limit else "")
