"""Customers of every channel, played from outside: what they do is an update to the program, what they see is a call.

One vocabulary for all, so that the same dialogue can be held everywhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.e2e.program import Program
from tests.fakes.telegram import FakeTelegram
from tests.fakes.vk import FakeVk
from tests.fakes.whatsapp import FakeWhatsApp

PATIENCE_S = 30.0
"""How long a test waits for what must come; on a calm machine it comes at once."""


async def until(holds: Callable[[], Any], what: Callable[[], object] = lambda: "") -> Any:
    """Wait until the condition gives something true; return that. `what` is shown where it never does."""
    for _ in range(int(PATIENCE_S / 0.02)):
        if found := holds():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never came; there is {what()}")


@dataclass(frozen=True)
class Seen:
    """A message as its reader sees it. buttons: label → what a press sends back. file: how its file was named."""

    text: str
    buttons: dict[str, Any] = field(default_factory=dict)
    file: str = ""


class Customer:
    """Somebody who talks to the program. `read`: how many messages were waited for or skipped."""

    channel = ""

    def __init__(self, program: Program, number: int) -> None:
        self.program = program
        self.number = number
        self.read = 0

    @property
    def seen(self) -> list[Seen]:
        """All messages so far."""
        raise NotImplementedError

    def opening(self) -> Any:
        """The update of a click on the tunnel's link."""
        raise NotImplementedError

    def words(self, text: str) -> Any:
        """The update of a typed text."""
        raise NotImplementedError

    def tap(self, button: Any, label: str) -> Any:
        """The update of a press."""
        raise NotImplementedError

    async def post(self, update: Any) -> int:
        """Deliver an update; the status that the messenger gets."""
        raise NotImplementedError

    async def open(self) -> None:
        assert await self.post(self.opening()) == 200

    async def say(self, text: str) -> None:
        assert await self.post(self.words(text)) == 200

    async def press(self, label: str) -> None:
        """Press the newest button of this label."""
        button = next(seen.buttons[label] for seen in reversed(self.seen) if label in seen.buttons)
        assert await self.post(self.tap(button, label)) == 200

    async def hears(self, words: str) -> Seen:
        """Wait for the next message that holds `words`; those before it count as read."""

        def found() -> tuple[int, Seen] | None:
            fresh = enumerate(self.seen[self.read :], self.read + 1)
            return next(((at, seen) for at, seen in fresh if words in seen.text), None)

        self.read, seen = await until(found, lambda: (words, self.seen[self.read :]))
        return seen


class OnTelegram(Customer):
    channel = "telegram"

    def __init__(self, program: Program, number: int, fake: FakeTelegram) -> None:
        super().__init__(program, number)
        self.fake = fake

    @property
    def seen(self) -> list[Seen]:
        return [
            Seen(call.text, call.buttons, str(call.params.get("document", ""))) for call in self.fake.said(self.number)
        ]

    def opening(self) -> Any:
        return self.fake.updates.start(self.number, "siding")

    def words(self, text: str) -> Any:
        return self.fake.updates.text(self.number, text)

    def tap(self, button: Any, label: str) -> Any:
        return self.fake.updates.press(self.number, button, label=label)

    async def post(self, update: Any) -> int:
        return await self.fake.deliver(update, f"{self.program.url}/webhooks/telegram")


class OnVk(Customer):
    channel = "vk"

    def __init__(self, program: Program, number: int, fake: FakeVk) -> None:
        super().__init__(program, number)
        self.fake = fake

    @property
    def seen(self) -> list[Seen]:
        mine = [message for message in self.fake.messages if message["peer_id"] == str(self.number)]
        return [
            Seen(message.get("message", ""), self._buttons(message), message.get("attachment", "")) for message in mine
        ]

    def _buttons(self, message: dict[str, Any]) -> dict[str, Any]:
        return {action["label"]: action.get("payload", "") for action in self.fake.buttons(message)}

    def opening(self) -> Any:
        return self.fake.start_press("siding", user=self.number)

    def words(self, text: str) -> Any:
        return self.fake.message(text, user=self.number)

    def tap(self, button: Any, label: str) -> Any:
        return self.fake.press(json.loads(button), user=self.number)  # VK gives the payload back as an object

    async def post(self, update: Any) -> int:
        body = self.fake.body(update)
        status, answer = await _post(f"{self.program.url}/webhooks/vk", body, self.fake.sign(body))
        assert status != 200 or answer == b"ok"
        return status


class OnWhatsApp(Customer):
    channel = "whatsapp"

    def __init__(self, program: Program, number: int, fake: FakeWhatsApp) -> None:
        super().__init__(program, number)
        self.phone = f"7999{number:07d}"
        self.fake = fake

    @property
    def seen(self) -> list[Seen]:
        mine = [message for message in self.fake.messages if message.get("to") == self.phone]
        return [
            Seen(self.fake.words(message), self._buttons(message), message.get("document", {}).get("id", ""))
            for message in mine
        ]

    def _buttons(self, message: dict[str, Any]) -> dict[str, Any]:
        return {choice["title"]: choice["id"] for choice in self.fake.choices(message)}

    def opening(self) -> Any:
        return self.words("siding")

    def words(self, text: str) -> Any:
        return self.fake.text(text, phone=self.phone)

    def tap(self, button: Any, label: str) -> Any:
        return self.fake.button_press(button, label, phone=self.phone)

    async def post(self, update: Any) -> int:
        body = self.fake.body(update)
        return (await _post(f"{self.program.url}/webhooks/whatsapp", body, self.fake.sign(body)))[0]


class OnSite(Customer):
    """A page of the web chat, without the page: its cookie, its posts and its stream."""

    channel = "web"

    def __init__(self, program: Program, number: int) -> None:
        super().__init__(program, number)
        self.rows: list[dict[str, Any]] = []
        self._posts = 0
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._stream: asyncio.Task[None] | None = None

    @property
    def seen(self) -> list[Seen]:
        return [
            Seen(
                row.get("text", ""),
                {button["label"]: button.get("token", "") for button in row.get("buttons", ())},
                next((file["url"] for file in row.get("files", ())), ""),
            )
            for row in self.rows
            if row["by"] == "us"
        ]

    def opening(self) -> Any:
        return {"kind": "start"}

    def words(self, text: str) -> Any:
        return {"kind": "text", "text": text}

    def tap(self, button: Any, label: str) -> Any:
        return {"kind": "press", "token": button, "label": label}

    async def post(self, update: Any) -> int:
        self._posts += 1
        body = {"id": f"post-{self._posts:08d}"} | update
        async with self._session.post(f"{self.program.url}/api/chat/siding/messages", json=body) as answer:
            return 200 if answer.status == 202 else answer.status

    async def open(self) -> None:
        async with self._session.get(f"{self.program.url}/chat/siding") as page:
            assert page.status == 200
        await super().open()
        self._stream = asyncio.create_task(self._follow())

    async def reconnect(self) -> None:
        """Ask for what came since the last row, as the page does after a restart."""
        await self._end_stream()
        self._stream = asyncio.create_task(self._follow())

    async def fetch(self, path: str) -> bytes:
        async with self._session.get(self.program.url + path) as answer:
            assert answer.status == 200
            return await answer.read()

    async def close(self) -> None:
        await self._end_stream()
        await self._session.close()

    async def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await asyncio.gather(self._stream, return_exceptions=True)

    async def _follow(self) -> None:
        headers = {"Last-Event-ID": str(self.rows[-1]["row"])} if self.rows else {}
        async with self._session.get(f"{self.program.url}/api/chat/siding/stream", headers=headers) as stream:
            async for line in stream.content:
                data = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if "row" in data:
                    self.rows.append(data)


async def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.read()
