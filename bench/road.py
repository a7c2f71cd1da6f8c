"""The whole road, webhook → outgoing call: CPU an event, of all sides, in rounds that alternate.

Every customer walks the ten steps of `bench/content` in a closed loop: buttons and typed answers 4:1.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bench.sides import FLOOR, OURS, PROJECTED, SECRET, TICK_S, Side
from state import Store

START_TIME_S = 120.0
SETTLE_S = 0.3
"""What a program does behind its last call (outcomes written down) belongs to the round."""
QUIET_TIME_S = 300.0
NEWCOMERS = 1_000_000
"""Chats of one round; the next begins with others."""


@dataclass(slots=True)
class Walks:
    """Rounds of one side."""

    us: list[float] = field(default_factory=list)
    """CPU an event, µs."""
    events: int = 0
    calls: dict[str, int] = field(default_factory=dict)

    @property
    def cost_us(self) -> float:
        return median(self.us)


def client() -> ClientSession:
    """What gives the worlds their orders."""
    return ClientSession(timeout=ClientTimeout(total=600))


async def wait_until_up(orders: ClientSession, side: Side) -> None:
    """Return once the side and its world answer."""
    for url in (side.webhook, f"{side.world}/up"):
        until = time.monotonic() + START_TIME_S
        while True:
            try:
                async with orders.get(url) as response:
                    await response.read()
                    break
            except ClientError:
                if time.monotonic() > until or not side.alive:
                    words = side.log.read_text(errors="replace")[-2000:]
                    raise SystemExit(f"{side.name}: nothing answers at {url}. It said:\n{words}") from None
                await asyncio.sleep(0.1)


async def order(orders: ClientSession, side: Side, what: str, **order: Any) -> dict[str, Any]:
    """Let the side's world do something; what it tells of it."""
    order |= {"webhook": side.webhook, "secret": SECRET}
    async with orders.post(f"{side.world}/{what}", json=order) as response:
        if response.status != 200:
            raise SystemExit(f"{side.name}: a customer waited in vain: {(await response.text())[:500]}")
        result: dict[str, Any] = await response.json()
    return result


async def settled(side: Side) -> None:
    """Wait until nothing that the round led to is still to be done, also where more came than could be handled."""
    await asyncio.sleep(SETTLE_S)
    if side.name in (OURS, PROJECTED):
        await until_quiet(side, projected=side.name == PROJECTED)


async def until_quiet(side: Side, *, projected: bool) -> None:
    """Wait until nothing waits to be handled or sent; projected: nor to be written into the records."""
    store = await Store.connect(side.redis_url)
    async with asyncio.timeout(QUIET_TIME_S):
        while not await _quiet(store, projected):  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.2)
    await store.close()


async def _quiet(store: Store, projected: bool) -> bool:
    depth = await store.depth()
    if depth.ready or depth.mail:
        return False
    return not projected or not any(each.entries for each in await store.journal_waiting())


async def walk(orders: ClientSession, side: Side, walks: Walks, first: int, contacts: int, concurrency: int) -> None:
    """One round."""
    before = side.cpu_s()
    plain = side.name == FLOOR
    told = await order(orders, side, "round", first=first, contacts=contacts, concurrency=concurrency, plain=plain)
    if told["errors"]:
        raise SystemExit(f"{side.name}: {told['errors']} deliveries were not answered with 200")
    await settled(side)
    took_s = max(side.cpu_s() - before, TICK_S)  # a short round may end within one
    walks.us.append(took_s / told["events"] * 1e6)
    walks.events += told["events"]
    for method, count in told["calls"].items():
        walks.calls[method] = walks.calls.get(method, 0) + count


async def warm_up(orders: ClientSession, sides: Mapping[str, Side], contacts: int) -> None:
    """A round of each that does not count."""
    for side in sides.values():
        await wait_until_up(orders, side)
        await walk(orders, side, Walks(), 1_000, contacts, 8)
