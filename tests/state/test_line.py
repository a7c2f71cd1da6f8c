"""The connection for scripts: many at once, and every trouble that a connection may have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import NoScriptError, ResponseError

from state import Incoming, Misconfigured, Store, Unavailable
from state.line import Line
from state.link import open_redis

Answering = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a server does at PING: the number of the connection, and the connection."""


@asynccontextmanager
async def line_to(url: str, timeout_s: float = 10.0) -> AsyncIterator[Line]:
    redis = open_redis(url, clustered=False)
    assert isinstance(redis, Redis)
    line = Line(redis.connection_pool, timeout_s)
    yield line
    await line.close()
    await redis.aclose()


@asynccontextmanager
async def server(tmp_path: Path, answer: Answering) -> AsyncIterator[str]:
    """A server that greets as Redis does and then behaves badly."""

    connections = 0
    serving: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        serving.append(asyncio.current_task())
        mine = connections
        while head := await reader.readline():
            words = [(await reader.readline(), await reader.readline())[1] for _ in range(int(head[1:]))]
            if words[0] == b"PING\r\n":
                await answer(mine, reader, writer)
                break
            writer.write(b"+OK\r\n")
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    path = tmp_path / "s.sock"
    path.unlink(missing_ok=True)
    listening = await asyncio.start_unix_server(serve, path)
    yield f"unix://{path}"
    listening.close()
    await asyncio.gather(*[task for task in serving if task is not None])


async def test_many_at_once_each_get_their_own(redis_url: str) -> None:
    async with line_to(redis_url) as line:
        replies = await asyncio.gather(*(line.call("ECHO", str(n)) for n in range(500)))
        assert replies == [str(n).encode() for n in range(500)]


async def test_long_replies_and_errors_keep_their_place(redis_url: str) -> None:
    long = b"x" * 3_000_000
    async with line_to(redis_url) as line:
        replies = await asyncio.gather(
            line.call("ECHO", long),
            line.call("EVALSHA", "0" * 40, 0),
            line.call("NO", "SUCH"),
            line.call("EVAL", "return {1, {2, 'x'}, false}", 0),
            return_exceptions=True,
        )
        assert replies[0] == long
        assert isinstance(replies[1], NoScriptError)
        assert isinstance(replies[2], ResponseError)
        assert replies[3] == [1, [2, b"x"], None]


async def test_who_does_not_wait_any_more_costs_nobody_their_reply(redis_url: str) -> None:
    async with line_to(redis_url) as line:
        await line.call("PING")
        first, second = (asyncio.create_task(line.call("ECHO", word)) for word in ("one", "two"))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == b"two"
        assert first.cancelled()


async def test_a_lost_connection_fails_what_is_on_its_way_and_is_made_anew(redis_url: str) -> None:
    async with line_to(redis_url) as line:
        number = await line.call("CLIENT", "ID")
        slow = [asyncio.create_task(line.call("BLPOP", "nothing", 0)) for _ in range(3)]
        await asyncio.sleep(0)
        async with line_to(redis_url) as other:
            while not await other.call("CLIENT", "KILL", "ID", number):
                await asyncio.sleep(0.001)
        failed = await asyncio.gather(*slow, return_exceptions=True)
        assert [type(error) for error in failed] == [Lost] * 3
        assert await line.call("CLIENT", "ID") != number


async def test_silence_is_a_time_out_and_the_next_command_connects_anew(tmp_path: Path) -> None:
    async def answer(connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if connection == 2:
            writer.write(b"+PONG\r\n")
        await reader.read()  # until the other side gives up

    async with server(tmp_path, answer) as url, line_to(url, 0.5) as line:
        replies = await asyncio.gather(line.call("PING"), line.call("PING"), return_exceptions=True)
        assert [type(reply) for reply in replies] == [TimeoutError, TimeoutError]
        assert await line.call("PING") == b"PONG"


@pytest.mark.parametrize(
    ("said", "heard"), [(b"nonsense\r\n", Lost), (b"+one\r\n+two\r\n", bytes), (b"$100\r\nhalf", Lost)]
)
async def test_what_is_no_reply_ends_the_connection(tmp_path: Path, said: bytes, heard: type) -> None:
    async def answer(connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said if connection == 1 else b"+PONG\r\n")
        await writer.drain()
        if connection == 2:
            await reader.read()

    async with server(tmp_path, answer) as url, line_to(url) as line:
        (reply,) = await asyncio.gather(line.call("PING"), return_exceptions=True)
        assert isinstance(reply, heard)
        assert await line.call("PING") == b"PONG"


async def test_nobody_there_is_told_at_once(tmp_path: Path) -> None:
    async with line_to(f"unix://{tmp_path / 'none.sock'}") as line:
        with pytest.raises(Lost):
            await line.call("PING")


async def test_it_logs_in_and_takes_its_database(redis_url: str) -> None:
    path = urlsplit(redis_url).path
    async with line_to(redis_url) as line:
        await line.call("ACL", "SETUSER", "guest", "on", ">word", "allkeys", "allcommands")
    async with line_to(f"unix://guest:word@{path}?db=3") as line:
        assert await line.call("ACL", "WHOAMI") == b"guest"
        assert b" db=3 " in await line.call("CLIENT", "INFO")
    with pytest.raises((Misconfigured, Unavailable)):
        await Store.connect(f"unix://guest:wrong@{path}")


async def test_a_restarted_server_knows_no_scripts_and_is_told_them(store: Store) -> None:
    assert await store.accept([Incoming("a", "1", b"x")]) == [True]
    await store._link.call("SCRIPT", "FLUSH")
    assert await store.accept([Incoming("a", "2", b"x")]) == [True]


async def test_trouble_is_unavailable(store: Store) -> None:
    await store.accept([Incoming("a", "1", b"x")])
    await store._link.call("CLIENT", "PAUSE", 200, "ALL")
    going = asyncio.create_task(store.accept([Incoming("a", "2", b"x")]))
    await asyncio.sleep(0.01)
    assert store._link._line is not None
    await store._link._line.close()
    with pytest.raises(Unavailable):
        await going
    assert await store.accept([Incoming("a", "3", b"x")]) == [True]
