"""Events at moments that are drawn beforehand, whatever became of those before: so nothing is left out of account.

The moments are those of a Poisson process. Each event is the next answer of a customer, drawn among those who have
heard the bot; where there is none, or one in eleven times, a newcomer's first. Its latency runs from the moment it was
scheduled for, not from when it was sent, to the arrival of the bot's call.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import resource
import time
from typing import TYPE_CHECKING, Any

import msgspec

from channels.keepalive import NoAnswer

if TYPE_CHECKING:
    from bench.world import Customer, World

POOL = 300
"""Customers under way before others than newcomers are drawn; fewer where the warm-up has not so many events."""
STEPS = 11
"""Events of one customer, the first included."""
PATIENCE_S = 15.0
"""How long answers are waited for behind the last event."""


class OpenLoop:
    """One run. Times are those of time.perf_counter."""

    def __init__(self, world: World, order: dict[str, Any]) -> None:
        self.world = world
        self.rate: float = order["rate"]
        self.length_s: float = order["warm_s"] + order["seconds"]
        self.chance = random.Random(order["seed"])
        self.chats = itertools.count(order["first"])
        self.pool = min(POOL, round(order["rate"] * order["warm_s"]))
        self.ready: list[Customer] = []
        self.under_way = 0
        self.waiting: dict[int, Customer] = {}
        self.latencies_s: list[float] = []
        self.late_s: list[float] = []
        """How much later than scheduled each event left."""
        self.refused = 0
        self.counted_from = time.perf_counter() + order["warm_s"]

    def hear(self, customer: Customer, params: dict[str, Any], message_id: int) -> None:
        """The bot's call has arrived."""
        from bench.world import ANSWERS

        if self.waiting.pop(customer.chat, None) is None:
            return
        if customer.due_at >= self.counted_from:
            self.latencies_s.append(time.perf_counter() - customer.due_at)
        if customer.answered >= ANSWERS:
            del self.world.customers[customer.chat]
            self.under_way -= 1
            return
        customer.heard = (params, message_id)
        self.ready.append(customer)

    async def run(self) -> None:
        began = due_at = time.perf_counter()
        while due_at < began + self.length_s:
            now = time.perf_counter()
            if due_at > now:
                await asyncio.sleep(due_at - now)
                continue
            if due_at >= self.counted_from:
                self.late_s.append(now - due_at)
            self.send(due_at)
            due_at += self.chance.expovariate(self.rate)
        until = time.perf_counter() + PATIENCE_S
        while self.waiting and time.perf_counter() < until:  # noqa: ASYNC110 - many calls end it
            await asyncio.sleep(0.02)

    def send(self, due_at: float) -> None:
        newcomer = not self.ready or self.under_way < self.pool or self.chance.random() < 1 / STEPS
        customer = self.newcomer() if newcomer else self.draw()
        customer.due_at = due_at
        self.waiting[customer.chat] = customer
        self.world.spawn(self.deliver(customer))

    def newcomer(self) -> Customer:
        from bench.world import Customer

        customer = Customer(next(self.chats))
        self.world.customers[customer.chat] = customer
        self.under_way += 1
        return customer

    def draw(self) -> Customer:
        place = self.chance.randrange(len(self.ready))
        self.ready[place], self.ready[-1] = self.ready[-1], self.ready[place]
        return self.ready.pop()

    async def deliver(self, customer: Customer) -> None:
        try:
            if customer.heard is None:
                await self.world.post(customer, self.world.text(customer.chat, "/start ten"))
            else:
                await self.world.answer(customer, *customer.heard)
        except NoAnswer:
            customer.errors += 1
        self.refused += customer.errors
        customer.errors = 0


async def drive(world: World, order: dict[str, Any]) -> bytes:
    """Run `rate` events a second for `seconds`, behind `warm_s` seconds that do not count."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    world.direct(order)
    loop = OpenLoop(world, order)
    world.hear = loop.hear
    try:
        await loop.run()
        unanswered = [customer for customer in loop.waiting.values() if customer.due_at >= loop.counted_from]
        now = time.perf_counter()
        result = {
            "events": len(loop.late_s),
            "unanswered": len(unanswered),
            "refused": loop.refused,
            # Who still waits has waited at least so long.
            "latencies_us": [
                round(1e6 * latency)
                for latency in (*loop.latencies_s, *(now - customer.due_at for customer in unanswered))
            ],
            "late_us": [round(1e6 * late) for late in loop.late_s],
        }
    finally:
        world.hear = world.answer_at_once
        world.customers.clear()
    await asyncio.gather(*world.tasks, return_exceptions=True)
    world.client.close()
    return msgspec.json.encode(result)
