"""A channel that only remembers, and what is needed to run the parts of the program against it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from bots.content import Content
from channels.base import Call, FileIds, Inbound, Parsed, SendError, Sent
from channels.telegram import CAPABILITIES
from tunnel.events import Address, Press, Profile, Start, Text, contact_id
from tunnel.messages import Message

CONTENT = Path(__file__).parents[1] / "e2e" / "content"
ACCOUNT = "telegram:1"
NOW = 1_795_000_000.0


def address(person: str = "7") -> Address:
    return Address("telegram", "1", person)


def contact(person: str = "7") -> str:
    return contact_id(address(person))


def start(event_id: str = "s1", person: str = "7", ref: str = "siding") -> Start:
    return Start(id=event_id, at=NOW, address=address(person), profile=Profile(name="Ольга"), ref=ref)


def text(event_id: str, words: str, person: str = "7") -> Text:
    return Text(id=event_id, at=NOW, address=address(person), profile=Profile(name="Ольга"), text=words)


def press(event_id: str, token: str, person: str = "7") -> Press:
    return Press(id=event_id, at=NOW, address=address(person), profile=Profile(), token=token, ack=f"ack-{event_id}")


def content() -> Content:
    return Content.load(CONTENT)


class RecordingChannel:
    """Every call is kept in `calls`; `troubles` are raised first, one a call."""

    name: ClassVar[str] = "telegram"
    account = "1"
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any], int]] = []
        self.troubles: deque[Exception] = deque()
        self.profiles: dict[str, Profile | SendError] = {}
        self.polls: deque[tuple[list[bytes], str]] = deque()
        self.cursors: list[str | None] = []

    def verify(self, inbound: Inbound) -> None:
        return None

    def parse(self, body: bytes, now: float) -> Parsed:
        return Parsed([text(body.decode(), body.decode())])

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        buttons = [{"label": button.label, "token": button.token} for button in message.buttons]
        media = message.media[0] if message.media else None
        return [Call("say", {"text": message.text.plain, "buttons": buttons}, media=media)]

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        return Call("ack", {"ack": ack}, ephemeral=True)

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        return Call("typing", {"answers": message_id}, ephemeral=True)

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        if self.troubles:
            raise self.troubles.popleft()
        self.calls.append((call.method, call.params, key))
        return Sent(str(key))

    async def profile(self, address: Address) -> Profile | None:
        known = self.profiles.get(address.external_id)
        if isinstance(known, SendError):
            raise known
        return known

    async def prepare_polling(self) -> None:
        return None

    async def poll(self, cursor: str | None) -> tuple[Sequence[bytes], str | None]:
        self.cursors.append(cursor)
        return self.polls.popleft()

    async def close(self) -> None:
        return None

    @property
    def said(self) -> list[str]:
        return [params["text"] for method, params, _ in self.calls if method == "say"]
