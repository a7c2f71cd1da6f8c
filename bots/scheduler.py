"""Moves due timers into inboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bots.backoff import Backoff
from bots.metrics import TIMERS_FIRED
from state import Store, Unavailable

log = structlog.get_logger(__name__)

BATCH = 500
LONGEST_SLEEP_S = 1.0
"""Timers armed meanwhile are met this late at the most."""


class Scheduler:
    """Several may run: the store moves each timer once."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Move nothing more."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`."""
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                fired, due_at = await self._store.fire_due(self._clock(), BATCH)
                backoff.reset()
            except Unavailable as error:
                log.warning("scheduler waits for Redis", cause=str(error))
                await backoff.wait()
                continue
            TIMERS_FIRED.inc(fired)
            if fired < BATCH:
                await self._sleep(due_at)

    async def _sleep(self, due_at: float | None) -> None:
        sleep_s = LONGEST_SLEEP_S if due_at is None else min(LONGEST_SLEEP_S, max(0.005, due_at - self._clock()))
        try:
            async with asyncio.timeout(sleep_s):
                await self._stop.wait()
        except TimeoutError:
            return
