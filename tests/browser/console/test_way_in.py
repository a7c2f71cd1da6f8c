"""The way in: the printed link, a wrong password, invitations, roles, the sign-in code, the way out."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

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


@dataclass
class Authenticator:
    """The app on somebody's phone. A code works once, so each is of a later half-minute than the one before."""

    secret: str
    step: int = 0

    def code(self) -> str:
        """One that was not shown before and still counts."""
        self.step = max(self.step + 1, int(time.time()) // 30 - 1)
        return pyotp.TOTP(self.secret).generate_otp(self.step)


async def test_a_sign_in_code_and_the_ways_of_who_has_lost_it(new_desk: Desk) -> None:
    seat = await new_desk.sit()
    page = await seat.open()
    await sign_in(page, "ivan", PASSWORD)
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    await choose(seat, "Иван", "Настройки")
    await page.get_by_role("button", name="Включить").click()
    phone = Authenticator(re.sub(r"\s", "", await page.locator("pre").inner_text()))
    code, alert, enter = (
        page.get_by_label("Код из приложения"),
        page.get_by_role("alert"),
        page.get_by_role("button", name="Войти"),
    )
    await code.fill("000000")
    await page.get_by_role("button", name="Включить").click()
    await expect(alert).to_contain_text("Код неверный")
    await code.fill(phone.code())
    await page.get_by_role("button", name="Включить").click()
    await expect(page.get_by_role("heading", name="Вход по коду: включён")).to_be_visible()

    await page.get_by_role("link", name="Назад").click()
    await choose(seat, "Иван", "Выйти")
    await sign_in(page, "ivan", PASSWORD)
    await expect(code).to_be_focused()
    await expect(alert).to_have_count(0)
    await expect(page.get_by_text("Потеряли приложение с кодами?")).to_be_visible()
    await code.fill("000000")
    await enter.click()
    await expect(alert).to_contain_text("Код неверный")
    await expect(page.get_by_role("heading", name="Вход для операторов")).to_be_visible()
    shown = phone.code()
    await code.fill(f"{shown[:3]} {shown[3:]}")
    await enter.click()
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    await choose(seat, "Иван", "Выйти")

    # Who has forgotten the password gets a link, and is still asked for the code.
    anna = await new_desk.sit()
    boss = await anna.open()
    await sign_in(boss, "anna", PASSWORD)
    await choose(anna, "Анна Смирнова", "Команда")
    await boss.get_by_role("button", name="Ещё: Иван").click()
    await boss.get_by_role("menuitem", name="Ссылка для нового пароля").click()
    link = await boss.get_by_role("dialog").get_by_text("#token=").inner_text()
    await page.goto(link.strip())
    await page.locator("input[autocomplete=new-password]").fill(f"{PASSWORD} 2")
    await page.get_by_role("button", name="Сохранить и войти").click()
    await expect(code).to_be_focused()
    await code.fill(phone.code())
    await page.get_by_role("button", name="Сохранить и войти").click()
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
    await choose(seat, "Иван", "Выйти")

    # Who has lost the authenticator asks an admin.
    await boss.get_by_role("dialog").get_by_role("button", name="Закрыть").click()
    await boss.get_by_role("button", name="Ещё: Иван").click()
    await boss.get_by_role("menuitem", name="Снять вход по коду").click()
    await expect(boss.get_by_text("2FA")).to_have_count(0)
    await sign_in(page, "ivan", f"{PASSWORD} 2")
    await expect(page.get_by_text("Никто не ждёт")).to_be_visible()
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
