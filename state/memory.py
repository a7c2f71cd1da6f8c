"""Watches how much of its memory Redis has used, so that accepting ends while there is still room to work."""

from __future__ import annotations

import asyncio
import time

from redis.exceptions import RedisError

from state.errors import Misconfigured, StateError
from state.link import Link

FULL_AT = 0.8
CHECK_EVERY_S = 1.0


class MemoryGuard:
    """Asks Redis at most once a second, in the background, and only while somebody wants to know."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._full = False
        self._checked_at = 0.0
        self._checking: asyncio.Task[None] | None = None

    def full(self) -> bool:
        """Whether 80 % were used when last looked at. A Redis without `maxmemory` is never full."""
        if self._checking is None and time.monotonic() - self._checked_at >= CHECK_EVERY_S:
            self._checking = asyncio.create_task(self._look())
        return self._full

    async def check(self) -> None:
        """Look now. Raises Unavailable, Misconfigured."""
        info = await self._link.info("memory")
        limit = int(info.get("maxmemory", 0))
        policy = str(info.get("maxmemory_policy", ""))
        if limit > 0 and policy.startswith("allkeys-"):
            raise Misconfigured(f"Redis would evict what it must keep: set maxmemory-policy noeviction, not {policy}")
        self._full = limit > 0 and int(info["used_memory"]) >= FULL_AT * limit
        self._checked_at = time.monotonic()

    async def close(self) -> None:
        """End a look that is under way."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    async def _look(self) -> None:
        try:
            await self.check()
        except (StateError, RedisError):
            self._checked_at = time.monotonic()  # accepting itself will say so
        finally:
            self._checking = None
