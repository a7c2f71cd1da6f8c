"""The console's built screens, served by the real program, in a real Chromium."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from console.build import DIST, digest
from tests.browser.console.desk import Desk
from tests.e2e.conftest import a_town


@pytest.fixture(scope="package")
def built() -> None:
    """The screens as their sources say. Where nothing could build them, these tests are left out."""
    mark = DIST / ".built-from"
    if mark.is_file() and mark.read_text() == digest():
        return
    reason = "the console's screens are not built, or not of these sources: make web"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def new_desk(built: None, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A program not yet started; Telegram alone."""
    async with a_town(tmp_path_factory.mktemp("desk")) as town:
        town.without("vk", "whatsapp")
        town.program.env["TUNNEL_PUBLIC_URL"] = town.program.url
        desk = Desk(town, chromium)
        yield desk
        await desk.close()
        assert town.complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(new_desk: Desk) -> Desk:
    """The program runs; Anna is its admin, Ivan and Vera are operators."""
    await new_desk.town.program.start()
    await new_desk.hire_admin()
    await new_desk.hire("ivan", "Иван")
    await new_desk.hire("vera", "Вера")
    return new_desk


@pytest_asyncio.fixture(loop_scope="module")
async def desk(started: Desk) -> AsyncIterator[Desk]:
    yield started
    await started.leave()
