"""POST over kept-alive connections, against servers that behave well and badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels import keepalive
from channels.keepalive import Answer, KeepAlive, NoAnswer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HELLO = Answer(200, b"hello")
SLOW = Answer(429, b"!", retry_after="7")


class Server:
    """Reads whole requests, and answers each as it is told."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.answers: list[bytes] = []
        self.close_after = False
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                for piece in self.answers.pop(0).split(b"|") if self.answers else [OK]:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if self.close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Server, KeepAlive]]:
    server = Server()
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    client = KeepAlive(f"http://127.0.0.1:{port}/base")
    try:
        yield server, client
    finally:
        client.close()
        running.close()
        await asyncio.sleep(0)


async def test_a_call_is_one_request_and_the_connection_is_used_again() -> None:
    async with served() as (server, client):
        for _ in range(3):
            assert await client.post("/send", b"{}", timeout_s=5, headers="X-One: 1\r\n") == Answer(200, b"ok")
        assert server.connections == 1
    request = server.requests[0]
    assert request.startswith(b"POST /base/send HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nX-One: 1\r\n" in request
    assert request.endswith(b"Content-Length: 2\r\n\r\n{}")


async def test_calls_side_by_side_have_connections_of_their_own() -> None:
    async with served() as (server, client):
        answers = await asyncio.gather(*(client.post("/send", b"{}", timeout_s=5) for _ in range(5)))
        assert answers == [Answer(200, b"ok")] * 5
        assert server.connections == 5


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le|ngth: 5\r\n\r\nhe|llo", HELLO),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n|2\r\nlo\r\n0\r\n\r\n",
            Answer(200, b"hello"),
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 1\r\n\r\n!",
            Answer(429, b"!", "7"),
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
    ],
)
async def test_answers_in_pieces(answer: bytes, expected: Answer) -> None:
    async with served() as (server, client):
        server.answers = [answer]
        assert await client.post("/send", b"{}", timeout_s=5) == expected
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")
        assert server.connections == 1


async def test_an_answer_that_ends_with_the_connection() -> None:
    async with served() as (server, client):
        server.answers, server.close_after = [b"HTTP/1.0 200 OK\r\n\r\nhello"], True
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"hello")
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")
        assert server.connections == 2


async def test_a_server_that_closes_after_its_answer_costs_no_call() -> None:
    async with served() as (server, client):
        server.answers = [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"]
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"nonsense\r\n\r\n"],
)
async def test_a_broken_answer_is_no_answer(answer: bytes) -> None:
    async with served() as (server, client):
        server.answers, server.close_after = [answer], True
        with pytest.raises(NoAnswer):
            await client.post("/send", b"{}", timeout_s=5)
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")


async def test_silence_times_out() -> None:
    async with served() as (server, client):
        server.answers = [b""]
        with pytest.raises(NoAnswer, match="TimeoutError"):
            await client.post("/send", b"{}", timeout_s=0.01)
        assert await client.post("/send", b"{}", timeout_s=5) == Answer(200, b"ok")
        assert server.connections == 2


async def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepalive, "ANSWER_BYTES", 4)
    async with served() as (server, client):
        server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]
        with pytest.raises(NoAnswer, match="AnswerTooLong"):
            await client.post("/send", b"{}", timeout_s=5)


async def test_a_connection_that_rested_too_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as (server, client):
        await client.post("/send", b"{}", timeout_s=5)
        monkeypatch.setattr(keepalive, "IDLE_S", 0.0)
        await client.post("/send", b"{}", timeout_s=5)
        assert server.connections == 2


async def test_nobody_listens() -> None:
    async with served() as (_, client):
        pass
    with pytest.raises(NoAnswer):
        await client.post("/send", b"{}", timeout_s=5)


async def test_closing_ends_what_is_on_its_way() -> None:
    async with served() as (server, client):
        server.answers = [b""]
        call = asyncio.create_task(client.post("/send", b"{}", timeout_s=5))
        while not server.requests:
            await asyncio.sleep(0)
        client.close()
        with pytest.raises(NoAnswer):
            await call
