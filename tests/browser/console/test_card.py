"""The card beside a conversation: what an operator corrects there."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.console.desk import Desk, says

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_name_phone_and_email_are_corrected_beside_the_contact(desk: Desk) -> None:
    customer = await desk.calls_people("masha_2000")
    anna = await desk.sit("anna")
    page = await anna.open()
    await anna.find("masha_2000")
    card = page.get_by_role("complementary")

    await card.get_by_role("button", name="Имя").click()
    await card.get_by_label("Имя").fill("Мария Ветрова")
    await card.get_by_label("Имя").press("Enter")
    await expect(page.get_by_role("log", name="Мария Ветрова")).to_be_visible()
    await expect(anna.rows.filter(has_text="Мария Ветрова")).to_be_visible()

    details = card.locator("section").filter(has=page.get_by_role("heading", name="Кто это"))
    await details.get_by_role("button", name="Телефон").click()
    phone = details.get_by_label("Телефон")
    await phone.fill("12345")
    await phone.press("Enter")
    await expect(details.get_by_text("Это не номер телефона: напишите один номер с кодом")).to_be_visible()
    await expect(phone).to_have_value("12345")
    await phone.fill("8 (916) 123-45-67")
    await phone.press("Enter")
    await expect(details.get_by_role("button", name="Телефон")).to_contain_text("+79161234567")

    await details.get_by_role("button", name="Почта").click()
    mail = details.get_by_label("Почта")
    await mail.fill("masha@")
    await details.get_by_role("button", name="Сохранить").click()
    await expect(details.get_by_text("Это не адрес почты")).to_be_visible()
    await mail.press("Escape")
    await expect(details.get_by_role("button", name="Почта")).to_contain_text("не указано")
    await expect(page.get_by_role("log")).to_be_visible()  # Escape has left the field, not the conversation

    await says(customer, "masha_2000", "Вы тут?")  # Telegram tells its own name again
    await expect(page.get_by_role("log", name="Мария Ветрова").get_by_text("Вы тут?")).to_be_visible()
    await page.get_by_role("searchbox").fill("9161234567")
    await expect(anna.rows.filter(has_text="Мария Ветрова")).to_be_visible()
    await expect(anna.rows).to_have_count(1)


async def test_who_only_reads_corrects_nothing(desk: Desk) -> None:
    await desk.calls_people("Глеб")
    if "viewer" not in desk.apis:
        await desk.hire("viewer", "Вика", "viewer")
    vika = await desk.sit("viewer")
    page = await vika.open()
    await vika.find("Глеб")
    card = page.get_by_role("complementary")
    await expect(card.get_by_text("Телефон").first).to_be_visible()
    await expect(card.get_by_role("button", name="Телефон")).to_have_count(0)
    await expect(card.get_by_role("button", name="Имя")).to_have_count(0)
