"""What happens to a conversation when the line, the server or the tab goes away."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from channels.web.texts import TEXTS
from tests.browser.visitor import Visitor, talk, write
from tests.channels.web.stand import STEPS, Stand, say
from tunnel.events import Press, Start, Text

HELLO = STEPS["hello"].text.plain

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def texts(stand: Stand) -> list[str]:
    return [event.text for event in stand.bot.events if isinstance(event, Text)]


async def begun(visitor: Visitor) -> Page:
    page: Page = await visitor.open()
    await expect(page.get_by_role("button", name="Дом", exact=True)).to_be_visible()
    return page


async def test_edge_09_a_restart_in_the_middle_loses_and_repeats_nothing(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    await page.get_by_role("button", name="Дом", exact=True).click()
    await expect(page.get_by_text("Какая площадь")).to_be_visible()
    await stand.stop()
    await write(page, "120")
    await expect(page.get_by_label("отправляется")).to_be_visible()
    await stand.start()
    await expect(page.get_by_text("174 000 ₽")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="на связи")).to_be_visible()
    await expect(page.get_by_label("отправляется")).to_have_count(0)
    assert [type(event) for event in stand.bot.events] == [Start, Press, Text]
    assert await talk(page) == [
        HELLO,
        "> Дом",
        "Какая площадь стен в квадратных метрах?",
        "> 120",
        "Ориентир по вашему объекту — от 174 000 ₽ с материалом.",
    ]


async def test_what_was_said_to_the_page_while_it_was_cut_off_arrives_later(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    await stand.stop()
    await expect(page.get_by_text("соединяемся…")).to_be_visible()
    await stand.bot.tell(stand.bot.events[0].address, say("Вы ещё здесь?"))
    await stand.start()
    await expect(page.get_by_text("Вы ещё здесь?")).to_have_count(1)
    assert await talk(page) == [HELLO, "Вы ещё здесь?"]


async def test_words_written_without_a_network_go_out_in_order_once_it_is_back(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    stand.bot.mute = True
    await visitor.context.set_offline(True)
    await expect(page.get_by_text(TEXTS["ru"]["banner_offline"])).to_be_visible()
    for number in range(5):
        await write(page, f"слово {number}")
    await expect(page.get_by_label("отправляется")).to_have_count(5)
    assert texts(stand) == []
    await visitor.context.set_offline(False)
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(5)
    await expect(page.locator("#banner")).to_be_hidden()
    assert texts(stand) == [f"слово {number}" for number in range(5)]
    assert (await talk(page))[1:] == [f"> слово {number}" for number in range(5)]


async def test_edge_09_a_post_refused_with_503_is_repeated_under_its_id(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    stand.bot.away = True
    async with page.expect_response(lambda response: response.status == 503):
        await write(page, "алло")
    await expect(page.get_by_text(TEXTS["ru"]["unavailable"])).to_be_visible()
    stand.bot.away = False
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(1)
    await expect(page.locator("#banner")).to_be_hidden()
    assert texts(stand) == ["алло"]


async def test_edge_09_an_answer_lost_on_the_way_makes_no_second_message(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    lost: list[object] = []

    async def lose(route: Route) -> None:
        if lost:
            await route.continue_()
        else:
            lost.append(await route.fetch())
            await route.abort()

    await page.route("**/messages", lose)
    await write(page, "алло")
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(1)
    await write(page, "ещё")
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(2)
    await expect(page.locator("#log > .us")).to_have_count(3)
    assert texts(stand) == ["алло", "ещё"]
    assert [words for words in await talk(page) if words.startswith(">")] == ["> алло", "> ещё"]


async def test_unsent_words_outlive_the_page(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    stand.bot.away = True
    await write(page, "не потеряй")
    await page.get_by_role("button", name="Баню", exact=True).click()
    await expect(page.get_by_label("отправляется")).to_have_count(2)
    await page.reload()
    await expect(page.get_by_label("отправляется")).to_have_count(2)
    stand.bot.away = False
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(2)
    assert [type(event) for event in stand.bot.events] == [Start, Text, Press]
    assert [words for words in await talk(page) if words.startswith(">")] == ["> не потеряй", "> Баню"]
    assert await page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('chat:out'))") == []


async def test_two_tabs_show_one_conversation(stand: Stand, visitor: Visitor) -> None:
    one = await begun(visitor)
    two = await begun(visitor)
    assert [type(event) for event in stand.bot.events] == [Start]
    await one.get_by_role("button", name="Дом", exact=True).click()
    await expect(two.get_by_text("Какая площадь")).to_be_visible()
    await expect(two.locator(".chip.chosen")).to_have_text("Дом")
    await write(two, "120")
    for page in (one, two):
        await expect(page.get_by_text("174 000 ₽")).to_be_visible()
    assert await talk(one) == await talk(two)
    assert len(await talk(one)) == 5


async def test_two_tabs_share_what_is_unsent_without_doubling_it(stand: Stand, visitor: Visitor) -> None:
    one = await begun(visitor)
    stand.bot.away = True
    await write(one, "раз")
    await write(one, "два")
    two = await visitor.open()
    await expect(two.get_by_label("отправляется")).to_have_count(2)
    stand.bot.away = False
    for page in (one, two):
        await expect(page.get_by_label("отправлено", exact=True)).to_have_count(2)
        await expect(page.get_by_label("отправляется")).to_have_count(0)
    assert texts(stand) == ["раз", "два"]
    await expect(one.locator("#log > .line")).to_have_count(5)
    await expect(two.locator("#log > .line")).to_have_count(5)
    assert await talk(one) == await talk(two)


async def test_a_store_that_was_emptied_begins_anew(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    await stand.stop()
    stand.threads.rows.clear()
    stand.bot.forget()
    await stand.start()
    await expect(page.locator("#state[data-state=online]")).to_be_visible()
    await expect(page.get_by_role("button", name="Дом", exact=True)).to_have_count(1)
    await write(page, "алло")
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(1)
    await expect(page.get_by_role("button", name="Дом", exact=True)).to_have_count(2)
    assert await talk(page) == [HELLO, "> алло", HELLO]


async def test_a_visitor_whose_cookie_is_gone_is_told(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    await visitor.context.clear_cookies()
    await write(page, "алло")
    await expect(page.locator(".why")).to_have_text(TEXTS["ru"]["visitor"])
    await stand.stop()
    await stand.start()
    await expect(page.locator("#banner")).to_have_text(TEXTS["ru"]["visitor"])
    await page.reload()
    await expect(page.get_by_role("button", name="Дом", exact=True)).to_be_visible()


async def test_a_chat_that_was_closed_says_so(stand: Stand, visitor: Visitor) -> None:
    page = await begun(visitor)
    stand.page_info = lambda tunnel: None  # type: ignore[method-assign]
    await stand.stop()
    await stand.start()
    await expect(page.locator("#banner")).to_have_text(TEXTS["ru"]["unknown_tunnel"])


async def test_a_browser_that_forbids_storage_can_still_talk(stand: Stand, visitor: Visitor) -> None:
    await visitor.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page = await begun(visitor)
    await write(page, "алло")
    await expect(page.get_by_label("отправлено", exact=True)).to_have_count(1)
    assert texts(stand) == ["алло"]
