"""The console within a process: its tables, the link that makes its first account, its stream of changes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import structlog

from bots.backoff import Backoff
from bots.bilingual import language_of
from bots.phrases import FIRST_ACCOUNT
from console.site import Console
from records import Away
from state import Unavailable

log = structlog.get_logger(__name__)


class ConsolePart:
    """Runs beside the HTTP server. base: gives the address where browsers reach us."""

    def __init__(self, console: Console, base: Callable[[], str]) -> None:
        self.console = console
        self._base = base
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End soon; streams end with it."""
        self._stop.set()
        self.console.close()

    async def run(self) -> None:
        """Work until `stop`."""
        backoff = Backoff(longest_s=10.0)
        while not self._stop.is_set():
            try:
                await self.console.records.migrate()
                await self.invite()
                break
            except (Away, Unavailable) as error:
                log.warning("the console waits", cause=str(error))
                await backoff.wait()
        if not self._stop.is_set():
            await self.console.run()

    async def invite(self) -> None:
        """Where nobody has an account, print the link that makes the first. Raises Away."""
        token = await self.console.accounts.first_link()
        if token is not None:
            # On the terminal alone: whoever collects the logs must not become admin by them.
            link = f"{self._base()}/console/setup#token={token}"
            print(f"\n{FIRST_ACCOUNT(language_of(os.environ))}\n  {link}\n", flush=True)  # noqa: T201
