"""Accounts: the way in and what people may change of themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyotp
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from console.accounts import links, sessions
from console.accounts.audit import note, note_alone
from console.accounts.backoff import Backoff
from console.accounts.passwords import Passwords, check_password, new_id
from console.accounts.sessions import Sessions, Visitor
from console.models import people
from console.refusals import Refused
from records.bulk import table_of
from records.database import reading, writing
from records.tables import User

TOTP_STEP_S = 30
TOTP_DRIFT = 1
"""Steps before and after now that count, for clocks that are a little off."""

users = table_of(User)


class Accounts:
    """clock: Unix seconds."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float], passwords: Passwords | None = None) -> None:
        self.engine = engine
        self.passwords = passwords or Passwords()
        self.sessions = Sessions(engine)
        self.backoff = Backoff(engine)
        self._clock = clock

    def now(self) -> datetime:
        """The time, aware."""
        return datetime.fromtimestamp(self._clock(), UTC)

    # --- the first account

    async def is_empty(self) -> bool:
        """Whether nobody has an account. Raises Away."""
        async with reading(self.engine) as connection:
            return await _count(connection) == 0

    async def first_link(self) -> str | None:
        """The token of a link that makes the first account; None where there is one. Raises Away."""
        async with writing(self.engine) as connection:
            if await _count(connection):
                return None
            return await links.make(connection, "", self.now())

    async def set_up(self, asked: people.Setup, address: str) -> str:
        """Make the first account, an admin's; the secret of its first session. Raises Refused, Away."""
        await self.backoff.attempt(self.now(), address=address)
        login = folded(asked.login)
        check_password(asked.password, login)
        hashed = await self.passwords.hash(asked.password)
        now = self.now()
        async with writing(self.engine) as connection:
            if await links.use(connection, asked.token, now) != "" or await _count(connection):
                raise Refused(401, "link", field="token")
            row = new_row(login, asked.name, "admin", asked.language, now) | {"password": hashed}
            await connection.execute(insert(users), row)
            await note(connection, now, "set_up", user=row["id"], address=address, login=login)
            return await sessions.begin(connection, row["id"], now)

    # --- in and out

    async def log_in(self, asked: people.Credentials, address: str) -> str:
        """The secret of a new session. Raises Refused (401, 429, 503), Away."""
        login = folded(asked.login)
        await self.backoff.attempt(self.now(), account=login, address=address)
        row = await self._row(users.c.login == login)
        right = await self.passwords.matches(asked.password, row["password"] if row else "")
        if row is None or not right or row["disabled"]:
            who = row["id"] if row else ""
            await note_alone(self.engine, self.now(), "login.failed", user=who, address=address)
            raise Refused(401, "credentials")
        now = self.now()
        if row["totp"]:
            await self._use_code(row, asked.code, now, address)
        async with writing(self.engine) as connection:
            if self.passwords.is_old(row["password"]):
                hashed = await self.passwords.hash(asked.password)
                await connection.execute(update(users).where(users.c.id == row["id"]).values(password=hashed))
            await connection.execute(update(users).where(users.c.id == row["id"]).values(seen_at=now))
            await note(connection, now, "login", user=row["id"], address=address)
            secret = await sessions.begin(connection, row["id"], now)
        await self.backoff.succeeded(account=login, address=address)
        return secret

    async def redeem(self, asked: people.NewPassword, address: str) -> str:
        """Set a password by a link; all sessions end and a new one begins. Raises Refused, Away."""
        await self.backoff.attempt(self.now(), address=address)
        now = self.now()
        row = await self._row(users.c.id == await links.peek(self.engine, asked.token, now))
        if row is None:
            await note_alone(self.engine, now, "link.failed", user="", address=address)
            raise Refused(401, "link", field="token")
        check_password(asked.password, row["login"])
        if row["totp"]:
            await self.backoff.attempt(now, account=row["login"])
            await self._use_code(row, asked.code, now, address)
        hashed = await self.passwords.hash(asked.password)
        async with writing(self.engine) as connection:
            user = await links.use(connection, asked.token, now)
            changed = await connection.execute(
                update(users).where(users.c.id == user, users.c.disabled.is_(False)).values(password=hashed)
            )
            if changed.rowcount != 1:
                raise Refused(401, "link", field="token")
            await sessions.end_all(connection, user)
            await note(connection, now, "password.set", user=user, address=address)
            secret = await sessions.begin(connection, user, now)
        await self.backoff.succeeded(account=row["login"], address=address)
        return secret

    async def log_out(self, visitor: Visitor, address: str) -> None:
        """End this session. Raises Away."""
        await self.sessions.end(visitor.session)
        await note_alone(self.engine, self.now(), "logout", user=visitor.id, address=address)

    # --- oneself

    async def me(self, user: str) -> people.User:
        """The account. Raises Refused(404), Away."""
        row = await self._row(users.c.id == user)
        if row is None:
            raise Refused(404, "missing")
        return shown(row)

    async def change_me(self, visitor: Visitor, asked: people.MyChanges, address: str) -> None:
        """Change what is not left out. Raises Away."""
        changes = {name: value for name in ("name", "language") if (value := getattr(asked, name)) is not None}
        if changes:
            async with writing(self.engine) as connection:
                await connection.execute(update(users).where(users.c.id == visitor.id).values(**changes))
                # The audit shows what people are called now: who was called what before is told by this.
                before = {"name_before": visitor.name} if "name" in changes else {}
                await note(connection, self.now(), "me.changed", user=visitor.id, address=address, **changes, **before)

    async def change_password(self, visitor: Visitor, asked: people.PasswordChange, address: str) -> str:
        """Every session ends and a new one begins: its secret. Raises Refused, Away."""
        await self._prove(visitor, asked.old, address)
        check_password(asked.new, visitor.login)
        hashed = await self.passwords.hash(asked.new)
        now = self.now()
        async with writing(self.engine) as connection:
            await connection.execute(update(users).where(users.c.id == visitor.id).values(password=hashed))
            await sessions.end_all(connection, visitor.id)
            await note(connection, now, "password.changed", user=visitor.id, address=address)
            return await sessions.begin(connection, visitor.id, now)

    async def end_sessions(self, visitor: Visitor, address: str) -> None:
        """End one's other sessions. Raises Away."""
        async with writing(self.engine) as connection:
            await sessions.end_all(connection, visitor.id, but=visitor.session)
            await note(connection, self.now(), "sessions.ended", user=visitor.id, address=address)

    # --- codes

    async def totp_begin(self, visitor: Visitor, issuer: str) -> people.TotpSecret:
        """Offer a secret; it holds once a code confirms it. Raises Refused(409), Away."""
        row = await self._row(users.c.id == visitor.id)
        if row is None or row["totp"]:
            raise Refused(409, "totp_on")
        secret = pyotp.random_base32()
        async with writing(self.engine) as connection:
            await connection.execute(update(users).where(users.c.id == visitor.id).values(totp_offered=secret))
        uri = pyotp.TOTP(secret).provisioning_uri(name=row["login"], issuer_name=issuer or "Tunnel")
        return people.TotpSecret(secret=secret, uri=uri)

    async def totp_confirm(self, visitor: Visitor, code: str, address: str) -> None:
        """Turn codes on. Raises Refused, Away."""
        await self.backoff.attempt(self.now(), account=visitor.login, address=address)
        row = await self._row(users.c.id == visitor.id)
        if row is None or not row["totp_offered"]:
            raise Refused(409, "totp_off")
        now = self.now()
        step = step_of(row["totp_offered"], code, now.timestamp())
        if step is None:
            raise Refused(400, "code_wrong", field="code")
        async with writing(self.engine) as connection:
            values = {"totp": row["totp_offered"], "totp_offered": "", "totp_step": step}
            await connection.execute(update(users).where(users.c.id == visitor.id).values(**values))
            await sessions.end_all(connection, visitor.id, but=visitor.session)
            await note(connection, now, "totp.on", user=visitor.id, address=address)
        await self.backoff.succeeded(account=visitor.login, address=address)

    async def totp_off(self, visitor: Visitor, password: str, address: str) -> None:
        """Turn codes off. Raises Refused, Away."""
        await self._prove(visitor, password, address)
        async with writing(self.engine) as connection:
            values = {"totp": "", "totp_offered": "", "totp_step": 0}
            await connection.execute(update(users).where(users.c.id == visitor.id).values(**values))
            await note(connection, self.now(), "totp.off", user=visitor.id, address=address)

    async def _use_code(self, row: dict[str, Any], code: str, now: datetime, address: str) -> None:
        """Each code works once: the step is raised by whoever is first. Raises Refused(401)."""
        if not code:
            raise Refused(401, "code_wanted", field="code")
        step = step_of(row["totp"], code, now.timestamp())
        if step is not None:
            later = update(users).where(users.c.id == row["id"], users.c.totp_step < step).values(totp_step=step)
            async with writing(self.engine) as connection:
                if (await connection.execute(later)).rowcount == 1:
                    return
        await note_alone(self.engine, now, "login.failed", user=row["id"], address=address, why="code")
        raise Refused(401, "code_wrong", field="code")

    async def _prove(self, visitor: Visitor, password: str, address: str) -> None:
        await self.backoff.attempt(self.now(), account=visitor.login, address=address)
        row = await self._row(users.c.id == visitor.id)
        if row is None or not await self.passwords.matches(password, row["password"]):
            await note_alone(self.engine, self.now(), "password.wrong", user=visitor.id, address=address)
            raise Refused(400, "password_wrong", field="password")
        await self.backoff.succeeded(account=visitor.login, address=address)

    async def _row(self, condition: Any) -> dict[str, Any] | None:
        async with reading(self.engine) as connection:
            row = (await connection.execute(select(users).where(condition))).first()
        return None if row is None else dict(row._mapping)


def step_of(secret: str, code: str, now_s: float) -> int | None:
    """The time step whose code it is; None if it is none of those around now. All are compared, always."""
    totp = pyotp.TOTP(secret)
    code = code.replace(" ", "")
    here = int(now_s // TOTP_STEP_S)
    steps = range(here - TOTP_DRIFT, here + TOTP_DRIFT + 1)
    right = [step for step in steps if pyotp.utils.strings_equal(code, totp.generate_otp(step))]
    return right[-1] if right else None


def folded(login: str) -> str:
    """Logins differ by more than case and spaces around."""
    return login.strip().casefold()


def shown(row: Any) -> people.User:
    """An account as the API tells of it: nothing secret."""
    return people.User(
        **{
            name: row[name] for name in ("id", "login", "name", "role", "language", "disabled", "created_at", "seen_at")
        },
        totp=bool(row["totp"]),
        invited=not row["password"],
    )


def new_row(login: str, name: str, role: str, language: str, now: datetime) -> dict[str, Any]:
    """An account without a password."""
    return {
        "id": new_id("u"),
        "login": login,
        "name": name.strip() or login,
        "role": role,
        "language": language,
        **dict.fromkeys(("password", "totp", "totp_offered"), ""),
        "totp_step": 0,
        "disabled": False,
        "created_at": now,
        "seen_at": None,
    }


async def _count(connection: AsyncConnection) -> int:
    found: int = (await connection.execute(select(func.count()).select_from(users))).scalar_one()
    return found
