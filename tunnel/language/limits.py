"""What each channel can carry, as far as an author must know it, and where each number comes from.

The channels' own tables decide what is sent; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_TELEGRAM = "Telegram Bot API 10.1"
_VK = "dev.vk.com, keyboards"
_WHATSAPP = "Meta, Cloud API v23.0, interactive messages"
_MEDIA = "Meta, Cloud API, media"
_OURS = "our own chat page"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Number:
    """A limit and its source."""

    value: int
    source: str


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """buttons: how many one message holds. list_rows: how many a list holds, None if the channel has none.

    label: of a button; list_label: of a list's row. text, caption, body: characters of a message, of one with a file,
    and of one with buttons. links_beside_answers: whether one message may hold both kinds of buttons. window_s: how
    long after the customer's last words free text gets through, 0 for ever.
    """

    buttons: Number
    label: Number
    text: Number
    caption: Number
    body: Number
    list_rows: Number | None = None
    list_label: Number | None = None
    file_bytes: Mapping[str, Number] = field(default_factory=dict)
    links_beside_answers: bool = True
    ask_phone: bool = False
    window_s: float = 0.0


CHANNEL_TITLES = {"telegram": "Telegram", "vk": "VK", "whatsapp": "WhatsApp", "web": "Web"}

LIMITS: Mapping[str, ChannelLimits] = {
    "telegram": ChannelLimits(
        buttons=Number(100, "aiogram 3.31, InlineKeyboardBuilder.max_buttons"),
        label=Number(64, "our own: the Bot API states none, phones show less"),
        text=Number(4096, f"{_TELEGRAM}, sendMessage: text"),
        caption=Number(1024, f"{_TELEGRAM}, sendPhoto: caption"),
        body=Number(4096, f"{_TELEGRAM}, sendMessage: text"),
        file_bytes={
            "image": Number(10_000_000, f"{_TELEGRAM}, sending files"),
            "video": Number(50_000_000, f"{_TELEGRAM}, sending files"),
            "audio": Number(50_000_000, f"{_TELEGRAM}, sending files"),
            "document": Number(50_000_000, f"{_TELEGRAM}, sending files"),
        },
        ask_phone=True,
    ),
    "vk": ChannelLimits(
        buttons=Number(10, f"{_VK}: inline"),
        label=Number(40, _VK),
        text=Number(4096, "error 914 above it; the schema says 9000"),
        caption=Number(4096, "a message's text and its attachment are one message"),
        body=Number(4096, "error 914 above it; the schema says 9000"),
        list_rows=Number(40, f"{_VK}: standard"),
        list_label=Number(40, _VK),
        file_bytes={
            "image": Number(50 * _MIB, "dev.vk.com, photo-in-message"),
            "video": Number(200 * _MIB, "dev.vk.com, document-in-message"),
            "audio": Number(200 * _MIB, "dev.vk.com, document-in-message"),
            "document": Number(200 * _MIB, "dev.vk.com, document-in-message"),
        },
    ),
    "whatsapp": ChannelLimits(
        buttons=Number(3, _WHATSAPP),
        label=Number(20, _WHATSAPP),
        text=Number(4096, "Meta, Cloud API, text messages"),
        caption=Number(1024, _WHATSAPP),
        body=Number(1024, _WHATSAPP),
        list_rows=Number(10, _WHATSAPP),
        list_label=Number(24, _WHATSAPP),
        file_bytes={
            "image": Number(5 * _MIB, _MEDIA),
            "video": Number(16 * _MIB, _MEDIA),
            "audio": Number(16 * _MIB, _MEDIA),
            "document": Number(100 * _MIB, _MEDIA),
        },
        links_beside_answers=False,
        window_s=86_400.0,
    ),
    "web": ChannelLimits(
        buttons=Number(100, _OURS),
        label=Number(256, _OURS),
        text=Number(16_384, _OURS),
        caption=Number(16_384, _OURS),
        body=Number(16_384, _OURS),
        file_bytes={kind: Number(100 * _MIB, _OURS) for kind in ("image", "video", "audio", "document")},
        ask_phone=True,
    ),
}
