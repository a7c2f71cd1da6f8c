"""Rows 6, 7 and 8: messengers that misbehave, deliveries that repeat, events that no turn can bear."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from bench.faults.customers import Event, Person
from bench.faults.history import ECHO, History, check, quiet
from bench.faults.messengers import RATE, Call, Messengers, Troubles
from bench.faults.poisoned import POISON, poison
from bench.faults.processes import PATIENCE_S, ready
from bench.faults.stage import WHOLE, Result, Stage, result, stage

LATE_S = 0.3
"""Calls begun this shortly after a 429 were on their way when it came."""


async def messenger(people: int = 40, events: int = 5, *, hang_s: float = 30.0, share: float = 0.2) -> Result:
    """Row 6: Telegram misbehaves; VK's customers, who talk long enough to meet it all, must not notice."""
    began = time.monotonic()
    async with stage(WHOLE, delay_s=0.005) as town:
        calm = await _vk_waits(town, 10_000, events * 4)
        town.world.hang_s = hang_s
        town.world.policy = Troubles("telegram", share, seed=6)
        town.customers.enough.set()
        load = asyncio.create_task(town.customers.run(people, events, people / 2, vk=0.0))
        await asyncio.sleep(0.5)
        beside = await _vk_waits(town, 20_000, events * 16)
        await load
        history = await town.history(timeout_s=600 if hang_s > 1 else PATIENCE_S)
        hasty = calls_during_pauses(town.world)
        slowed = statistics.median(beside) / statistics.median(calm)
        outcomes: dict[str, int] = defaultdict(int)
        for call in town.world.calls:
            if call.channel == "telegram" and call.text:
                outcomes[call.outcome] += 1
        return result(
            "6 a messenger misbehaves", "0 lost, order kept, the time obeyed, the other channel not slowed", history,
            not hasty and history.repeats["vk"] == 0 and (hang_s <= 1 or slowed < 2), began, outcomes=dict(outcomes),
            sent_during_pauses=len(hasty),
            vk_wait_ms={"calm": _shown(calm), "beside": _shown(beside)}, log=town.program.unexpected(),
        )  # fmt: skip


def _shown(waits_s: list[float]) -> dict[str, float]:
    ordered = sorted(waits_s)
    return {
        "p50": round(ordered[len(ordered) // 2] * 1000, 1),
        "p99": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
    }


async def _vk_waits(town: Stage, first: int, events: int) -> list[float]:
    """Let VK's customers talk; how long each waited for an answer."""
    known = len(town.customers.people)
    town.customers.enough.set()
    await town.customers.run(20, events, 40, vk=1.0, first=first)
    crowd = {str(person.chat) for person in town.customers.people[known:] if person.channel == "vk"}
    async with asyncio.timeout(PATIENCE_S):
        await town.until(
            lambda: (
                sum(call.person in crowd and call.text.startswith(ECHO) for call in town.world.calls)
                >= 20 * (events - 1)
            )
        )
    history = History()
    accepted = {event.text: event.accepted_at for person in town.customers.people[known:] for event in person.events}
    for call in town.world.calls:
        at = accepted.get(call.text.removeprefix(ECHO))
        if call.person in crowd and at is not None:
            history.waits_s.append(max(0.0, call.at - at))
    return history.waits_s


def calls_during_pauses(world: Messengers) -> list[Call]:
    """Messages of an account that began although a 429 had told it to wait."""
    told = [call for call in world.calls if call.outcome == RATE and call.answered_at is not None]
    found = []
    for call in world.calls:
        for stop in told:
            assert stop.answered_at is not None
            if call.channel == stop.channel and call.text and (
                stop.answered_at + LATE_S < call.at < stop.answered_at + stop.retry_after_s - 0.05
            ):  # fmt: skip
                found.append(call)
                break
    return found


async def thrice(people: int = 100, events: int = 20, *, over_s: float = 5.0) -> Result:
    """Row 7: every event three times, shuffled. The first of each person opens the conversation and comes first."""
    began = time.monotonic()
    chance = random.Random(7)
    async with stage(WHOLE) as town:
        town.customers.enough.set()
        await town.customers.run(people, 1, people / 2)
        copies: list[Event] = []
        for person in town.customers.people:
            for _ in range(events):
                copies += [town.customers.event(person, town.customers.words(person))] * 3
        chance.shuffle(copies)
        moments = sorted(chance.uniform(0, over_s) for _ in copies)
        start = time.monotonic()

        async def deliver(event: Event, moment: float) -> None:
            await asyncio.sleep(max(0.0, start + moment - time.monotonic()))
            await town.customers.deliver(event)

        await asyncio.gather(*(deliver(event, moment) for event, moment in zip(copies, moments, strict=True)))
        history = await town.history()
        history.out_of_order.clear()  # they were sent in none
        return result(
            "7 every event three times, shuffled", "0 turns twice", history, not history.repeats, began,
            deliveries=len(copies), log=town.program.unexpected(),
        )  # fmt: skip


async def poisoned(events: int = 5_000, one_in: int = 1_000, rate: float = 110.0) -> Result:
    """Row 8."""
    began = time.monotonic()
    async with stage(WHOLE, desk=True, prepare=poison) as town:
        customers = town.customers
        people = max(10, events // 50)
        spoken = itertools.count(1)

        def words(person: Person) -> str:
            plain = f"p{person.chat}n{len(person.events)}"
            return f"{POISON} {plain}" if next(spoken) % one_in == 0 else plain

        customers.words = words  # type: ignore[method-assign]
        customers.enough.set()
        await customers.run(people, events // people, rate)
        bitter = [event for person in customers.people for event in person.events if event.text.startswith(POISON)]
        await quiet(town.store)
        told = [call for call in town.world.calls if call.method == "sendMessage" and call.person.startswith("-100")]
        letters = [letter for letter in await town.store.dead_letters(10_000) if letter.where == "turn"]
        history = await check(town.store, customers, town.world)
        neighbours = _longest_wait(town, {str(event.person.chat) for event in bitter})
        tries = _tries(town, Counter(letter.contact for letter in letters))
        replayed = await _replay(town, bitter)
        fits = (
            len(letters) == len(bitter) == history.set_aside == replayed
            and all("poisoned by the harness" in letter.cause for letter in letters)
            and len(told) >= len(bitter)
            and neighbours < 3
        )
        return result(
            "8 poison 1 in 1,000",
            "set aside after 5 tries with its cause, operators told, neighbours unharmed; `tunnel dead list|replay`",
            history, fits, began, poison=len(bitter), letters=len(letters), tries=tries,
            posts_to_operators=len(told),
            neighbours_longest_wait_s=round(neighbours, 2), answered_after_replay=replayed,
            log=town.program.unexpected(),
        )  # fmt: skip


async def _replay(town: Stage, bitter: Sequence[Event]) -> int:
    """Mend the program, replay what was set aside; how many of the events were answered then, each once."""
    (process,) = town.program.processes
    await process.terminate()
    process.prepare = None
    process.start()
    await ready(process)
    if await town.program.tunnel("dead", "list") != 0 or await town.program.tunnel("dead", "replay", "--all") != 0:
        return 0
    await quiet(town.store)
    said = Counter(call.text for call in town.world.calls if call.delivered)
    return sum(said[f"{ECHO}{event.text}"] == 1 for event in bitter) if not await town.store.letters() else 0


def _longest_wait(town: Stage, without: set[str]) -> float:
    """The longest time that anybody else waited for an answer."""
    accepted = {
        event.text: event.accepted_at
        for person in town.customers.people
        if str(person.chat) not in without
        for event in person.events
    }
    answered = ((call.at, accepted.get(call.text.removeprefix(ECHO))) for call in town.world.calls if call.text)
    return max(at - since for at, since in answered if since is not None)


def _tries(town: Stage, poison_of: Counter[str]) -> list[int]:
    """How often each poisoned event was tried at the head of its inbox, by the log.

    One met behind an event that was handled before it only becomes the head by that.
    """
    counts: Counter[str] = Counter()
    for process in town.program.processes:
        for line in process.log.read_text(errors="replace").splitlines():
            if '"a turn failed"' in line and not (failed := json.loads(line))["behind"]:
                counts[failed["contact"]] += 1
    return sorted({count // poison_of[contact] for contact, count in counts.items()})
