"""A console on a real Redis and SQLite, behind a real HTTP server; its clock is the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from argon2 import PasswordHasher

from bots.content import Content
from console.accounts.passwords import Passwords
from console.models.people import Role
from console.routes import BY_NAME, PREFIX
from console.site import Console
from records import Records
from state import Store

CONTENT = Path(__file__).parents[1] / "e2e" / "content"
NOW = 1_795_000_000.0
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Of the same kind as the real one, so that a test need not take a minute."""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Browser:
    """One browser: its cookies, and what its page knows."""

    base: str
    session: ClientSession
    csrf: str = ""
    user: dict[str, Any] = field(default_factory=dict)
    origin: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        headers = {
            "Origin": self.origin or self.base,
            "X-CSRF-Token": self.csrf,
            **self.headers,
            **more.pop("headers", {}),
        }
        headers = {name: value for name, value in headers.items() if value}
        if body is not None:
            more["json"] = body
        async with self.session.request(method, self.base + PREFIX + path, headers=headers, **more) as response:
            answer = Answer(response.status, await _body(response), dict(response.headers))
        if answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("csrf"):
            self.csrf, self.user = answer.body["csrf"], answer.body["user"]
        return answer

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.call("GET", path, params=params)
        assert answer.status == 200, answer
        return answer.body

    async def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = await self.call("POST", path, body, **more)
        assert answer.status == status, answer
        return answer.body

    async def log_in(self, login: str, password: str = PASSWORD, code: str = "", status: int = 200) -> Any:
        body = {"login": login, "password": password, "code": code}
        return await self.post("/login", body, status)


async def _body(response: ClientResponse) -> Any:
    return await response.json() if response.content_type == "application/json" else await response.read()


@dataclass
class Stand:
    console: Console
    base: str
    clock: Clock
    browsers: list[ClientSession]

    async def browser(self, **headers: str) -> Browser:
        session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(session)
        return Browser(self.base, session, headers=headers)

    async def admin(self) -> Browser:
        """The first account, made with the printed link."""
        token = await self.console.accounts.first_link()
        assert token
        browser = await self.browser()
        await browser.post("/setup", {"token": token, "login": "anna", "name": "Анна", "password": PASSWORD})
        return browser

    async def invited(self, admin: Browser, login: str, role: Role) -> Browser:
        """Another account, made by an admin, with its password set by its link."""
        invitation = await admin.post("/users", {"login": login, "name": login.title(), "role": role})
        browser = await self.browser()
        token = invitation["link"].partition("#token=")[2]
        await browser.post("/password", {"token": token, "password": PASSWORD})
        return browser


async def located(data: Path, file: Any) -> Path | None:
    path = data / (file.partition(": ")[2] if isinstance(file, str) else str(file.get("ref")))
    return path if path.is_file() else None


@cache
def the_content() -> Content:
    return Content.load(CONTENT)


@asynccontextmanager
async def a_stand(redis_url: str, tmp_path: Path, public_url: str = "", database: str = "") -> AsyncIterator[Stand]:
    clock = Clock()
    store = await Store.connect(redis_url, clock=clock)
    records = Records.open(database, tmp_path)
    await records.migrate()
    content = the_content()
    console = Console(
        store=store,
        records=records,
        definition=lambda: content.definition,
        clock=clock,
        data=tmp_path,
        network=lambda request: request.headers.get("X-Test-Address", request.remote or ""),
        public_url=public_url,
        windows={("telegram", "1"): 0.0, ("whatsapp", "3"): 86400.0},
        fetch=lambda channel, account, file: located(tmp_path, file),
        passwords=Passwords(CHEAP),
    )
    app = web.Application()
    app.add_routes(console.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stand = Stand(console, f"http://127.0.0.1:{runner.addresses[0][1]}", clock, [])
    try:
        yield stand
    finally:
        for browser in stand.browsers:
            await browser.close()
        await runner.cleanup()
        await records.close()
        await store.close()


def path_of(name: str, **parts: str) -> tuple[str, str]:
    """Method and path of an operation, its holes filled."""
    route = BY_NAME[name]
    return route.method, route.path.format_map(_Any(parts))


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "0" * 24
