"""Connecting, layout, key names, depth; and a Redis that goes and comes back."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from redis import Redis

import state
from state import Depth, EmbeddedRedis, Misconfigured, Outgoing, Store, Unavailable, WrongPartitions, keys
from state.keys import Keys
from tests.state.conftest import NOW, Clock, event, handled, partition_of, turn

SCRIPTS = Path(state.__file__).parent / "scripts"


async def test_the_number_of_partitions_is_fixed_by_the_first(redis_url: str) -> None:
    first = await Store.connect(redis_url, partitions=4)
    with pytest.raises(WrongPartitions, match="laid out in 4 partitions, the program was told 8"):
        await Store.connect(redis_url, partitions=8)
    elsewhere = await Store.connect(redis_url, partitions=8, prefix="other")
    for store in (first, elsewhere):
        await store.close()


@pytest.mark.parametrize("partitions", [0, -1, 5000])
async def test_a_senseless_number_of_partitions_is_refused(redis_url: str, partitions: int) -> None:
    with pytest.raises(WrongPartitions):
        await Store.connect(redis_url, partitions=partitions)


async def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Store.connect(f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(Unavailable):
        await Store.connect("redis://127.0.0.1:1")


@pytest.mark.parametrize("url", ["nonsense", "http://localhost", "redis://localhost:port/x"])
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Misconfigured):
        await Store.connect(url)


async def test_a_cluster_that_is_away() -> None:
    with pytest.raises(Unavailable):
        await Store.connect("redis://127.0.0.1:1", cluster=True)


async def test_a_missing_password_is_no_passing_trouble(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.config_set("requirepass", "secret-word")
            with pytest.raises(Misconfigured, match="TUNNEL_REDIS_URL"):
                await Store.connect(redis_url)
            with pytest.raises(Misconfigured, match="TUNNEL_REDIS_URL") as told:
                await Store.connect(redis_url.replace("unix://", "unix://:wrong-word@"))
            assert "word@" not in str(told.value)
        finally:
            redis.execute_command("AUTH", "secret-word")
            redis.config_set("requirepass", "")


async def test_a_redis_that_evicts_is_refused(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        try:
            redis.config_set("maxmemory-policy", "allkeys-lru")
            redis.config_set("maxmemory", 2**30)
            with pytest.raises(Misconfigured, match="noeviction"):
                await Store.connect(redis_url)
        finally:
            redis.config_set("maxmemory", 0)
            redis.config_set("maxmemory-policy", "noeviction")


async def test_an_old_redis_is_refused(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.link.OLDEST", (99, 0))
    with pytest.raises(Misconfigured, match=r"99\.0 or later is needed"):
        await Store.connect(redis_url)


def test_a_contact_keeps_its_partition() -> None:
    """Data are found by these numbers: they must never change."""
    names = Keys("tn", 16)
    assert [names.place(name) for name in ("ann", "bob", "0f" * 12)] == ["tn:{3}:", "tn:{0}:", "tn:{4}:"]
    assert {names.place(f"contact{number}") for number in range(300)} == set(names.places)


def test_lua_and_python_make_the_same_names(redis_url: str) -> None:
    source = Keys("tn", 16).lua() + "return {READY, INBOX, WAKE, WRITTEN, tostring(THREAD_ROWS)}"
    with Redis.from_url(redis_url) as redis:
        made = [name.decode() for name in redis.eval(source, 0)]
    assert made == [keys.READY, keys.INBOX, "tn:wake", "tn:written", str(keys.THREAD_ROWS)]


def test_key_kinds_have_names_of_their_own() -> None:
    kinds = [value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.lua")), ids=lambda path: path.stem)
def test_scripts_leave_key_names_to_the_one_module(script: Path) -> None:
    """A kind is a constant of the one module; and a script says what it takes and gives."""
    source = script.read_text()
    assert source.startswith("-- ")
    if script.stem != "lib":
        assert "ARGV" in source.split("\nlocal", 1)[0]
    assert not re.search(r"'(tn|in|ct|se|out|mail|held|seen|ready):", source)


async def test_every_key_of_a_contact_lies_in_its_partition(store: Store, redis_url: str) -> None:
    rows = (Outgoing("lane", "tg", b"row"),)
    await turn(store, "ann", outgoing=rows, arm=(("t", NOW + 9),), journal=(b"l",), recent=(b"r",))
    await store.take_mail("tg", 1, NOW, person_rate_per_s=1.0)
    await store.accept([event("ann", b"1"), event("ann", b"2", control=True)])
    await store.thread_append("lane", "ann", 1, b"x")
    await store.desk_opening("chat", "ann")
    await store.desk_bind("chat", 5, "ann")
    with Redis.from_url(redis_url) as redis:
        found = {key.decode() for key in redis.scan_iter()}
    p = partition_of(store, "ann")
    assert {key for key in found if not key.startswith(f"tn:{{{p}}}:")} == {"tn:meta", "tn:topics:chat"}


async def test_depth_counts_what_waits(store: Store, clock: Clock) -> None:
    assert await store.depth() == Depth()
    rows = (Outgoing("lane", "tg", b"1"), Outgoing("lane", "tg", b"2"), Outgoing("other", "vk", b"3"))
    await turn(store, "ann", outgoing=rows, arm=(("t", NOW + 9), ("u", NOW + 9)))
    await store.accept([event("bob", b"1"), event("eve", b"1")])
    await store.claim("w", 1)
    depth = await store.depth()
    assert (depth.ready, depth.claimed, depth.mail, depth.timers) == (2, 1, 2, 2)
    assert 0 <= depth.oldest_waiting_s < 60


async def test_a_server_that_forgot_the_scripts_is_taught_again(store: Store, redis_url: str) -> None:
    await store.accept([event("ann", b"1")])
    with Redis.from_url(redis_url) as redis:
        redis.script_flush()
    assert await store.accept([event("ann", b"1"), event("ann", b"2")]) == [False, True]


async def test_the_store_goes_on_when_redis_is_back(redis_binary: Path, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, binary=redis_binary)
    store = await Store.connect(await server.start())
    await store.accept([event("ann", b"1")])
    os.kill(int((server.directory / "redis.pid").read_text()), signal.SIGKILL)
    await server.stop()
    with pytest.raises(Unavailable):
        await store.accept([event("ann", b"2")])
    await server.start()
    assert await store.accept([event("ann", b"1"), event("ann", b"2")]) == [False, True]
    (claim,) = await store.claim("w", 10)
    assert await store.commit([handled(claim)]) == [True]
    await store.close()
    await server.stop()


async def test_closing_twice_is_harmless(redis_url: str) -> None:
    store = await Store.connect(redis_url)
    await store.wait_for_mail("tg", 0.0)
    await store.close()
    await store.close()
