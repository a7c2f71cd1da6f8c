"""Customers and a worker behind the console: what they do becomes rows by the real road, one step at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from bots.intake import Intake
from bots.projector import Projector
from bots.turns import Turner
from bots.worker import Worker
from tests.bots.stage import ACCOUNT, RecordingChannel, contact, start, text
from tests.console.stand import Browser, Stand, the_content
from tunnel.events import Event
from tunnel.session import decode_session

_numbers = count(1)


class World:
    """One channel, one worker, one projector."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.channel = RecordingChannel()
        self.store = stand.console.store
        self.intake = Intake(self.store, stand.clock)
        self.begin()

    def begin(self) -> None:
        """A new worker and a new projector."""
        definition, clock = the_content().definition, self.stand.clock
        turner = Turner(definition, {ACCOUNT: self.channel}, echo=lambda words, id_: None)  # type: ignore[arg-type, return-value]
        self.worker = Worker("w1", self.store, lambda: turner, {ACCOUNT: self.channel}, desk=True, clock=clock)
        self.projector = Projector(self.store, self.stand.console.records, lambda: definition, clock)

    async def turn(self) -> None:
        """Handle all that waits."""
        while await self.worker.handle(await self.store.claim("w1", 64)):
            pass

    async def project(self) -> None:
        """Put it into the records."""
        while await self.projector.project():
            pass

    async def happens(self, *events: Event) -> None:
        await self.intake.accept_events("telegram", events)  # type: ignore[arg-type]
        await self.turn()
        await self.project()

    async def starts(self, person: str, ref: str = "siding") -> str:
        """A new customer; their contact's id."""
        await self.happens(start(f"s{next(_numbers)}", person, ref))
        return contact(person)

    async def writes(self, person: str, words: str) -> str:
        self.stand.clock.now += 5
        await self.happens(text(f"t{next(_numbers)}", words, person))
        return contact(person)

    async def session(self, person: str):
        stored = await self.store.session(contact(person))
        assert stored is not None
        return decode_session(stored[1], contact(person))

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Turns and records go on by themselves meanwhile."""
        tasks = [asyncio.create_task(part.run()) for part in (self.worker, self.projector)]
        try:
            yield
        finally:
            self.worker.stop()
            self.projector.stop()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks)
            self.begin()


async def do(browser: Browser, contact_id: str, what: str, status: int = 200, **body: object) -> dict:
    """Send a command; by its path."""
    body = {"id": f"command-{next(_numbers)}", **body}
    return await browser.post(f"/conversations/{contact_id}/{what}", body, status)
