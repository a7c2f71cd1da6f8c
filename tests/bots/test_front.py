"""Deliveries over bare sockets: what the front answers itself, and what becomes aiohttp's."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bots import front as front_room
from bots import webhook as webhook_room
from bots.front import Front
from bots.intake import Intake
from bots.webhook import Webhook
from channels.base import Roots
from channels.telegram import Telegram
from state import Incoming, Store, Unavailable
from tests.bots.conftest import Clock
from tests.fakes.telegram_updates import Updates

SECRET = b"X-Telegram-Bot-Api-Secret-Token: s3cret\r\n"
PATH = b"/webhooks/telegram"
UPDATES = Updates()
"""Numbers them, so that none is taken for a repetition."""


class Customer:
    """One connection to the front."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> tuple[int, dict[str, str], bytes]:
        """The next reply: status, headers by lower-case names, body."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def say(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send each piece by itself; the reply."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.01)  # so that they do not travel together
        return await self.reply()

    async def ended(self) -> bool:
        """Whether the server closes the connection and says nothing more."""
        async with asyncio.timeout(10):
            return await self.reader.read() == b""


@pytest.fixture
async def made(store: Store, intake: Intake, clock: Clock, tmp_path: Path) -> AsyncIterator[Front]:
    telegram = Telegram("1:token", secret="s3cret", roots=Roots(tmp_path, tmp_path))
    webhook = Webhook(telegram, intake, clock)
    app = web.Application()
    app.router.add_post(PATH.decode(), webhook.post)
    runner = web.AppRunner(app, access_log=None, lingering_time=0.1, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    yield Front(runner.server, {PATH: webhook})
    await runner.cleanup()
    await telegram.close()


@asynccontextmanager
async def serving(front: Front) -> AsyncIterator[tuple[str, int]]:
    server = await asyncio.get_running_loop().create_server(front, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
        await front.close(0.1)


@pytest.fixture
async def place(made: Front) -> AsyncIterator[tuple[str, int]]:
    async with serving(made) as place:
        yield place


@pytest.fixture
async def customer(place: tuple[str, int]) -> AsyncIterator[Customer]:
    reader, writer = await asyncio.open_connection(*place)
    yield Customer(reader, writer)
    writer.close()


def post(body: bytes, *more: bytes, length: int | None = None, path: bytes = PATH, version: bytes = b"1.1") -> bytes:
    size = len(body) if length is None else length
    return (
        b"POST %b HTTP/%b\r\nHost: x\r\nContent-Type: application/json\r\n" % (path, version)
        + b"".join(more)
        + (b"Content-Length: %d\r\n\r\n" % size)
        + body
    )


def update(user: int = 7, text: str = "привет") -> bytes:
    return json.dumps(UPDATES.text(user, text)).encode()


def by_aiohttp(headers: dict[str, str]) -> bool:
    return "server" in headers  # it says its name and version; the front does not


async def test_whole_deliveries_are_answered_here(customer: Customer, store: Store) -> None:
    for user in (7, 8):
        status, headers, body = await customer.say(post(update(user), SECRET))
        assert (status, body) == (200, b"ok")
        assert not by_aiohttp(headers)
        assert headers["content-type"] == "text/plain; charset=utf-8"
        assert headers["date"].endswith(" GMT")
        assert len(await store.claim("w1", 10)) == 1


async def test_a_delivery_in_pieces_is_answered_here(customer: Customer, store: Store) -> None:
    whole = post(update(), SECRET)
    for cut in (20, whole.index(b"\r\n\r\n") + 4):
        status, headers, _ = await customer.say(whole[:cut], whole[cut:])
        assert (status, by_aiohttp(headers)) == (200, False)
    assert len(await store.claim("w1", 10)) == 1


@pytest.mark.parametrize(
    ("body", "header", "status"),
    [(b"{", SECRET, 400), (b"{}", b"X-Telegram-Bot-Api-Secret-Token: guess\r\n", 401), (b"{}", b"", 401)],
)
async def test_refusals(customer: Customer, body: bytes, header: bytes, status: int) -> None:
    said, headers, _ = await customer.say(post(body, header))
    assert (said, by_aiohttp(headers)) == (status, False)
    assert (await customer.say(post(update(), SECRET)))[0] == 200


async def test_the_first_of_two_secrets_counts(customer: Customer) -> None:
    guess = b"X-Telegram-Bot-Api-Secret-Token: guess\r\n"
    assert (await customer.say(post(update(), guess, SECRET)))[0] == 401


async def test_nothing_is_accepted_while_redis_is_away(
    customer: Customer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(items: Sequence[Incoming]) -> list[bool]:
        raise Unavailable("Redis is away")

    monkeypatch.setattr(store, "accept", away)
    status, headers, _ = await customer.say(post(update(), SECRET))
    assert (status, headers["retry-after"], by_aiohttp(headers)) == (503, "5", False)


async def test_a_mistake_of_ours_is_500(customer: Customer, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "accept", None)
    assert (await customer.say(post(update(), SECRET)))[0] == 500
    monkeypatch.undo()
    assert (await customer.say(post(update(), SECRET)))[0] == 200


CHUNKED = b"POST %b HTTP/1.1\r\nHost: x\r\n%bTransfer-Encoding: chunked\r\n\r\n" % (PATH, SECRET)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % PATH, 405),
        (post(update(), SECRET, path=b"/webhooks/vk"), 404),
        (post(update(), SECRET, path=PATH + b"?a=1"), 200),
        (post(update(), SECRET, version=b"1.0"), 200),
        (post(update(), SECRET, b"Connection: close\r\n"), 200),
        (post(gzip.compress(update()), SECRET, b"Content-Encoding: gzip\r\n"), 200),
        (post(b"{}", SECRET, b"Content-Length: 3\r\n"), 400),
        (post(b"{}", SECRET, b"Transfer-Encoding: chunked\r\n"), 400),
        (post(b"", SECRET, length=1024 * 1024 + 1) + b" " * 70_000, 413),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00", 400),
    ],
)
async def test_all_else_is_aiohttps(customer: Customer, said: bytes, status: int) -> None:
    answered, headers, _ = await customer.say(said)
    assert (answered, by_aiohttp(headers)) == (status, True)


async def test_a_long_delivery_in_pieces_is_aiohttps(customer: Customer) -> None:
    status, headers, _ = await customer.say(post(b"", SECRET, length=120_000), *[b" " * 40_000] * 3)
    assert (status, by_aiohttp(headers)) == (400, True)


async def test_expect_is_answered_by_aiohttp(customer: Customer, store: Store) -> None:
    body = update()
    status, *_ = await customer.say(post(b"", SECRET, b"Expect: 100-continue\r\n", length=len(body)))
    assert status == 100
    status, headers, _ = await customer.say(body)
    assert (status, by_aiohttp(headers)) == (200, True)
    assert len(await store.claim("w1", 10)) == 1


async def test_two_requests_together(customer: Customer, store: Store) -> None:
    assert (await customer.say(post(update(7), SECRET) + post(update(8), SECRET)))[0] == 200
    assert (await customer.reply())[0] == 200
    assert len(await store.claim("w1", 10)) == 2


async def test_a_connection_changes_hands_when_it_has_to(customer: Customer, store: Store) -> None:
    assert not by_aiohttp((await customer.say(post(update(7), SECRET)))[1])
    body = update(8)
    chunk = b"%x\r\n%b\r\n" % (len(body), body)
    status, headers, _ = await customer.say(CHUNKED + chunk + b"0\r\n\r\n")
    assert (status, by_aiohttp(headers)) == (200, False)
    assert by_aiohttp((await customer.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))[1])
    status, headers, _ = await customer.say(post(update(9), SECRET))
    assert (status, by_aiohttp(headers)) == (200, True)
    assert len(await store.claim("w1", 10)) == 3


async def test_a_body_that_trickles_is_cut(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_room, "HELD_S", 0.02)
    monkeypatch.setattr(webhook_room, "BODY_TIME_S", 0.05)
    whole = post(update(), SECRET)
    status, headers, _ = await customer.say(whole[:-5])
    assert (status, by_aiohttp(headers)) == (408, True)


async def test_a_slow_delivery_goes_on_behind(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_room, "HELD_S", 0.0)
    whole = post(update(), SECRET)
    status, headers, _ = await customer.say(whole[:30], whole[30:])
    assert (status, by_aiohttp(headers)) == (200, True)


class Held:
    """Accepting that waits until it is let go."""

    def __init__(self, store: Store) -> None:
        self.began = asyncio.Event()
        self.go = asyncio.Event()
        self._accept = store.accept

    async def __call__(self, items: Sequence[Incoming]) -> list[bool]:
        self.began.set()
        await self.go.wait()
        return await self._accept(items)


async def test_what_comes_early_waits_for_its_turn(
    customer: Customer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(store)
    monkeypatch.setattr(store, "accept", held)
    customer.writer.write(post(update(7), SECRET))
    await held.began.wait()
    customer.writer.write(post(update(8), SECRET))
    await asyncio.sleep(0.02)
    customer.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(0.02)
    held.go.set()
    assert [(await customer.reply())[0] for _ in range(3)] == [200, 200, 404]


async def test_answers_on_their_way_are_awaited_when_it_ends(
    made: Front, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(store)
    monkeypatch.setattr(store, "accept", held)
    async with serving(made) as place:
        busy = Customer(*await asyncio.open_connection(*place))
        idle = Customer(*await asyncio.open_connection(*place))
        busy.writer.write(post(update(), SECRET))
        await held.began.wait()
        ending = asyncio.create_task(made.close(10))
        await asyncio.sleep(0.02)
        assert not ending.done()
        held.go.set()
        await ending
        assert (await busy.reply())[0] == 200
        assert await busy.ended()
        assert await idle.ended()
        for customer in (busy, idle):
            customer.writer.close()


async def test_whoever_leaves_early_is_forgotten(made: Front, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(store)
    monkeypatch.setattr(store, "accept", held)
    async with serving(made) as place:
        hasty = Customer(*await asyncio.open_connection(*place))
        hasty.writer.write(post(update(), SECRET))
        await held.began.wait()
        hasty.writer.transport.abort()
        held.go.set()
        async with asyncio.timeout(10):
            while made.open:
                await asyncio.sleep(0.001)
        assert len(await store.claim("w1", 10)) == 1


async def test_idle_connections_are_closed(made: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_room, "IDLE_S", 0.03)
    monkeypatch.setattr(front_room, "SWEEP_S", 0.01)
    async with serving(made) as place:
        customer = Customer(*await asyncio.open_connection(*place))
        assert (await customer.say(post(update(), SECRET)))[0] == 200
        assert await customer.ended()
        customer.writer.close()
