"""Every screen of the console, by name, and how to come to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from playwright.async_api import expect

from tests.browser.console.desk import Desk, Seat, says
from tests.e2e.test_console import shown

Scene = Callable[[Seat, str], Awaitable[None]]


async def the_login(seat: Seat, contact: str) -> None:
    await seat.context.clear_cookies()
    await seat.open()
    await expect(seat.page.locator("input[type=password]")).to_be_visible()


async def the_list(seat: Seat, contact: str) -> None:
    await seat.open()
    await expect(seat.rows.first).to_be_visible()


async def the_thread(seat: Seat, contact: str) -> None:
    await seat.open(f"c/{contact}")
    await expect(seat.page.get_by_role("log")).to_be_visible()
    await expect(seat.field).to_be_visible()


async def the_answers(seat: Seat, contact: str) -> None:
    await the_thread(seat, contact)
    await seat.field.fill("/")
    await expect(seat.page.get_by_role("option").first).to_be_visible()


async def the_card(seat: Seat, contact: str) -> None:
    await seat.open(f"c/{contact}/card")
    await expect(seat.page.get_by_role("complementary").get_by_role("heading").first).to_be_visible()


async def the_menu(seat: Seat, contact: str) -> None:
    await the_list(seat, contact)
    await seat.page.get_by_role("button", name="Анна", exact=True).click()
    await expect(seat.page.get_by_role("menu")).to_be_visible()


async def the_team(seat: Seat, contact: str) -> None:
    await seat.open("team")
    await expect(seat.page.get_by_text("ivan", exact=False).first).to_be_visible()


async def the_texts(seat: Seat, contact: str) -> None:
    await seat.open("canned")
    await expect(seat.page.get_by_role("heading", name=re.compile("^(Готовые ответы|Canned answers)$"))).to_be_visible()


async def a_text(seat: Seat, contact: str) -> None:
    await the_texts(seat, contact)
    await seat.page.get_by_role("button", name=re.compile("^(Добавить|Add)$")).click()
    text = seat.page.get_by_role("dialog").locator("textarea").first
    await text.fill("{{ name }}, добрый день! {{ naem }}")
    await expect(seat.page.get_by_text(re.compile("(Нет таких данных|No such thing is known): naem"))).to_be_visible()


async def the_settings(seat: Seat, contact: str) -> None:
    await seat.open("settings")
    await expect(seat.page.get_by_role("heading").nth(1)).to_be_visible()


async def the_audit(seat: Seat, contact: str) -> None:
    await seat.open("audit")
    await expect(seat.page.get_by_text("логин: anna").or_(seat.page.get_by_text("login: anna")).first).to_be_visible()


SCREENS: Mapping[str, Scene] = {
    "list": the_list,
    "thread": the_thread,
    "answers": the_answers,
    "card": the_card,
    "menu": the_menu,
    "team": the_team,
    "texts": the_texts,
    "text": a_text,
    "settings": the_settings,
    "audit": the_audit,
    "login": the_login,  # last: whoever is here has to sign in again
}


async def some_talks(desk: Desk) -> str:
    """A few people at different places of the tunnel; one, whose contact is returned, with a long history."""
    anna = desk.apis["anna"]
    await desk.arrives("Павел Орлов")
    for name, words in (("Светлана", "менеджер"), ("Игорь Ким", "Позвать менеджера")):
        customer = await desk.arrives(name)
        await says(customer, name, words)
        await customer.hears("Передаю вас менеджеру")
    name = "Мария Ветрова"
    maria = await desk.arrives(name)
    await says(maria, name, "Дом")
    await maria.hears("Какая площадь стен")
    await says(maria, name, "120")
    await maria.hears("с материалом")
    await maria.press("Дорого")
    await maria.hears("рассрочка на год")
    await says(maria, name, "менеджер")
    await maria.hears("Передаю вас менеджеру")
    await says(maria, name, "Здравствуйте! Хочу обшить дом до зимы, успеете? И можно ли в рассрочку, а то дорого?")
    (row,) = await shown(anna, "/inbox", lambda page: [row for row in page["rows"] if "рассрочку" in row["last_text"]])
    path = f"/conversations/{row['id']}"
    taken = await anna.post(f"{path}/take", {"id": "take-it-now", "version": row["version"]})
    said = "Здравствуйте, Мария! Да, бригада свободна с понедельника. Рассрочка на 12 месяцев, без переплаты."
    done = await anna.post(f"{path}/say", {"id": "say-it-now", "version": taken["version"], "text": said})
    await maria.hears("Рассрочка на 12 месяцев")
    note = "Дом 120 м², смотрит на цену. Предложить расчёт с монтажом."
    await anna.post(f"{path}/notes", {"id": "note-it-now", "version": done["version"], "text": note})
    await anna.post(
        f"{path}/tags", {"id": "tag-it-now", "version": done["version"], "add": ["рассрочка"], "remove": []}
    )
    task = {"id": "task-it-now", "version": done["version"], "title": "Прислать договор", "operator": ""}
    await anna.post(f"{path}/tasks", {**task, "due_at": "2030-05-05T12:00:00Z"})
    await says(maria, name, "Отлично, тогда пришлите договор, пожалуйста")
    return str(row["id"])
