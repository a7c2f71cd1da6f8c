"""An opened link leads where it led when it was sent; the tunnel is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.clicks import Clicks
from bots.links import Goal, Signer, encode_goal, link_id
from state import Store, Unavailable
from tests.bots.conftest import Clock
from tests.bots.stage import contact
from tests.state.conftest import handled
from tunnel.events import Trigger, decode_event

Client = TestClient[web.Request, web.Application]
SIGNER = Signer(b"secret")
GOAL = Goal("https://example.com/works?utm_source=vk", "https://example.com/works", "Работы")
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 21) Chrome/130.0 Mobile Safari/537.36"}


@pytest.fixture
async def client(store: Store, clock: Clock) -> AsyncIterator[Client]:
    await store.keep_links({link_id(GOAL): encode_goal(GOAL)})
    app = web.Application()
    app.router.add_get("/l/{token}", Clicks(store, SIGNER, clock).get)
    async with TestClient(TestServer(app)) as client:
        yield client


def path(person: str = "7", goal: Goal = GOAL) -> str:
    return f"/l/{SIGNER.token(contact(person), link_id(goal))}"


async def opened(client: Client, url: str, method: str = "GET", agent: str = BROWSER["User-Agent"]) -> tuple[int, str]:
    async with client.request(method, url, headers={"User-Agent": agent}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def told(store: Store) -> dict[str, list[Trigger]]:
    claims = await store.claim("w", 100)
    await store.commit([handled(claim) for claim in claims])
    return {claim.contact: [decode_event(blob) for blob in claim.events] for claim in claims}  # type: ignore[misc]


async def test_a_click_leads_on_and_is_told(client: Client, store: Store) -> None:
    assert await opened(client, path()) == (302, GOAL.url)
    ((name, (one,)),) = (await told(store)).items()
    assert name == contact()
    assert (one.name, one.data) == ("link.clicked", {"link": "https://example.com/works", "label": "Работы"})


async def test_a_second_click_within_a_minute_is_the_same(client: Client, store: Store) -> None:
    for _ in range(3):
        assert await opened(client, path()) == (302, GOAL.url)
    assert await opened(client, path("8")) == (302, GOAL.url)
    assert {name: len(found) for name, found in (await told(store)).items()} == {contact(): 1, contact("8"): 1}


@pytest.mark.parametrize(
    ("method", "agent"),
    [
        ("HEAD", BROWSER["User-Agent"]),
        ("GET", "TelegramBot (like TwitterBot)"),
        ("GET", "WhatsApp/2.23.20.0"),
        ("GET", "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)"),
        ("GET", "facebookexternalhit/1.1"),
        ("GET", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"),
        ("GET", "python-requests/2.32"),
    ],
)
async def test_who_only_looks_is_not_told_of(client: Client, store: Store, method: str, agent: str) -> None:
    assert await opened(client, path(), method, agent) == (302, GOAL.url)
    assert await told(store) == {}


@pytest.mark.parametrize("token", ["x", "A" * 40, "%2e%2e", "https:%2f%2fevil.example", "я"])
async def test_a_forged_token_leads_nowhere(client: Client, store: Store, token: str) -> None:
    assert await opened(client, f"/l/{token}") == (404, "")
    assert await opened(client, f"/l/{Signer(b'other').token(contact(), link_id(GOAL))}?url=https://evil.example") == (
        404,
        "",
    )
    assert await told(store) == {}


async def test_a_link_that_was_never_kept(client: Client) -> None:
    assert await opened(client, path(goal=Goal("https://a.example", "", ""))) == (404, "")


async def test_redis_away_holds_nobody_up_who_can_go_on(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: Any, **more: Any) -> None:
        raise Unavailable("Redis is away")

    with monkeypatch.context() as broken:
        broken.setattr(store._link, "call", away)
        assert (await opened(client, path()))[0] == 503
    assert await opened(client, path("9")) == (302, GOAL.url)
    monkeypatch.setattr(store._link, "call", away)
    assert await opened(client, path()) == (302, GOAL.url)


async def test_a_storm_of_clicks_is_not_told(client: Client, store: Store, clock: Clock) -> None:
    goals = [Goal(f"https://example.com/{number}", "", "") for number in range(40)]
    await store.keep_links({link_id(goal): encode_goal(goal) for goal in goals})
    for goal in goals:
        assert await opened(client, path(goal=goal)) == (302, goal.url)
    assert len((await told(store))[contact()]) == 20
    clock.now += 3600
    await store._link.call("FLUSHALL")
    assert await opened(client, path(goal=goals[0])) == (302, goals[0].url)
    assert len((await told(store))[contact()]) == 1
