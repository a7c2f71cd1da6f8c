"""Claiming and committing: one writer at a time, events in order, nothing lost with a worker."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from state import Commit, DeadLetter, Outgoing, Store
from tests.state.conftest import event, handled, listened_to, turn


async def one(store: Store, worker: str = "w"):
    (claim,) = await store.claim(worker, 10)
    return claim


async def test_a_contact_never_seen(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    claim = await one(store)
    assert (claim.contact, claim.version, claim.session, claim.events, claim.tries) == ("ann", 0, None, (b"1",), 1)
    assert await store.session("ann") is None


async def test_the_next_claim_brings_what_was_committed(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    assert await store.commit([handled(await one(store), b"first")]) == [True]
    await store.accept([event("ann", b"2")])
    claim = await one(store)
    assert (claim.version, claim.session, claim.events) == (1, b"first", (b"2",))
    assert await store.session("ann") == (1, b"first")


async def test_a_session_may_hold_any_bytes(store: Store) -> None:
    blob = bytes(range(256)) * 40
    await turn(store, "ann")
    await store.accept([event("ann", b"\x00\xff\r\n")])
    claim = await one(store)
    assert claim.events == (b"\x00\xff\r\n",)
    await store.commit([handled(claim, blob)])
    assert await store.session("ann") == (2, blob)


async def test_a_claimed_contact_is_claimed_by_nobody_else(store: Store, other: Store) -> None:
    await store.accept([event("ann", b"1")])
    assert await one(store)
    await store.accept([event("ann", b"2")])  # while it is being handled
    assert await other.claim("v", 10) == []


async def test_what_came_meanwhile_waits_for_the_next_claim(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    claim = await one(store)
    await store.accept([event("ann", b"2"), event("ann", b"3")])
    await store.commit([handled(claim)])
    assert (await one(store)).events == (b"2", b"3")


async def test_what_was_not_handled_stays(store: Store) -> None:
    await store.accept([event("ann", b"1"), event("ann", b"2"), event("ann", b"3")])
    await store.commit([Commit(await one(store), b"s", 0, 0, 1)])
    assert (await one(store)).events == (b"2", b"3")


async def test_control_goes_before_events_that_waited_longer(store: Store) -> None:
    await store.accept([event("ann", b"1"), event("ann", b"take", control=True), event("ann", b"2")])
    claim = await one(store)
    assert (claim.control, claim.events) == ((b"take",), (b"1", b"2"))
    await store.commit([Commit(claim, b"s", 1, 1, 0)])
    claim = await one(store)
    assert (claim.control, claim.events) == ((), (b"1", b"2"))


async def test_control_alone_makes_a_contact_ready(store: Store) -> None:
    await store.accept([event("ann", b"take", control=True)])
    claim = await one(store)
    assert (claim.control, claim.events) == ((b"take",), ())
    await store.accept([event("ann", b"1")])
    await store.commit([handled(claim)])
    assert (await one(store)).events == (b"1",)


async def test_a_flood_is_claimed_in_pieces(store: Store) -> None:
    await store.accept([event("ann", b"%d" % number) for number in range(80)])
    seen: list[bytes] = []
    while claims := await store.claim("w", 10):
        assert len(claims[0].events) <= 32
        seen += claims[0].events
        await store.commit([handled(claims[0])])
    assert seen == [b"%d" % number for number in range(80)]


@pytest.mark.parametrize("count", [1, 3, 16, 64])
async def test_no_more_is_claimed_than_was_asked_for(store: Store, count: int) -> None:
    contacts = {f"contact{number}" for number in range(100)}
    await store.accept([event(contact, b"1") for contact in contacts])
    claimed: list[str] = []
    while claims := await store.claim("w", count, 0):
        assert len(claims) <= count
        claimed += [claim.contact for claim in claims]
    assert sorted(claimed) == sorted(contacts)


async def test_a_waiting_worker_is_woken(store: Store, other: Store) -> None:
    waiting = asyncio.create_task(store.claim("w", 10, 60_000))
    await listened_to(other, 1)
    await other.accept([event("ann", b"1")])
    (claim,) = await waiting
    assert claim.events == (b"1",)


async def test_a_worker_of_the_same_process_is_woken(store: Store) -> None:
    waiting = asyncio.create_task(store.claim("w", 10, 60_000))
    await asyncio.sleep(0)
    await store.accept([event("ann", b"1")])
    (claim,) = await waiting
    assert claim.events == (b"1",)


async def test_what_came_meanwhile_wakes_a_worker_of_another_process(store: Store, other: Store) -> None:
    await store.accept([event("ann", b"1")])
    claim = await one(store)
    await store.accept([event("ann", b"2")])
    waiting = asyncio.create_task(other.claim("v", 10, 60_000))
    await listened_to(store, 1)
    assert await store.commit([handled(claim)]) == [True]
    assert [claim.events for claim in await waiting] == [(b"2",)]


async def test_events_from_timers_and_letters_wake_too(store: Store) -> None:
    await turn(store, "ann", arm=(("t", 1.0),))
    assert await store.claim("w", 10, 1) == []
    waiting = asyncio.create_task(store.claim("w", 10, 60_000))
    await asyncio.sleep(0)
    await store.fire_due(2.0, 10)
    (claim,) = await waiting
    await store.commit([handled(claim)])
    await store.set_aside(DeadLetter("turn", "raised", b"blob", "ann"))
    waiting = asyncio.create_task(store.claim("w", 10, 60_000))
    await asyncio.sleep(0)
    assert await store.letter_to_inbox((await store.letters())[0].id, "ann", control=False)
    assert [claim.events for claim in await waiting] == [(b"blob",)]


async def test_a_wait_that_brings_nothing_ends(store: Store) -> None:
    assert await store.claim("w", 10, 1) == []
    assert await store.claim("w", 10, 1) == []  # the second one waits first


async def test_the_second_wait_finds_what_is_ready(store: Store) -> None:
    assert await store.claim("w", 100, 1) == []
    await store.accept([event(f"contact{number}", b"1") for number in range(50)])
    assert len(await store.claim("w", 100, 1)) == 50


async def test_a_dead_workers_claim_is_taken_over(store: Store, other: Store) -> None:
    await store.accept([event("ann", b"1"), event("bob", b"1")])
    assert len(await store.claim("dead", 10)) == 2
    recovered = await other.recover(min_idle_ms=0)
    assert {(claim.contact, claim.events, claim.tries) for claim in recovered} == {
        ("ann", (b"1",), 2),
        ("bob", (b"1",), 2),
    }
    assert [claim.tries for claim in await other.recover(min_idle_ms=0)] == [3, 3]


async def test_a_claim_in_time_is_not_taken_over(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    await one(store)
    assert await store.recover() == []


async def test_no_more_is_recovered_than_was_asked_for(store: Store) -> None:
    await store.accept([event(f"contact{number}", b"1") for number in range(40)])
    await store.claim("dead", 100)
    assert len(await store.recover(count=7, min_idle_ms=0)) == 7


async def test_tries_count_for_one_head_of_the_inbox(store: Store) -> None:
    await store.accept([event("ann", b"1"), event("ann", b"2")])
    await one(store)
    (claim,) = await store.recover(min_idle_ms=0)
    await store.commit([Commit(claim, b"s", 0, 0, 1)])
    assert (await one(store)).tries == 1


async def test_who_comes_too_late_writes_nothing(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"1")])
    stale = await one(store, "slow")
    (fresh,) = await store.recover(min_idle_ms=0)
    assert await store.commit([handled(fresh, b"right")]) == [True]
    everything = {
        "outgoing": (Outgoing("lane", "tg", b"row"),),
        "arm": (("t", 1.0),),
        "journal": (b"line",),
        "recent": (b"line",),
        "dead": (DeadLetter("turn", "c", b"b"),),
    }
    with Redis.from_url(redis_url) as redis:
        before = sorted(redis.keys())
        assert await store.commit([handled(stale, b"wrong", **everything)]) == [False]
        assert sorted(redis.keys()) == before
    assert await store.session("ann") == (1, b"right")


async def test_whoever_commits_first_wins_before_or_after_a_recovery(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    first = await one(store, "slow")
    (second,) = await store.recover(min_idle_ms=0)
    assert await store.commit([handled(first, b"first")]) == [True]
    assert await store.commit([handled(second, b"second")]) == [False]
    assert await store.claim("w", 10) == []
    assert await store.recover(min_idle_ms=0) == []


async def test_one_fenced_commit_does_not_hold_up_the_others(store: Store) -> None:
    everything = {
        "outgoing": (Outgoing("lane", "tg", b"row"),) * 2,
        "arm": (("t", 1.0), ("u", 2.0)),
        "cancel": ("a", "b", "c"),
        "journal": (b"line",) * 3,
        "recent": (b"line",) * 4,
        "dead": (DeadLetter("turn", "c", b"b"),) * 2,
    }
    await store.accept([event("ann", b"1"), event("bob", b"1"), event("eve", b"1")])
    claims = {claim.contact: claim for claim in await store.claim("w", 10)}
    await store.commit([handled(claims["bob"])])
    commits = [handled(claims[name], b"new " + name.encode(), **everything) for name in ("ann", "bob", "eve")]
    assert await store.commit(commits) == [True, False, True]
    assert await store.session("ann") == (1, b"new ann")
    assert await store.session("bob") == (1, b"session")
    assert await store.session("eve") == (1, b"new eve")
    mails, _ = await store.take_mail("tg", 10, 2e9)
    assert {mail.contact for mail in mails} == {"ann", "eve"}


async def test_claims_outlive_a_flush(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"1")])
    assert await one(store)
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    assert await store.claim("w", 10, 1) == []
    await store.accept([event("bob", b"1")])
    assert (await one(store)).contact == "bob"


async def test_a_worker_that_waits_outlives_a_flush(store: Store, redis_url: str) -> None:
    assert await store.claim("w", 100, 1) == []
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    await store.accept([event("ann", b"1")])
    (claim,) = await store.claim("w", 100, 1)
    assert claim.contact == "ann"


async def test_a_claim_that_finds_nothing_to_do_is_let_go(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"1")])
    with Redis.from_url(redis_url) as redis:
        redis.delete(*redis.keys("*:in:ann"))
    assert await store.claim("w", 10) == []
    assert (await store.depth()).ready == 0


async def test_control_that_comes_to_a_claimed_contact_waits_for_its_commit(store: Store, other: Store) -> None:
    await store.accept([event("ann", b"1")])
    claim = await one(store)
    await other.accept([event("ann", b"take", control=True)])
    assert await other.claim("v", 10) == []
    assert await store.commit([handled(claim)]) == [True]
    (claim,) = await other.claim("v", 10)
    assert (claim.control, claim.events) == ((b"take",), ())
    assert await store.commit([handled(claim)]) == [True]
    assert await store.claim("w", 10) == []
    assert (await store.depth()).ready == 0


async def test_one_contact_twice_in_a_batch_is_written_once(store: Store) -> None:
    await store.accept([event("ann", b"1"), event("ann", b"2")])
    claim = await one(store)
    assert await store.commit([handled(claim, b"first"), handled(claim, b"second")]) == [True, False]
    assert await store.session("ann") == (1, b"first")


async def test_commits_of_nothing(store: Store) -> None:
    assert await store.commit([]) == []
