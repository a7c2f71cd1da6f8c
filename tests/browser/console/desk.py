"""Operators before the built console of the real program, and customers who write to its bot."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, CookieJar
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.console.stand import PASSWORD
from tests.console.stand import Browser as Api
from tests.e2e.conftest import Town
from tests.e2e.people import OnTelegram, until

COOKIE = "tunnel_console"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
_WATCH = "addEventListener('securitypolicyviolation', (event) => console.error('policy:', event.violatedDirective))"


@dataclass
class Seat:
    """One browser of an operator. troubles: dialogs, errors of the page and breaches of its policy."""

    context: BrowserContext
    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    async def open(self, place: str = "") -> Page:
        await self.page.goto(f"{self.url}/console/{place}")
        return self.page

    async def dismiss(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    @property
    def rows(self) -> Locator:
        return self.page.get_by_role("navigation").get_by_role("listitem")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^(Напишите ответ|Write a reply)"))

    async def find(self, name: str) -> None:
        """Open the conversation of this person, from the list that is shown."""
        await self.rows.filter(has_text=name).first.get_by_role("link").click()
        await expect(self.page.get_by_role("log", name=name)).to_be_visible()

    async def write(self, words: str) -> None:
        await self.field.fill(words)
        await self.field.press("Enter")


@dataclass
class Desk:
    """A program with its console, and everybody who sits before it. The first account is Anna's, an admin."""

    town: Town
    chromium: Browser
    apis: dict[str, Api] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.town.program.url

    async def api(self) -> Api:
        return Api(self.url, ClientSession(cookie_jar=CookieJar(unsafe=True)))

    async def hire_admin(self, name: str = "Анна") -> Api:
        self.apis["anna"] = await self.api()
        setup = {"token": await self.setup_token(), "login": "anna", "name": name, "password": PASSWORD}
        await self.apis["anna"].post("/setup", setup | {"language": "ru"})
        return self.apis["anna"]

    async def setup_token(self) -> str:
        """Of the link that the program printed."""
        printed = re.compile(r"/console/setup#token=([\w-]+)")
        return (await until(lambda: printed.search(self.town.program.log)))[1]

    async def hire(self, login: str, name: str, role: str = "operator") -> Api:
        invited = await self.apis["anna"].post("/users", {"login": login, "name": name, "role": role, "language": "ru"})
        self.apis[login] = await self.api()
        token = invited["link"].partition("#token=")[2]
        await self.apis[login].post("/password", {"token": token, "password": PASSWORD})
        return self.apis[login]

    async def sit(self, login: str = "", **options: Any) -> Seat:
        """A browser; with a login, signed in."""
        settings: dict[str, Any] = {"locale": "ru-RU", "viewport": DESK, "color_scheme": "light", **options}
        context = await self.chromium.new_context(**settings)
        await context.add_init_script(_WATCH)
        if login:
            jar = self.apis[login].session.cookie_jar
            value = next(cookie.value for cookie in jar if cookie.key == COOKIE)
            await context.add_cookies([{"name": COOKIE, "value": value, "url": self.url}])
        page = await context.new_page()
        seat = Seat(context, page, self.url)
        page.on("dialog", seat.dismiss)
        page.on("pageerror", lambda error: seat.troubles.append(f"error: {error}"))
        page.on("console", lambda said: "policy" in said.text.lower() and seat.troubles.append(said.text))
        self.seats.append(seat)
        return seat

    async def leave(self) -> None:
        """Everybody goes. Fails if a page had trouble."""
        troubles = [trouble for seat in self.seats for trouble in seat.troubles]
        for seat in self.seats:
            await seat.context.close()
        self.seats.clear()
        assert troubles == []

    async def close(self) -> None:
        for api in self.apis.values():
            await api.session.close()

    async def arrives(self, name: str) -> OnTelegram:
        """A customer of this name, who has come by the tunnel's link and heard the bot."""
        customer = self.town.customer("telegram")
        assert isinstance(customer, OnTelegram)
        assert await customer.post(_named(customer.opening(), name)) == 200
        await customer.hears("Что облицовываем?")
        return customer

    async def calls_people(self, name: str) -> OnTelegram:
        """The same, who then asks for a person."""
        customer = await self.arrives(name)
        await says(customer, name, "менеджер")
        await customer.hears("Передаю вас менеджеру")
        return customer


async def says(customer: OnTelegram, name: str, words: str) -> None:
    """A text; Telegram gives the name with each."""
    assert await customer.post(_named(customer.words(words), name)) == 200


def _named(update: Any, name: str) -> Any:
    update["message"]["from"]["first_name"] = update["message"]["chat"]["first_name"] = name
    return update
