"""The web chat's threads: what was said to and by a visitor, written exactly once, read again after a reconnect."""

from __future__ import annotations

from state.keys import THREAD
from state.link import Link
from state.wakeups import Wakeups


class Threads:
    """A thread is a stream whose ids are the outbox rows' numbers."""

    def __init__(self, link: Link, wakeups: Wakeups) -> None:
        self._link = link
        self._wakeups = wakeups

    async def thread_append(self, lane: str, contact: str, row: int, blob: bytes) -> bool:
        """Add a row and wake its readers; False if a row of this or a higher number is there. Raises Unavailable.

        row: positive, rising within the thread. The oldest rows go beyond about 500.
        """
        place = self._link.keys.place(contact)
        added = bool(await self._link.run("thread_append", place, (*self._link.teller, place, lane, row, blob)))
        self._wakeups.thread_grew(lane)
        return added

    async def thread_read(self, lane: str, contact: str, after_row: int, count: int) -> list[tuple[int, bytes]]:
        """Up to `count` rows above number `after_row`, in order. Raises Unavailable."""
        key = self._link.keys.place(contact) + THREAD + lane
        entries = await self._link.stream(key, f"{after_row + 1}-0", "+", count)
        return [(int(entry.partition("-")[0]), pairs[0][1]) for entry, pairs in entries]

    async def thread_wait(self, lane: str, timeout_s: float) -> bool:
        """Return True once the thread may have grown, False after `timeout_s`; it listens from its first step on."""
        return await self._wakeups.thread_wait(lane, timeout_s)
