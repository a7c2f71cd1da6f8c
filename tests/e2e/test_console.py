"""The console and the Telegram desk side by side, on the real program: what is done in one shows in the other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar

from tests.console.stand import PASSWORD, Browser
from tests.console.world import do
from tests.e2e.conftest import Town
from tests.e2e.test_road import begin, operator_says, posts_in, topic_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(town: Town) -> AsyncIterator[Browser]:
    """The admin, made with the link that the program printed."""
    for _ in range(200):
        link = re.search(r"http://bot\.example/console/setup#token=(\S+)", town.program.log)
        if link is not None:
            break
        await asyncio.sleep(0.05)
    assert link is not None
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        browser = Browser(town.program.url, session, origin="http://bot.example")
        setup = {"token": link[1], "login": "anna", "name": "Анна", "password": PASSWORD, "language": "ru"}
        await browser.post("/setup", setup)
        yield browser


async def test_the_page_is_served_beside_its_api(town: Town) -> None:
    async with ClientSession() as session, session.get(f"{town.program.url}/console/") as response:
        assert response.content_type == "text/html"
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/console", 301),
        ("GET", "/console/assets/none.js", 404),
        ("POST", "/console/", 405),
        ("GET", "/api/console/nowhere", 404),
        ("PUT", "/api/console/me", 405),
        ("GET", "/api/console/me", 401),
        ("GET", "/api/console/setup", 200),
    ],
)
@pytest.mark.usefixtures("anna")
async def test_every_answer_tells_browsers_what_it_may_not_do(town: Town, method: str, path: str, status: int) -> None:
    async with (
        ClientSession() as session,
        session.request(method, town.program.url + path, allow_redirects=False) as answer,
    ):
        assert answer.status == status
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def shown(browser: Browser, path: str, holds: Callable[[Any], Any], **query: Any) -> Any:
    """Wait until an answer is as it should be; what `holds` gives."""
    for _ in range(200):
        answer = await browser.get(path, **query)
        if found := holds(answer):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"it never came; there is {answer}")


async def test_a_customer_waits_is_taken_answered_and_given_back(town: Town, anna: Browser) -> None:
    customer = await begin(town, "telegram")
    await customer.say("менеджер")
    row = await shown(anna, "/inbox", lambda page: page["rows"][-1] if page["rows"] else None)
    who = row["id"]
    taken = await do(anna, who, "take", version=row["version"])
    assert taken["owner"]["name"] == "Анна"
    await do(anna, who, "say", version=taken["version"], text="Здравствуйте, это Анна из консоли.")
    await customer.hears("Здравствуйте, это Анна из консоли.")
    # The group reads along; there a second operator is told who holds the conversation.
    thread = await topic_of(town, "Анна из консоли")
    assert any("Анна" in post for post in posts_in(town, thread))
    await operator_says(town, thread, "/take")
    await topic_of(town, "Всё равно взять его себе — /take!")
    await operator_says(town, thread, "/take!")
    state = await shown(
        anna,
        f"/conversations/{who}",
        lambda one: one if (one["owner"] or {"id": ""})["id"].startswith("tg:") else None,
    )
    late = await do(anna, who, "say", 409, version=taken["version"], text="Я ещё тут?")
    assert (late["error"], late["version"]) == ("version", state["version"])
    await operator_says(town, thread, "А это из группы.")
    await customer.hears("А это из группы.")
    await shown(
        anna,
        f"/conversations/{who}/thread",
        lambda one: any(item.get("text") == "А это из группы." for item in one["items"]),
    )
    back = await do(anna, who, "take", version=state["version"], force=True)
    released = await do(anna, who, "release", version=back["version"])
    assert released["mode"] == "bot"
    await customer.hears("Что облицовываем?")
