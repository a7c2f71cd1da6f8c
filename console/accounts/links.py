"""One-time links: the first makes the admin, the others set a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.accounts.passwords import kept, new_secret
from console.refusals import Refused
from records.bulk import add, table_of
from records.database import reading
from records.tables import OneTimeLink

LASTS = timedelta(hours=24)

_links = table_of(OneTimeLink)


async def make(connection: AsyncConnection, user: str, now: datetime) -> str:
    """A new link's token; earlier ones of this account no longer work. user: "" for the first account's."""
    if user:
        await connection.execute(delete(_links).where(_links.c.user == user))
    await connection.execute(delete(_links).where(_links.c.expires_at <= now))
    token = new_secret()
    await add(connection, OneTimeLink, [{"id": kept(token), "user": user, "expires_at": now + LASTS}])
    return token


async def peek(engine: AsyncEngine, token: str, now: datetime) -> str:
    """Whose link it is, without using it up; "" for nobody's. Raises Away."""
    async with reading(engine) as connection:
        valid = (_links.c.id == kept(token), _links.c.expires_at > now)
        row = (await connection.execute(select(_links.c.user).where(*valid))).first()
    return "" if row is None else str(row.user)


async def use(connection: AsyncConnection, token: str, now: datetime) -> str:
    """Use a link up; whose it is. Of two who use it at once, one is refused. Raises Refused(401)."""
    # Looked up by its hash: how long that takes says nothing of the token.
    row = (await connection.execute(select(_links).where(_links.c.id == kept(token)).with_for_update())).first()
    if row is None or row.expires_at <= now:
        raise Refused(401, "link", field="token")
    gone = await connection.execute(delete(_links).where(_links.c.id == row.id))
    if gone.rowcount != 1:
        raise Refused(401, "link", field="token")
    if not row.user:
        await connection.execute(delete(_links).where(_links.c.user == ""))
    return str(row.user)
