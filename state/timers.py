"""Timers: armed by commits, moved to their contacts when due."""

from __future__ import annotations

from state.link import Link, milliseconds
from state.wakeups import Wakeups


class Timers:
    """Due timers become events of type `timer` (tunnel.events.Timer)."""

    def __init__(self, link: Link, wakeups: Wakeups) -> None:
        self._link = link
        self._wakeups = wakeups
        self._turn = -1

    async def fire_due(self, now: float, limit: int) -> tuple[int, float | None]:
        """Make up to `limit` due timers events of their contacts, each once, whoever else does the same.

        now: Unix seconds. Returns how many were moved and when the next is due (None: none is armed).
        Raises Unavailable.
        """
        everything = self._link.keys.places
        self._turn = (self._turn + 1) % len(everything)
        places = everything[self._turn :] + everything[: self._turn]  # so that none starves behind those before it
        if self._link.clustered:
            limit = max(1, limit // len(places))
        replies = await self._link.over("timers_fire", (*self._link.teller, milliseconds(now), limit), places)
        if any(moved for moved, _ in replies):
            self._wakeups.events_came()
        due = [int(next_due) / 1000 for _, next_due in replies if next_due]
        return sum(moved for moved, _ in replies), min(due, default=None)
