"""What waits to be handled: accepting events, and claiming contacts that have some."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import Any

from redis.exceptions import ResponseError

from state.coalescer import Coalescer
from state.errors import Full
from state.keys import GROUP, READY, SEEN_TTL_S, SESSION
from state.link import TIMEOUT_S, Argument, Link
from state.memory import MemoryGuard
from state.types import Claim, Incoming

HEADER = struct.Struct(">QQQ")
"""In front of each session: its version, its epoch, and how many rows it has put into outboxes so far."""

EVENTS_PER_CLAIM = 32
"""Of one contact; what is beyond waits for the next claim, so that nobody's flood delays the others."""

POLL_S = 0.02
"""On a cluster one blocking read cannot span partitions, so they are polled."""


class Inbox:
    """Inboxes and claims."""

    def __init__(self, link: Link, memory: MemoryGuard) -> None:
        self._link = link
        self._memory = memory
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
        # One script finds and loads what is ready. But where the last time brought little, most likely nothing is
        # ready yet, and it is cheaper to begin with the blocking read.
        if block_ms <= 0 or self._lately.get(consumer, 2) > 1 or count < self._link.keys.partitions:
            claims = await self._load(consumer, count, ())
            self._lately[consumer] = len(claims)
            if claims or block_ms <= 0:
                return claims
        given = await self._wait(consumer, block_ms)
        if given is None:
            return []
        claims = await self._load(consumer, max(0, count - len(given)), given)
        self._lately[consumer] = len(claims)
        return claims

    async def recover(self, consumer: str, *, count: int = 64, min_idle_ms: int = 3000) -> list[Claim]:
        """Take over up to `count` contacts whose claim is older than `min_idle_ms`: their worker died or hangs.

        Raises Unavailable.
        """
        head = (consumer, count, EVENTS_PER_CLAIM, min_idle_ms)
        replies = await self._link.over("recover", head, self._link.keys.places)
        return [_claim(row) for reply in replies for row in reply]

    async def session(self, contact: str) -> tuple[int, bytes] | None:
        """The stored session and its version, to look at only; None for a contact never seen. Raises Unavailable."""
        stored = await self._link.call("GET", self._link.keys.place(contact) + SESSION + contact)
        return None if stored is None else (HEADER.unpack_from(stored)[0], stored[HEADER.size :])

    async def _accept(self, items: Sequence[Incoming]) -> list[bool]:
        place = self._link.keys.place
        rows = [
            (place(item.contact), item.contact, item.dedupe, "1" if item.control else "", item.blob) for item in items
        ]
        return await self._link.over_items("accept", (SEEN_TTL_S,), rows)

    async def _load(self, consumer: str, count: int, given: Sequence[tuple[str, str, str]]) -> list[Claim]:
        # After a blocking read only the partitions that it found something in can have more.
        places = tuple({place: None for place, _, _ in given}) or self._turned(count)
        head: list[Argument] = [consumer, count, EVENTS_PER_CLAIM, len(given)]
        for entry in given:
            head.extend(entry)
        if self._link.clustered:
            head[1] = -(-count // len(places))
        replies = await self._link.over("claim", head, places)
        return [_claim(row) for reply in replies for row in reply]

    def _turned(self, count: int) -> tuple[str, ...]:
        """All places, beginning with another one each time, so that none is starved by those before it."""
        self._turn = (self._turn + 1) % self._link.keys.partitions
        everything = self._link.keys.places
        turned = everything[self._turn :] + everything[: self._turn]
        return turned[:count] if self._link.clustered and count > 0 else turned

    async def _wait(self, consumer: str, block_ms: int) -> list[tuple[str, str, str]] | None:
        """Entries claimed by a blocking read; None if there is nothing."""
        if self._link.clustered:
            await asyncio.sleep(min(POLL_S, block_ms / 1000))
            return []
        streams = {(place + READY).encode(): place for place in self._link.keys.places}
        command: list[Argument] = ["XREADGROUP", "GROUP", GROUP, consumer, "COUNT", 1, "BLOCK", block_ms, "STREAMS"]
        try:
            ids = [">"] * len(streams)
            reply = await self._link.call(*command, *streams, *ids, timeout_s=block_ms / 1000 + TIMEOUT_S)
        except ResponseError as error:
            if "NOGROUP" in str(error) or "UNBLOCKED" in str(error):
                return []  # the script that follows makes the groups
            raise
        return [
            (streams[stream], fields[b"c"].decode(), entry.decode())
            for stream, entries in reply
            for entry, fields in entries
        ] or None


def _claim(row: list[Any]) -> Claim:
    contact, entry, tries, stored, control, events = row
    version, _, rows = HEADER.unpack_from(stored) if stored else (0, 0, 0)
    return Claim(
        contact=contact.decode(),
        ready_id=entry.decode(),
        version=version,
        session=stored[HEADER.size :] if stored else None,
        control=tuple(control),
        events=tuple(events),
        tries=tries,
        rows=rows,
    )
