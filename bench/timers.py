"""A million armed timers: due ones moved into inboxes as the scheduler does it; beside it a plain claim of as many.

Every contact has a session and one timer, armed by the store's own commit; the timers are spread evenly over a day, in
no order of contacts. In each round the next of them are due, first for the scheduler's call (an event made, the inbox,
the ready list, waking who waits), then as many for a script that reads so many due members, removes them and answers
with them, and does no more. Both in batches of the scheduler's size, on the same Redis, which syncs its append-only
file. After each round what was moved is armed again for the next day, so that there are always as many; that is not
counted.

    python -m bench.timers [--timers 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from redis.asyncio import Redis

from bench.drain import Script, Spent, spending
from bench.memory import used_bytes
from bench.sides import start_redis
from bots.scheduler import BATCH
from state import Claim, Commit, Store
from state.keys import TIMERS, Keys
from state.link import milliseconds
from tunnel.events import Address, Timer, contact_id, decode_event
from tunnel.session import encode_session

ROUNDS = 5
SHARE = 0.05
"""Of all timers, due in a round for each of the two."""
SEEDING = 250
"""Commits at once, and timers armed again at once."""
BEGIN = 1_800_000_000
DAY_S = 24 * 3600
TIMER = "s:1:0"

PLAIN = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', '0', ARGV[2])
if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end
return due
"""


@dataclass(slots=True)
class Fired:
    """All rounds of both, and what arming cost."""

    timers: int
    each: int
    """How many were due in a round, for each of the two."""
    ours: list[Spent] = field(default_factory=list)
    plain: list[Spent] = field(default_factory=list)
    calls_s: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "plain": []})
    """How long each call took its caller."""
    bytes_a_timer: float = 0.0
    arming_us: float = 0.0
    """CPU of a commit that arms a timer, less that of one that does not."""
    arming_s: float = 0.0
    """How long it took to arm all, sessions written with them."""
    ready: int = 0
    """Contacts that had an event at the end."""

    def us(self, rounds: Sequence[Spent]) -> float:
        """CPU a timer, µs."""
        return median(spent.cpu_s for spent in rounds) / self.each * 1e6

    def per_s(self, rounds: Sequence[Spent]) -> float:
        """Timers a second of wall time."""
        return self.each / median(spent.wall_s for spent in rounds)

    def ms(self, name: str) -> float:
        """The median call's time."""
        return median(self.calls_s[name]) * 1000

    @property
    def ratio(self) -> float:
        """Timers a CPU-second of ours over those of the plain claim."""
        return median(plain.cpu_s / ours.cpu_s for ours, plain in zip(self.ours, self.plain, strict=True))

    @property
    def wall_ratio(self) -> float:
        """The same by the clock."""
        return median(plain.wall_s / ours.wall_s for ours, plain in zip(self.ours, self.plain, strict=True))

    def summary(self) -> dict[str, Any]:
        sides = {"ours": self.ours, "plain": self.plain}
        return {
            "timers": self.timers,
            "batch": BATCH,
            "fired": len(self.ours) * self.each,
            "ready": self.ready,
            "cpu us a timer": {name: self.us(rounds) for name, rounds in sides.items()},
            "timers a second": {name: self.per_s(rounds) for name, rounds in sides.items()},
            "call ms": {
                name: {"median": self.ms(name), "longest": max(times) * 1000} for name, times in self.calls_s.items()
            },
            "ratio": self.ratio,
            "wall ratio": self.wall_ratio,
            "bytes an armed timer": self.bytes_a_timer,
            "arming": {"cpu us a timer": self.arming_us, "seconds for all": self.arming_s},
        }


class Day:
    """The timers and their times, and the clock."""

    def __init__(self, timers: int) -> None:
        contacts = [contact_id(Address("telegram", "1", str(10_000_000 + number))) for number in range(timers)]
        random.Random(1).shuffle(contacts)
        self.contacts = contacts
        """In the order in which their timers are due."""
        self._at = 0

    def due_at(self, number: int) -> float:
        return BEGIN + (number + 1) * DAY_S / len(self.contacts)

    def pass_by(self, count: int) -> tuple[Sequence[int], float]:
        """Let the next so many become due; their numbers, and the time then (Unix seconds)."""
        numbers = range(self._at, self._at + count)
        self._at += count
        return numbers, self.due_at(numbers[-1]) + 0.001  # timers are kept to the ms


class Both:
    """Both, over one Redis."""

    def __init__(self, url: str, redis_pid: int, store: Store, redis: Redis, day: Day) -> None:
        self._url = url
        self._pid = redis_pid
        self._store = store
        self._redis = redis
        self._key = Keys("tn", 1).places[0] + TIMERS
        self._plain = redis.register_script(PLAIN)
        self._day = day

    async def arm(self, fired: Fired) -> None:
        """By commits: everybody's session, then the same with a timer, by people in no order of time."""
        session = encode_session(Script.play().session)
        people = random.Random(2).sample(range(fired.timers), fired.timers)
        with spending(self._pid) as without:
            await self._commit(people, 0, session, arm=False)
        before = await used_bytes(self._url)
        with spending(self._pid) as spent:
            await self._commit(people, 1, session, arm=True)
        fired.bytes_a_timer = (await used_bytes(self._url) - before) / fired.timers
        fired.arming_us = (spent.cpu_s - without.cpu_s) / fired.timers * 1e6
        fired.arming_s = spent.wall_s

    async def _commit(self, people: Sequence[int], version: int, session: bytes, *, arm: bool) -> None:
        day = self._day
        for first in range(0, len(people), SEEDING):
            commits = [
                Commit(
                    Claim(day.contacts[number], version, None, (), ()), session, 0, 0, 0,
                    arm=((TIMER, day.due_at(number)),) if arm else (),
                )
                for number in people[first : first + SEEDING]
            ]  # fmt: skip
            assert all(await self._store.commit(commits))

    async def settled(self) -> None:
        """Redis rewrites its file now and then, in a process of its own; nothing is measured meanwhile."""
        while (await self._redis.info("persistence"))["aof_rewrite_in_progress"]:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.1)

    async def ours(self, count: int, calls_s: list[float]) -> Spent:
        numbers, now = self._day.pass_by(count)
        moved = 0
        with spending(self._pid) as spent:
            while moved < count:
                began = time.perf_counter()
                some, _ = await self._store.fire_due(now, BATCH)
                calls_s.append(time.perf_counter() - began)
                assert some > 0, f"{moved} of {count} timers moved"
                moved += some
        assert moved == count
        await self._arm_again(numbers)
        return spent

    async def plain(self, count: int, calls_s: list[float]) -> Spent:
        numbers, now = self._day.pass_by(count)
        claimed = 0
        with spending(self._pid) as spent:
            while claimed < count:
                began = time.perf_counter()
                some = await self._plain(keys=[self._key], args=[milliseconds(now), BATCH])
                calls_s.append(time.perf_counter() - began)
                assert some, f"{claimed} of {count} timers claimed"
                claimed += len(some)
        assert claimed == count
        await self._arm_again(numbers)
        return spent

    async def _arm_again(self, numbers: Sequence[int]) -> None:
        for first in range(0, len(numbers), SEEDING):
            day = self._day
            later = {
                f"{day.contacts[number]}|{TIMER}": milliseconds(day.due_at(number) + DAY_S)
                for number in numbers[first : first + SEEDING]
            }
            await self._redis.zadd(self._key, later)

    async def check(self, fired: Fired) -> None:
        """Everybody whose timer was due has one event, the timer's, and as many are armed as before."""
        depth = await self._store.depth()
        assert depth.timers == fired.timers, depth
        fired.ready = depth.ready
        for claim in await self._store.claim("bench", BATCH):
            (event,) = map(decode_event, claim.events)
            assert isinstance(event, Timer)
            assert event.timer == TIMER


async def fire(folder: Path, timers: int) -> Fired:
    """ROUNDS rounds of both in turn."""
    fired = Fired(timers, int(timers * SHARE))
    day = Day(timers)
    with ExitStack() as stack:
        url, pid = start_redis(stack, folder / "timers")
        store = await Store.connect(url)
        redis = Redis.from_url(url)
        both = Both(url, pid, store, redis, day)
        await both.arm(fired)
        for number in range(ROUNDS):
            await both.settled()
            for name, side, rounds in (("ours", both.ours, fired.ours), ("plain", both.plain, fired.plain))[
                :: 1 if number % 2 == 0 else -1
            ]:
                rounds.append(await side(fired.each, fired.calls_s[name]))
        await both.check(fired)
        await redis.aclose()
        await store.close()
    return fired


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timers", type=int, default=1_000_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tn") as folder:
        fired = uvloop.run(fire(Path(folder), args.timers))
    for title, name, rounds in (("messenger tunnel", "ours", fired.ours), ("plain claim", "plain", fired.plain)):
        print(
            f"{title:<18}{fired.us(rounds):>8.1f} µs CPU a timer {fired.per_s(rounds):>10,.0f} timers/s"
            f"{fired.ms(name):>8.1f} ms a call of {BATCH}, the longest {max(fired.calls_s[name]) * 1000:.1f}"
        )
    print(f"ratio: {fired.ratio:.2f} by CPU, {fired.wall_ratio:.2f} by the clock")
    print(
        f"an armed timer: {fired.bytes_a_timer:.0f} bytes, {fired.arming_us:.1f} µs CPU more than a commit without; "
        f"all were armed in {fired.arming_s:.0f} s"
    )


if __name__ == "__main__":
    main()
