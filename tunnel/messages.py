"""What is said to a customer, before any channel's limits are applied.

A `Message` is channel-neutral data; `channels.*.render` turns it into as many calls as the channel needs.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SpanKind = Literal["bold", "italic", "link"]
MediaKind = Literal["image", "video", "audio", "document"]


class Span(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a rich text. `start` and `length` count code points of `RichText.plain`."""

    kind: SpanKind
    start: int
    length: int
    url: str = ""


class RichText(msgspec.Struct, frozen=True, omit_defaults=True):
    """Text without marks, and what is bold, italic or a link in it. Spans are in order and may nest, never cross."""

    plain: str = ""
    spans: tuple[Span, ...] = ()


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """A choice as offered. `token` comes back in `events.Press` (at most 40 ASCII characters); a `link` button opens
    a page instead and has no token.
    """

    label: str
    token: str = ""
    link: str = ""


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of ours. `path` is relative to the content directory (or, with `data=True`, to the data directory)."""

    kind: MediaKind
    path: str
    name: str = ""
    data: bool = False


class Approved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A template that the channel has approved (WhatsApp), and what fills its holes in order: it gets through where
    free text does not. buttons: its quick replies are the message's buttons.
    """

    name: str
    language: str
    params: tuple[str, ...] = ()
    buttons: bool = False


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message as the content means it: at most one text, its media, its buttons.

    ask_phone: label of the channel's own "send my number" button, "" for none.
    drop_keyboard: take away a "send my number" keyboard that an earlier message left open.
    template: said instead, where the channel takes no free text now.
    """

    text: RichText = RichText()
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()
    ask_phone: str = ""
    drop_keyboard: bool = False
    template: Approved | None = None
