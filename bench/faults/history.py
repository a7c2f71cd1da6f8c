"""The checker: accepted events against the journal's turns and the stand-ins' deliveries."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bench.faults.customers import START, Customers, Event, Person
from bench.faults.messengers import Call, Messengers
from bench.faults.processes import PATIENCE_S
from bench.faults.written import Entry
from state import Store
from tunnel.events import Address, contact_id

ECHO = "You said "
EXAMPLE_CHARS = 300
Who = tuple[str, str]
"""Channel and person."""


@dataclass(slots=True)
class History:
    """What is wrong, each list with the events concerned, and what there was."""

    events: int = 0
    accepted: int = 0
    turns: int = 0
    set_aside: int = 0
    lost: list[str] = field(default_factory=list)
    """Accepted, and neither handled nor set aside."""
    twice: list[str] = field(default_factory=list)
    """Events with two turns."""
    out_of_order: list[str] = field(default_factory=list)
    """Persons whose turns or whose answers came in another order than their events."""
    unanswered: list[str] = field(default_factory=list)
    """Handled, and the answer never delivered."""
    strange: list[str] = field(default_factory=list)
    """Answers to what nobody asked."""
    repeats: Counter[str] = field(default_factory=Counter)
    """Deliveries beyond the first, by channel."""
    unexplained: list[str] = field(default_factory=list)
    """Of these, those whose earlier call was neither cut off nor left in the dark."""
    waits_s: list[float] = field(default_factory=list)
    """From each 200 to the answer's first delivery."""

    @property
    def sound(self) -> bool:
        wrong = (self.lost, self.twice, self.out_of_order, self.unanswered, self.strange, self.unexplained)
        return not any(wrong)

    def summary(self) -> dict[str, Any]:
        waits = sorted(self.waits_s) or [0.0]
        return {
            "events": self.events,
            "accepted": self.accepted,
            "turns": self.turns,
            "set aside": self.set_aside,
            "lost": len(self.lost),
            "twice": len(self.twice),
            "out of order": len(self.out_of_order),
            "unanswered": len(self.unanswered),
            "strange": len(self.strange),
            "repeated sends": dict(self.repeats),
            "unexplained repeats": len(self.unexplained),
            "longest wait s": round(waits[-1], 2),
            "p99 wait s": round(waits[int(len(waits) * 0.99)], 3) if len(waits) > 1 else 0.0,
        }

    def examples(self) -> list[str]:
        lists = (self.lost, self.twice, self.out_of_order, self.unanswered, self.strange, self.unexplained)
        names = ("lost", "twice", "out of order", "unanswered", "strange", "unexplained")
        return [
            f"{name}: {item}"[:EXAMPLE_CHARS] for name, items in zip(names, lists, strict=True) for item in items[:5]
        ]


async def quiet(store: Store, timeout_s: float = PATIENCE_S) -> float:
    """Wait until nothing waits to be handled or sent; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    async with asyncio.timeout(timeout_s):
        while True:
            depth = await store.depth()
            if depth.ready == 0 and depth.mail == 0:
                return time.monotonic() - began
            await asyncio.sleep(0.1)


async def turns_of(store: Store, written: Sequence[Entry] = ()) -> dict[str, list[str]]:
    """The ids of the customers' events that had a turn, by contact, in the journal's order.

    written: what the records hold of it, each partition's oldest first; Redis may have forgotten that.
    """
    turns: dict[str, list[str]] = defaultdict(list)

    def take(contact: str, lines: Iterable[bytes]) -> None:
        for line in lines:
            event = msgspec.msgpack.decode(line).get("event")
            if event is not None and event["type"] in ("text", "start"):
                turns[contact].append(event["id"])

    for entry in written:
        take(entry.contact, entry.lines)
    known = {(entry.partition, entry.id) for entry in written}
    for partition in range(store.partitions):
        after = "0"
        while entries := await store.journal_read(partition, after, 1000):
            after = entries[-1].id
            for waiting in entries:
                if (partition, waiting.id) not in known:
                    take(waiting.contact, waiting.lines)
    return turns


async def check(
    store: Store,
    customers: Customers,
    world: Messengers,
    cut: Iterable[float] = (),
    written: Sequence[Entry] = (),
) -> History:
    """Compare the three records. `cut`: moments at which a process that sends was killed; `written`: as `turns_of`."""
    history = History()
    turns = await turns_of(store, written)
    aside = {id_of_blob(letter.blob) for letter in await store.dead_letters(100_000) if letter.where == "turn"}
    history.set_aside = len(aside)
    deliveries: dict[Who, list[Call]] = defaultdict(list)
    for call in world.calls:
        if call.delivered and call.text.startswith(ECHO):
            deliveries[call.channel, call.person].append(call)
    moments = sorted(cut)
    for person in customers.people:
        answers = deliveries.pop((person.channel, str(person.chat)), [])
        _check_person(history, person, turns.get(contact_of(person), []), aside, answers)
        _check_repeats(history, answers, world, moments)
    history.strange += [f"{who}" for who in deliveries]
    return history


def contact_of(person: Person) -> str:
    account = "1"
    return contact_id(Address(person.channel, account, str(person.chat)))


def id_of(event: Event) -> str:
    update = msgspec.json.decode(event.update)
    return f"tg:1:{update['update_id']}" if event.person.channel == "telegram" else f"vk:1:{update['event_id']}"


def id_of_blob(blob: bytes) -> str:
    return str(msgspec.msgpack.decode(blob)["id"])


def _check_person(
    history: History, person: Person, turns: Sequence[str], aside: set[str], answers: Sequence[Call]
) -> None:
    counts = Counter(turns)
    order = {id_of(event): event.number for event in person.events}
    first_answer: dict[str, Call] = {}
    for call in answers:
        first_answer.setdefault(call.text.removeprefix(ECHO), call)
    for event in person.events:
        name, where = id_of(event), f"{person.channel} {person.chat} event {event.number}"
        handled = counts[name]
        history.events += 1
        history.accepted += event.accepted_at is not None
        history.turns += handled
        if handled + (name in aside) > 1:
            history.twice.append(where)
        if event.accepted_at is not None and not handled and name not in aside:
            history.lost.append(where)
        if event.text == START or name in aside:
            continue
        answer = first_answer.pop(event.text, None)
        if handled and answer is None:
            history.unanswered.append(where)
        if answer is not None and event.accepted_at is not None:
            history.waits_s.append(max(0.0, answer.at - event.accepted_at))
    history.strange += [f"{person.channel} {person.chat} {text}" for text in first_answer]
    _check_order(history, person, [order[name] for name in turns if name in order], answers)


def _check_order(history: History, person: Person, turns: Sequence[int], answers: Sequence[Call]) -> None:
    numbers = {event.text: event.number for event in person.events}
    # A repetition comes right behind the first: nothing overtakes it either.
    said = [numbers.get(call.text.removeprefix(ECHO), -1) for call in answers]
    if list(turns) != sorted(turns) or said != sorted(said):
        history.out_of_order.append(f"{person.channel} {person.chat}: turns {list(turns)}, answers {said}")


def _check_repeats(history: History, answers: Sequence[Call], world: Messengers, cut: Sequence[float]) -> None:
    earlier: dict[str, Call] = {}
    for call in answers:
        before = earlier.get(call.text)
        earlier[call.text] = call
        if before is None:
            continue
        history.repeats[call.channel] += 1
        if not before.in_the_dark and not was_cut_off(before, world, cut):
            history.unexplained.append(f"{call.channel} {call.person} {call.text!r} {call.at - before.at:.2f} s later")


CLOSE_S = 0.5
"""A connection of a killed process is seen to end this soon after the kill."""
SETTLE_S = 0.1
"""A send answered this shortly before the kill may not have been written down."""


def was_cut_off(call: Call, world: Messengers, cut: Sequence[float]) -> bool:
    """Whether the call's connection ended with a killed process, before or just after it was answered."""
    lost_at = world.lines[call.line].lost_at
    if lost_at is None or not any(at - 0.1 <= lost_at <= at + CLOSE_S for at in cut):
        return False
    return call.answered_at is None or call.answered_at > lost_at - SETTLE_S


def in_flight_at(world: Messengers, cut: Sequence[float]) -> int:
    """How many messages were on the wire, or just off it, at these moments: one a connection at the most."""
    last = [line.last for line in world.lines if line.last is not None]
    return sum(was_cut_off(call, world, cut) for call in last if call.text)
