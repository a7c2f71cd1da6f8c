"""Looks every hour whether the messengers still deliver here: VK switches a server off that failed for long, and a
webhook can be taken away by another program with the same token. A silent channel looks like a quiet day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from bots.doctor import in_time
from bots.environment import TITLES
from bots.metrics import WEBHOOK_OK
from bots.verdict import Verdict

log = structlog.get_logger(__name__)

EVERY_S = 3600.0
FIRST_AFTER_S = 60.0
"""VK asks the program itself, so it has to be up for a while."""


class Checked(Protocol):
    """A registration that can be looked at."""

    async def check(self) -> Verdict: ...


class WebhookWatch:
    """Checks registrations by channel, says what is wrong, and keeps `tunnel_webhook_ok`."""

    def __init__(
        self, registrations: Mapping[str, Checked], *, first_after_s: float = FIRST_AFTER_S, every_s: float = EVERY_S
    ) -> None:
        self._registrations = registrations
        self._first_after_s = first_after_s
        self._every_s = every_s
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Look, and look again, until `stop`."""
        pause = self._first_after_s
        while not await self._stopped_within(pause):
            await self.look()
            pause = self._every_s

    async def look(self) -> None:
        """Look at each channel once."""
        for channel, registration in self._registrations.items():
            try:
                verdict = await in_time(TITLES[channel], registration.check())
            except Exception as error:  # a fault of ours in a look that nobody waits for must not end the program
                WEBHOOK_OK.labels(channel).set(False)
                log.error("the look at a webhook failed in our own code", channel=channel, kind=type(error).__name__)
                continue
            WEBHOOK_OK.labels(channel).set(verdict.ok)
            if not verdict.ok:
                log.error("updates may not arrive", cause=verdict.text("en"), remedy=verdict.remedy("en"))

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True
