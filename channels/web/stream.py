"""A visitor's thread as server-sent events: first all there is, then each row as it comes.

Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import msgspec

from channels.web.entry import decode, for_page
from channels.web.threads import Threads
from tunnel.events import Address, contact_id

_BATCH = 200


class Reader:
    """One reader of one thread. `after`: the last row that the page has, 0 for none."""

    def __init__(self, threads: Threads, address: Address, after: int) -> None:
        self._threads = threads
        self._lane = address.lane
        self._contact = contact_id(address)
        self._after = after

    async def first(self) -> bytes:
        """All rows that the page lacks, then `ready`.

        A page whose last row is gone (the store was emptied, or trimmed far beyond it) starts over with `reset`.
        """
        head = b""
        if self._after and not await self._has(self._after):
            head, self._after = _event("reset"), 0
        began = self._after
        rows = await self.news()
        empty = not began and self._after == 0
        return head + rows + _event("ready", b'{"empty":true}' if empty else b'{"empty":false}')

    async def news(self) -> bytes:
        """All rows after the last one read, as events; b"" if there is none."""
        events = []
        while rows := await self._threads.thread_read(self._lane, self._contact, self._after, _BATCH):
            for row, blob in rows:
                events.append(_row(row, blob))
                self._after = row
        return b"".join(events)

    async def follow(self, stop: asyncio.Event, beat_s: float) -> AsyncGenerator[bytes, None]:
        """News as it comes, a `beat` where there was none for `beat_s`; ends soon after `stop` is set.

        Raises what the store raises.
        """
        stopping = asyncio.ensure_future(stop.wait())
        waiting = await self._listen(beat_s)
        try:
            yield await self.first()
            while not stop.is_set():
                await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    waiting.result()
                    waiting = await self._listen(beat_s)
                    yield await self.news() or _event("beat")
        finally:
            stopping.cancel()
            waiting.cancel()

    async def _listen(self, beat_s: float) -> asyncio.Future[object]:
        waiting = asyncio.ensure_future(self._threads.thread_wait(self._lane, beat_s))
        await asyncio.sleep(0)  # its first step: from now on it listens, so no row can slip in before we look
        return waiting

    async def _has(self, row: int) -> bool:
        rows = await self._threads.thread_read(self._lane, self._contact, row - 1, 1)
        return bool(rows) and rows[0][0] == row


def _row(row: int, blob: bytes) -> bytes:
    try:
        data = for_page(row, decode(blob))
    except msgspec.DecodeError:
        return b""  # written by a newer release: better one row less than no thread
    return b"id: %d\ndata: %s\n\n" % (row, data)


def _event(name: str, data: bytes = b"{}") -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)
