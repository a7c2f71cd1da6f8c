"""A new message's way to the operators' screens: from the webhook's delivery to the readers of the console's streams.

One process with all roles, SQLite, a Redis that syncs at every write; operators who are signed in hold streams open,
and signed deliveries come at moments drawn beforehand. Each is a message of somebody who writes once (bench/once.py),
so the first change of that contact is that message. A latency runs from the moment for which a delivery was scheduled
to the arrival of its change in one stream; each stream counts.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

from bench.latency import MOST_LATE_MS, percentiles
from bench.road import client, order, until_quiet, wait_until_up
from bench.sides import Side, start_ours
from tunnel.events import Address, contact_id

NAME = "console"
FIRST = 1
TABS = 5
"""Streams of one operator."""
PATIENCE_S = 20.0
"""How long changes are waited for behind the last delivery."""
PASSWORD = "correct horse battery staple"
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

_SETUP = re.compile(r"/console/setup#token=([\w-]+)")


class _Change(msgspec.Struct):
    contact: str
    kinds: list[str]


_changes = msgspec.json.Decoder(_Change)


@dataclass(slots=True)
class Seen:
    """What the streams were told of. unseen: changes that never came, of all streams together."""

    streams: int
    rate: int
    events: int = 0
    refused: int = 0
    unseen: int = 0
    latencies_us: list[int] = field(default_factory=list)
    late_us: list[int] = field(default_factory=list)
    cores: dict[str, float] = field(default_factory=dict)

    def ms(self, share: str) -> float:
        return percentiles(self.latencies_us, SHARES)[share]

    @property
    def late_ms(self) -> float:
        """By how much the customers themselves were late, p99: above MOST_LATE_MS the machine had no core for them."""
        return percentiles(self.late_us, SHARES)["p99"]

    @property
    def starved(self) -> bool:
        return self.late_ms > MOST_LATE_MS

    def summary(self) -> dict[str, Any]:
        return {
            "streams": self.streams,
            "rate": self.rate,
            "events": self.events,
            "refused": self.refused,
            "unseen": self.unseen,
            "ms": percentiles(self.latencies_us, SHARES),
            "cores": self.cores,
            "customers late ms": self.late_ms,
        }


class Reader:
    """One stream. seen: contact → when the first change with a message of theirs came, by the monotonic clock."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.ready = asyncio.Event()

    async def follow(self, session: ClientSession, base: str) -> None:
        """Read until cancelled."""
        rest = b""
        async with session.get(f"{base}/api/console/events") as response:
            if response.status != 200:
                raise SystemExit(f"a stream was refused: {response.status} {(await response.text())[:300]}")
            async for piece in response.content.iter_any():
                now = time.monotonic()
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    self.hear(event, now)

    def hear(self, event: bytes, now: float) -> None:
        lines = event.split(b"\n")
        if b"event: ready" in lines:
            self.ready.set()
        if b"event: change" not in lines:
            return
        change = _changes.decode(next(line[6:] for line in lines if line.startswith(b"data: ")))
        if "message" in change.kinds:
            self.seen.setdefault(change.contact, now)


class Staff:
    """Operators' browsers."""

    def __init__(self, side: Side) -> None:
        parts = urlsplit(side.webhook)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self._log = side.log

    async def hire(self, stack: AsyncExitStack, people: int) -> list[ClientSession]:
        """The first account by the printed link, the others by invitations; their sessions."""
        token = await self._setup_token()
        admin = await self._browser(stack)
        setup = {"token": token, "login": "boss", "name": "Boss", "password": PASSWORD}
        csrf = (await self._post(admin, "/setup", setup))["csrf"]
        sessions = [admin]
        for number in range(1, people):
            asked = {"login": f"operator{number}", "name": f"Operator {number}", "role": "operator"}
            link = (await self._post(admin, "/users", asked, csrf))["link"]
            sessions.append(await self._browser(stack))
            await self._post(sessions[-1], "/password", {"token": link.partition("#token=")[2], "password": PASSWORD})
        return sessions

    async def _setup_token(self) -> str:
        """Of the link that the program prints once its tables are there."""
        until = time.monotonic() + PATIENCE_S
        while (found := _SETUP.search(self._log.read_text(errors="replace"))) is None:
            if time.monotonic() > until:
                raise SystemExit(f"no link for the first account was printed. It said:\n{self._log.read_text()}")
            await asyncio.sleep(0.1)
        return found[1]

    async def _browser(self, stack: AsyncExitStack) -> ClientSession:
        session = ClientSession(
            cookie_jar=CookieJar(unsafe=True), connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)
        )
        return await stack.enter_async_context(session)

    async def _post(self, session: ClientSession, path: str, body: dict[str, Any], csrf: str = "") -> Any:
        headers = {"Origin": self.base, "X-CSRF-Token": csrf}
        async with session.post(f"{self.base}/api/console{path}", json=body, headers=headers) as response:
            if response.status != 200:
                raise SystemExit(f"POST {path}: {response.status} {(await response.text())[:300]}")
            return await response.json()


async def watch(folder: Path, streams: int, rate: int, seconds: float) -> Seen:
    """Open the streams, let customers write, count when each stream was told."""
    found = Seen(streams, rate)
    contacts = math.ceil(rate * seconds + 4 * math.sqrt(rate * seconds)) + 1
    with ExitStack() as running:
        side = start_ours(running, folder / "stream", NAME, ["projector", "console"])
        async with client() as orders, AsyncExitStack() as stack:
            await wait_until_up(orders, side)
            staff = Staff(side)
            sessions = await staff.hire(stack, math.ceil(streams / TABS))
            await order(orders, side, "gather", first=FIRST, contacts=contacts)
            await until_quiet(side, projected=True)
            readers = [Reader() for _ in range(streams)]
            await stack.enter_async_context(_following(readers, sessions, staff.base))
            before = side.cpus_s()
            told = await order(orders, side, "once", rate=rate, seconds=seconds, seed=1)
            spent_s = {name: cpu_s - before[name] for name, cpu_s in side.cpus_s().items()}
            due = {_contact(chat): due_at for chat, due_at in told["due"]}
            await _until_seen(readers, due)
    found.cores = {name: round(cpu_s / seconds, 2) for name, cpu_s in spent_s.items()}
    found.events, found.refused, found.late_us = len(due), told["refused"], told["late_us"]
    for reader in readers:
        found.unseen += sum(contact not in reader.seen for contact in due)
        found.latencies_us += [
            round(1e6 * (reader.seen[contact] - due_at)) for contact, due_at in due.items() if contact in reader.seen
        ]
    return found


@asynccontextmanager
async def _following(readers: list[Reader], sessions: list[ClientSession], base: str) -> AsyncIterator[None]:
    """The streams are open, and end with the context."""
    tasks = [
        asyncio.create_task(reader.follow(sessions[place % len(sessions)], base))
        for place, reader in enumerate(readers)
    ]
    try:
        async with asyncio.timeout(PATIENCE_S):
            ready = asyncio.gather(*(reader.ready.wait() for reader in readers))
            await asyncio.wait([ready, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    await task
            await ready
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_seen(readers: list[Reader], due: dict[str, float]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if all(due.keys() <= reader.seen.keys() for reader in readers):
            return
        await asyncio.sleep(0.05)


def _contact(chat: int) -> str:
    return contact_id(Address("telegram", "1", str(chat)))
