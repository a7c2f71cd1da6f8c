"""Takes the pictures of the operators' console, of a program that it starts by itself, with sample conversations.

    .venv/bin/python -m console.build
    .venv/bin/python -m docs.images.take_console [part of a picture's name …]

Needs the tests' dependencies and Chromium. Chromium also makes the files small: WebP, by its own canvas.
"""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from docs.images import console_english as english
from docs.images import console_russian as russian
from docs.images.console_talks import Talk, put_back
from tests.browser.console.desk import Desk, Seat
from tests.e2e.conftest import a_town

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 360, "height": 780},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
QUALITY = 0.55
SETTLED_MS = 700
"""Until menus and notices have come in."""
Scene = Callable[[Seat, list[Talk]], Awaitable[None]]


async def opened(seat: Seat, talk: Talk) -> None:
    await seat.open(f"c/{talk.contact}")
    await expect(seat.page.get_by_role("log")).to_be_visible()


def named(talks: list[Talk], name: str) -> Talk:
    return next(talk for talk in talks if talk.name.startswith(name))


async def the_inbox(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, talks[0])


async def the_list(seat: Seat, talks: list[Talk]) -> None:
    await seat.open()
    await expect(seat.rows.first).to_be_visible()


async def unfolded(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, talks[0])
    folds = seat.page.locator("details")
    for fold in await folds.all():
        await fold.locator("summary").click()
    await folds.first.scroll_into_view_if_needed()
    await seat.page.get_by_role("log").evaluate("(log) => log.scrollTo(0, 0)")


async def the_card(seat: Seat, talks: list[Talk]) -> None:
    await seat.open(f"c/{talks[0].contact}/card")
    await expect(seat.page.get_by_role("complementary").get_by_role("heading").first).to_be_visible()


async def canned(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, talks[0])
    await seat.field.fill("/")
    await expect(seat.page.get_by_role("option").first).to_be_visible()


async def steps(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, talks[0])
    await seat.page.get_by_role("button", name="Отправить шаг воронки").click()


async def suggestion(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, named(talks, "Игорь"))
    await expect(seat.page.get_by_text("Похоже на возражение")).to_be_visible()


async def a_window(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, named(talks, "Екатерина"))
    await expect(seat.page.get_by_role("timer")).to_be_visible()


async def a_shut_window(seat: Seat, talks: list[Talk]) -> None:
    """The session, which is not put back, still has its window: the page is told what it would be told by now."""
    azamat = named(talks, "Азамат")

    async def shut(route: Any) -> None:
        answer = await route.fetch()
        talk = await answer.json()
        remedy = "С последнего сообщения клиента прошло 24 часа: по правилам WhatsApp писать первым может только он."
        await route.fulfill(
            response=answer, json=talk | {"window": {"open": False, "until": None, "reason": "shut", "remedy": remedy}}
        )

    await seat.page.route(f"**/api/console/conversations/{azamat.contact}", shut)
    await opened(seat, azamat)
    await expect(seat.page.get_by_text("24 часа")).to_be_visible()


async def a_conflict(seat: Seat, talks: list[Talk]) -> None:
    """A colleague was faster while this page was behind."""
    sergey = named(talks, "Сергей")
    await sergey.do("anna", "take", force=True)
    await opened(seat, sergey)
    await expect(seat.page.get_by_text("Отвечаете вы")).to_be_visible()
    await seat.field.fill("Сергей, добрый день! Смету подготовлю к четвергу, нужны планы корпусов")
    await seat.page.route("**/api/console/conversations/*", lambda route: route.abort())
    await sergey.do("ivan", "take", force=True)
    await seat.field.press("Enter")
    await expect(seat.page.get_by_text("Вас опередили").first).to_be_visible()
    await seat.page.unroute("**/api/console/conversations/*")
    await expect(seat.page.get_by_text("пока отвечает")).to_be_visible()


async def a_lost_line(seat: Seat, talks: list[Talk]) -> None:
    await opened(seat, talks[0])
    await seat.page.route("**/api/console/events*", lambda route: route.abort())
    await seat.page.reload()
    await expect(seat.page.get_by_role("alert").filter(has_text="Нет связи")).to_be_visible()


async def the_texts(seat: Seat, talks: list[Talk]) -> None:
    await seat.open("canned")
    await expect(seat.page.get_by_role("listitem").first).to_be_visible()


async def the_team(seat: Seat, talks: list[Talk]) -> None:
    await seat.open("team")
    await expect(seat.page.get_by_text("ivan", exact=False).first).to_be_visible()


async def a_link(seat: Seat, talks: list[Talk]) -> None:
    await the_team(seat, talks)
    await seat.page.get_by_role("button", name=re.compile("^Ещё: Глеб")).click()
    await seat.page.get_by_role("menuitem", name="Ссылка для нового пароля").click()
    await expect(seat.page.get_by_text("#token=")).to_be_visible()
    await seat.page.get_by_text("#token=").evaluate(
        "(code) => { code.textContent = 'https://chat.example.com/console/password#token=kQ3…' }"
    )


async def the_settings(seat: Seat, talks: list[Talk]) -> None:
    await seat.open("settings")
    await expect(seat.page.get_by_role("heading").nth(1)).to_be_visible()


async def the_audit(seat: Seat, talks: list[Talk]) -> None:
    await seat.open("audit")
    await seat.page.wait_for_timeout(500)


async def the_login(seat: Seat, talks: list[Talk]) -> None:
    await seat.context.clear_cookies()
    await seat.open()
    await expect(seat.page.locator("input[type=password]")).to_be_visible()


async def an_invitation(seat: Seat, talks: list[Talk]) -> None:
    await seat.context.clear_cookies()
    await seat.open("password#token=abc")
    await expect(seat.page.locator("input[type=password]")).to_be_visible()


SCENES: dict[str, Scene] = {
    "inbox": the_inbox,
    "list": the_list,
    "acts": unfolded,
    "card": the_card,
    "answers": canned,
    "steps": steps,
    "suggestion": suggestion,
    "window": a_window,
    "window-shut": a_shut_window,
    "conflict": a_conflict,
    "lost": a_lost_line,
    "texts": the_texts,
    "team": the_team,
    "link": a_link,
    "settings": the_settings,
    "audit": the_audit,
    "login": the_login,
    "invitation": an_invitation,
}
IN_ENGLISH = ("inbox", "list", "answers")
ONLY = {"acts": "desk", "steps": "desk", "link": "desk", "card": "phone", "window": "phone"}
"""Scenes that the other size adds nothing to."""

HOUSE = HERE / "house.svg"
"""What a customer sends a photograph of."""


async def picture_of_a_house(browser: Browser) -> bytes:
    page = await browser.new_page(viewport={"width": 800, "height": 560})
    await page.set_content(f"<body style='margin:0'>{HOUSE.read_text()}</body>")
    taken = await page.screenshot(type="jpeg", quality=85)
    await page.close()
    return taken


async def smaller(browser: Browser, png: bytes) -> bytes:
    """The picture as WebP."""
    page = await browser.new_page()
    code = """async ([data, quality]) => {
        const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode();
        const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', quality).split(',')[1];
    }"""
    made = await page.evaluate(code, [base64.b64encode(png).decode(), QUALITY])
    await page.close()
    return base64.b64decode(made)


def open_content(source: Path, folder: Path) -> Path:
    """The content without what chance and the hour decide: always on duty, and one arm of the split for all."""
    content = folder / "sample"
    shutil.copytree(source, content)
    for name, pattern, instead in (
        ("settings.yaml", r", hours: \{.*?\}\}", "}"),
        ("tunnels/siding.yaml", r"split: \{arms: \{price: 1, payment: 1\}\}", "to: price"),
    ):
        text, changed = re.subn(pattern, instead, (content / name).read_text(encoding="utf-8"))
        assert changed == 1, name
        (content / name).write_text(text, encoding="utf-8")
    return content


@asynccontextmanager
async def a_desk(browser: Browser, content: Path, people: Mapping[str, str]) -> AsyncIterator[Desk]:
    """A program with four colleagues, of whom one has not come yet."""
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    try:
        async with a_town(folder) as town:
            town.program.env["TUNNEL_PUBLIC_URL"] = town.program.url
            town.program.env["TUNNEL_CONTENT"] = str(open_content(content, folder))
            desk = Desk(town, browser)
            await town.program.start()
            await desk.hire_admin(people["anna"])
            await desk.hire("ivan", people["ivan"])
            await desk.hire("vera", people["vera"], "manager")
            invited = {
                "login": "gleb.tarasov",
                "name": people["gleb"],
                "role": "operator",
                "language": people["language"],
            }
            await desk.apis["anna"].post("/users", invited)
            await desk.apis["anna"].call("PATCH", "/me", {"language": people["language"]})
            yield desk
            await desk.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def take(desk: Desk, talks: list[Talk], scenes: Sequence[str], wanted: Sequence[str], ending: str = "") -> None:
    """The pictures of these scenes, or those whose names have one of the wanted parts."""
    for size, options in SIZES.items():
        for scheme in ("light", "dark"):
            for scene in scenes:
                name = f"console-{scene}-{size}-{scheme}{ending}"
                if ONLY.get(scene, size) != size or (wanted and not any(part in name for part in wanted)):
                    continue
                more = {"color_scheme": scheme, "timezone_id": "Europe/Moscow", "reduced_motion": "reduce"}
                seat = await desk.sit("anna", **more, **options)
                await SCENES[scene](seat, talks)
                await seat.page.wait_for_timeout(SETTLED_MS)
                png = await seat.page.screenshot()
                (HERE / f"{name}.webp").write_bytes(await smaller(desk.chromium, png))
                await seat.context.close()


async def main(wanted: list[str]) -> None:
    """Write docs/images/console-{scene}-{desk,phone}-{light,dark}.webp, some of them as ….en.webp too."""
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        house = await picture_of_a_house(browser)
        async with a_desk(browser, ROOT / "content", russian.PEOPLE) as desk:
            talks = await russian.talks(desk, house)
            await put_back(desk.town.program.folder / "data", talks)
            await take(desk, talks, list(SCENES), wanted)
        async with a_desk(browser, ROOT / "samples" / "facade-en", english.PEOPLE) as desk:
            talks = await english.talks(desk, house)
            await put_back(desk.town.program.folder / "data", talks)
            await take(desk, talks, IN_ENGLISH, wanted, ".en")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
