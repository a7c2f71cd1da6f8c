"""How long to wait after failed attempts, counted for each account and for each network address."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from console.refusals import Refused
from records.bulk import table_of, upsert
from records.database import writing
from records.tables import LoginFailure

FREE = {"account": 8, "address": 20}
"""Attempts before the first wait: people mistype, and an office shares one address."""
LONGEST_S = {"account": 60.0, "address": 900.0}
"""An account waits no longer than a minute, or anybody could keep its owner out."""
FORGOTTEN = timedelta(hours=24)


class Backoff:
    """Counted before the secret is looked at, so that many attempts at once are many attempts."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def attempt(self, now: datetime, **keys: str) -> None:
        """Count one attempt at an `account` from an `address`. Raises Refused(429), Away."""
        table = table_of(LoginFailure)
        named = dict(sorted((_key(kind, key), kind) for kind, key in keys.items()))
        async with writing(self._engine) as connection:
            # Rows first, so that there is something to lock: of many at once each waits for the one before.
            blank = [{"key": key, "count": 0, "last_at": now} for key in named]
            await upsert(connection, LoginFailure, blank, keep=("count", "last_at"))
            found = await connection.execute(
                select(table).where(table.c.key.in_(named)).order_by(table.c.key).with_for_update()
            )
            known = {row.key: row._mapping for row in found}
            wait_s = max(
                (_wait_s(named[key], row["count"], row["last_at"], now) for key, row in known.items()), default=0.0
            )
            if wait_s > 0:
                raise Refused(429, "too_often", after_s=wait_s, after=max(1, round(wait_s)))
            rows = [
                {"key": key, "count": row["count"] + 1 if now - row["last_at"] < FORGOTTEN else 1, "last_at": now}
                for key, row in known.items()
            ]
            await upsert(connection, LoginFailure, rows)

    async def succeeded(self, account: str, address: str) -> None:
        """The secret was right: what was tried at this account is forgotten.

        The address keeps what was tried from it at others, or who has an account could guess at them without end.
        """
        table = table_of(LoginFailure)
        account, address = _key("account", account), _key("address", address)
        async with writing(self._engine) as connection:
            found = await connection.execute(
                select(table).where(table.c.key.in_((account, address))).order_by(table.c.key).with_for_update()
            )
            tried = {row.key: int(row._mapping["count"]) for row in found}
            left = tried.get(address, 0) - tried.get(account, 1)
            await connection.execute(delete(table).where(table.c.key == account))
            await connection.execute(update(table).where(table.c.key == address).values(count=max(0, left)))


def _wait_s(kind: str, count: int, last_at: datetime, now: datetime) -> float:
    over = count - FREE[kind]
    if over < 0 or now - last_at >= FORGOTTEN:
        return 0.0
    wait_s = min(LONGEST_S[kind], 2.0 ** min(over, 12))
    return max(0.0, wait_s - (now - last_at).total_seconds())


def _key(kind: str, key: str) -> str:
    if kind == "address":
        key = _line(key)
    return sha256(f"{kind}\x00{key.lower()}".encode()).hexdigest()


def _line(address: str) -> str:
    """What one subscriber has: an address, or of IPv6 a /64, in which they may take any they like."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address
