"""Is the process alive, is it ready, and how deep are its queues."""

from __future__ import annotations

import time

from aiohttp import web

from bots.lag import measure_journal
from bots.metrics import INBOX_CONTACTS, OLDEST_WAITING_SECONDS, OUTBOX_MESSAGES
from state import Store, Unavailable

WAITING_BOUND_S = 300.0
"""An event that has waited this long means that no worker keeps up: send no more traffic here."""


class Health:
    """Answers /livez and /readyz."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def live(self, _: web.Request) -> web.Response:
        """The event loop turns."""
        return web.json_response({"status": "alive"})

    async def ready(self, _: web.Request) -> web.Response:
        """Redis answers and the queues are within bounds; else 503 with the reason."""
        try:
            depth = await self._store.depth()
        except Unavailable as error:
            return web.json_response({"status": "not ready", "redis": str(error)}, status=503)
        if depth.oldest_waiting_s > WAITING_BOUND_S:
            reason = f"the oldest event has waited {depth.oldest_waiting_s:.0f} s: no worker keeps up"
            return web.json_response({"status": "not ready", "queues": reason}, status=503)
        return web.json_response({"status": "ready"})

    async def measure(self) -> None:
        """Bring the gauges up to date; with Redis away they stay as they were."""
        try:
            depth = await self._store.depth()
            measure_journal(await self._store.journal_waiting(), time.time())
        except Unavailable:
            return
        INBOX_CONTACTS.set(depth.ready)
        OUTBOX_MESSAGES.set(depth.mail)
        OLDEST_WAITING_SECONDS.labels("inbox").set(depth.oldest_waiting_s)
