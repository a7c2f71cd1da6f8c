"""The way in: the printed link, a wrong password, invitations, roles, the sign-in code, the way out."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser.console.desk import Desk, Seat
from tests.console.stand import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def sign_in(page: Page, login: str, password: str) -> None:
    await page.get_by_label("Логин").fill(login)
    await page.locator("input[autocomplete*=password]").fill(password)
    await page.get_by_role("button", name="Войти").click()


async def choose(seat: Seat, owner: str, entry: str) -> None:
    await seat.page.get_by_role("button", name=owner, exact=True).click()
    await seat.page.get_by_role("menuitem", name=entry).click()


async def test_from_the_printed_link_to_a_colleague_and_out_again(new_desk: Desk) -> None:
    desk = new_desk
    await desk.town.program.start()
    boss = await desk.sit()
    link = f"setup#token={await desk.setup_token()}"
    page = await boss.open(link)
    await page.get_by_label("Имя, каким его увидят коллеги").fill("Анна Смирнова")
    await page.get_by_label("Логин").fill("anna")
    password = page.locator("input[autocomplete*=password]")
    await password.fill("короткий")
    await page.get_by_role("button", name="Создать и войти").click()
    await expect(page.get_by_role("alert")).to_contain_text("не меньше")
    await password.fill(PASSWORD)
    await page.get_by_role("button", name="Создать и войти").click()
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    assert "token" not in page.url

    await choose(boss, "Анна Смирнова", "Команда")
    await page.get_by_role("button", name="Пригласить").click()
    await page.get_by_label("Имя, каким его увидят коллеги").fill("Иван")
    await page.get_by_label("Логин").fill("ivan")
    await page.get_by_role("dialog").get_by_role("button", name="Пригласить").click()
    invitation = await page.get_by_role("dialog").get_by_text("#token=").inner_text()

    ivan = await desk.sit()
    page = ivan.page
    await page.goto(invitation.strip())
    await page.locator("input[autocomplete*=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Сохранить и войти").click()
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    await page.get_by_role("button", name="Иван", exact=True).click()
    await expect(page.get_by_role("menuitem", name="Настройки")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Команда")).to_have_count(0)
    await expect(page.get_by_role("menuitem", name="Журнал")).to_have_count(0)
    await ivan.open("team")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_text("Анна Смирнова")).to_have_count(0)
    await ivan.open()
    await choose(ivan, "Иван", "Выйти")
    await expect(page.get_by_role("heading", name="Вход для операторов")).to_be_visible()
    await ivan.open()
    await expect(page.get_by_role("heading", name="Вход для операторов")).to_be_visible()

    again = await desk.sit()
    await again.page.goto(invitation.strip())
    await again.page.locator("input[autocomplete*=password]").fill(PASSWORD)
    await again.page.get_by_role("button", name="Сохранить и войти").click()
    await expect(again.page.get_by_role("alert")).to_be_visible()  # it worked once
    await desk.leave()


async def test_a_sign_in_code(new_desk: Desk) -> None:
    seat = await new_desk.sit()
    page = await seat.open()
    await sign_in(page, "ivan", PASSWORD)
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    await choose(seat, "Иван", "Настройки")
    await page.get_by_role("button", name="Включить").click()
    secret = re.sub(r"\s", "", await page.locator("pre").inner_text())
    await page.get_by_label("Код из приложения").fill(pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Включить").click()
    await expect(page.get_by_role("heading", name="Вход по коду: включён")).to_be_visible()
    other = await new_desk.sit()
    page = await other.open()
    await sign_in(page, "ivan", PASSWORD)
    await expect(page.get_by_label("Код из приложения")).to_be_focused()
    await new_desk.leave()


async def test_a_wrong_password_and_too_many_of_them(new_desk: Desk) -> None:
    seat = await new_desk.sit()
    page = await seat.open()
    alert = page.get_by_role("alert")
    await sign_in(page, "anna", "not her password")
    await expect(alert).to_contain_text("Неверный логин или пароль")
    for _ in range(20):
        if "Слишком много попыток. Подождите" in await alert.inner_text():
            break
        async with page.expect_response("**/login"):
            await page.get_by_role("button", name="Войти").click()
        await expect(page.get_by_role("button", name="Войти")).to_be_enabled()
    await expect(alert).to_contain_text(re.compile(r"Подождите \d+ с"))
    await new_desk.leave()
