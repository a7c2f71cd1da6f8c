"""Events from outside: each reaches its contact's inbox once, known or not, whoever dies on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from state import Arrival, Store, Unavailable, identity_of
from state.keys import WAITING, WAITING_MOST
from tests.state.conftest import handled, turn

PHONE = identity_of("phone", "+79160000001")


def arrival(name: str, **where: Any) -> Arrival:
    return Arrival(f"api:shop:{name}", name.encode(), **where)


async def inboxes(store: Store) -> dict[str, list[bytes]]:
    """All events that wait in inboxes, handled now."""
    claims = await store.claim("w", 100)
    await store.commit([handled(claim) for claim in claims])
    return {claim.contact: list(claim.events) for claim in claims}


def test_an_identity_holds_nothing_of_its_value() -> None:
    assert "7916" not in PHONE
    assert PHONE.startswith("phone:")
    assert identity_of("phone", "+79160000002") != PHONE
    assert identity_of("email", "x") != identity_of("phone", "x").replace("phone", "email")


async def test_an_event_comes_once(store: Store) -> None:
    first = arrival("1", contact="ann")
    assert await store.arrive([first, first, arrival("2", contact="ann")]) == ["accepted", "duplicate", "accepted"]
    assert await store.arrive([first]) == ["duplicate"]
    assert await inboxes(store) == {"ann": [b"1", b"2"]}
    assert await store.arrive([arrival("2", contact="ann")]) == ["duplicate"]


async def test_the_same_event_for_somebody_else_is_the_same_event(store: Store) -> None:
    assert await store.arrive([arrival("1", contact="ann")]) == ["accepted"]
    assert await store.arrive([arrival("1", contact="bob"), arrival("1", identity=PHONE)]) == ["duplicate"] * 2
    assert await inboxes(store) == {"ann": [b"1"]}


async def test_an_id_that_nobody_has_leaves_no_trace(store: Store) -> None:
    assert await store.arrive([arrival("1", contact="ann", known=True), arrival("2", contact="bob")]) == [
        "unknown",
        "accepted",
    ]
    await turn(store, "ann")
    assert await store.arrive([arrival("1", contact="ann", known=True)]) == ["accepted"]


async def test_events_wait_until_somebody_is_known(store: Store) -> None:
    assert await store.arrive([arrival("1", identity=PHONE), arrival("2", identity=PHONE)]) == ["accepted"] * 2
    assert await store.arrive([arrival("1", identity=PHONE)]) == ["duplicate"]
    assert await inboxes(store) == {}
    assert await store.identify("ann", PHONE)
    assert await store.identify("ann", PHONE)
    assert await store.arrive([arrival("3", identity=PHONE), arrival("2", identity=PHONE)]) == ["accepted", "duplicate"]
    assert await inboxes(store) == {"ann": [b"1", b"2", b"3"]}
    assert await store.contact_of(PHONE) == "ann"


async def test_no_more_wait_than_may(store: Store) -> None:
    many = [arrival(str(number), identity=PHONE) for number in range(WAITING_MOST + 1)]
    assert await store.arrive(many) == ["accepted"] * WAITING_MOST + ["crowded"]
    await store.identify("ann", PHONE)
    assert await store.arrive(many[-1:]) == ["accepted"]  # it was refused, so it is new
    events: list[bytes] = []
    while found := await inboxes(store):
        events += found["ann"]
    assert events == [str(number).encode() for number in range(WAITING_MOST + 1)]


async def test_waiting_events_are_forgotten_in_the_end(store: Store) -> None:
    await store.arrive([arrival("1", identity=PHONE)])
    key = store._link.keys.place(PHONE) + WAITING + PHONE
    assert 0 < await store._link.call("TTL", key) <= 90 * 24 * 3600


async def test_who_proves_an_identity_takes_it_over(store: Store) -> None:
    assert await store.identify("ann", PHONE)
    assert not await store.identify("bob", PHONE)
    assert await store.identify("ann", PHONE)
    assert await store.identify("bob", PHONE, proven=True)
    assert not await store.identify("ann", PHONE)
    assert await store.contact_of(PHONE) == "bob"
    assert await store.identify("bob", PHONE)
    assert await store.identify("eve", PHONE, proven=True)


class Dying:
    """Lets so many calls through, then none; each that fails did, or did not, what it was to do."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 10**9
        self.done_before_dying = False
        real = store._link.call

        async def call(*command: Any, **more: Any) -> Any:
            if self.left <= 0 and not self.done_before_dying:
                raise Unavailable("killed")
            reply = await real(*command, **more)
            self.left -= 1
            if self.left < 0:
                raise Unavailable("killed")
            return reply

        monkeypatch.setattr(store._link, "call", call)


@pytest.mark.parametrize("done", [False, True])
async def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    dying = Dying(other, monkeypatch)
    dying.done_before_dying = done
    contacts = 0
    for steps in range(40):
        name, phone = f"ann{steps}", identity_of("phone", str(steps))
        events = [arrival(f"{steps}-{number}", identity=phone) for number in range(3)]
        dying.left = steps
        finished = True
        for begun in (other.arrive(events[:2]), other.identify(name, phone), other.arrive(events)):
            try:
                await begun
            except Unavailable:
                finished = False
        dying.left = 10**9
        # All of it is done again, as the shop and the next worker would.
        for one in (other, store):
            await one.arrive(events[:2])
            await one.identify(name, phone)
            await one.arrive(events)
        contacts += 1
        if finished:
            break
    else:
        pytest.fail("it takes more steps than were tried")
    assert contacts > 5
    found = await inboxes(store)
    assert {contact: sorted(blobs) for contact, blobs in found.items()} == {
        f"ann{number}": [f"{number}-{event}".encode() for event in range(3)] for number in range(contacts)
    }


async def test_whoever_comes_next_moves_what_a_dead_worker_left(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.arrive([arrival("1", identity=PHONE)])
    dying = Dying(other, monkeypatch)
    dying.left = 1  # it says whose the identity is, and dies
    with pytest.raises(Unavailable):
        await other.identify("ann", PHONE)
    assert await inboxes(store) == {}
    assert await store.arrive([arrival("2", identity=PHONE)]) == ["accepted"]
    assert await inboxes(store) == {"ann": [b"1", b"2"]}


async def test_events_and_the_moment_of_becoming_known_at_once(store: Store, other: Store) -> None:
    async def shop() -> list[list[str]]:
        return [await other.arrive([arrival(str(number), identity=PHONE)]) for number in range(60)]  # type: ignore[misc]

    async def workers() -> None:
        for _ in range(20):
            await store.identify("ann", PHONE)

    fates, _, _ = await asyncio.gather(shop(), workers(), workers())
    assert fates == [["accepted"]] * 60
    events: list[bytes] = []
    while found := await inboxes(store):
        events += found["ann"]
    assert sorted(events, key=int) == [str(number).encode() for number in range(60)]
