"""A real Chromium before a chat with a scripted bot."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.channels.web.stand import Stand, make_roots

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGS = [
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
"""

expect.set_options(timeout=20_000)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = next(filter(None, map(shutil.which, _NAMES)), playwright.chromium.executable_path)
        if not Path(path).exists():
            reason = "no Chromium: install the package `chromium`, or run `playwright install chromium`"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        browser = await playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    made = Stand(make_roots(tmp_path))
    await made.start()
    yield made
    await made.stop()


@dataclass
class Visitor:
    """One visitor's browser. Whatever goes wrong in its pages fails the test at its end."""

    context: BrowserContext
    stand: Stand
    troubles: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    async def open(self, path: str = "/chat/siding") -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("console", self._hear)
        await page.add_init_script(_WATCH)
        self.pages.append(page)
        await page.goto(self.stand.url + path)
        return page

    def _hear(self, message: Any) -> None:
        # A refused or broken request is what many tests are about; the browser mentions each.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    async def close(self) -> None:
        for page in self.pages:
            if not page.is_closed() and page.url.startswith("http"):
                self.troubles += await page.evaluate("window.violations || []")
        await self.context.close()
        assert self.troubles == []


NewVisitor = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="module")
async def new_visitor(chromium: Browser, stand: Stand) -> AsyncIterator[NewVisitor]:
    made: list[Visitor] = []

    async def make(**options: Any) -> Visitor:
        settings: dict[str, Any] = {"locale": "ru-RU", "viewport": {"width": 390, "height": 844}, **options}
        made.append(Visitor(await chromium.new_context(**settings), stand))
        return made[-1]

    yield make
    for visitor in made:
        await visitor.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(new_visitor: NewVisitor) -> Visitor:
    return await new_visitor()
