"""Whole sessions out of Redis, and back into one that has lost them."""

from __future__ import annotations

from redis import Redis

from state import Incoming, Outgoing, Store
from tests.state.conftest import NOW, partition_of, turn


async def test_sessions_come_back_as_they_were(store: Store, redis_url: str) -> None:
    await turn(store, "ann", session=b"blob", epoch=3, arm=(("t", NOW + 9),))
    before = await store.session("ann")
    kept = await store.snapshots(partition_of(store, "ann"), ["ann", "nobody"])
    assert kept.keys() == {"ann"}
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    assert await store.restore([("ann", kept["ann"], [("t", NOW + 9)])]) == [True]
    assert await store.session("ann") == before
    assert await store.fire_due(NOW + 8, 10) == (0, NOW + 9)
    assert (await store.fire_due(NOW + 9, 10))[0] == 1


async def test_who_is_there_stays(store: Store) -> None:
    await turn(store, "ann", session=b"new")
    assert await store.restore([("ann", bytes(24) + b"old", [("t", NOW)]), ("bob", bytes(24) + b"b", [])]) == [
        False,
        True,
    ]
    assert (await store.session("ann"))[1] == b"new"  # type: ignore[index]
    assert (await store.fire_due(NOW, 10))[0] == 0


async def test_a_restored_contact_can_be_turned(store: Store) -> None:
    await turn(store, "ann", session=b"1")
    kept = await store.snapshots(partition_of(store, "ann"), ["ann"])
    await store.accept_one(Incoming("ann", "", b"event"))
    assert await store.restore([("ann", kept["ann"], [])]) == [False]
    (claim,) = await store.claim("w", 10)
    assert (claim.version, claim.session) == (1, b"1")


async def test_no_row_has_the_number_of_one_that_was_sent_before_the_data_were_lost(
    store: Store, redis_url: str
) -> None:
    row = (Outgoing("lane", "vk", b"1"),)
    await turn(store, "ann", outgoing=row * 3)
    kept = await store.snapshots(partition_of(store, "ann"), ["ann"])
    await turn(store, "ann", outgoing=row)  # after the snapshot
    (sent,) = (await store.take_mail("vk", 1, NOW))[0]
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    assert await store.restore([("ann", kept["ann"], [])]) == [True]
    await turn(store, "ann", outgoing=row)
    await turn(store, "bob", outgoing=row)  # in whose place nothing was restored
    rows = [mail.row for mail in (await store.take_mail("vk", 9, NOW))[0]]
    assert all(number > int(NOW) for number in (*rows, sent.row))
