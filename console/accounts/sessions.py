"""Sessions: who is logged in, in which browser. The cookie holds a secret; only its hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.accounts.passwords import csrf_of, kept, new_secret
from console.models.people import Language, Role
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import User, UserSession

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when somebody was last here: each request would be a write otherwise."""
MOST = 20
"""Sessions of one account; the oldest goes."""

_sessions, _users = table_of(UserSession), table_of(User)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in. session: the hash of the cookie's secret."""

    id: str
    login: str
    name: str
    role: Role
    language: Language
    session: str
    csrf: str


class Sessions:
    """Begun at a login, ended at a logout, by the clock, or by an admin."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def visitor(self, secret: str, now: datetime) -> Visitor | None:
        """Whose cookie it is; None for one that is unknown or over. Raises Away."""
        session = kept(secret)
        statement = (
            select(_sessions.c.created_at, _sessions.c.seen_at, *_users.c)
            .join(_users, _users.c.id == _sessions.c.user)
            .where(_sessions.c.id == session, _users.c.disabled.is_(False))
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(statement)).first()
        if row is None or is_over(row[0], row[1], now):
            return None
        if now - row[1] >= SEEN_EVERY:
            await self._seen(session, row.id, now)
        return Visitor(row.id, row.login, row.name, row.role, row.language, session, csrf_of(secret))

    async def still(self, session: str, now: datetime) -> bool:
        """Whether a session found earlier goes on: what a long stream asks from time to time. Raises Away."""
        statement = (
            select(_sessions.c.created_at, _sessions.c.seen_at)
            .join(_users, _users.c.id == _sessions.c.user)
            .where(_sessions.c.id == session, _users.c.disabled.is_(False))
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(statement)).first()
        return row is not None and not is_over(row.created_at, row.seen_at, now)

    async def end(self, session: str) -> None:
        """Log out. Raises Away."""
        async with writing(self._engine) as connection:
            await connection.execute(delete(_sessions).where(_sessions.c.id == session))

    async def _seen(self, session: str, user: str, now: datetime) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(update(_sessions).where(_sessions.c.id == session).values(seen_at=now))
            await connection.execute(update(_users).where(_users.c.id == user).values(seen_at=now))


def is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has ended by the clock."""
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE


async def begin(connection: AsyncConnection, user: str, now: datetime) -> str:
    """A new session; the cookie's secret. Nothing that the browser brought is taken over."""
    secret = new_secret()
    mine = (
        await connection.execute(
            select(_sessions.c.id, _sessions.c.created_at, _sessions.c.seen_at)
            .where(_sessions.c.user == user)
            .order_by(_sessions.c.seen_at.desc())
        )
    ).all()
    gone = [row.id for place, row in enumerate(mine) if place >= MOST - 1 or is_over(row[1], row[2], now)]
    if gone:
        await connection.execute(delete(_sessions).where(_sessions.c.id.in_(gone)))
    row: dict[str, Any] = {"id": kept(secret), "user": user, "created_at": now, "seen_at": now}
    await add(connection, UserSession, [row])
    return secret


async def end_all(connection: AsyncConnection, user: str, *, but: str = "") -> None:
    """End every session of an account, but one."""
    await connection.execute(delete(_sessions).where(_sessions.c.user == user, _sessions.c.id != but))
