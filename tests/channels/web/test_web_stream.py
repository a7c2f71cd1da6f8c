from __future__ import annotations

import asyncio

from channels.web.entry import Entry, encode
from channels.web.stream import Reader
from tests.channels.web.stand import MemoryThreads
from tunnel.events import Address

ADDRESS = Address("web", "site", "0" * 32)


class Racing(MemoryThreads):
    """A row lands at the worst moment: right after each of the first reads has looked."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.left = rows

    async def thread_read(self, lane: str, contact: str, after_row: int, count: int) -> list[tuple[int, bytes]]:
        found = [(row, blob) for row, blob in sorted(self.rows[lane].items()) if row > after_row][:count]
        if self.left and not found:
            self.left -= 1
            await self.thread_append(lane, contact, len(self.rows[lane]) + 1, encode(Entry(by="us", text="x")))
        return found


async def test_a_row_that_lands_between_the_look_and_the_wait_is_not_overslept() -> None:
    reader = Reader(Racing(rows=5), ADDRESS, after=0)
    pieces = reader.follow(asyncio.Event(), beat_s=3600)
    seen = b""
    async with asyncio.timeout(20):  # overslept, it would take an hour
        while seen.count(b"id: ") < 5:
            seen += await anext(pieces)
    await pieces.aclose()


async def test_a_long_thread_is_read_whole() -> None:
    threads = MemoryThreads()
    for row in range(1, 1001):
        threads.rows[ADDRESS.lane][row] = encode(Entry(by="us", text="x"))
    assert (await Reader(threads, ADDRESS, after=0).first()).count(b"\nid: ") == 999
    assert (await Reader(threads, ADDRESS, after=990).first()).count(b"id: ") == 10


async def test_a_follower_that_leaves_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    pieces = Reader(MemoryThreads(), ADDRESS, after=0).follow(asyncio.Event(), beat_s=3600)
    await anext(pieces)
    assert asyncio.all_tasks() > before
    await pieces.aclose()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
