"""Ten thousand conversations, five hundred of them with scripts for names, messages and file names."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import product

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.console.crowd import contact, message, put
from tests.browser.console.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EVERYBODY = 10_000
EVIL = 500
THREADS = 10
"""Contacts whose threads hold all five hundred, fifty each; they have waited longest."""
_CALL = "alert(document.domain)"
_ROADS = (
    "<script>{call}</script>",
    "<img src=x onerror={call}>",
    "<svg onload={call}>",
    "<svg><script>{call}</script></svg>",
    "<iframe srcdoc='<script>parent.{call}</script>'></iframe>",
    "<a href='javascript:{call}'>x</a>",
    "javascript:{call}",
    "data:text/html,<script>{call}</script>",
    "<body onload={call}>",
    "<input autofocus onfocus={call}>",
    "<details open ontoggle={call}>",
    "<video><source onerror={call}></video>",
    "<math><mtext></p><style><img src onerror={call}>",
    "<object data='javascript:{call}'></object>",
    "<form action='javascript:{call}'><button autofocus>x</button></form>",
    "<link rel=stylesheet href='javascript:{call}'>",
    "<meta http-equiv=refresh content='0;javascript:{call}'>",
    "<style>@import 'javascript:{call}';</style>",
    "<div style='background:url(javascript:{call})'>",
    "{{{{constructor.constructor('{call}')()}}}}",
    "${{{call}}}",
    "<base href='javascript:{call}//'>",
    "<template><script>{call}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={call}>'>",
    "\u202e<script>{call}</script>",
)
_WAYS_OUT = ("", '">', "'>", "</title>", "</textarea>", "--></script>", "`;", "\\'\"></div>", "]]>", "</style>")
_CLOTHES = (str, str.upper)
TEXTS = [dressed(before + road.format(call=_CALL)) for road, before, dressed in product(_ROADS, _WAYS_OUT, _CLOTHES)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(new_desk: Desk) -> AsyncIterator[Desk]:
    assert len(TEXTS) == len(set(TEXTS)) == EVIL
    evil = [contact(number, name=text, last_text=text) for number, text in enumerate(TEXTS)]
    others = [contact(number) for number in range(EVIL, EVERYBODY)]
    messages = [message(place % THREADS, place, text, f"{TEXTS[-1 - place]}.html") for place, text in enumerate(TEXTS)]
    await put(new_desk.town.program.folder / "data", evil + others, messages)
    await new_desk.town.program.start()
    await new_desk.hire_admin()
    yield new_desk
    await new_desk.leave()


async def test_scripts_of_others_are_words_to_us(crowd: Desk) -> None:
    seat = await crowd.sit("anna")
    page = await seat.open()
    await expect(seat.rows.filter(has_text=TEXTS[0]).first).to_be_visible()
    box = page.locator("div:has(> [role=list])")
    shown: set[str] = set()
    while len(shown) < EVIL:
        shown |= set(await seat.rows.locator("[title]").evaluate_all("(all) => all.map((one) => one.title)")) & set(
            TEXTS
        )
        await box.evaluate("(box) => box.scrollBy(0, box.clientHeight)")
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    for number in range(THREADS):
        await seat.open(f"c/{number:024x}")
        last = page.get_by_role("log").get_by_text(TEXTS[EVIL - THREADS + number]).first
        await expect(last).to_be_visible()
        await expect(page.get_by_role("complementary").get_by_role("heading", level=2)).to_have_text(TEXTS[number])
    search = page.get_by_role("searchbox")
    for wanted in ("<script>alert", "onerror", "javascript:"):
        await search.fill(wanted)
        await expect(seat.rows.first).to_be_visible()
    assert await page.locator("#root script, #root iframe, #root object, #root [onerror], #root [onload]").count() == 0
    assert await page.locator("a[href^='javascript' i], a[href^='data' i], [src^='javascript' i]").count() == 0
    assert seat.troubles == []


async def test_ten_thousand_conversations_are_scrolled_through(crowd: Desk) -> None:
    seat = await crowd.sit("anna")
    page = await seat.open()
    await expect(seat.rows.first).to_be_visible()
    await expect(page.get_by_role("button", name="Ждут ответа")).to_have_attribute("title", re.compile(str(EVERYBODY)))
    box = page.locator("div:has(> [role=list])")
    for _ in range(40):  # as fast as a wheel can
        assert await seat.rows.count() < 60
        async with page.expect_response("**/inbox?*"):
            await box.evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    assert await seat.rows.count() < 60
    name = await seat.rows.last.locator("[title^='Клиент']").first.inner_text()
    assert int(name.split()[1]) > 2000
    crowded = await box.evaluate("(box) => box.scrollHeight")
    assert crowded > 2000 * 80


async def test_keys_lead_through_the_list(crowd: Desk) -> None:
    seat = await crowd.sit("anna")
    page = await seat.open()
    await expect(seat.rows.first).to_be_visible()
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        await page.keyboard.press(key)
        await expect(page.get_by_role("log", name=TEXTS[number], exact=True)).to_be_visible()
    current = page.locator("[aria-current=true]")
    await expect(current).to_have_count(1)
    await expect(seat.field).to_be_hidden()  # nobody knows where to write to: only a note can be written
    await page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Заметка: видят только операторы")
    await expect(note).to_be_focused()
    await page.keyboard.type("jk")
    await expect(note).to_have_value("jk")
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog", name="Клавиши")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await seat.rows.nth(3).get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log", name=TEXTS[3], exact=True)).to_be_visible()
