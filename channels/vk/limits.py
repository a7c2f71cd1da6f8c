"""What VK can carry. Sources: VKCOM/vk-api-schema 5.199; dev.vk.com, "Keyboards for bots"; all read 2026-11-21."""

from __future__ import annotations

from channels.base import Capabilities, Limit

API_VERSION = "5.199"
API_URL = "https://api.vk.ru"
"""Methods are called under `<url>/method/`."""

FILE_HOSTS = ("userapi.com", "vkuserphoto.ru", "vkuser.net", "vk.com", "vk.ru")
"""Where what people sent lies: photos and voices in the storages, a document behind a redirect of the site's."""

FIRST_CHAT_PEER = 2_000_000_000
"""Peers from here on are group chats (VK API, "peer_id")."""

PAYLOAD_CHARS = 255
INLINE_ROWS = 6
STANDARD_BUTTONS = 40
STANDARD_ROWS = 10
PER_ROW = 5

_KEYBOARDS = "dev.vk.com/api/bots/development/keyboard"
_SCHEMA = "VKCOM/vk-api-schema 5.199"
_MIB = 1024 * 1024

CAPABILITIES = Capabilities(
    text=Limit(4096, "code points", "error 914 above it, as bot libraries report; the schema itself says 9000"),
    caption=Limit(4096, "code points", "a message's text and its attachment are one message"),
    buttons=Limit(10, "buttons", f"{_KEYBOARDS}: inline, at most {INLINE_ROWS} rows of {PER_ROW}"),
    per_row=PER_ROW,
    label=Limit(40, "code points", _KEYBOARDS),
    payload=Limit(PAYLOAD_CHARS, "code points", _KEYBOARDS),
    list_rows=Limit(STANDARD_BUTTONS, "buttons", f"{_KEYBOARDS}: standard, at most {STANDARD_ROWS} rows of {PER_ROW}"),
    list_label=Limit(40, "code points", _KEYBOARDS),
    file_bytes={
        "image": Limit(50 * _MIB, "bytes", "dev.vk.com/api/upload/photo-in-message"),
        "document": Limit(200 * _MIB, "bytes", "dev.vk.com/api/upload/document-in-message"),
        "video": Limit(200 * _MIB, "bytes", "sent as a document: a community's key may not save videos"),
        "audio": Limit(200 * _MIB, "bytes", "sent as a document: a community's key may not save audio"),
    },
    account_rate_per_s=20.0,  # per community key: dev.vk.com/api/api-requests
    dedupes_sends=True,  # `random_id`, within an hour or the dialog's last 100 messages
)
