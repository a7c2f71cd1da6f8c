"""The web chat as a channel: a send is a row in the visitor's thread, written exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import msgspec

from channels.base import (
    BadMessage,
    Call,
    Capabilities,
    FileIds,
    Forged,
    Inbound,
    Limit,
    Parsed,
    RetryLater,
    Roots,
    Sent,
    Unreadable,
)
from channels.text import code_points, cut, split
from channels.web.entry import Entry, attach, encode, entry_from
from channels.web.threads import Threads
from tunnel.events import Address, File, Profile, contact_id
from tunnel.messages import Button, Message, RichText

_OURS = "our own page"
_FILE = Limit(100 * 1024 * 1024, "bytes", _OURS)

CAPABILITIES = Capabilities(
    text=Limit(16_384, "code points", _OURS),
    caption=Limit(16_384, "code points", _OURS),
    buttons=Limit(100, "buttons", _OURS),
    per_row=100,
    label=Limit(256, "code points", _OURS),
    payload=Limit(64, "bytes", _OURS),
    file_bytes=dict.fromkeys(("image", "video", "audio", "document"), _FILE),
    ask_phone=True,
    dedupes_sends=True,
)


class WebChat:
    """The chat on the company's site. `unavailable`: what `threads` raises while its store is away."""

    name: ClassVar[str] = "web"

    def __init__(
        self,
        threads: Threads,
        roots: Roots,
        *,
        account: str = "site",
        clock: Callable[[], float] = time.time,
        unavailable: tuple[type[Exception], ...] = (OSError,),
    ) -> None:
        self.account = account
        self._threads = threads
        self._roots = roots
        self._clock = clock
        self._unavailable = unavailable

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def verify(self, inbound: Inbound) -> None:
        """Refuse: the page has an API of its own (channels.web.http), nobody signs anything for it."""
        raise Forged("the web chat takes no webhooks")

    def parse(self, body: bytes, now: float) -> Parsed:
        """Refuse: who speaks is told by the cookie, so a body alone means nothing."""
        raise Unreadable("the web chat takes no webhooks")

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        """One row a message; a text over the limit becomes several, with files on the first, buttons on the last."""
        parts = split(message.text, CAPABILITIES.text.value, code_points)
        last = len(parts) - 1
        return [self._row(message, part, first=place == 0, last=place == last) for place, part in enumerate(parts)]

    def _row(self, message: Message, part: RichText, *, first: bool, last: bool) -> Call:
        entry = Entry(
            by="us",
            text=part.plain,
            spans=part.spans,
            files=tuple(attach(media, self._roots) for media in message.media) if first else (),
            buttons=tuple(map(_fitting, message.buttons)) if last else (),
            ask_phone=message.ask_phone if last else "",
        )
        return Call(method="append", params=entry.params())

    def echo_call(self, text: str, event_id: str) -> Call:
        """The row that shows the customer's own words; the page knows its bubble by the last part of the event's id."""
        return Call(method="append", params=Entry(by="you", text=text, event=event_id.rpartition(":")[2]).params())

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        """None: the 202 was the answer to the press."""
        return None

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        """None: the page shows its dots by itself until the answer is there."""
        return None

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        """Append the row numbered `key`; a repetition finds it there and changes nothing.

        Raises RetryLater while the store is away, BadMessage for a call that is not ours.
        """
        if call.method != "append":
            raise BadMessage("unknown method", code=call.method)
        try:
            entry = entry_from(call.params)
        except msgspec.ValidationError as error:
            raise BadMessage("not a row of a thread", code="params") from error
        blob = encode(msgspec.structs.replace(entry, at=self._clock()))
        try:
            await self._threads.thread_append(address.lane, contact_id(address), key, blob)
        except self._unavailable as error:
            raise RetryLater("the store is away", code=type(error).__name__) from error
        return Sent(message_id=str(key))

    async def profile(self, address: Address) -> Profile | None:
        """None: a visitor is nobody until they say who they are."""
        return None

    async def fetch(self, file: File, into: Path) -> Path:
        """Refuse: the page takes no files from visitors."""
        raise BadMessage("visitors send no files", code="no_file")

    async def close(self) -> None:
        """Nothing to close: the store is not ours."""


def _fitting(button: Button) -> Button:
    return msgspec.structs.replace(button, label=cut(button.label, CAPABILITIES.label.value, code_points))
