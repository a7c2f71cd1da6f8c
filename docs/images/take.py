"""Takes the README's pictures of the site's chat, of a program that runs with the sample content.

    .venv/bin/python docs/images/take.py http://localhost:8080/chat/siding

Needs the tests' dependencies and Chromium. The conversation is a real one, with a visitor of its own for each picture.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

HERE = Path(__file__).parent
SIZES = {"desktop": (920, 700, 1.5), "phone": (390, 844, 2.0)}
SETTLED_MS = 900
"""Until bubbles have slid in, and the page takes presses again."""


async def press(page: Page, label: str) -> None:
    """Press the newest button of that name."""
    await page.wait_for_timeout(SETTLED_MS)
    await page.get_by_role("button", name=label, exact=True).last.click()


async def write(page: Page, words: str) -> None:
    """Write and send."""
    await page.get_by_label("Сообщение").fill(words)
    await page.get_by_label("Сообщение").press("Enter")


async def read(page: Page, words: str) -> None:
    """Wait until the bot has said it."""
    await page.get_by_text(words).last.wait_for()


async def desktop(page: Page) -> None:
    """Greeting, the guide as a file, the next question."""
    await read(page, "Что облицовываем")
    await press(page, "Пока смотрю")
    await read(page, "Посчитать")


async def phone(page: Page) -> None:
    """The price, an objection in the customer's own words, its answer."""
    await read(page, "Что облицовываем")
    await press(page, "Дом")
    await read(page, "Сколько квадратных метров")
    await write(page, "120")
    await read(page, "174")
    await write(page, "что-то дорого")
    await read(page, "Есть рассрочка")


async def visitor(browser: Browser, size: str, scheme: str) -> BrowserContext:
    """A visitor of their own."""
    width, height, scale = SIZES[size]
    return await browser.new_context(
        viewport={"width": int(width), "height": int(height)},
        device_scale_factor=scale,
        color_scheme="dark" if scheme == "dark" else "light",
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        has_touch=size == "phone",
        is_mobile=size == "phone",
    )


async def main(address: str) -> None:
    """Write docs/images/chat-{desktop,phone}-{light,dark}.png."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
        for size, talk in (("desktop", desktop), ("phone", phone)):
            for scheme in ("light", "dark"):
                context = await visitor(browser, size, scheme)
                page = await context.new_page()
                await page.goto(address)
                await talk(page)
                await page.wait_for_timeout(SETTLED_MS)
                await page.screenshot(path=HERE / f"chat-{size}-{scheme}.png")
                await context.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
