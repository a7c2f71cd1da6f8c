"""Which operators have the console open, in whatever process."""

from __future__ import annotations

from collections.abc import Iterable

from state.keys import PRESENCE
from state.link import Link, milliseconds

PRESENT_S = 45.0
"""How long somebody counts as present after the last word of a process that serves them."""


class Presence:
    """A sorted set of ids; score: until when, ms."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def present(self, who: Iterable[str]) -> None:
        """Say that these are here. Raises Unavailable."""
        until = milliseconds(self._link.clock() + PRESENT_S)
        pairs = [part for each in who for part in (until, each)]
        if pairs:
            await self._link.call("ZADD", self._link.keys.whole(PRESENCE), *pairs)

    async def absent(self, who: str) -> None:
        """Say that somebody has left. Raises Unavailable."""
        await self._link.call("ZREM", self._link.keys.whole(PRESENCE), who)

    async def who_is_present(self) -> frozenset[str]:
        """Ids of those who are here. Raises Unavailable."""
        key = self._link.keys.whole(PRESENCE)
        now = milliseconds(self._link.clock())
        found = await self._link.call("ZRANGEBYSCORE", key, now, "+inf")
        await self._link.call("ZREMRANGEBYSCORE", key, "-inf", now - milliseconds(PRESENT_S))
        return frozenset(each.decode() for each in found)
