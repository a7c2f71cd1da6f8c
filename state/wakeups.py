"""News between processes: one pub/sub connection each, handed on to whoever waits here.

News only shortens waiting: all that is told is also found by looking, so a lost message delays and loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from redis.exceptions import RedisError

from state.keys import FED, TOLD, WAKE, WRITTEN
from state.link import Link

EVENTS = ""
"""The bell for those who wait for events; all others are named after accounts."""
RECONNECT_S = 0.5
LISTEN_S = 60.0
"""One wait for news; another follows."""


class Bell:
    """Waiters by name. A ring while nobody waits is kept for the first who comes, if `kept`."""

    def __init__(self, *, kept: bool) -> None:
        self._kept = kept
        self._rung: set[str] = set()
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def ring(self, name: str) -> None:
        """Wake who waits for `name`."""
        waiting = self._waiting.pop(name, None)
        if waiting:
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        elif self._kept:
            self._rung.add(name)

    def ring_each(self, names: Iterable[str]) -> None:
        """Wake who waits for any of them."""
        for name in names:
            self.ring(name)

    def ring_all(self) -> None:
        """Wake everybody: news may have been missed."""
        self.ring_each(list(self._waiting))

    async def wait(self, name: str, timeout_s: float) -> bool:
        """True once it rings, False after `timeout_s`."""
        if name in self._rung:
            self._rung.discard(name)
            return True
        if timeout_s <= 0:
            return False
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(name, set())
        waiting.add(future)
        try:
            async with asyncio.timeout(timeout_s):
                await future
        except TimeoutError:
            return False
        finally:
            waiting.discard(future)
            if not waiting and self._waiting.get(name) is waiting:
                del self._waiting[name]
        return True


class Wakeups:
    """Listens from the first wait on, and connects again by itself."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._work = Bell(kept=True)
        self._threads = Bell(kept=False)
        self._outcomes = Bell(kept=False)
        self._feed = Bell(kept=True)
        self._listener: asyncio.Task[None] | None = None

    def mail_came(self, accounts: Iterable[str]) -> None:
        """Mail was put into outboxes by this very process."""
        self._work.ring_each(accounts)

    def events_came(self) -> None:
        """Events were put into inboxes by this very process."""
        self._work.ring(EVENTS)

    def thread_grew(self, lane: str) -> None:
        """A thread was written by this very process."""
        self._threads.ring(lane)

    async def wait_for_mail(self, account: str, timeout_s: float) -> bool:
        """Return True once an account may have new mail, False after `timeout_s`. One waiter an account and process."""
        self._listen()
        return await self._work.wait(account, timeout_s)

    async def wait_for_events(self, timeout_s: float) -> bool:
        """Return True once there may be new events, False after `timeout_s`. One waiter a process is surely woken."""
        self._listen()
        return await self._work.wait(EVENTS, timeout_s)

    async def thread_wait(self, lane: str, timeout_s: float) -> bool:
        """Return True once a web thread may have grown, False after `timeout_s`. Listens from its first step on."""
        self._listen()
        return await self._threads.wait(lane, timeout_s)

    def outcomes_came(self, ids: Iterable[str]) -> None:
        """Outcomes were written by this very process."""
        self._outcomes.ring_each(ids)

    async def outcome_wait(self, event_id: str, timeout_s: float) -> bool:
        """Return True once the outcome may be there, False after `timeout_s`."""
        self._listen()
        return await self._outcomes.wait(event_id, timeout_s)

    async def feed_grew(self) -> None:
        """Tell every process that the records' feed has grown. Raises Unavailable."""
        self._feed.ring("")
        await self._link.call("PUBLISH", self._link.keys.whole(FED), f"{self._link.origin}\n")

    async def wait_for_feed(self, timeout_s: float) -> bool:
        """Return True once the feed may have grown, False after `timeout_s`. One waiter a process."""
        self._listen()
        return await self._feed.wait("", timeout_s)

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._hear()
            self._link.listens = 0
            await asyncio.sleep(RECONNECT_S)

    async def _hear(self) -> None:
        heard = {WAKE: self._work, WRITTEN: self._threads, TOLD: self._outcomes, FED: self._feed}
        bells = {self._link.keys.whole(channel).encode(): bell for channel, bell in heard.items()}
        async with self._link.redis.pubsub() as news:
            await news.subscribe(*bells)
            while True:
                message = await news.get_message(timeout=LISTEN_S)
                if message is None:
                    continue
                bell = bells[message["channel"]]
                if message["type"] == "subscribe":
                    self._link.listens = 1
                    bell.ring_all()  # something may have happened while nobody listened
                elif message["type"] == "message":
                    origin, *names = message["data"].decode().split("\n")
                    if origin != self._link.origin:
                        bell.ring_each(names)
