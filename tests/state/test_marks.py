"""Threads of the web chat and of the desk, cursors, ids of files."""

from __future__ import annotations

import asyncio

from redis import Redis

from state import Store
from tests.state.conftest import turn

LANE = "web:site:visitor"


async def test_a_thread_is_written_once_and_read_in_order(store: Store) -> None:
    assert await store.thread_append(LANE, "ann", 3, b"a")
    assert not await store.thread_append(LANE, "ann", 3, b"again")
    assert not await store.thread_append(LANE, "ann", 2, b"late")
    assert await store.thread_append(LANE, "ann", 7, b"b")
    assert await store.thread_read(LANE, "ann", 0, 10) == [(3, b"a"), (7, b"b")]
    assert await store.thread_read(LANE, "ann", 3, 10) == [(7, b"b")]
    assert await store.thread_read(LANE, "ann", 0, 1) == [(3, b"a")]
    assert await store.thread_read(LANE, "ann", 7, 10) == []
    assert await store.thread_read("web:site:nobody", "ann", 0, 10) == []


async def test_a_row_number_may_have_63_bits(store: Store) -> None:
    number = 2**63 - 2
    assert await store.thread_append(LANE, "ann", number - 1, b"a")
    assert await store.thread_append(LANE, "ann", number, b"b")
    assert not await store.thread_append(LANE, "ann", number, b"b")
    assert await store.thread_read(LANE, "ann", number - 1, 10) == [(number, b"b")]


async def test_a_thread_is_bounded(store: Store, redis_url: str) -> None:
    for row in range(1, 800):
        await store.thread_append(LANE, "ann", row, b"x")
    rows = await store.thread_read(LANE, "ann", 0, 1000)
    assert 500 <= len(rows) < 700
    assert rows[-1][0] == 799
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("*:th:*")
        assert redis.ttl(key) > 170 * 86400


async def test_readers_are_woken_here_and_in_other_processes(store: Store, other: Store) -> None:
    waiting = [asyncio.create_task(process.thread_wait(LANE, 60)) for process in (store, other, other)]
    stranger = asyncio.create_task(other.thread_wait("web:site:else", 60))
    while (await store._link.call("PUBSUB", "NUMSUB", store._link.keys.whole("written")))[1] < 2:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)  # the listeners have heard that they listen: from now on only real news counts
    waiting = [task if not task.done() else asyncio.create_task(other.thread_wait(LANE, 60)) for task in waiting]
    if stranger.done():
        stranger = asyncio.create_task(other.thread_wait("web:site:else", 60))
    await asyncio.sleep(0)
    await store.thread_append(LANE, "ann", 1, b"x")
    assert await asyncio.gather(*waiting) == [True, True, True]
    assert not stranger.done()
    stranger.cancel()


async def test_a_wait_without_news_ends(store: Store) -> None:
    assert not await store.thread_wait(LANE, 0)


async def test_a_desk_thread_leads_both_ways(store: Store) -> None:
    assert await store.desk_thread("-100", "ann") is None
    assert await store.desk_contact("-100", 5) is None
    await store.desk_bind("-100", 5, "ann")
    assert await store.desk_thread("-100", "ann") == 5
    assert await store.desk_contact("-100", 5) == "ann"
    assert await store.desk_thread("-200", "ann") is None
    await store.desk_forget("-100", "ann")
    assert await store.desk_thread("-100", "ann") is None


async def test_one_sender_opens_a_desk_thread(store: Store, other: Store) -> None:
    won = await asyncio.gather(*(process.desk_opening("-100", "ann") for process in (store, other) for _ in range(5)))
    assert sum(won) == 1
    assert await store.desk_opening("-100", "bob")
    await store.desk_bind("-100", 5, "ann")
    await store.desk_forget("-100", "ann")
    assert await other.desk_opening("-100", "ann")


async def test_a_poller_goes_on_where_it_was(store: Store, other: Store) -> None:
    assert await store.get_cursor("telegram:1") is None
    await store.set_cursor("telegram:1", "42")
    assert await other.get_cursor("telegram:1") == "42"
    assert await other.get_cursor("vk:1") is None


async def test_file_ids_are_kept_per_account(store: Store, redis_url: str) -> None:
    assert await store.files.get("telegram:1", "sha") is None
    await store.files.put("telegram:1", "sha", "AgAC")
    await store.files.put("whatsapp:1", "sha", "id", ttl_s=60.0)
    assert await store.files.get("telegram:1", "sha") == "AgAC"
    assert await store.files.get("whatsapp:1", "sha") == "id"
    with Redis.from_url(redis_url) as redis:
        assert [redis.ttl(key) > 0 for key in sorted(redis.keys("*:file:*"))] == [False, True]
    await store.files.forget("telegram:1", "sha")
    assert await store.files.get("telegram:1", "sha") is None


async def test_the_session_header_stays_ours(store: Store) -> None:
    await turn(store, "ann", epoch=2**40)
    assert await store.session("ann") == (1, b"session")
