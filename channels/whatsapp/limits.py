"""What WhatsApp can carry. Sources: facebook/openapi, business-messaging-api v23.0; Meta's Cloud API documentation.

Read 2026-11-21. Meta does not say how it counts characters; UTF-16 units are never fewer than what a reader counts.
"""

from __future__ import annotations

from channels.base import Capabilities, Limit

API_URL = "https://graph.facebook.com/v23.0"
FILE_HOSTS = ("fbsbx.com",)
"""Where what people sent lies: lookaside.fbsbx.com (Meta, Cloud API, "Media", read 2026-11-21)."""

BODY_CHARS = 1024
"""Of an interactive message, and of a caption."""
REPLY_BUTTONS = 3
REPLY_TITLE_CHARS = 20
LIST_ROWS = 10
ROW_TITLE_CHARS = 24
ROW_DESCRIPTION_CHARS = 72
LIST_BUTTON_CHARS = 20
LINK_TITLE_CHARS = 20
ROW_ID_CHARS = 200

MEDIA_TTL_S = 29 * 24 * 3600.0
"""Meta keeps uploaded media for 30 days."""
WINDOW_S = 24 * 3600.0

_OPENAPI = "facebook/openapi, business-messaging-api v23.0"
TEMPLATE_BUTTONS = 10
TEMPLATE_HOLE_CHARS = 1024
"""Of one parameter of a template's body; quick replies of one template. Meta, Cloud API, message templates."""
_MIB = 1024 * 1024
_MEDIA = "developers.facebook.com/documentation/business-messaging/whatsapp, media types"

CAPABILITIES = Capabilities(
    text=Limit(4096, "UTF-16 units", "Meta, Cloud API, text messages"),
    caption=Limit(BODY_CHARS, "UTF-16 units", _OPENAPI),
    buttons=Limit(REPLY_BUTTONS, "buttons", _OPENAPI),
    per_row=1,
    label=Limit(REPLY_TITLE_CHARS, "UTF-16 units", _OPENAPI),
    payload=Limit(ROW_ID_CHARS, "UTF-16 units", _OPENAPI),
    list_rows=Limit(LIST_ROWS, "rows", "Meta, Cloud API, interactive list messages"),
    list_label=Limit(ROW_TITLE_CHARS, "UTF-16 units", _OPENAPI),
    file_bytes={
        "image": Limit(5 * _MIB, "bytes", _MEDIA),
        "video": Limit(16 * _MIB, "bytes", _MEDIA),
        "audio": Limit(16 * _MIB, "bytes", _MEDIA),
        "document": Limit(100 * _MIB, "bytes", _MEDIA),
    },
    link_buttons=True,
    person_rate_per_s=1 / 6,  # "pair rate", error 131056
    account_rate_per_s=80.0,  # throughput of a number, messages in and out
    window_s=WINDOW_S,
)

MEDIA_TYPES = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
}
"""What WhatsApp shows as such; anything else goes as a document."""
