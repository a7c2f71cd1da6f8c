"""Sessions as they lay in Redis: kept, read for what they tell of a person, and given back to an emptied Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.expression import bindparam

from records.bulk import table_of, upsert
from records.database import reading
from records.projection import phone_digits
from records.tables import Contact, Cursor, Snapshot
from tunnel.session import Session, decode_session

HEADER_BYTES = 24
"""What the store puts in front of a session: version, epoch, number of the last row."""
PAGE = 500

_DETAILS = (
    update(table_of(Contact))
    .where(Contact.id == bindparam("b_contact"))
    .values(
        variables=bindparam("b_variables"),
        phone=func.coalesce(func.nullif(bindparam("b_phone"), ""), Contact.phone),
        email=func.coalesce(func.nullif(bindparam("b_email"), ""), Contact.email),
    )
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One contact's state, as Redis wants it back. timers: (name, due at in Unix seconds)."""

    contact: str
    body: bytes
    timers: tuple[tuple[str, float], ...]


async def keep_snapshots(connection: AsyncConnection, snapshots: Mapping[str, bytes], kinds: Mapping[str, str]) -> None:
    """Keep these sessions, and what they tell: variables, phone, e-mail."""
    if not snapshots:
        return
    now = datetime.now(UTC)
    rows = [{"contact": contact, "taken_at": now, "body": body} for contact, body in snapshots.items()]
    await upsert(connection, Snapshot, rows)
    await tell(connection, snapshots, kinds)


async def tell(connection: AsyncConnection, snapshots: Mapping[str, bytes], kinds: Mapping[str, str]) -> None:
    """Write what sessions tell of their contacts."""
    details = [_details(contact, body, kinds) for contact, body in snapshots.items()]
    rows = [row for row in details if row is not None]
    if rows:
        await connection.execute(_DETAILS, rows)


def _details(contact: str, body: bytes, kinds: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        session = decode_session(body[HEADER_BYTES:], contact)
    except msgspec.MsgspecError:
        return None  # the worker begins such a session anew
    if not session.variables:
        return None
    phone = phone_digits(_first(session, kinds, "phone"))
    email = _first(session, kinds, "email").lower()
    return {"b_contact": contact, "b_variables": session.variables, "b_phone": phone, "b_email": email}


def _first(session: Session, kinds: Mapping[str, str], kind: str) -> str:
    values = (value for name, value in session.variables.items() if kinds.get(name) == kind)
    return next((value for value in values if isinstance(value, str) and value), "")


async def every_snapshot(engine: AsyncEngine) -> AsyncIterator[Sequence[Kept]]:
    """All sessions kept, in pages. Raises Away."""
    after = ""
    while True:
        statement = (
            select(Snapshot.contact, Snapshot.body, Contact.timers)
            .outerjoin(Contact, Contact.id == Snapshot.contact)
            .where(Snapshot.contact > after)
            .order_by(Snapshot.contact)
            .limit(PAGE)
        )
        async with reading(engine) as connection:
            rows = (await connection.execute(statement)).all()
        if not rows:
            return
        yield [Kept(row.contact, bytes(row.body), tuple((row.timers or {}).items())) for row in rows]
        after = rows[-1].contact


async def last_projected(engine: AsyncEngine) -> datetime | None:
    """When the last entry of the journal was written that the tables hold. Raises Away."""
    async with reading(engine) as connection:
        found: datetime | None = (await connection.execute(select(func.max(Cursor.at)))).scalar_one()
        return found
