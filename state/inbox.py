"""What waits to be handled: accepting events, and claiming contacts that have some."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from typing import Any

from state.coalescer import Coalescer
from state.errors import Full
from state.keys import SEEN_TTL_S, SESSION
from state.link import Link
from state.memory import MemoryGuard
from state.types import Claim, Incoming
from state.wakeups import Wakeups

HEADER = struct.Struct(">QQQ")
"""In front of each session: its version, its epoch, and the number of the last row that it has put into an outbox."""

EVENTS_PER_CLAIM = 32
"""Of one contact; what is beyond waits for the next claim, so that nobody's flood delays the others."""


class Inbox:
    """Inboxes and claims."""

    def __init__(self, link: Link, memory: MemoryGuard, wakeups: Wakeups) -> None:
        self._link = link
        self._memory = memory
        self._wakeups = wakeups
        self._accepts: Coalescer[Incoming, bool] = Coalescer(self._accept)
        self._lately: dict[str, int] = {}
        self._turn = -1

    async def accept(self, items: Sequence[Incoming]) -> list[bool]:
        """Put events into their contacts' inboxes, durably; False for each that was seen in the last 8 days.

        Calls of one tick of the event loop share a round trip. Raises Unavailable (Full: memory is running out).
        """
        if not items:
            return []
        if self._memory.full():
            raise Full("Redis has used 80 % of its memory")
        return await self._accepts.many(items)

    async def accept_one(self, item: Incoming) -> bool:
        """`accept` for one event."""
        return (await self.accept((item,)))[0]

    async def claim(self, consumer: str, count: int, block_ms: int = 0) -> list[Claim]:
        """Claim up to `count` contacts that have events, waiting up to `block_ms` for the first (0: not at all).

        A wait may end with one contact more from each partition. Raises Unavailable.
        """
        until = time.monotonic() + block_ms / 1000
        # Where the last time brought little, most likely nothing is ready yet, and it is cheaper to wait first.
        if block_ms > 0 and self._lately.get(consumer, count) < count:
            await self._wakeups.wait_for_events(block_ms / 1000)
        claims = await self._claim(count)
        while not claims and (left_s := until - time.monotonic()) > 0:
            await self._wakeups.wait_for_events(left_s)
            claims = await self._claim(count)
        self._lately[consumer] = len(claims)
        return claims

    async def recover(self, *, count: int = 64, min_idle_ms: int = 3000) -> list[Claim]:
        """Take over up to `count` contacts whose claim is older than `min_idle_ms`: their worker died or hangs.

        Raises Unavailable.
        """
        head = (count, EVENTS_PER_CLAIM - 1, min_idle_ms)
        return self._claims(await self._link.over("recover", head, self._link.keys.places))

    async def session(self, contact: str) -> tuple[int, bytes] | None:
        """The stored session and its version, to look at only; None for a contact never seen. Raises Unavailable."""
        stored = await self._link.call("GET", self._link.keys.place(contact) + SESSION + contact)
        return None if stored is None else (HEADER.unpack_from(stored)[0], stored[HEADER.size :])

    async def _accept(self, items: Sequence[Incoming]) -> list[bool]:
        place = self._link.keys.place
        rows = [
            (place(item.contact), item.contact, item.dedupe, "1" if item.control else "", item.blob) for item in items
        ]
        fresh = await self._link.over_items("accept", (*self._link.teller, SEEN_TTL_S), rows)
        if any(fresh):
            self._wakeups.events_came()
        return fresh

    async def _claim(self, count: int) -> list[Claim]:
        places = self._turned(count)
        share = -(-count // len(places)) if self._link.clustered else count
        return self._claims(await self._link.over("claim", (share, EVENTS_PER_CLAIM - 1), places))

    def _turned(self, count: int) -> tuple[str, ...]:
        """All places, beginning with another one each time, so that none is starved by those before it."""
        self._turn = (self._turn + 1) % self._link.keys.partitions
        everything = self._link.keys.places
        turned = everything[self._turn :] + everything[: self._turn]
        return turned[:count] if self._link.clustered and count > 0 else turned

    def _claims(self, replies: Sequence[Sequence[Any]]) -> list[Claim]:
        first_row = row_numbers_from(self._link.clock())
        claims = []
        for reply in replies:
            parts = iter(reply)
            for contact, tries, stored, control, events, fired in zip(*(parts,) * 6, strict=True):
                version, _, last_row = HEADER.unpack_from(stored) if stored else (0, 0, first_row)
                session = stored[HEADER.size :] if stored else None
                start = len(events) - fired
                claim = Claim(
                    contact.decode(), version, session, tuple(control), tuple(events), tries, last_row,
                    fired=tuple(events[start:]), fired_from=start,
                )  # fmt: skip
                claims.append(claim)
        return claims


def row_numbers_from(now: float) -> int:
    """The number behind which a contact's rows are numbered who has none in the store.

    The time, so that after a loss of the store's data no number comes again: VK drops a message that it has seen under
    its number, and an open web chat asks for what lies behind the last one it has.
    """
    return int(now)
