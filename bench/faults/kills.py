"""Rows 1, 2, 3, 4 and 9: processes that die, stop, or are away."""

from __future__ import annotations

import asyncio
import signal
import time

from bench.faults.history import SETTLE_S, in_flight_at
from bench.faults.processes import PATIENCE_S, Process, ready
from bench.faults.stage import SPLIT, WHOLE, Result, Stage, result, stage

RATE = 110.0
"""Events a second: what leaves two cores room for starting processes all the time."""


async def workers(kills: int = 100, events: int = 20_000, rate: float = RATE) -> Result:
    """Row 1."""
    began = time.monotonic()
    async with stage(SPLIT, delay_s=0.02) as town:
        victims = town.program.of("worker")

        async def kill(number: int) -> None:
            victim = victims[number % len(victims)]
            town.cut.append(await victim.kill())
            victim.start()
            await ready(victim)

        history = await town.under_load(kills, events, rate, kill)
        flying = in_flight_at(town.world, town.cut)
        repeats = history.repeats
        fits = repeats.total() <= flying and repeats["vk"] == 0 and max(history.waits_s) <= 10
        return result(
            "1 kill -9 of a worker",
            "0 lost, 0 turns twice, 0 out of order; repeated sends ≤ in flight, 0 on VK; within 10 s", history,
            fits, began, kills=kills, in_flight=flying, log=town.program.unexpected(),
        )  # fmt: skip


async def webhooks(kills: int = 100, events: int = 20_000, rate: float = RATE) -> Result:
    """Row 2."""
    began = time.monotonic()
    async with stage((("webhook",), ("worker", "sender", "scheduler"))) as town:
        (victim,) = town.program.of("webhook")

        async def kill(_: int) -> None:
            await victim.kill()
            victim.start()
            await ready(victim)

        history = await town.under_load(kills, events, rate, kill)
        tries = sum(event.tries for person in town.customers.people for event in person.events)
        return result(
            "2 kill -9 of the webhook", "each 200 is handled; the channel's retry makes no second turn",
            history, not history.repeats, began, kills=kills, retries=tries - history.events,
            log=town.program.unexpected(),
        )  # fmt: skip


async def redis(fsync: str, kills: int = 20, events: int = 4_000, rate: float = RATE) -> Result:
    """Row 3."""
    began = time.monotonic()
    back_s: list[float] = []
    async with stage(WHOLE, fsync=fsync, delay_s=0.005) as town:
        server = town.program.redis

        async def kill(_: int) -> None:
            await server.kill()
            await asyncio.sleep(0.5)
            server.start()
            started = time.time()
            back_s.append(await _accepting_again(town, started))
            # A send whose outcome Redis did not hear is repeated, and only its own.
            town.cut.append(started)

        history = await town.under_load(kills, events, rate, kill)
        history.unexplained.clear()  # the connections to the messengers live on: see `repeats`
        fits = max(back_s) <= 2 and history.repeats["vk"] == 0
        return result(
            f"3 kill -9 of Redis ({fsync})", "0 lost; serving again within 2 s of its start", history,
            fits, began, kills=kills, back_s=round(max(back_s), 2), log=town.program.unexpected(),
        )  # fmt: skip


async def outage(away_s: float = 60.0, rate: float = 50.0) -> Result:
    """Row 4: Redis hangs (SIGSTOP) for the first half of the time, and is gone for the second."""
    began = time.monotonic()
    async with stage(WHOLE) as town:
        server = town.program.redis
        events = round((away_s + 20) * rate / 40 / 3)  # while Redis is away nobody's next event comes
        town.customers.enough.set()
        load = asyncio.create_task(town.customers.run(40, events, rate))
        await asyncio.sleep(3)
        gone_at = time.time()
        server.signal(signal.SIGSTOP)
        await asyncio.sleep(away_s / 2)
        await server.kill()
        await asyncio.sleep(away_s / 2)
        accepted_away = sum(at > gone_at + 1 for at in town.customers.accepted_at)
        server.start()
        back_s = await _accepting_again(town, time.time())
        await load
        history = await town.history()
        history.unexplained.clear()
        statuses = dict(town.customers.statuses)
        fits = accepted_away == 0 and set(statuses) == {"200", "503"} and town.program.processes[0].alive
        return result(
            f"4 Redis away for {away_s:g} s", "503 meanwhile; 0 lost; no crash loop", history,
            fits and town.program.processes[0].starts == 1, began, statuses=statuses, back_s=round(back_s, 2),
            log=town.program.unexpected(),
        )  # fmt: skip


async def stalls(times: int = 30, events: int = 8_000, rate: float = RATE, *, stall_s: float = 7.0) -> Result:
    """Not in the table of promises: a process stands still (SIGSTOP) longer than its claims and leases, and goes on.

    What was on the wire is sent again meanwhile, by others; nothing else, and nothing late.
    """
    began = time.monotonic()
    async with stage(SPLIT, delay_s=0.02) as town:
        victims = town.program.of("worker")
        flying = 0

        async def stall(number: int) -> None:
            nonlocal flying
            victim = victims[number % len(victims)]
            victim.signal(signal.SIGSTOP)
            stopped = time.time()
            await asyncio.sleep(0.1)
            flying += sum(call.at < stopped and (call.answered_at or stopped) > stopped - SETTLE_S
                          for call in town.world.calls[-200:] if call.text)  # fmt: skip
            await asyncio.sleep(stall_s)
            victim.signal(signal.SIGCONT)

        history = await town.under_load(times, events, rate, stall)
        history.unexplained.clear()  # connections live on: see `repeats`
        repeats = history.repeats
        return result(
            "1b a worker stands still for 7 s",
            "0 lost, 0 turns twice, 0 out of order; repeated sends ≤ in flight, 0 on VK", history,
            repeats.total() <= flying and repeats["vk"] == 0, began, stalls=times, in_flight=flying,
            log=town.program.unexpected(),
        )  # fmt: skip


async def stops(times: int = 50, events: int = 12_000, rate: float = RATE) -> Result:
    """Row 9: every process in turn."""
    began = time.monotonic()
    async with stage((("webhook",), *[("worker", "sender", "scheduler")] * 2), delay_s=0.02) as town:
        took_s: list[float] = []
        codes: list[int] = []

        async def stop(number: int) -> None:
            victim: Process = town.program.processes[number % 3]
            code, seconds = await victim.terminate()
            took_s.append(seconds)
            codes.append(code)
            victim.start()
            await ready(victim)

        history = await town.under_load(times, events, rate, stop)
        fits = max(took_s) <= 10 and set(codes) == {0} and not history.repeats
        return result(
            "9 SIGTERM under load", "0 lost; out within 10 s", history, fits, began, stops=times,
            slowest_s=round(max(took_s), 2), codes=sorted(set(codes)), log=town.program.unexpected(),
        )  # fmt: skip


async def _accepting_again(town: Stage, since: float) -> float:
    """Seconds from `since` to the first event that was accepted thereafter."""
    async with asyncio.timeout(PATIENCE_S):
        await town.until(lambda: bool(town.customers.accepted_at) and town.customers.accepted_at[-1] >= since)
    return next(at for at in town.customers.accepted_at if at >= since) - since
