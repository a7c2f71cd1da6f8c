"""Timers: each fires once, when due, as an event that the engine reads."""

from __future__ import annotations

import asyncio

from state import Store
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
