"""Every screen: readable for everybody (axe), on a desk and on a phone, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.console.axe import AXE, findings
from tests.browser.console.desk import DESK, PHONE, Desk
from tests.browser.console.screens import SCREENS, some_talks

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def contact(started: Desk) -> AsyncIterator[str]:
    yield await some_talks(started)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious(desk: Desk, contact: str, scheme: str, size: dict[str, int]) -> None:
    seat = await desk.sit("anna", color_scheme=scheme, viewport=size, reduced_motion="reduce")
    await seat.context.add_init_script(AXE.read_text())  # as the page's policy lets no other way
    found: list[str] = []
    for name, come in SCREENS.items():
        await come(seat, contact)
        found += [f"{name}: {finding}" for finding in await findings(seat.page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_phone_shows_one_thing_at_a_time_and_nothing_is_cut_off(
    desk: Desk, contact: str, language: str
) -> None:
    seat = await desk.sit("anna", **PHONE_OPTIONS)
    await desk.apis["anna"].call("PATCH", "/me", {"language": language})
    for name, come in SCREENS.items():
        await come(seat, contact)
        wide = await seat.page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
        assert max(wide) <= PHONE["width"], (name, wide)
    await desk.apis["anna"].call("PATCH", "/me", {"language": "ru"})


async def test_on_a_phone_from_the_list_to_the_card_and_back(desk: Desk, contact: str) -> None:
    seat = await desk.sit("anna", **PHONE_OPTIONS)
    page = await seat.open()
    await seat.rows.filter(has_text="Мария").first.get_by_role("link").tap()
    await expect(page.get_by_role("log", name="Мария Ветрова")).to_be_visible()
    await expect(seat.rows).to_have_count(0)
    await page.get_by_role("button", name="Карточка клиента").tap()
    card = page.get_by_role("complementary")
    await expect(card.get_by_text("рассрочка", exact=True)).to_be_visible()
    await expect(page.get_by_role("log")).to_have_count(0)
    await card.get_by_role("button", name="Закрыть").tap()
    await expect(page.get_by_role("log", name="Мария Ветрова")).to_be_visible()
    await page.get_by_role("link", name="Назад").tap()
    await expect(seat.rows.first).to_be_visible()
