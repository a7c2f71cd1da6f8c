"""Timers: each fires once, when due, as an event that the engine reads."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from state import Claim, Store
from state.inbox import EVENTS_PER_CLAIM
from tests.state.conftest import NOW, Clock, event, handled, partition_of, turn
from tunnel.events import Timer, decode_event


async def due(store: Store) -> dict[str, list[Timer]]:
    """The timers that wait in inboxes, handled now."""
    claims = await store.claim("w", 100)
    await store.commit([handled(claim) for claim in claims])
    return {claim.contact: [decode_event(blob) for blob in claim.events] for claim in claims}  # type: ignore[misc]


async def test_a_timer_becomes_an_event(store: Store) -> None:
    await turn(store, "ann", arm=(("silence/ask:1", NOW + 0.25),))
    assert await store.fire_due(NOW, 10) == (0, NOW + 0.25)
    assert await store.fire_due(NOW + 1.5, 10) == (1, None)
    expected = Timer(
        id=f"timer:ann:silence/ask:1:{int(NOW) * 1000 + 250}", at=NOW + 1.5, timer="silence/ask:1", due_at=NOW + 0.25
    )
    assert await due(store) == {"ann": [expected]}
    assert await store.fire_due(NOW + 2, 10) == (0, None)


async def test_a_whole_second_is_a_time_too(store: Store) -> None:
    await turn(store, "ann", arm=(("t", NOW),))
    await store.fire_due(NOW, 10)
    assert (await due(store))["ann"][0].due_at == NOW


async def test_a_timer_armed_again_moves(store: Store) -> None:
    await turn(store, "ann", arm=(("t", NOW + 1),))
    await turn(store, "ann", arm=(("t", NOW + 2),))
    assert await store.fire_due(NOW + 1, 10) == (0, NOW + 2)


async def test_a_cancelled_timer_never_fires(store: Store) -> None:
    await turn(store, "ann", arm=(("t", NOW + 1), ("u", NOW + 1)))
    await turn(store, "ann", cancel=("t", "never armed"))
    assert await store.fire_due(NOW + 1, 10) == (1, None)
    assert [timer.timer for timer in (await due(store))["ann"]] == ["u"]


async def test_a_contacts_name_may_not_eat_the_timers(store: Store) -> None:
    await turn(store, "ann", arm=(("a|b|c", NOW),))
    await store.fire_due(NOW, 10)
    assert [timer.timer for timer in (await due(store))["ann"]] == ["a|b|c"]


async def test_schedulers_side_by_side_fire_each_timer_once(store: Store, other: Store) -> None:
    for number in range(60):
        await turn(store, f"contact{number}", arm=(("t", NOW + number / 100),))
    moved = await asyncio.gather(*(process.fire_due(NOW + 1, 7) for process in (store, other) for _ in range(10)))
    assert sum(count for count, _ in moved) == 60
    fired = await due(store)
    assert {contact: len(timers) for contact, timers in fired.items()} == {f"contact{n}": 1 for n in range(60)}


async def test_more_than_the_limit_waits(store: Store) -> None:
    for number in range(5):
        await turn(store, f"contact{number}", arm=(("t", NOW + number),))
    moved, next_due = await store.fire_due(NOW + 10, 3)
    assert moved == 3
    assert next_due is not None
    assert next_due <= NOW + 10
    assert (await store.fire_due(NOW + 10, 3))[0] == 2


async def test_a_timer_queues_behind_what_the_customer_wrote(store: Store) -> None:
    await turn(store, "ann", arm=(("t", NOW),))
    await store.accept([event("ann", b"text")])
    await store.fire_due(NOW, 10)
    (claim,) = await store.claim("w", 10)
    assert claim.events[0] == b"text"
    assert isinstance(decode_event(claim.events[1]), Timer)


async def test_no_partition_starves_behind_one_that_always_has_more(redis_url: str, clock: Clock) -> None:
    store = await Store.connect(redis_url, clock=clock, partitions=4)
    busy = next(name for name in map(str, range(99)) if partition_of(store, name) == 0)
    for name in (busy, *(next(n for n in map(str, range(99)) if partition_of(store, n) == part) for part in (1, 2, 3))):
        many = 20 if name == busy else 1
        await turn(store, name, arm=tuple((f"t{number}", NOW + number) for number in range(many)))
    fired: set[str] = set()
    for _ in range(4):
        assert (await store.fire_due(NOW + 100, 2))[0] == 2
        fired |= (await due(store)).keys()
    await store.close()
    assert len(fired) == 4


async def armed(store: Store, *timers: str, contact: str = "ann") -> None:
    """A contact with timers, all due."""
    await turn(store, contact, arm=tuple((timer, NOW + number) for number, timer in enumerate(timers)))
    assert (await store.fire_due(NOW + 100, 10))[0] == len(timers)


def names(claim: Claim) -> list[str]:
    events = [decode_event(blob) for blob in claim.events if blob[:1] != b"#"]
    assert all(isinstance(event, Timer) for event in events)
    return [event.timer for event in events if isinstance(event, Timer)]


async def test_what_became_due_while_a_worker_has_the_contact_comes_with_the_next_claim(store: Store) -> None:
    await armed(store, "a")
    (first,) = await store.claim("w", 10)
    await store.commit([handled(first, arm=(("b", NOW + 1), ("c", NOW + 2)))])
    await store.accept([event("ann", b"#1")])
    (second,) = await store.claim("w", 10)
    assert (await store.fire_due(NOW + 100, 10))[0] == 2
    assert await store.claim("w", 10) == []
    await store.commit([handled(second)])
    (third,) = await store.claim("w", 10)
    assert [names(claim) for claim in (first, second, third)] == [["a"], [], ["b", "c"]]


async def test_timers_of_a_dead_workers_claim_come_with_the_next_one(store: Store) -> None:
    await armed(store, "a", "b")
    (lost,) = await store.claim("w", 10)
    (again,) = await store.recover(min_idle_ms=0)
    (once_more,) = await store.recover(min_idle_ms=0)
    assert (again.tries, again.events, names(again)) == (2, lost.events, ["a", "b"])
    assert (once_more.tries, once_more.fired) == (3, lost.fired)
    assert await store.commit([handled(once_more), handled(lost)]) == [True, False]
    assert await store.recover(min_idle_ms=0) == await store.claim("w", 10) == []


async def test_timers_that_a_commit_leaves_wait_in_the_inbox(store: Store) -> None:
    await armed(store, "a", "b", "c")
    await store.accept([event("ann", b"#1"), event("ann", b"#2")])
    (claim,) = await store.claim("w", 10)
    assert claim.events[:2] == (b"#1", b"#2")
    head = replace(claim, events=claim.events[:3])  # as the worker splits what makes trouble
    assert await store.commit([handled(head)]) == [True]
    (rest,) = await store.claim("w", 10)
    assert names(rest) == ["b", "c"]
    assert await store.commit([handled(replace(rest, events=rest.events[:1]))]) == [True]
    (last,) = await store.claim("w", 10)
    assert names(last) == ["c"]
    assert await store.commit([handled(last)]) == [True]
    assert (await store.depth()).ready == 0


async def test_timers_go_behind_a_flood_that_came_before_them(store: Store) -> None:
    flood = [event("ann", b"#%d" % number) for number in range(EVENTS_PER_CLAIM + 1)]
    await turn(store, "ann", arm=(("a", NOW), ("b", NOW + 1)))
    await store.accept(flood)
    assert (await store.fire_due(NOW + 1, 10))[0] == 2
    (claim,) = await store.claim("w", 10)
    assert claim.events == tuple(item.blob for item in flood[:-1])
    await store.commit([handled(claim)])
    (rest,) = await store.claim("w", 10)
    assert rest.events[0] == flood[-1].blob
    assert names(rest) == ["a", "b"]


async def test_a_batch_is_moved_in_the_order_of_time(store: Store) -> None:
    timers = [f"t{number}" for number in range(9)]
    await turn(store, "ann", arm=tuple((timer, NOW + number) for number, timer in enumerate(timers))[::-1])
    while (await store.fire_due(NOW + 100, 2))[0]:
        pass
    (claim,) = await store.claim("w", 100)
    assert names(claim) == timers
