"""Many customers who have all come before, each of whom then writes once, at a moment drawn beforehand.

So what a reader is told of a customer can only be of that one message. In the world's process (bench/world.py).
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import msgspec

from channels.keepalive import NoAnswer

if TYPE_CHECKING:
    from bench.world import Customer, World

AT_ONCE = 16
"""Newcomers at one time."""
QUIET_TIME_S = 60.0


async def gather(world: World, order: dict[str, Any]) -> bytes:
    """Let `contacts` customers, from chat `first` on, come and hear the bot. They stay."""
    from bench.world import Customer

    world.direct(order)
    world.hear = keep
    gate = asyncio.Semaphore(AT_ONCE)

    async def come(chat: int) -> Customer:
        async with gate:
            customer = world.customers[chat] = Customer(chat)
            await world.post(customer, world.text(chat, "/start ten"))
            async with asyncio.timeout(QUIET_TIME_S):
                await customer.done.wait()
            return customer

    people = await asyncio.gather(*(come(order["first"] + number) for number in range(order["contacts"])))
    return msgspec.json.encode({"contacts": len(people), "errors": sum(customer.errors for customer in people)})


def keep(customer: Customer, params: dict[str, Any], message_id: int) -> None:
    """The bot's call has arrived: what it says is answered later."""
    customer.heard = (params, message_id)
    customer.done.set()


async def write_once(world: World, order: dict[str, Any]) -> bytes:
    """Deliver an answer of each customer in turn, `rate` a second for `seconds`, whatever becomes of those before.

    Tells each chat with the moment for which its answer was scheduled, in seconds of the machine's monotonic clock, and
    by how many µs each left later than that.
    """
    chance = random.Random(order["seed"])
    people = iter(world.customers.values())
    due: list[tuple[int, float]] = []
    late_us: list[int] = []
    refused = 0
    began = due_at = time.monotonic()

    async def deliver(customer: Customer) -> None:
        nonlocal refused
        assert customer.heard is not None
        try:
            await world.answer(customer, *customer.heard)
        except NoAnswer:
            customer.errors += 1
        refused += bool(customer.errors)

    while due_at < began + order["seconds"]:
        now = time.monotonic()
        if now < due_at:
            await asyncio.sleep(due_at - now)
            continue
        customer = next(people, None)
        if customer is None:
            break
        late_us.append(round(1e6 * (now - due_at)))
        due.append((customer.chat, due_at))
        world.spawn(deliver(customer))
        due_at += chance.expovariate(order["rate"])
    await asyncio.gather(*world.tasks, return_exceptions=True)
    world.hear = world.answer_at_once
    world.customers.clear()
    world.client.close()
    return msgspec.json.encode({"due": due, "late_us": late_us, "refused": refused})
