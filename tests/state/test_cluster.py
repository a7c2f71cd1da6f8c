"""The same store on a Redis Cluster: one node that owns all slots already refuses a script that leaves its slot."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from state import Arrival, DeadLetter, Full, Given, Outgoing, Store, identity_of
from state.embedded import dying_with_us
from tests.conftest import wait_for_redis
from tests.state.conftest import NOW, Clock, event, handled, partition_of

NAMES = [f"contact{number}" for number in range(40)]


@pytest.fixture(scope="module")
def cluster_url(redis_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = 65535
    while port > 55535:  # a cluster needs TCP, and its bus a second port 10,000 higher
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    directory = tmp_path_factory.mktemp("cluster")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory), "--save", ""]
    command = [str(redis_binary), *options, "--cluster-enabled", "yes"]
    with subprocess.Popen(dying_with_us(command), stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            wait_for_redis(process, Redis(port=port))
            with Redis(port=port) as redis:
                redis.execute_command("CLUSTER", "ADDSLOTS", *range(16384))
                while b"cluster_state:ok" not in redis.execute_command("CLUSTER", "INFO"):
                    time.sleep(0.01)
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
async def store(cluster_url: str, clock: Clock) -> AsyncIterator[Store]:
    with Redis.from_url(cluster_url) as redis:
        redis.flushall()
    store = await Store.connect(cluster_url, partitions=16, cluster=True, clock=clock)
    yield store
    await store.close()


async def test_a_whole_way_over_all_partitions(store: Store) -> None:
    assert await store.accept([event(name, b"1") for name in (*NAMES, *NAMES[:5])]) == [True] * 40 + [False] * 5
    claims = []
    while len(claims) < 40:
        claims += await store.claim("w", 10, 1000)
    assert sorted(claim.contact for claim in claims) == sorted(NAMES)
    commits = [
        handled(
            claim,
            outgoing=(Outgoing(claim.contact, "tg", b"row"),),
            arm=(("t", NOW + 1),),
            journal=(b"line",),
            recent=(b"line",),
            dead=(DeadLetter("turn", "cause", b"", claim.contact),),
        )
        for claim in claims
    ]
    commits.append(handled(claims[7], b"never"))
    done = await store.commit(commits)
    assert done == [True] * 40 + [False]
    sent = 0
    while mails := (await store.take_mail("tg", 64, NOW, person_rate_per_s=1.0))[0]:
        results = await asyncio.gather(*(store.mail_sent(mail, NOW) for mail in mails))
        sent += sum(results)
    assert sent == 40
    moved = 0
    while (fired := await store.fire_due(NOW + 1, 64))[0]:
        moved += fired[0]
    assert moved == 40
    assert len(await store.dead_letters()) == 40
    assert (await store.depth()).ready == 40
    assert await store.recover(min_idle_ms=0) == []


async def test_everything_else_works_too(store: Store) -> None:
    await store.accept([event("ann", b"1"), event("ann", b"take", control=True)])
    claims = await store.claim("w", 10, 1000)
    await store.commit([handled(claims[0], outgoing=(Outgoing("lane", "tg", b"1"), Outgoing("lane", "tg", b"2")))])
    assert await store.session("ann") == (1, b"session")
    (mail,), _ = await store.take_mail("tg", 1, NOW)
    assert await store.renew([mail], NOW) == [True]
    assert await store.in_flight("ann", [("tg", "lane")], NOW) == [("tg", "lane")]
    assert await store.mail_delayed(mail, NOW + 1)
    assert await store.lane_cleared("tg", "lane", "ann") == 2
    await store.pause_account("tg", NOW + 5)
    assert await store.take_mail("tg", 1, NOW) == ([], NOW + 5)
    assert await store.lease_rate("tg", 30, 10, NOW) == 10
    assert await store.thread_append("lane", "ann", 1, b"x")
    assert await store.thread_read("lane", "ann", 0, 10) == [(1, b"x")]
    assert await store.desk_opening("chat", "ann")
    await store.desk_bind("chat", 5, "ann")
    assert (await store.desk_contact("chat", 5), await store.desk_thread("chat", "ann")) == ("ann", 5)
    await store.files.put("tg", "sha", "id")
    assert await store.files.get("tg", "sha") == "id"
    await store.set_cursor("tg", "5")
    assert await store.get_cursor("tg") == "5"
    assert len(await store.journal_read(partition_of(store, "ann"))) == 2
    await store.ping()


async def test_a_worker_waits_by_looking_again(store: Store) -> None:
    assert await store.claim("w", 64, 1) == []
    await store.accept([event("ann", b"1")])
    (claim,) = await store.claim("w", 64, 1)
    assert claim.contact == "ann"


async def test_another_process_is_woken(store: Store, cluster_url: str, clock: Clock) -> None:
    other = await Store.connect(cluster_url, partitions=16, cluster=True, clock=clock)
    waiting = asyncio.create_task(other.wait_for_mail("tg", 60))
    while (await store._link.call("PUBSUB", "NUMSUB", "tn:wake"))[-1] in (0, b"0", (b"tn:wake", 0)):
        await asyncio.sleep(0.001)
    await store.accept([event("ann", b"1")])
    claims = await store.claim("w", 10, 1000)
    await store.commit([handled(claims[0], outgoing=(Outgoing("lane", "tg", b"1"),))])
    assert await waiting
    await other.close()


async def test_memory_is_watched(store: Store, cluster_url: str) -> None:
    with Redis.from_url(cluster_url) as redis:
        try:
            redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] * 1.2))
            await store._memory.check()
            with pytest.raises(Full):
                await store.accept([event("ann", b"1")])
        finally:
            redis.config_set("maxmemory", 0)


async def test_letters_come_back(store: Store) -> None:
    await store.accept([event("ann", b"1")])
    (claim,) = await store.claim("w", 10, 1000)
    await store.commit([handled(claim)])
    for _ in range(2):
        await store.set_aside(DeadLetter("turn", "raised", b"blob", "ann"))
    first, second = await store.letters()
    assert await store.letter_to_inbox(first.id, "ann", control=False)
    assert await store.letter_to_outbox(second.id, "ann", (Outgoing("lane", "tg", b"row"),))
    assert await store.letters() == []


async def test_events_from_outside_promos_and_links(store: Store) -> None:
    phones = [identity_of("phone", name) for name in NAMES]
    arrivals = [Arrival(f"shop:{phone}", b"1", identity=phone) for phone in phones]
    arrivals += [Arrival(f"shop:{name}", b"2", contact=name) for name in NAMES]
    assert await store.arrive(arrivals) == ["accepted"] * 80
    assert all([await store.identify(name, phone) for name, phone in zip(NAMES, phones, strict=True)])
    assert await store.arrive(arrivals) == ["duplicate"] * 80
    claims = []
    while len(claims) < 40:
        claims += await store.claim("w", 10, 1000)
    assert {claim.events for claim in claims} == {(b"2", b"1")}
    given = await store.reserve_promo("p", "ann", 1, codes=["A"], discount="10%", valid_s=60, limit=1)
    assert given == Given("A", NOW + 60)
    assert (await store.redeem_promo("A", "17")) is not None
    await store.promo_told("A")
    await store.keep_links(dict.fromkeys(NAMES, b"https://example.com"))
    assert await store.link(NAMES[5]) == b"https://example.com"
    assert await store.first_click("ann", "link", 60)
    assert len(await store.shared_secret("links")) == 32
    await store.count_faults("r1", [("t/step", "x")])
    assert len(await store.faults()) == 1
