"""What an admin does with the accounts of others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.accounts import links, sessions
from console.accounts.accounts import Accounts, folded, new_row, shown, users
from console.accounts.audit import note
from console.accounts.sessions import Visitor
from console.models import people
from console.refusals import Refused
from records.database import reading, writing


async def everybody(accounts: Accounts) -> list[people.User]:
    """All accounts, by name. Raises Away."""
    async with reading(accounts.engine) as connection:
        rows = (await connection.execute(select(users).order_by(users.c.name, users.c.id))).all()
    return [shown(row._mapping) for row in rows]


async def add(accounts: Accounts, by: Visitor, asked: people.NewUser, address: str) -> tuple[people.User, str]:
    """A new account and the token of its link. Raises Refused(409), Away."""
    now = accounts.now()
    row = new_row(folded(asked.login), asked.name, asked.role, asked.language, now)
    try:
        async with writing(accounts.engine) as connection:
            await connection.execute(insert(users), row)
            details = {"login": row["login"], "role": row["role"]}
            await note(connection, now, "user.added", user=by.id, address=address, subject=row["id"], **details)
            return shown(row), await links.make(connection, row["id"], now)
    except IntegrityError:
        raise Refused(409, "login_taken", field="login") from None


async def change(accounts: Accounts, by: Visitor, user: str, asked: people.UserChanges, address: str) -> people.User:
    """Change what is not left out. Whoever is disabled or changes roles is logged out. Raises Refused, Away."""
    now = accounts.now()
    changes: dict[str, Any] = {
        name: value for name in ("name", "role", "disabled") if (value := getattr(asked, name)) is not None
    }
    if asked.drop_totp:
        changes |= {"totp": "", "totp_offered": "", "totp_step": 0}
    async with writing(accounts.engine) as connection:
        row = await _known(connection, user)
        if changes:
            await connection.execute(update(users).where(users.c.id == user).values(**changes))
            row |= changes
            if not await _admins(connection):
                raise Refused(409, "last_admin")
            if asked.disabled or asked.role is not None:
                await sessions.end_all(connection, user, but=by.session)
            told = {name: str(value) for name, value in changes.items() if not name.startswith("totp")}
            if asked.drop_totp:
                told["totp"] = "dropped"
            await note(connection, now, "user.changed", user=by.id, address=address, subject=user, **told)
    return shown(row)


async def reset(accounts: Accounts, by: Visitor, user: str, address: str) -> tuple[people.User, str]:
    """A new link; the old password works until it is used. Raises Refused(404), Away."""
    now = accounts.now()
    async with writing(accounts.engine) as connection:
        row = await _known(connection, user)
        await note(connection, now, "user.reset", user=by.id, address=address, subject=user)
        return shown(row), await links.make(connection, user, now)


async def reset_by_machine(accounts: Accounts, login: str, *, drop_code: bool) -> str | None:
    """The token of a link for an account, asked for at the machine itself; None for no such account. Raises Away."""
    now = accounts.now()
    async with writing(accounts.engine) as connection:
        row = (await connection.execute(select(users).where(users.c.login == folded(login)))).first()
        if row is None:
            return None
        if drop_code:
            values = {"totp": "", "totp_offered": "", "totp_step": 0}
            await connection.execute(update(users).where(users.c.id == row.id).values(**values))
        details = {"code": "dropped"} if drop_code else {}
        await note(connection, now, "user.reset", user="", address="terminal", subject=row.id, **details)
        return await links.make(connection, row.id, now)


async def _known(connection: AsyncConnection, user: str) -> dict[str, Any]:
    # Every admin's row with it, in one order: two admins who demote each other at once come one after the other.
    chosen = select(users).where(or_(users.c.id == user, users.c.role == "admin")).order_by(users.c.id)
    found = await connection.execute(chosen.with_for_update())
    row = next((row for row in found if row.id == user), None)
    if row is None:
        raise Refused(404, "missing")
    return dict(row._mapping)


async def _admins(connection: AsyncConnection) -> int:
    condition = (users.c.role == "admin", users.c.disabled.is_(False))
    found: int = (await connection.execute(select(func.count()).select_from(users).where(*condition))).scalar_one()
    return found
