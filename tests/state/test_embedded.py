"""The embedded server: there when it is started, gone when it is stopped, and never without its data."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from redis import Redis

from state import EmbeddedFailed, EmbeddedRedis, Outgoing, Store
from state import binaries as binaries_module
from state.binaries import version_of
from state.sockets import LONGEST, socket_path
from tests.conftest import REDIS_BINARIES
from tests.state.conftest import NOW, event, handled

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def server(redis_binary: Path, tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path, binary=redis_binary)
    await server.start()
    yield server
    await server.stop()


def redis(server: EmbeddedRedis) -> Redis:
    return Redis.from_url(server.url)


def process_of(server: EmbeddedRedis) -> int:
    return int((server.directory / "redis.pid").read_text())


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("did not come true within 10 s")


async def test_it_listens_on_a_socket_alone_and_keeps_everything(server: EmbeddedRedis) -> None:
    with redis(server) as client:
        config = {
            name: client.config_get(name)[name]
            for name in ("port", "appendonly", "appendfsync", "aof-use-rdb-preamble", "maxmemory-policy", "save")
        }
    assert config == {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-use-rdb-preamble": "yes",
        "maxmemory-policy": "noeviction",
        "save": "",
    }
    assert server.url == f"unix://{server.directory}/redis.sock"
    assert (server.directory / "redis.sock").stat().st_mode & 0o077 == 0


async def test_stopped_in_order_it_is_gone_and_its_data_stay(server: EmbeddedRedis) -> None:
    with redis(server) as client:
        client.set("key", "value")
    pid = process_of(server)
    await server.stop()
    assert not alive(pid)
    await server.stop()  # harmless
    await server.start()
    with redis(server) as client:
        assert client.get("key") == b"value"


async def test_a_kill_loses_nothing_that_was_promised(redis_binary: Path, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, binary=redis_binary)
    store = await Store.connect(await server.start())
    await store.accept([event("ann", b"1"), event("bob", b"1"), event("ann", b"2")])
    claims = {claim.contact: claim for claim in await store.claim("w", 10)}
    rows = (Outgoing("lane", "tg", b"1"), Outgoing("lane", "tg", b"2"))
    await store.commit([handled(claims["bob"], b"bob", outgoing=rows, arm=(("t", NOW),), journal=(b"line",))])
    (mail,), _ = await store.take_mail("tg", 1, NOW * 2)

    pid = process_of(server)
    os.kill(pid, signal.SIGKILL)
    await store.close()
    await server.stop()
    store = await Store.connect(await server.start())

    assert await store.accept([event("ann", b"1"), event("ann", b"3")]) == [False, True]
    (ann,) = await store.recover(min_idle_ms=0)
    assert (ann.contact, ann.events, ann.tries) == ("ann", (b"1", b"2", b"3"), 2)
    assert await store.session("bob") == (1, b"bob")
    assert await store.mail_sent(mail, NOW)  # the lease, too, was kept
    assert [mail.blob for mail in (await store.take_mail("tg", 1, NOW * 2))[0]] == [b"2"]
    assert await store.fire_due(NOW, 10) == (1, None)
    await store.close()
    await server.stop()


async def test_a_torn_last_write_is_cut_off(redis_binary: Path, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, binary=redis_binary)
    await server.start()
    with redis(server) as client:
        client.set("kept", "value")
        client.set("torn", "value")
    os.kill(process_of(server), signal.SIGKILL)
    await server.stop()
    (log,) = [*server.directory.glob("appendonlydir/*.incr.aof"), *server.directory.glob("appendonly.aof")]
    log.write_bytes(log.read_bytes()[:-9])
    await server.start()
    with redis(server) as client:
        assert client.keys() == [b"kept"]
    await server.stop()


async def test_a_second_program_shares_it_and_leaves_it_alone(server: EmbeddedRedis) -> None:
    second = EmbeddedRedis(server.directory.parent)
    assert await second.start() == server.url
    await second.stop()
    with redis(server) as client:
        assert client.ping()


async def test_one_left_over_is_ended_before_the_next(redis_binary: Path, tmp_path: Path) -> None:
    first = EmbeddedRedis(tmp_path, binary=redis_binary)
    await first.start()
    with redis(first) as client:
        client.set("key", "value")
    pid = process_of(first)
    assert first._lock is not None
    first._lock.close()  # as if its program had been killed on a system without a parent-death signal
    reaper = asyncio.create_task(asyncio.to_thread(first._process.wait))  # type: ignore[union-attr]
    second = EmbeddedRedis(tmp_path, binary=redis_binary)
    await second.start()
    await reaper
    assert process_of(second) != pid
    with redis(second) as client:
        assert client.get("key") == b"value"
    await second.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
async def test_it_dies_with_a_killed_program_and_comes_back_with_its_data(redis_binary: Path, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from redis import Redis
        from state import EmbeddedRedis
        async def main():
            server = EmbeddedRedis(Path(sys.argv[1]), binary=Path(sys.argv[2]))
            Redis.from_url(await server.start()).set("key", "value")
            print("ready", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """)
    command = [sys.executable, "-c", program, str(tmp_path), str(redis_binary)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        server = EmbeddedRedis(tmp_path, binary=redis_binary)
        pid = process_of(server)
        assert os.getpgid(pid) != os.getpgid(child.pid)  # Ctrl-C does not reach it
        child.kill()
    async with server:  # at once: the old one may still be writing its last
        assert process_of(server) != pid
        assert not alive(pid)
        with redis(server) as client:
            assert client.get("key") == b"value"


async def test_stale_files_of_a_dead_server_do_not_matter(redis_binary: Path, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, binary=redis_binary)
    server.directory.mkdir()
    (server.directory / "redis.sock").touch()
    (server.directory / "redis.pid").write_text(f"{os.getpid()}\n")  # the number is somebody else's by now
    async with server:
        with redis(server) as client:
            assert client.ping()


async def test_a_long_path_gets_a_short_socket(redis_binary: Path, tmp_path: Path) -> None:
    data = tmp_path / ("deep" * 20) / ("путь" * 8)
    server = EmbeddedRedis(data, binary=redis_binary)
    async with server:
        socket = Path(server.url.removeprefix("unix://"))
        assert len(os.fsencode(socket)) <= LONGEST
        assert socket.parent.stat().st_mode & 0o077 == 0
        async with EmbeddedRedis(data, binary=redis_binary) as second:
            assert second.url == server.url
    assert not socket.parent.exists()


def test_somebody_elses_socket_directory_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / ("deep" * 30)
    private = socket_path(directory).parent
    private.chmod(0o777)
    with pytest.raises(EmbeddedFailed):
        socket_path(directory)
    private.rmdir()
    private.symlink_to(tmp_path)
    with pytest.raises(EmbeddedFailed):
        socket_path(directory)
    private.unlink()


async def test_no_server_anywhere_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries_module, "_wheel", lambda: iter(()))
    with pytest.raises(EmbeddedFailed, match="apt install redis-server"):
        await EmbeddedRedis(tmp_path).start()


async def test_what_is_too_old_is_named_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=5.0.14 sha=0:0 malloc=libc bits=64 build=0'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(binaries_module, "_wheel", lambda: iter(()))
    monkeypatch.setattr(binaries_module, "candidates", lambda: iter((old,)))
    with pytest.raises(EmbeddedFailed, match=r"6\.2 or later is needed.*redis-server \(5\.0\.14\)"):
        await EmbeddedRedis(tmp_path).start()


@pytest.mark.skipif(len(REDIS_BINARIES) < 2, reason="needs a Redis 6.2 and a later one")
async def test_data_of_a_later_server_are_not_taken_for_none(tmp_path: Path) -> None:
    oldest, *_, newest = REDIS_BINARIES.values()
    async with EmbeddedRedis(tmp_path, binary=oldest) as server:
        with redis(server) as client:
            client.set("key", "value")
    async with EmbeddedRedis(tmp_path, binary=newest) as server:
        with redis(server) as client:
            assert client.get("key") == b"value"
    with pytest.raises(EmbeddedFailed, match=r"7\.0 or later is needed"):
        await EmbeddedRedis(tmp_path, binary=oldest).start()


async def test_a_server_that_will_not_start_says_why(redis_binary: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedFailed, match=r"did not start: .*appendfsync"):
        await EmbeddedRedis(tmp_path, fsync="sometimes", binary=redis_binary).start()  # type: ignore[arg-type]
    async with EmbeddedRedis(tmp_path, fsync="everysec", binary=redis_binary) as server:  # the lock was let go
        with redis(server) as client:
            assert client.config_get("appendfsync") == {"appendfsync": "everysec"}


async def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "redis").touch()
    with pytest.raises(EmbeddedFailed, match="redis cannot be used"):
        await EmbeddedRedis(tmp_path).start()


def test_versions_are_read(redis_binary: Path, tmp_path: Path) -> None:
    assert version_of(redis_binary) in {tuple(map(int, version.split("."))) for version in REDIS_BINARIES}
    assert version_of(tmp_path / "absent") is None
    with contextlib.suppress(FileNotFoundError):
        assert version_of(Path("/bin/true")) is None
