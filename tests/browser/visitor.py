"""A visitor's browser, and how tests read and write in its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page

from tests.channels.web.stand import Stand

_WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
"""


@dataclass
class Visitor:
    """One visitor's browser. Whatever goes wrong in its pages fails the test at its end."""

    context: BrowserContext
    stand: Stand
    troubles: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    async def open(self, path: str = "/chat/siding") -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("console", self._hear)
        await page.add_init_script(_WATCH)
        self.pages.append(page)
        await page.goto(self.stand.url + path)
        return page

    def _hear(self, message: Any) -> None:
        # A refused or broken request is what many tests are about; the browser mentions each.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    async def close(self) -> None:
        for page in self.pages:
            if not page.is_closed() and page.url.startswith("http"):
                self.troubles += await page.evaluate("window.violations || []")
        await self.context.close()
        assert self.troubles == []


NewVisitor = Callable[..., Awaitable[Visitor]]


def chip(page: Page, label: str) -> Locator:
    """The button of a choice."""
    return page.get_by_role("button", name=label, exact=True)


async def write(page: Page, text: str) -> None:
    """Write a message and send it."""
    await page.get_by_label("Сообщение").fill(text)
    await page.get_by_label("Сообщение").press("Enter")


async def talk(page: Page) -> list[str]:
    """The words of every bubble, in order, without times; the customer's with "> "."""
    words: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('#log > .line')].map((line) => {
            const copy = line.cloneNode(true);
            copy.querySelectorAll('.meta, .unseen, .chips, .phone').forEach((extra) => extra.remove());
            return (line.classList.contains('you') ? '> ' : '') + copy.textContent;
        })"""
    )
    return words
