"""Accepting: once, in order, in one round trip, or not at all."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from state import Full, Incoming, Store, Unavailable
from tests.conftest import running_redis
from tests.state.conftest import event


def calls(redis_url: str) -> int:
    """Scripts run so far."""
    with Redis.from_url(redis_url) as redis:
        return int(redis.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"])


async def test_an_update_is_new_once(store: Store) -> None:
    assert await store.accept([event("ann", b"1"), event("bob", b"1")]) == [True, True]
    assert await store.accept([event("ann", b"1"), event("ann", b"2")]) == [False, True]
    claims = {claim.contact: claim for claim in await store.claim("w", 10)}
    assert claims["ann"].events == (b"1", b"2")
    assert claims["bob"].events == (b"1",)


async def test_a_repetition_within_a_batch_is_seen(store: Store) -> None:
    assert await store.accept([event("ann", b"1"), event("ann", b"1")]) == [True, False]


async def test_without_an_id_nothing_is_a_repetition(store: Store) -> None:
    assert await store.accept([Incoming("ann", "", b"x"), Incoming("ann", "", b"x")]) == [True, True]


async def test_many_processes_accept_one_update_once(store: Store, other: Store) -> None:
    updates = [event("ann", b"%d" % number) for number in range(50)]
    results = await asyncio.gather(*(process.accept_one(update) for update in updates for process in (store, other)))
    assert sum(results) == 50
    (claim,) = await store.claim("w", 10)
    assert len(set(claim.events)) == len(claim.events) == 32


async def test_an_update_is_remembered_for_eight_days(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"1", dedupe="update")])
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("*:seen:update")
        assert 7.9 * 86400 < redis.ttl(key) <= 8 * 86400


async def test_what_comes_in_one_tick_leaves_in_one_round_trip(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"0")])  # the script is known to the server from now on
    before = calls(redis_url)
    await asyncio.gather(*(store.accept_one(event(f"contact{number}", b"1")) for number in range(100)))
    assert calls(redis_url) - before == 1


async def test_events_of_one_caller_stay_in_order(store: Store) -> None:
    await asyncio.gather(*(store.accept_one(event("ann", b"%d" % number)) for number in range(20)))
    (claim,) = await store.claim("w", 10)
    assert claim.events == tuple(b"%d" % number for number in range(20))


async def test_a_batch_longer_than_one_script_takes(store: Store) -> None:
    results = await store.accept([event(f"contact{number}", b"1") for number in range(1000)])
    assert results == [True] * 1000
    assert (await store.depth()).ready == 1000


async def test_nothing_is_asked_for_nothing(store: Store, redis_url: str) -> None:
    before = calls(redis_url)
    assert await store.accept([]) == []
    assert calls(redis_url) == before


async def test_a_redis_nearly_full_accepts_nothing_new(store: Store, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] * 1.2))
            await store._memory.check()
            with pytest.raises(Full):
                await store.accept([event("ann", b"1")])
            redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] * 2))
            await store._memory.check()
            assert await store.accept([event("ann", b"1")]) == [True]
        finally:
            redis.config_set("maxmemory", 0)


async def test_memory_is_looked_at_in_the_background(store: Store, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] * 1.2))
            store._memory._checked_at = float("-inf")  # long ago
            assert await store.accept([event("ann", b"1")]) == [True]  # what was known when asked
            assert store._memory._checking is None or await store._memory._checking is None
            with pytest.raises(Full):
                await store.accept([event("ann", b"2")])
        finally:
            redis.config_set("maxmemory", 0)


async def test_out_of_memory_leaves_nothing_half_written(store: Store, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.config_set("maxmemory", 1)
            with pytest.raises(Unavailable):
                await store.accept([event("ann", b"1")])
        finally:
            redis.config_set("maxmemory", 0)
        assert redis.keys("*ann*") == []
    assert await store.accept([event("ann", b"1")]) == [True]


async def test_a_read_only_replica_is_unavailable(store: Store, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.replicaof("127.0.0.1", 1)
            with pytest.raises(Unavailable):
                await store.accept([event("ann", b"1")])
        finally:
            redis.replicaof("NO", "ONE")


async def test_a_redis_that_has_gone_is_unavailable_to_every_caller(redis_binary) -> None:
    with running_redis(redis_binary) as url:
        store = await Store.connect(url)
    results = await asyncio.gather(
        *(store.accept_one(event("ann", b"%d" % number)) for number in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [Unavailable] * 3
    with pytest.raises(Unavailable):
        await store.claim("w", 1, 10)
    with pytest.raises(Unavailable):
        await store.ping()
    await store.close()
