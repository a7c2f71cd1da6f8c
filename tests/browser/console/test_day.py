"""What an operator does with a conversation all day, by the mouse and by keys alone, each seen by who is concerned."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.console.desk import Desk, Seat, says

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def view(page: Page, name: str) -> None:
    await page.get_by_role("button", name=re.compile(name)).first.click()


async def menu(page: Page, opener: str, entry: str) -> None:
    await page.get_by_role("button", name=opener, exact=True).click()
    await page.get_by_role("menuitem", name=entry).click()


async def before(desk: Desk, name: str) -> tuple[Any, Seat, Page]:
    """A customer who waits for a person, and Ivan before their conversation."""
    customer = await desk.calls_people(name)
    seat = await desk.sit("ivan")
    page = await seat.open()
    await view(page, "Ждут ответа")
    await seat.find(name)
    return customer, seat, page


async def test_put_off_until_the_customer_writes_or_it_is_wanted_back(desk: Desk) -> None:
    customer, ivan, page = await before(desk, "Соня")
    row = ivan.rows.filter(has_text="Соня")
    await menu(page, "Ещё", "на час")
    await expect(page.locator("header").get_by_text("отложен до")).to_be_visible()
    await expect(row).to_have_count(0)
    await menu(page, "Ещё", "Вернуть в очередь")
    await expect(row).to_have_count(1)
    await expect(page.locator("header").get_by_text("отложен до")).to_have_count(0)
    await menu(page, "Ещё", "до завтра, 9:00")
    await expect(row).to_have_count(0)
    await says(customer, "Соня", "Я передумала ждать")
    await expect(row).to_have_count(1)


async def test_given_to_a_colleague_who_has_it_then(desk: Desk) -> None:
    customer, _, page = await before(desk, "Лида")
    vera = await desk.sit("vera")
    await vera.open()
    await view(vera.page, "Мои")
    await menu(page, "Ещё", "Вера")
    await expect(page.locator("header").get_by_text("Отвечает Вера")).to_be_visible()
    await expect(page.get_by_text("пока отвечает Вера")).to_be_visible()
    await vera.find("Лида")
    await expect(vera.page.get_by_text("Отвечаете вы")).to_be_visible()
    await vera.write("Лида, теперь с вами Вера")
    await customer.hears("теперь с вами Вера")
    await expect(page.get_by_role("log").get_by_text("разговор передан: Вера").first).to_be_attached()


async def test_a_step_is_sent_then_the_bot_goes_on_at_another_and_the_end(desk: Desk) -> None:
    customer, _, page = await before(desk, "Рита")
    await page.get_by_role("button", name="Взять", exact=True).click()
    await expect(page.get_by_text("Отвечаете вы")).to_be_visible()
    await page.get_by_role("button", name="Отправить шаг воронки").click()
    await page.get_by_role("dialog").get_by_role("button", name="Какая площадь стен").click()
    sent = await customer.hears("Какая площадь стен")
    assert not sent.buttons
    await expect(page.get_by_text("Отвечаете вы")).to_be_visible()  # it stays the operator's
    await page.get_by_role("button", name="Вернуть боту").click()
    await page.get_by_role("menuitem", name=re.compile("Какая площадь стен")).click()
    await customer.hears("Какая площадь стен")
    await says(customer, "Рита", "120")
    await customer.hears("с материалом")
    await page.get_by_role("button", name="Взять", exact=True).click()
    await menu(page, "Ещё", "Завершить")
    await expect(page.get_by_role("button", name="Вернуть боту")).to_have_count(0)
    heard = len(customer.seen)
    await says(customer, "Рита", "Спасибо, а ещё вопрос")
    await customer.hears("")
    assert len(customer.seen) > heard  # the bot answers again


async def test_unread_is_counted_until_it_is_read_and_everything_is_found(desk: Desk) -> None:
    customer, ivan, page = await before(desk, "Тамара")
    other = await desk.calls_people("Ульяна")
    await ivan.find("Ульяна")
    row = ivan.rows.filter(has_text="Тамара")
    await expect(row.get_by_label(re.compile("непрочитанных"))).to_have_count(0)
    await says(customer, "Тамара", "Сколько стоит фахверк?")
    await says(customer, "Тамара", "И доставка?")
    await expect(row.get_by_label("непрочитанных: 2")).to_be_visible()
    await ivan.find("Тамара")
    await expect(row.get_by_label(re.compile("непрочитанных"))).to_have_count(0)
    await says(other, "Ульяна", "Я тут")
    search = page.get_by_role("searchbox")
    await search.fill("фахверка")  # another form of the word
    await expect(ivan.rows.filter(has_text="фахверк")).to_have_count(1)
    await search.fill("ульян")
    await expect(ivan.rows.filter(has_text="Ульяна").first).to_be_visible()
    await expect(row).to_have_count(0)
    await says(other, "Ульяна", "Кто-нибудь есть?")
    await expect(ivan.rows.filter(has_text="Кто-нибудь есть?")).to_have_count(1)  # what was found is kept true
    await search.fill("нет такого нигде")
    await expect(page.get_by_text("Ничего не нашлось")).to_be_visible()
    await search.press("Escape")
    await expect(row).to_have_count(1)


async def test_an_answer_without_the_mouse(desk: Desk) -> None:
    customer = await desk.calls_people("Фаина")
    ivan = await desk.sit("ivan")
    page = await ivan.open()
    await expect(ivan.rows.filter(has_text="Фаина")).to_be_visible()
    keys = page.keyboard
    await keys.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await keys.type("Фаина")
    await keys.press("Enter")  # the first that is found
    await expect(page.get_by_role("log", name="Фаина")).to_be_visible()
    await keys.press("t")
    await expect(page.get_by_text("Отвечаете вы")).to_be_visible()
    await keys.press("r")
    await expect(ivan.field).to_be_focused()
    await keys.type("/")
    await expect(page.get_by_role("option").first).to_be_visible()
    await keys.press("Backspace")
    await keys.type("Здравствуйте, это Иван")
    await keys.press("Shift+Enter")
    await keys.type("Слушаю вас")
    await keys.press("Enter")
    await customer.hears("Здравствуйте, это Иван\nСлушаю вас")
    await keys.press("Escape")
    await keys.press("n")
    await keys.type("Вежливая")
    await keys.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Вежливая")).to_be_visible()
    await keys.press("Escape")
    await keys.press("Shift+?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("log", name="Фаина")).to_be_visible()
    card = page.get_by_role("complementary")
    await expect(card).to_be_visible()
    await keys.press("i")
    await expect(card).to_have_count(0)
    await keys.press("i")
    await keys.press("Escape")
    await expect(page.get_by_role("log")).to_have_count(0)
    await keys.press("j")
    await expect(page.get_by_role("log")).to_be_visible()


async def test_what_the_channel_refuses_stays_with_the_reason_and_what_to_do(desk: Desk) -> None:
    customer, ivan, page = await before(desk, "Хельга")
    reason = "Forbidden: bot was blocked by the user"
    desk.town.telegram.fail("sendMessage", status=403, description=reason, chat=customer.number)
    await ivan.write("Вы ещё здесь?")
    log = page.get_by_role("log")
    await expect(log.get_by_text("Вы ещё здесь?")).to_have_count(1)
    await expect(log.get_by_role("img", name="не доставлено")).to_be_visible()
    await expect(log.get_by_text("попробуйте другой канал или позвоните")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="Клиент запретил сообщения")).to_be_visible()
    await expect(ivan.field).to_be_hidden()  # nothing can be written here


async def test_after_whatsapps_window_only_an_approved_step_can_be_sent(desk: Desk) -> None:
    """The clock of a real program cannot be put forward a day: what the page is told of the window is changed."""
    customer, ivan, page = await before(desk, "Целестина")

    async def shut(route: Route) -> None:
        answer = await route.fetch()
        talk = await answer.json()
        talk["window"] = {"open": False, "until": "2026-01-01T00:00:00Z", "reason": "shut", "remedy": "Прошло 24 часа."}
        await route.fulfill(response=answer, json=talk)

    async def with_an_approved_step(route: Route) -> None:
        answer = await route.fetch()
        content = await answer.json()
        for step in content["tunnels"][0]["steps"]:
            step["approved"] = step["step"] == "area"
        await route.fulfill(response=answer, json=content)

    await page.route(re.compile(r"/conversations/[0-9a-f]+$"), shut)
    await page.route("**/api/console/content", with_an_approved_step)
    await ivan.field.fill("Черновик")
    await page.reload()
    told = page.get_by_role("alert").filter(has_text="Прошло 24 часа.")
    await expect(told).to_contain_text("Окно WhatsApp закрыто")
    await expect(ivan.field).to_have_value("Черновик")
    await ivan.field.press("Enter")
    await expect(ivan.field).to_have_value("Черновик")
    await page.get_by_role("button", name="Отправить шаг воронки").click()
    steps = page.get_by_role("dialog").get_by_role("button")
    await expect(steps.first).to_be_disabled()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Какая площадь стен")).to_be_enabled()
    await page.keyboard.press("Escape")
    await told.get_by_role("button", name="Какая площадь стен").click()
    await customer.hears("Какая площадь стен")
    await told.get_by_role("button", name="Написать заметку").click()
    note = page.get_by_role("textbox", name="Заметка: видят только операторы")
    await note.fill("Позвонить завтра")
    await note.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Позвонить завтра")).to_be_visible()
    assert not [seen for seen in customer.seen if "Черновик" in seen.text]
