"""A real Chromium before a chat with a scripted bot."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.visitor import NewVisitor, Visitor
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
