"""Texts that are sent often: who leads keeps them, operators send them, others read them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.console.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_text_is_written_sent_changed_and_removed(desk: Desk) -> None:
    customer = await desk.calls_people("Мария")
    anna = await desk.sit("anna")
    page = await anna.open()
    await page.get_by_role("button", name="Анна", exact=True).click()
    await page.get_by_role("menuitem", name="Готовые ответы").click()
    await expect(page.get_by_text("Пока ни одного")).to_be_visible()

    await page.get_by_role("button", name="Добавить").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Название").fill("Приветствие")
    await dialog.get_by_text("Русский", exact=True).click()
    text = dialog.get_by_label("Текст")
    await text.fill("Здравствуйте, !")
    await text.press("ArrowLeft")
    await dialog.get_by_role("button", name="имя клиента").click()
    await expect(text).to_have_value("Здравствуйте, {{ name }}!")
    preview = dialog.get_by_role("region", name="Так увидит клиент")
    await expect(preview).to_contain_text("Здравствуйте, Ольга!")
    await text.press("End")
    await text.press_sequentially(" {{ naem }}")
    await expect(preview).to_contain_text("Нет таких данных: naem")
    await text.fill("Здравствуйте, {{ name")
    await expect(preview).to_contain_text("строка 1")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("строка 1")
    await text.fill("Здравствуйте, {{ name }}!")
    await dialog.get_by_role("button", name="Сохранить").click()
    kept = page.get_by_role("listitem").filter(has_text="Приветствие")
    await expect(kept).to_contain_text("Здравствуйте, {{ name }}!")
    await expect(kept).to_contain_text("Русский")

    ivan = await desk.sit("ivan")
    await ivan.open()
    await ivan.find("Мария")
    await ivan.field.fill("/привет")
    await ivan.page.get_by_role("option", name="Приветствие").click()
    await expect(ivan.field).to_have_value("Здравствуйте, Мария!")
    await ivan.field.press("Enter")
    await customer.hears("Здравствуйте, Мария!")

    await kept.get_by_role("button", name="Ещё: Приветствие").click()
    await page.get_by_role("menuitem", name="Изменить").click()
    await expect(dialog.get_by_label("Текст")).to_have_value("Здравствуйте, {{ name }}!")
    await dialog.get_by_label("Текст").fill("Добрый день!")
    await dialog.get_by_role("button", name="Сохранить").click()
    await expect(kept).to_contain_text("Добрый день!")
    await page.reload()
    await kept.get_by_role("button", name="Ещё: Приветствие").click()
    await page.get_by_role("menuitem", name="Удалить").click()
    await dialog.get_by_role("button", name="Отменить").click()
    await expect(kept).to_be_visible()
    await kept.get_by_role("button", name="Ещё: Приветствие").click()
    await page.get_by_role("menuitem", name="Удалить").click()
    await dialog.get_by_role("button", name="Удалить").click()
    await expect(page.get_by_text("Пока ни одного")).to_be_visible()


async def test_an_operator_reads_texts_and_changes_none(desk: Desk) -> None:
    await desk.apis["anna"].post("/canned", {"title": "Адрес", "text": "Мы на Лесной, 5"})
    ivan = await desk.sit("ivan")
    page = await ivan.open()
    await page.get_by_role("button", name="Иван", exact=True).click()
    await expect(page.get_by_role("menuitem", name="Настройки")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Готовые ответы")).to_have_count(0)
    await ivan.open("canned")
    await expect(page.get_by_text("Мы на Лесной, 5")).to_be_visible()
    await expect(page.get_by_role("button", name="Добавить")).to_have_count(0)
    await expect(page.get_by_role("button", name="Ещё: Адрес")).to_have_count(0)
