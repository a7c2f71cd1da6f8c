"""What a messenger gets for each kind of delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bots import webhook
from bots.intake import Intake
from bots.webhook import Webhook, whatsapp_handshake
from channels.base import Roots
from channels.telegram import Telegram
from channels.vk import Vk
from channels.whatsapp import WhatsApp
from state import Full, Incoming, Store, Unavailable
from tests.bots.conftest import Clock
from tests.fakes.telegram_updates import Updates

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(store: Store, intake: Intake, clock: Clock, tmp_path: Path) -> AsyncIterator[Client]:
    roots = Roots(tmp_path, tmp_path)
    telegram = Telegram("1:token", secret="s3cret", roots=roots)
    vk = Vk("token", 1, secret="s3cret", confirmation="a1b2c3", api_url="https://api.vk.ru", roots=roots)
    whatsapp = WhatsApp(
        "token",
        "15",
        app_secret="s3cret",
        verify_token="word",
        api_url="https://graph.facebook.com/v23.0",
        roots=roots,
    )
    app = web.Application()
    app.router.add_post("/telegram", Webhook(telegram, intake, clock).post)
    app.router.add_post("/vk", Webhook(vk, intake, clock).post)
    app.router.add_post("/whatsapp", Webhook(whatsapp, intake, clock).post)
    app.router.add_get("/whatsapp", whatsapp_handshake(whatsapp))
    async with TestClient(TestServer(app)) as client:
        yield client
    for channel in (telegram, vk, whatsapp):
        await channel.close()


async def test_what_is_answered_with_200_is_durable(client: Client, store: Store) -> None:
    response = await client.post("/telegram", json=Updates().text(7, "привет"), headers=SECRET)
    assert (response.status, await response.read()) == (200, b"ok")
    assert len(await store.claim("w1", 10)) == 1


async def test_nothing_is_accepted_while_redis_is_away(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(items: Sequence[Incoming]) -> list[bool]:
        raise Unavailable("Redis is away")

    monkeypatch.setattr(store, "accept", away)
    response = await client.post("/telegram", json=Updates().text(7, "привет"), headers=SECRET)
    assert response.status == 503
    assert response.headers["Retry-After"] == "5"


async def test_why_deliveries_are_put_off_is_told_once_a_minute(
    client: Client, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(items: Sequence[Incoming]) -> list[bool]:
        raise Full("Redis has used 80 % of its memory")

    monkeypatch.setattr(store, "accept", full)
    with capture_logs() as logs:
        for seconds in (0, 1, 58, 2):
            clock.now += seconds
            await client.post("/telegram", json=Updates().text(7, "привет"), headers=SECRET)
    assert [(line["event"], line["cause"]) for line in logs] == [
        ("deliveries are put off", "Redis has used 80 % of its memory")
    ] * 2


async def test_a_body_that_trickles_is_cut(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_TIME_S", 0.05)
    hang = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"update_id": 1'
        await hang.wait()

    response = await client.post("/telegram", data=trickle(), headers=SECRET)
    hang.set()
    assert response.status == 408
    assert await store.claim("w1", 10) == []


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/telegram", 1024 * 1024, 400),
        ("/telegram", 1024 * 1024 + 1, 413),
        ("/vk", 1024 * 1024 + 1, 413),
        ("/whatsapp", 3 * 1024 * 1024, 401),
        ("/whatsapp", 3 * 1024 * 1024 + 64 * 1024 + 1, 413),
    ],
)
async def test_the_limits_of_a_body(client: Client, path: str, size: int, status: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:  # without a length in the header: the bytes themselves are counted
        left = size
        while left:
            piece = min(left, 65536)
            left -= piece
            yield b" " * piece

    response = await client.post(path, data=pieces(), headers=SECRET)
    assert response.status == status


async def test_unreadable_but_authentic_is_set_aside(client: Client, store: Store) -> None:
    for body in (b"[]", b'"text"', b'{"update_id": "x"}', b'{"update_id": 5, "message": {"chat": 1}}'):
        response = await client.post("/telegram", data=body, headers=SECRET)
        assert response.status == 200, body
    letters = await store.dead_letters()
    assert {letter.where for letter in letters} == {"webhook"}
    assert len(letters) == 4


async def test_vk_gets_exactly_what_it_expects(client: Client) -> None:
    response = await client.post("/vk", json={"type": "confirmation", "group_id": 1, "secret": "s3cret"})
    assert (response.status, await response.read()) == (200, b"a1b2c3")
    event = {"type": "group_join", "group_id": 1, "event_id": "e1", "v": "5.199", "secret": "s3cret", "object": {}}
    response = await client.post("/vk", json=event)
    assert (response.status, await response.read()) == (200, b"ok")
    response = await client.post("/vk", json=event | {"secret": "guess"})
    assert response.status == 401


async def test_whatsapps_handshake(client: Client) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "1158201444"}
    response = await client.get("/whatsapp", params=query)
    assert (response.status, await response.text()) == (200, "1158201444")
    response = await client.get("/whatsapp", params=query | {"hub.verify_token": "guess"})
    assert response.status == 403
