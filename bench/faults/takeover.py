"""Row 10: an operator takes a conversation while the bot answers; two operators take it at once.

In one process, on a real Redis: customers, operators, two workers (either may be slow, and have its claim taken over by
the other) and a sender take their steps in an order drawn by a seeded coin. A send begins when the store gives its row
to the sender.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never
from zlib import crc32

import msgspec

from bench.faults.processes import CONTENT, RedisServer
from bench.faults.stage import Result
from bots.content import Content
from bots.intake import Intake
from bots.rows import DESK_ACCOUNT, DeskRow, decode_row
from bots.turns import Turner
from bots.worker import Worker
from channels.base import Roots
from channels.telegram import Telegram
from state import Claim, JournalEntry, Mail, Store
from tunnel.engine import prepare
from tunnel.events import Address, Profile, Start, Take, Text, contact_id
from tunnel.session import Session, decode_session

ACCOUNT = "telegram:1"
LEASE_S = 5.0
OLGA = Profile(name="Olga")


@dataclass(slots=True)
class Toll:
    """What was counted over all interleavings."""

    interleavings: int = 0
    sends: int = 0
    withheld: int = 0
    """Answers of the bot that were ready when the operator took, and never left."""
    late_sends: list[str] = field(default_factory=list)
    """Sends of the bot that began after a `take` had committed."""
    wrong: list[str] = field(default_factory=list)
    """Events handled not once, or conversations that ended with the wrong operator."""
    fenced: int = 0
    """Commits that came too late."""


class Desk:
    """Everything that takes part, over one store."""

    def __init__(self, store: Store, turner: Turner, channel: Telegram) -> None:
        self.store = store
        self.intake = Intake(store, time.time)
        channels = {ACCOUNT: channel}
        self.workers = [
            Worker(f"w{number}", store, lambda: turner, channels, desk=True, clock=time.time) for number in (1, 2)
        ]


class Talk:
    """One conversation and one interleaving."""

    def __init__(self, desk: Desk, number: int, operators: int, chance: random.Random, toll: Toll) -> None:
        self.desk, self.store, self.toll, self.chance = desk, desk.store, toll, chance
        self.number = number
        self.address = Address("telegram", "1", str(1_000_000 + number))
        self.contact = contact_id(self.address)
        self.held: list[tuple[Worker, Sequence[Claim]]] = []
        self.flying: list[Mail] = []
        self.taken = False
        self.accepted: list[str] = []
        self.coming: list[Text | Take] = [self.text(k) for k in range(chance.randint(1, 3))]
        for k in range(operators):
            who = {"operator": f"op{k}", "operator_name": f"Operator {k}"}
            take = Take(id=f"take{number}:{k}", at=time.time(), **who)
            self.coming.insert(chance.randint(0, len(self.coming)), take)

    def text(self, number: int) -> Text:
        return Text(
            id=f"t{self.number}:{number}",
            at=time.time(),
            address=self.address,
            profile=Profile(name="Olga"),
            text=f"word{number}",
        )

    async def run(self) -> None:
        start = Start(
            id=f"s{self.number}", at=time.time(), address=self.address, profile=Profile(name="Olga"), ref="echo"
        )
        await self.accept(start)
        if self.chance.random() < 0.5:  # a conversation that is under way, or its very first moment
            await self.drain()
        steps = (self.arrive, self.claim, self.steal, self.handle, self.handle, self.lease, self.land)
        for _ in range(self.chance.randint(8, 24)):
            await self.chance.choice(steps)()
        while self.coming:
            await self.arrive()
        while self.held:
            await self.handle()
        await self.drain()
        await self.check()

    async def accept(self, event: Start | Text | Take) -> None:
        await self.desk.intake.accept_for(self.contact, event)
        self.accepted.append(event.id)

    async def arrive(self) -> None:
        """The customer's next words, or an operator's `take`, are accepted."""
        if self.coming:
            await self.accept(self.coming.pop(0))

    async def claim(self) -> None:
        """A worker claims and loads."""
        worker = self.chance.choice(self.desk.workers)
        if claims := await self.store.claim(worker.name, 8):
            self.held.append((worker, claims))

    async def steal(self) -> None:
        """Another worker takes over what is claimed, as if the first were slow."""
        worker = self.chance.choice(self.desk.workers)
        if claims := await self.store.recover(min_idle_ms=0):
            self.held.append((worker, claims))

    async def handle(self) -> None:
        """A worker runs the turns of what it claimed, some time ago perhaps, and commits."""
        if not self.held:
            return
        worker, claims = self.held.pop(self.chance.randrange(len(self.held)))
        self.toll.fenced += len(claims) - await worker.handle(claims)
        session = await self.session()
        self.taken = self.taken or (session is not None and session.mode == "operator")

    async def lease(self) -> None:
        """The sender takes what may leave: now the send begins."""
        mails, _ = await self.store.take_mail(ACCOUNT, 8, time.time(), LEASE_S)
        for mail in mails:
            self.toll.sends += 1
            if self.taken:
                self.toll.late_sends.append(f"interleaving {self.number}, row {mail.row}")
        self.flying += mails

    async def land(self) -> None:
        """A send ends."""
        if self.flying:
            await self.store.mail_sent(self.flying.pop(0), time.time())

    async def drain(self) -> None:
        while claims := await self.store.claim("w1", 8):
            self.held.append((self.desk.workers[0], claims))
            await self.handle()
        while True:
            await self.lease()
            if not self.flying:
                return
            while self.flying:
                await self.land()

    async def session(self) -> Session | None:
        stored = await self.store.session(self.contact)
        return None if stored is None else decode_session(stored[1])

    async def check(self) -> None:
        """Each event had one turn; one operator holds the conversation: whose `take` came first, and the desk knows."""
        self.toll.interleavings += 1
        handled: list[str] = []
        lines = [msgspec.msgpack.decode(line) for line in await lines_of(self.store, self.contact)]
        for line in lines:
            if "event" in line:
                handled.append(line["event"]["id"])
            elif line.get("what") == "dropped":
                self.toll.withheld += 1
        session = await self.session()
        told = await self.posts()
        takes = [name for name in handled if name.startswith("take")]
        first = f"Operator {takes[0].rpartition(':')[2]}" if takes else ""
        if sorted(handled) != sorted(self.accepted):
            self.toll.wrong.append(f"interleaving {self.number}: accepted {self.accepted}, handled {handled}")
        elif session is None or session.mode != "operator" or f"Operator {session.operator[2:]}" != first:
            self.toll.wrong.append(f"interleaving {self.number}: {takes}, {session and session.operator}")
        elif len(told) != 1 or first not in told[0]:
            self.toll.wrong.append(f"interleaving {self.number}: the desk read {told}, {first} holds")

    async def posts(self) -> list[str]:
        """What the desk was told of takes, in order; the desk's mail goes."""
        told: list[str] = []
        while mails := (await self.store.take_mail(DESK_ACCOUNT, 8, time.time(), LEASE_S))[0]:
            for mail in mails:
                row = decode_row(mail.blob)
                if isinstance(row, DeskRow) and row.post.kind == "system" and "has taken" in row.post.text:
                    told.append(row.post.text)
                await self.store.mail_sent(mail, time.time())
        return told


async def lines_of(store: Store, contact: str) -> list[bytes]:
    """The contact's lines of the journal."""
    partition = crc32(contact.encode()) % store.partitions  # as state.keys has it
    entries: list[JournalEntry] = []
    while more := await store.journal_read(partition, _read_to.get((id(store), partition), "0"), 10_000):
        _read_to[id(store), partition] = more[-1].id
        entries += more
    return [line for entry in entries if entry.contact == contact for line in entry.lines]


_read_to: dict[tuple[int, int], str] = {}
"""Conversations follow each other, so what was read of the journal need not be read again."""


def _no_web_chat(text: str, event_id: str) -> Never:
    raise AssertionError("nobody here writes in the web chat")


async def takeover(url: str, times: int, operators: int, seed: int = 10) -> Toll:
    """Play `times` interleavings with that many operators who take at once."""
    content = Content.load(CONTENT)
    prepare(content.definition)
    store = await Store.connect(url)
    channel = Telegram("1:faults", secret="faults", roots=Roots(content=CONTENT, data=CONTENT))
    turner = Turner(
        content.definition, {ACCOUNT: channel}, echo=lambda text, event: (_ for _ in ()).throw(AssertionError)
    )
    desk = Desk(store, turner, channel)
    toll = Toll()
    try:
        for number in range(times):
            talk = Talk(
                desk, number + operators * 1_000_000, operators, random.Random(f"{seed}:{operators}:{number}"), toll
            )
            await talk.run()
    finally:
        await channel.close()
        await store.close()
    return toll


async def interleavings(times: int = 10_000, pairs: int = 1_000) -> Result:
    """Row 10."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tn") as folder:
        server = RedisServer(Path(folder), "no")
        server.start()
        try:
            await server.ready()
            one = await takeover(server.url, times, 1)
            two = await takeover(server.url, pairs, 2)
        finally:
            await server.kill()
    counts = {
        "interleavings": one.interleavings, "two operators": two.interleavings,
        "sends": one.sends + two.sends, "answers withheld": one.withheld + two.withheld,
        "commits fenced": one.fenced + two.fenced, "sends begun after take": len(one.late_sends + two.late_sends),
        "wrong": len(one.wrong + two.wrong), "took s": round(time.monotonic() - began, 1),
    }  # fmt: skip
    examples = [*one.late_sends, *two.late_sends, *one.wrong, *two.wrong][:10]
    exercised = min(one.withheld, two.withheld, one.fenced, two.fenced) > 0
    return Result(
        "10 takeover", "no bot send starts after `take` has committed; exactly one wins", not examples and exercised,
        counts, examples,
    )  # fmt: skip
