"""An operator's day: who waits is seen, taken, answered and given back; two may reach for the same person."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.console.desk import Desk, says
from tests.e2e.people import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_from_a_customers_word_to_the_bots_next(desk: Desk) -> None:
    anna = await desk.sit("anna")
    page = await anna.open()
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    maria = await desk.calls_people("Мария")
    await anna.find("Мария")  # nothing was loaded anew
    log = page.get_by_role("log")
    await expect(log.get_by_text("менеджер", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Взять", exact=True).click()
    await expect(page.get_by_text("Отвечаете вы")).to_be_visible()
    await anna.write("Здравствуйте, это Анна!")
    await maria.hears("Здравствуйте, это Анна!")
    mine = log.locator("span").filter(has_text=re.compile("^Здравствуйте, это Анна!$"))
    await expect(mine).to_have_count(1)
    await expect(log.get_by_role("img", name="отправлено").last).to_be_visible()
    heard = len(maria.seen)
    await says(maria, "Мария", "Сколько стоит дом?")
    await expect(log.get_by_text("Сколько стоит дом?")).to_be_visible()
    assert len(maria.seen) == heard  # the bot is silent
    await page.get_by_role("button", name="Вернуть боту").click()
    await page.get_by_role("menuitem", name="Продолжить с того же места").click()
    await maria.hears("Что облицовываем?")
    await maria.press("Дом")
    await maria.hears("Какая площадь стен")
    await expect(mine).to_have_count(1)


async def test_a_canned_answer_a_note_and_a_draft_that_outlives_a_reload(desk: Desk) -> None:
    customer = await desk.calls_people("Пётр")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("Пётр")
    await anna.field.fill("/")
    options = page.get_by_role("option")
    await expect(options.first).to_be_visible()
    await anna.field.press("ArrowDown")
    await anna.field.press("ArrowUp")
    await anna.field.press("Enter")
    await expect(options).to_have_count(0)
    text = await anna.field.input_value()
    assert len(text) > 20
    assert "{{" not in text
    await page.reload()
    await expect(anna.field).to_have_value(text)
    await anna.field.press("Enter")
    await customer.hears(text[:20])
    await expect(anna.field).to_have_value("")
    await page.get_by_text("Заметка", exact=True).click()
    note = page.get_by_role("textbox", name="Заметка: видят только операторы")
    heard = len(customer.seen)
    await note.fill("Спросить о заборе")
    await note.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Спросить о заборе")).to_be_visible()
    await expect(note).to_have_value("")
    assert len(customer.seen) == heard


async def test_files_both_ways(desk: Desk) -> None:
    customer = await desk.calls_people("Ника")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("Ника")
    picture = await page.screenshot()
    picker = page.locator("input[type=file]")
    await picker.set_input_files({"name": "смета.png", "mimeType": "image/png", "buffer": picture})
    await expect(page.get_by_text("смета.png")).to_be_visible()
    await anna.write("Вот смета")
    await until(lambda: desk.town.telegram.of("sendPhoto", customer.number))
    await anna.field.fill("Недописанное")
    await picker.set_input_files({"name": "virus.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    await expect(page.get_by_text("virus.exe: такой файл отправить нельзя")).to_be_visible()
    await expect(anna.field).to_have_value("Недописанное")
    desk.town.telegram.files["AgAClarge"] = ("photo", picture)
    assert await customer.post(customer.fake.updates.photo(customer.number, "Вот наш дом")) == 200
    await expect(page.get_by_role("log").get_by_text("Вот наш дом")).to_be_visible()
    images = page.get_by_role("log").locator("a img")
    await expect(images).to_have_count(2)
    for image in await images.all():
        await image.scroll_into_view_if_needed()
        await expect(image).to_have_js_property("complete", True)
        assert await image.evaluate("(image) => image.naturalWidth") > 0


async def test_the_slower_of_two_sees_who_was_faster_and_keeps_the_draft(desk: Desk) -> None:
    customer = await desk.calls_people("Зоя")
    ivan, vera = await desk.sit("ivan"), await desk.sit("vera")
    for seat in (ivan, vera):
        await seat.open()
        await seat.find("Зоя")
    await vera.field.fill("Сейчас посчитаю, Зоя")
    # Vera's page is a moment behind: it does not hear of what Ivan does until she has sent.
    await vera.page.route("**/api/console/conversations/*", lambda route: route.abort())
    await ivan.page.get_by_role("button", name="Взять", exact=True).click()
    await expect(ivan.page.get_by_text("Отвечаете вы")).to_be_visible()
    await vera.field.press("Enter")
    await expect(vera.page.get_by_text("разговор ведёт Иван").first).to_be_visible()
    await expect(vera.field).to_have_value("Сейчас посчитаю, Зоя")
    await vera.page.unroute("**/api/console/conversations/*")
    await expect(vera.page.get_by_text("пока отвечает Иван")).to_be_visible()
    await vera.page.reload()
    await expect(vera.field).to_have_value("Сейчас посчитаю, Зоя")
    assert not [seen for seen in customer.seen if "посчитаю" in seen.text]
    await ivan.write("Зоя, это Иван")
    await customer.hears("Зоя, это Иван")
    await expect(vera.page.get_by_role("log").get_by_text("Зоя, это Иван")).to_be_visible()


async def test_what_happens_while_the_page_opens_is_not_missed(desk: Desk) -> None:
    """Between the reading of the list and the beginning of the stream, and while an old answer is on its way."""
    anna = await desk.sit("anna")
    streams, lists = asyncio.Event(), asyncio.Event()

    async def late_stream(route: Route) -> None:
        await streams.wait()
        await route.continue_()

    async def old_answer(route: Route) -> None:
        answer = await route.fetch()
        await lists.wait()
        await route.fulfill(response=answer)

    await anna.page.route("**/api/console/events*", late_stream)
    async with anna.page.expect_response("**/api/console/inbox?*"):
        await anna.open()
    await desk.calls_people("Кира")
    await until_waiting(desk, "Кира")
    streams.set()
    await expect(anna.rows.filter(has_text="Кира")).to_have_count(1)

    await anna.page.route("**/api/console/inbox?*", old_answer)
    async with anna.page.expect_request("**/api/console/inbox?*"):
        await anna.page.reload()
    async with anna.page.expect_event("console", lambda said: said.text == "told"):
        await anna.page.evaluate(
            """() => new EventSource('/api/console/events').addEventListener('change', () => console.log('told'))"""
        )
        await desk.calls_people("Тая")
    await until_waiting(desk, "Тая")
    lists.set()
    await expect(anna.rows.filter(has_text="Тая")).to_have_count(1)


async def until_waiting(desk: Desk, name: str) -> None:
    """The records hold that they wait."""
    for _ in range(500):
        if name in [row["name"] for row in (await desk.apis["anna"].get("/inbox"))["rows"]]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} does not wait")


async def test_a_lost_connection_is_told_and_loses_and_doubles_nothing(desk: Desk) -> None:
    customer = await desk.calls_people("Лев")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("Лев")
    await anna.field.fill("Недописанное")
    banner = page.get_by_role("alert").filter(has_text="Нет связи с программой")
    await expect(banner).to_have_count(0)
    await desk.town.program.kill()
    await expect(banner).to_be_visible(timeout=10_000)
    await desk.town.program.start()
    await says(customer, "Лев", "Вы куда пропали?")
    await expect(banner).to_have_count(0)
    log = page.get_by_role("log")
    await expect(log.get_by_text("Вы куда пропали?")).to_have_count(1)
    await expect(log.get_by_text("менеджер", exact=True)).to_have_count(1)
    await expect(anna.field).to_have_value("Недописанное")
    await anna.field.press("Enter")
    await customer.hears("Недописанное")
    await expect(log.get_by_text("Недописанное")).to_have_count(1)


async def test_a_reply_without_an_answer_outlives_a_reload_and_is_said_once(desk: Desk) -> None:
    customer = await desk.calls_people("Юра")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("Юра")
    say = "**/api/console/conversations/*/say"
    await page.route(say, lambda route: route.abort())  # it does not get there
    await anna.write("Цена — 1 200 за метр")
    log = page.get_by_role("log")
    unsent = log.get_by_role("alert").filter(has_text="Не отправлено: программа не ответила")
    await expect(unsent).to_be_visible()
    await page.reload()
    await expect(log.get_by_text("Цена — 1 200 за метр")).to_have_count(1)
    await expect(unsent).to_be_visible()
    ivan = await desk.sit("ivan")
    await ivan.open()
    await ivan.find("Юра")
    await expect(ivan.page.get_by_text("Цена — 1 200")).to_have_count(0)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.unroute(say)
    await page.route(say, lose_the_answer)  # it gets there, and nobody hears of it
    await page.route("**/thread?*", lambda route: route.abort())
    await unsent.get_by_role("button", name="Повторить").click()
    await customer.hears("Цена — 1 200 за метр")
    await expect(unsent).to_be_visible()
    await page.unroute(say)
    async with page.expect_response(say) as answer:
        await unsent.get_by_role("button", name="Повторить").click()
    assert (await answer.value).status == 200
    await page.unroute("**/thread?*")
    await says(customer, "Юра", "Хорошо")
    await expect(log.get_by_text("Хорошо")).to_be_visible()
    await expect(unsent).to_have_count(0)
    await expect(log.get_by_text("Цена — 1 200 за метр")).to_have_count(1)
    await page.reload()
    await expect(log.get_by_text("Хорошо")).to_be_visible()
    await expect(unsent).to_have_count(0)
    assert len([seen for seen in customer.seen if "1 200" in seen.text]) == 1


async def test_a_reply_without_an_answer_can_be_dropped(desk: Desk) -> None:
    customer = await desk.calls_people("Эмма")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("Эмма")
    await page.route("**/say", lambda route: route.abort())
    await anna.write("Лишнее")
    unsent = page.get_by_role("log").get_by_role("alert")
    await unsent.get_by_role("button", name="Убрать").click()
    await expect(unsent).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("log")).to_be_visible()
    await expect(anna.field).to_be_visible()
    await expect(page.get_by_text("Лишнее")).to_have_count(0)
    assert not [seen for seen in customer.seen if "Лишнее" in seen.text]


async def test_a_retry_that_comes_too_late_goes_back_to_the_draft(desk: Desk) -> None:
    customer = await desk.calls_people("Инна")
    anna, ivan = await desk.sit("anna"), await desk.sit("ivan")
    for seat in (anna, ivan):
        await seat.open()
        await seat.find("Инна")
    await anna.page.route("**/say", lambda route: route.abort())
    await anna.write("Инна, это Анна")
    unsent = anna.page.get_by_role("log").get_by_role("alert")
    await expect(unsent).to_be_visible()
    await ivan.page.get_by_role("button", name="Взять", exact=True).click()
    await expect(anna.page.get_by_text("пока отвечает Иван")).to_be_visible()
    await anna.page.unroute("**/say")
    await unsent.get_by_role("button", name="Повторить").click()
    await expect(anna.field).to_have_value("Инна, это Анна")
    await expect(unsent).to_have_count(0)
    assert not [seen for seen in customer.seen if "Инна, это Анна" in seen.text]
