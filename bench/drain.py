"""A backlog drained by the real worker and sender, with a channel that sends nowhere; beside it the bare Redis cycle.

Contacts stand at the first step of `bench/content`. In each wave every contact has one event waiting, the wave's
buttons and typed answers being 4:1; the whole wave stands in the inboxes before the first is handled. The bare cycle
does no more than must be done in Redis for an event, in pipelines of the same batch size, with values as large as ours:
into the inbox, claim, load, commit, out. Both count from the first event's way in; both sync their append-only file.

    python -m bench.drain [--contacts 40000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import uvloop
from redis.asyncio import Redis

from bench.sides import CONTENT, cpu_seconds, start_redis
from bench.turns import Answers, definition_of
from bots.app import WORKERS
from bots.intake import Intake
from bots.rows import Row, account_key
from bots.sender import AccountSender, Pace
from bots.turns import Outside, Turner
from bots.worker import BATCH, Worker
from channels.base import Call, Roots
from channels.telegram import Telegram
from state import Claim, Commit, Incoming, Mail, Store
from tunnel.effects import Facts, Send, Turn
from tunnel.engine import new_session, turn
from tunnel.events import Address, contact_id, encode_event
from tunnel.session import Session, decode_session, encode_session

WAVES = 5
SEEDING = 500
"""Sessions written at once, before anything is measured."""
PATIENCE_S = 300.0


@dataclass(slots=True)
class Spent:
    """Of one wave. cpu_s counts this process and Redis."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


@contextmanager
def spending(redis_pid: int) -> Iterator[Spent]:
    spent = Spent()
    wall, cpu, redis = time.perf_counter(), time.process_time(), cpu_seconds(redis_pid)
    yield spent
    spent.wall_s = time.perf_counter() - wall
    spent.cpu_s = time.process_time() - cpu + cpu_seconds(redis_pid) - redis


@dataclass(slots=True)
class Script:
    """What contacts do: the session behind the first event, and the events of each wave, for whoever stands there."""

    session: Session
    waves: list[Any]

    @classmethod
    def play(cls) -> Script:
        definition, person = definition_of(), Address("telegram", "1", "1")
        answers, session = Answers(person, "x"), new_session(contact_id(person))
        shown: Any = ()
        sessions, events = [], []
        for _ in range(WAVES + 1):
            event = answers.next(shown)
            result = turn(definition, session, event, Facts(now=event.at, desk=False))
            assert isinstance(result, Turn)
            session = result.session
            shown = next(effect.message.buttons for effect in result.effects if isinstance(effect, Send))
            sessions.append(session)
            events.append(event)
        return cls(sessions[0], events[1:])

    def event(self, wave: int, person: Address) -> bytes:

        event = self.waves[wave]
        return encode_event(msgspec.structs.replace(event, id=f"tg:1:{person.external_id}{wave:03}", address=person))


class Nowhere:
    """Takes every row and sends none."""

    def __init__(self) -> None:
        self.delivered = 0
        self.expected = 0
        self.done = asyncio.Event()

    async def deliver(self, mail: Mail, row: Row) -> None:
        self.delivered += 1
        if self.delivered >= self.expected:
            self.done.set()


class Ours:
    """The worker, the turner and the sender of the program over one Redis."""

    def __init__(self, store: Store, script: Script, contacts: int, redis_pid: int) -> None:
        self._store = store
        self._script = script
        self._redis_pid = redis_pid
        self.people = [Address("telegram", "1", str(10_000_000 + number)) for number in range(contacts)]
        telegram = Telegram("1:bench", secret="bench", roots=Roots(content=CONTENT, data=CONTENT))
        self._channels = {account_key("telegram", "1"): telegram}
        self.turner = Turner(definition_of(), self._channels, echo=_no_echo)
        self._now = script.waves[0].at

    async def seed(self) -> None:
        """Put everybody at the first step."""
        session = self._script.session
        for first in range(0, len(self.people), SEEDING):
            people = {contact_id(person): person for person in self.people[first : first + SEEDING]}
            await self._store.accept([Incoming(contact, "", b"e") for contact in people])
            claims: list[Claim] = []
            while len(claims) < len(people):
                claims += await self._store.claim("seed", SEEDING)
            commits = []
            for claim in claims:
                session.contact, session.address = claim.contact, people[claim.contact]
                commits.append(Commit(claim, encode_session(session), 0, 0, 1))
            assert all(await self._store.commit(commits))

    async def wave(self, number: int) -> Spent:
        """Every contact's next event: in, handled, out."""
        self._now += 60
        events = [
            Incoming(contact_id(person), f"{number}:{person.external_id}", self._script.event(number, person))
            for person in self.people
        ]
        out = Nowhere()
        out.expected = len(events)
        with spending(self._redis_pid) as spent:
            for first in range(0, len(events), BATCH):
                await self._store.accept(events[first : first + BATCH])
            parts = [*self._workers(), self._sender(out)]
            tasks = [asyncio.create_task(part.run()) for part in parts]
            async with asyncio.timeout(PATIENCE_S):
                await out.done.wait()
                while (await self._store.depth()).mail:  # noqa: ASYNC110 - the store tells nobody
                    await asyncio.sleep(0.005)
        for part in parts:
            part.stop()
        await asyncio.gather(*tasks)
        assert out.delivered == len(events), f"{out.delivered} rows for {len(events)} events"
        return spent

    async def check(self) -> None:
        """The turns were the real ones: everybody has walked on, a step a wave."""
        for person in (self.people[0], self.people[-1]):
            stored = await self._store.session(contact_id(person))
            assert stored is not None
            step = decode_session(stored[1]).step
            assert step == f"step{WAVES + 1}", step

    def _workers(self) -> list[Worker]:
        return [
            Worker(f"w{n}", self._store, lambda: self.turner, self._channels, desk=False, clock=lambda: self._now)
            for n in range(WORKERS)
        ]

    def _sender(self, out: Nowhere) -> AccountSender:
        intake = Intake(self._store, time.time)
        return AccountSender(account_key("telegram", "1"), out, self._store, intake, pace=Pace(), clock=time.time)


def _no_echo(text: str, event_id: str) -> Call:
    raise AssertionError("nobody writes in a web chat here")


class Bare:
    """The same in Redis alone, in pipelines."""

    def __init__(self, redis: Redis, ours: Ours, script: Script, redis_pid: int) -> None:
        self._redis = redis
        self._redis_pid = redis_pid
        self._contacts = [contact_id(person) for person in ours.people]
        self._event = script.event(0, ours.people[0])
        claim = Claim(
            contact=self._contacts[0],
            version=1,
            session=encode_session(script.session),
            control=(),
            events=(self._event,),
        )
        commit, _ = ours.turner.handle(claim, Outside(script.waves[0].at, False), {})
        self._session = commit.session
        self._row = commit.outgoing[0].blob
        self._line = commit.journal[0]

    async def seed(self) -> None:
        await self._redis.xgroup_create("ready", "workers", id="0", mkstream=True)
        for contacts in _batches(self._contacts, SEEDING):
            pipe = self._redis.pipeline(transaction=False)
            for contact in contacts:
                pipe.set(f"se:{contact}", self._session)
            await pipe.execute()

    async def wave(self) -> Spent:
        with spending(self._redis_pid) as spent:
            for contacts in _batches(self._contacts, BATCH):
                pipe = self._redis.pipeline(transaction=True)
                for contact in contacts:
                    pipe.rpush(f"in:{contact}", self._event)
                    pipe.xadd("ready", {"c": contact})
                await pipe.execute()
            while claimed := await self._redis.xreadgroup("workers", "bare", {"ready": ">"}, count=BATCH):
                entries = claimed[0][1]
                contacts = [fields[b"c"].decode() for _, fields in entries]
                await self._turn([entry for entry, _ in entries], contacts)
        return spent

    async def _turn(self, entries: Sequence[bytes], contacts: Sequence[str]) -> None:
        load = self._redis.pipeline(transaction=False)
        for contact in contacts:
            load.get(f"se:{contact}")
            load.lrange(f"in:{contact}", 0, -1)
        await load.execute()
        commit = self._redis.pipeline(transaction=True)
        for contact in contacts:
            commit.set(f"se:{contact}", self._session)
            commit.ltrim(f"in:{contact}", 1, -1)
            commit.rpush(f"out:{contact}", self._row)
            commit.xadd("journal", {"l": self._line})
        commit.xack("ready", "workers", *entries)
        commit.xdel("ready", *entries)
        await commit.execute()
        out = self._redis.pipeline(transaction=False)
        for contact in contacts:
            out.lpop(f"out:{contact}")
        await out.execute()


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[first : first + size] for first in range(0, len(items), size))


@dataclass(slots=True)
class Drained:
    """All waves of both."""

    events: int = 0
    ours: list[Spent] = field(default_factory=list)
    bare: list[Spent] = field(default_factory=list)

    def us(self, waves: Sequence[Spent]) -> float:
        """CPU an event, µs."""
        return median(wave.cpu_s for wave in waves) / (self.events / len(waves)) * 1e6

    def per_s(self, waves: Sequence[Spent]) -> float:
        """Events a second of wall time."""
        return self.events / len(waves) / median(wave.wall_s for wave in waves)

    @property
    def ratio(self) -> float:
        """Events a CPU-second of ours over those of the bare cycle."""
        return median(bare.cpu_s / ours.cpu_s for ours, bare in zip(self.ours, self.bare, strict=True))

    @property
    def wall_ratio(self) -> float:
        return median(bare.wall_s / ours.wall_s for ours, bare in zip(self.ours, self.bare, strict=True))

    def summary(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "batch": BATCH,
            "cpu us an event": {"ours": self.us(self.ours), "bare": self.us(self.bare)},
            "events a second": {"ours": self.per_s(self.ours), "bare": self.per_s(self.bare)},
            "ratio": self.ratio,
            "wall ratio": self.wall_ratio,
        }


async def drain(folder: Path, contacts: int) -> Drained:
    """WAVES waves of `contacts` events, ours and the bare cycle's in turn."""

    drained = Drained(WAVES * contacts)
    script = Script.play()
    with ExitStack() as stack:
        url, ours_pid = start_redis(stack, folder / "drain-ours")
        bare_url, bare_pid = start_redis(stack, folder / "drain-bare")
        store = await Store.connect(url)
        ours = Ours(store, script, contacts, ours_pid)
        redis = Redis.from_url(bare_url)
        bare = Bare(redis, ours, script, bare_pid)
        await ours.seed()
        await bare.seed()
        for number in range(WAVES):
            drained.ours.append(await ours.wave(number))
            drained.bare.append(await bare.wave())
        await ours.check()
        await redis.aclose()
        await store.close()
    return drained


def main() -> None:

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=40_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tn") as folder:
        drained = uvloop.run(drain(Path(folder), args.contacts))
    for name, waves in (("messenger tunnel", drained.ours), ("bare Redis cycle", drained.bare)):
        print(f"{name:<18}{drained.us(waves):>8.0f} µs CPU an event {drained.per_s(waves):>10,.0f} events/s")
    print(f"ratio: {drained.ratio:.2f} by CPU, {drained.wall_ratio:.2f} by the clock")


if __name__ == "__main__":
    main()
