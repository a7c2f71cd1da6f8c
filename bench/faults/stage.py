"""What every row stands on: the stand-ins, a deployment, its customers and a look into its store."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.faults.customers import Customers
from bench.faults.history import History, check, quiet
from bench.faults.messengers import Messengers
from bench.faults.nursery import Prepare
from bench.faults.processes import PATIENCE_S, Deployment
from state import Store

SPLIT = (("webhook", "scheduler"), *[("worker", "sender")] * 4)
"""One process that takes in, four that work and send: so a kill of one cuts sends off, too."""
WHOLE = (("webhook", "worker", "sender", "scheduler"),)


@dataclass(slots=True)
class Result:
    """One row of the table."""

    fault: str
    mark: str
    """What counts as passed."""
    passed: bool
    counts: dict[str, Any]
    examples: list[str] = field(default_factory=list)
    """Of what went wrong."""


@dataclass(slots=True)
class Stage:
    """A running program and its world."""

    program: Deployment
    world: Messengers
    customers: Customers
    store: Store
    cut: list[float] = field(default_factory=list)
    """When a process that sends was killed."""

    async def under_load(
        self, times: int, events: int, rate: float, fault: Callable[[int], Awaitable[None]]
    ) -> History:
        """Send `events` or more, and meanwhile let the fault happen `times` times, spread over that time."""
        people = max(20, events // 100)
        load = asyncio.create_task(self.customers.run(people, events // people, rate))
        began, length_s = time.monotonic(), events / rate
        for number in range(times):
            due_at = began + length_s * (number + 0.5) / times
            await asyncio.sleep(max(0.1, due_at - time.monotonic()))
            await fault(number)
        self.customers.enough.set()
        await load
        return await self.history()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait for something in the harness's own records."""
        while not done():  # noqa: ASYNC110 - many tasks write these records
            await asyncio.sleep(0.02)

    async def history(self, timeout_s: float = PATIENCE_S) -> History:
        """Wait until all is quiet, and compare the records."""
        with contextlib.suppress(TimeoutError):  # what still waits shows as lost or unanswered
            await quiet(self.store, timeout_s)
        return await check(self.store, self.customers, self.world, self.cut)


@asynccontextmanager
async def stage(
    groups: Sequence[Sequence[str]] = WHOLE,
    *,
    seed: int = 1,
    delay_s: float = 0.0,
    fsync: str = "always",
    desk: bool = False,
    prepare: Prepare | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """Everything started; everything ended on leaving.

    delay_s: how long the messengers take to answer. env: further settings of the program.
    """
    with tempfile.TemporaryDirectory(prefix="tn") as folder:
        world = Messengers(delay_s=delay_s)
        await world.start()
        program = Deployment(Path(folder), groups, api_url=world.url, fsync=fsync, desk=desk, prepare=prepare, env=env)
        customers = Customers(program.url, seed=seed)
        store: Store | None = None
        try:
            await program.start()
            store = await Store.connect(program.redis.url)
            yield Stage(program, world, customers, store)
        finally:
            customers.give_up.set()
            customers.close()
            if store is not None:
                await store.close()
            await program.stop()
            await world.stop()


def result(fault: str, mark: str, history: History, passed: bool, began: float, **counts: Any) -> Result:
    """A row whose history was checked; `passed`: what its mark asks beyond a sound history."""
    counts = {**counts, **history.summary(), "took s": round(time.monotonic() - began, 1)}
    return Result(fault, mark, passed and history.sound, counts, history.examples())
