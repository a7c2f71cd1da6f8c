"""What must hold whatever happens, in any order: one ready entry for whoever waits, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from state import Claim, Commit, Incoming, Mail, Outgoing, Store
from tests.state.conftest import Clock
from tunnel.events import decode_event

CONTACTS = ("ann", "bob", "eve")
PARTITIONS = 2
ACCOUNT = "tg"
T = TypeVar("T")


@dataclass
class Row:
    """A row as the model knows it."""

    number: int
    by_bot: bool
    epoch: int
    tries: int = 0


@dataclass
class Contact:
    """What the store should hold of a contact."""

    inbox: list[bytes] = field(default_factory=list)
    due: list[bytes] = field(default_factory=list)
    """Timers that lie in the ready list."""
    fired: list[bytes] = field(default_factory=list)
    """Timers that came with the present claim."""
    control: list[bytes] = field(default_factory=list)
    version: int = 0
    epoch: int = 0
    rows: int = 0
    lane: list[Row] = field(default_factory=list)
    timers: dict[str, float] = field(default_factory=dict)
    handled: list[bytes] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)


def told(blob: bytes) -> bytes:
    """An event as the model knows it: of a timer, its id."""
    return blob if blob.isdigit() else decode_event(blob).id.encode()


class Road(RuleBasedStateMachine):
    """Webhooks, workers, schedulers and senders, any of which may die at any point."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis = Redis.from_url(self.url)
        self.redis.flushall()
        self.clock = Clock()
        self.store = self.wait(Store.connect(self.url, partitions=PARTITIONS, clock=self.clock))
        self.contacts = {name: Contact() for name in CONTACTS}
        self.claims: list[Claim] = []
        self.mails: list[Mail] = []
        self.stale: list[Mail] = []
        self.leased_until: dict[str, float] = {}
        self.left: list[tuple[str, int]] = []
        self.updates = 0

    def wait(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)  # type: ignore[arg-type]

    def teardown(self) -> None:
        self.wait(self.store.close())
        self.loop.close()
        self.redis.close()

    @rule(names=st.lists(st.sampled_from(CONTACTS), min_size=1, max_size=6), control=st.booleans(), again=st.booleans())
    def accept(self, names: list[str], control: bool, again: bool) -> None:
        items = []
        for name in names:
            self.updates += 1
            items.append(Incoming(name, f"update{self.updates}", b"%d" % self.updates, control))
        if again:
            items += items
        results = self.wait(self.store.accept(items))
        assert results == [True] * len(names) + [False] * (len(items) - len(names))
        for item in items[: len(names)]:
            contact = self.contacts[item.contact]
            (contact.control if control else contact.inbox).append(item.blob)
            contact.accepted.append(item.blob)

    @rule(count=st.integers(1, 6))
    def claim(self, count: int) -> None:
        claims = self.wait(self.store.claim("worker", count))
        assert len(claims) <= count
        self.timers_left(claims)
        self.check(claims)
        held = {claim.contact for claim in self.claims if claim.version == self.contacts[claim.contact].version}
        assert not {claim.contact for claim in claims} & held, "two workers hold one contact"
        self.claims += claims

    @rule(count=st.integers(1, 6))
    def recover(self, count: int) -> None:
        claims = self.wait(self.store.recover(count=count, min_idle_ms=0))
        self.check(claims)
        assert all(claim.tries > 1 for claim in claims)
        self.claims += claims  # the old ones are still about: their workers may only be slow

    @precondition(lambda self: self.claims)
    @rule(
        data=st.data(),
        rows=st.lists(st.booleans(), max_size=3),
        take=st.booleans(),
        arm=st.lists(st.tuples(st.sampled_from("tu"), st.integers(-5, 30)), max_size=2),
        cancel=st.lists(st.sampled_from("tu"), max_size=1),
    )
    def commit(self, data: st.DataObject, rows: list[bool], take: bool, arm: list, cancel: list[str]) -> None:
        number = data.draw(st.integers(0, len(self.claims) - 1))
        claim = self.claims.pop(number)
        contact = self.contacts[claim.contact]
        control = data.draw(st.integers(0, len(claim.control)))
        events = data.draw(st.integers(0, len(claim.events)))
        epoch = contact.epoch + take
        timers = tuple((timer, self.clock.now + after) for timer, after in arm)
        outgoing = self.outgoing(claim.contact, rows)
        commit = Commit(
            claim, b"%d" % epoch, epoch, control, events, outgoing, timers, tuple(cancel), (b"line",), (b"said",)
        )
        (written,) = self.wait(self.store.commit([commit]))
        assert written == (claim.version == contact.version)
        if written:
            contact.version += 1
            contact.epoch = epoch
            timers_handled = max(0, events - (len(claim.events) - len(contact.fired)))
            events -= timers_handled
            contact.handled += contact.control[:control] + contact.inbox[:events] + contact.fired[:timers_handled]
            del contact.control[:control], contact.inbox[:events]
            contact.inbox += contact.fired[timers_handled:]
            contact.fired = []
            self.queue(contact, rows, claim)
            contact.timers.update(timers)
            for timer in cancel:
                contact.timers.pop(timer, None)

    @rule(name=st.sampled_from(CONTACTS), rows=st.lists(st.booleans(), min_size=1, max_size=2), take=st.booleans())
    def say(self, name: str, rows: list[bool], take: bool) -> None:
        """A whole turn at once, so that lanes fill."""
        contact = self.contacts[name]
        if contact.inbox or contact.control or contact.fired or contact.due:
            return
        self.wait(self.store.accept([Incoming(name, "", b"1")]))
        claims = self.wait(self.store.claim("worker", 1000))
        self.timers_left(claims)
        claim = next(claim for claim in claims if claim.contact == name)
        self.claims += [other for other in claims if other is not claim]
        contact.epoch += take
        commit = Commit(claim, b"%d" % contact.epoch, contact.epoch, 0, 1, self.outgoing(name, rows))
        assert self.wait(self.store.commit([commit])) == [True]
        contact.version += 1
        self.queue(contact, rows, claim)

    def outgoing(self, name: str, rows: list[bool]) -> tuple[Outgoing, ...]:
        return tuple(Outgoing(name, ACCOUNT, b"row", by_bot) for by_bot in rows)

    def queue(self, contact: Contact, rows: list[bool], claim: Claim) -> None:
        contact.rows = claim.last_row
        for by_bot in rows:
            contact.rows += 1
            contact.lane.append(Row(contact.rows, by_bot, contact.epoch))

    @precondition(lambda self: self.claims)
    @rule()
    def worker_dies(self) -> None:
        self.claims.pop()
        if self.claims:
            self.claims.pop(0)

    @rule(seconds=st.integers(0, 8))
    def time_passes(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(limit=st.integers(1, 4))
    def fire(self, limit: int) -> None:
        due = {(n, t): at for n, c in self.contacts.items() for t, at in c.timers.items() if at <= self.clock.now}
        moved, next_due = self.wait(self.store.fire_due(self.clock.now, limit))
        assert moved == min(limit, len(due))
        armed = {
            member.decode() for p in range(PARTITIONS) for member in self.redis.zrange(f"tn:{{{p}}}:timers", 0, -1)
        }
        for name, timer in due:
            if f"{name}|{timer}" not in armed:
                del self.contacts[name].timers[timer]
        for name, timers in self.due().items():
            contact = self.contacts[name]
            contact.accepted += timers[len(contact.due) :]
            contact.due = timers
        left = [at for contact in self.contacts.values() for at in contact.timers.values()]
        assert next_due == (min(left) if left else None)

    @rule(limit=st.integers(1, 4))
    def take_mail(self, limit: int) -> None:
        mails, _ = self.wait(self.store.take_mail(ACCOUNT, limit, self.clock.now, 5.0))
        for mail in mails:
            contact = self.contacts[mail.contact]
            head = next(row for row in contact.lane if not row.by_bot or row.epoch == contact.epoch)
            assert mail.row == head.number, "out of order, or a bot's row after a takeover"
            assert mail.tries == head.tries
            head.tries += 1
            del contact.lane[: contact.lane.index(head)]
            assert self.leased_until.get(mail.lane, 0.0) <= self.clock.now, "two rows of a lane in flight"
            self.leased_until[mail.lane] = self.clock.now + 5
            self.stale += [other for other in self.mails if other.lane == mail.lane]
            self.mails = [other for other in self.mails if other.lane != mail.lane] + [mail]

    @precondition(lambda self: self.mails)
    @rule(fate=st.sampled_from(["sent", "delayed", "lost"]))
    def sender_ends(self, fate: str) -> None:
        mail = self.mails.pop(0)
        contact = self.contacts[mail.contact]
        if fate == "sent":
            assert self.wait(self.store.mail_sent(mail, self.clock.now))
            self.stale.append(mail)
            self.left.append((mail.contact, mail.row))
            assert contact.lane.pop(0).number == mail.row
            del self.leased_until[mail.lane]
        elif fate == "delayed":
            assert self.wait(self.store.mail_delayed(mail, self.clock.now + 3))
            self.stale.append(mail)
            self.leased_until[mail.lane] = self.clock.now + 3

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def who_lost_the_lease_changes_nothing(self, data: st.DataObject) -> None:
        mail = data.draw(st.sampled_from(self.stale))
        assert self.wait(self.store.renew([mail], self.clock.now)) == [False]
        assert not self.wait(self.store.mail_delayed(mail, self.clock.now + 1))
        assert not self.wait(self.store.mail_sent(mail, self.clock.now))

    def check(self, claims: list[Claim]) -> None:
        """Does each claim bring what the model knows?"""
        for claim in claims:
            contact = self.contacts[claim.contact]
            assert claim.version == contact.version
            # Who has no session yet has rows numbered from the time on.
            assert claim.last_row == (contact.rows if contact.version else int(self.clock.now))
            assert claim.session == (b"%d" % contact.epoch if contact.version else None)
            assert list(claim.control) == contact.control[:32]
            assert list(map(told, claim.events)) == contact.inbox[:32] + contact.fired
            assert claim.control or claim.events

    def stored(self, contact: str, kind: str) -> list[bytes]:
        return [*map(told, self.redis.lrange(f"{self.store._link.keys.place(contact)}{kind}:{contact}", 0, -1))]

    def due(self) -> dict[str, list[bytes]]:
        """The timers in the ready lists, by contact."""
        found: dict[str, list[bytes]] = {name: [] for name in self.contacts}
        for p in range(PARTITIONS):
            for member in self.redis.lrange(f"tn:{{{p}}}:ready", 0, -1):
                contact, bar, timer = member[39:].decode().partition("|")
                if bar:
                    found[contact].append(f"timer:{contact}:{timer}:{int(member[26:39])}".encode())
        return found

    def timers_left(self, claims: list[Claim]) -> None:
        """A claim took timers out of the ready lists, along with it or into the inbox."""
        claimed = {claim.contact for claim in claims}
        for name, timers in self.due().items():
            contact = self.contacts[name]
            gone = contact.due[: len(contact.due) - len(timers)]
            contact.due = contact.due[len(gone) :]
            assert contact.due == timers
            if name in claimed and len(contact.inbox) < 32:
                assert not contact.fired
                contact.fired = gone
            else:
                contact.inbox += gone

    @invariant()
    def inboxes_are_as_the_model_says(self) -> None:
        for name, contact in self.contacts.items():
            assert self.stored(name, "in") == contact.inbox
            assert self.stored(name, "ct") == contact.control

    @invariant()
    def whoever_has_events_is_ready_or_claimed(self) -> None:
        ready, claimed = set(), set()
        for p in range(PARTITIONS):
            members = self.redis.lrange(f"tn:{{{p}}}:ready", 0, -1)
            ready |= {(member[39:].split(b"|")[0] if b"|" in member else member[13:]).decode() for member in members}
            claimed |= {contact.decode() for contact in self.redis.hkeys(f"tn:{{{p}}}:claimed")}
        waiting = {
            name
            for name, contact in self.contacts.items()
            if contact.inbox or contact.control or contact.fired or contact.due
        }
        assert claimed <= waiting <= ready | claimed

    @invariant()
    def nothing_accepted_is_lost_or_handled_twice(self) -> None:
        for contact in self.contacts.values():
            there = contact.handled + contact.inbox + contact.control + contact.fired + contact.due
            assert sorted(there) == sorted(contact.accepted)

    @invariant()
    def lanes_with_rows_are_known_to_senders_once(self) -> None:
        for p in range(PARTITIONS):
            lanes = [key.decode().rpartition(" ")[2] for key in self.redis.keys(f"tn:{{{p}}}:out:*")]
            due = [member[13:] for member in self.redis.lrange(f"tn:{{{p}}}:due:{ACCOUNT}", 0, -1)]
            flying = self.redis.hkeys(f"tn:{{{p}}}:fly:{ACCOUNT}")
            waiting = self.redis.zrange(f"tn:{{{p}}}:mail:{ACCOUNT}", 0, -1)
            assert sorted(lane.decode() for lane in [*due, *flying, *waiting]) == sorted(lanes)

    @invariant()
    def no_row_left_twice(self) -> None:
        assert len(set(self.left)) == len(self.left)
        for name in CONTACTS:
            rows = [row for contact, row in self.left if contact == name]
            assert rows == sorted(rows)


def test_the_road_holds(redis_url: str) -> None:
    class Here(Road):
        url = redis_url

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
