"""Asks a messenger for updates, where it cannot reach us. An update is confirmed only once it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from bots.backoff import Backoff
from bots.intake import Intake
from channels.base import Channel, NotJson, SendError, SetAside, Unreadable
from state import Store, Unavailable

log = structlog.get_logger(__name__)


class Polled(Channel, Protocol):
    """A channel that can be asked."""

    async def prepare_polling(self) -> None:
        """Make the messenger give updates to polls (Telegram: a webhook must go). Raises SendError."""
        ...

    async def poll(self, cursor: str | None) -> tuple[Sequence[bytes], str | None]:
        """Wait for updates after `cursor`; their bodies and the cursor that confirms them. Raises SendError."""
        ...


class Poller:
    """Polls one account. Run one for each account: messengers give each update to one asker."""

    def __init__(self, channel: Polled, store: Store, intake: Intake, clock: Callable[[], float]) -> None:
        self._channel = channel
        self._store = store
        self._intake = intake
        self._clock = clock
        self._poll: asyncio.Task[tuple[Sequence[bytes], str | None]] | None = None
        self._stopping = False

    async def run(self) -> None:
        """Poll until `stop`."""
        backoff = Backoff(first_s=0.5, longest_s=30.0)
        prepared = False
        while not self._stopping:
            try:
                if not prepared:
                    await self._channel.prepare_polling()
                    prepared = True
                    log.info("polling", channel=self._channel.name)
                await self.poll_once()
                backoff.reset()
            except SendError as error:
                prepared = prepared and error.code != "webhook"  # somebody set one meanwhile: it has to go again
                log.warning("polling failed", channel=self._channel.name, code=error.code, cause=str(error))
                await (asyncio.sleep(error.after_s) if error.after_s else backoff.wait())
            except asyncio.CancelledError:
                if not self._stopping:
                    raise
            except Unavailable as error:
                log.warning("polling waits for Redis", channel=self._channel.name, cause=str(error))
                await backoff.wait()

    def stop(self) -> None:
        """End the poll at hand; what was already fetched is kept first."""
        self._stopping = True
        if self._poll is not None:
            self._poll.cancel()

    async def poll_once(self) -> None:
        """One poll. Raises SendError, state.Unavailable; then nothing of it is confirmed."""
        name = f"{self._channel.name}:{self._channel.account}"
        cursor = await self._store.get_cursor(name)
        self._poll = asyncio.ensure_future(self._channel.poll(cursor))
        bodies, cursor = await self._poll
        for body in bodies:
            await self._take(body)
        if cursor is not None:
            await self._store.set_cursor(name, cursor)

    async def _take(self, body: bytes) -> None:
        try:
            parsed = self._channel.parse(body, self._clock())
        except (Unreadable, NotJson) as error:
            await self._intake.set_aside(self._channel.name, SetAside(str(error), body))
        else:
            await self._intake.accept(self._channel.name, parsed)
