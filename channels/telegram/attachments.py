"""The files of a Telegram message, as they can be named to Telegram again."""

from __future__ import annotations

from channels.telegram.wire import Location, Message, Stored, is_there
from tunnel.events import File, FileKind

_STORED: tuple[tuple[str, FileKind], ...] = (
    ("document", "document"),
    ("video", "video"),
    ("voice", "voice"),
    ("sticker", "sticker"),
    ("audio", "audio"),
    ("video_note", "video"),
)
_OTHER = (
    "live_photo", "story", "poll", "dice", "rich_message", "checklist", "game", "paid_media", "giveaway", "invoice",
)  # fmt: skip


def files_in(message: Message) -> tuple[File, ...]:
    """The files of a message, as they can be named to Telegram again; places as "latitude,longitude"."""
    if message.photo:
        largest = message.photo[-1]  # Telegram lists sizes from small to large
        return (File(kind="image", ref=largest.file_id, mime="image/jpeg", size_bytes=largest.file_size),)
    if message.animation is not None:  # comes with a `document` that is the same file
        return (_file("video", message.animation),)
    for field, kind in _STORED:
        stored: Stored | None = getattr(message, field)
        if stored is not None:
            return (_file(kind, stored),)
    if message.venue is not None:
        place = message.venue
        return (_place(place.location, ", ".join(filter(None, (place.title, place.address)))),)
    if message.location is not None:
        return (_place(message.location, ""),)
    if any(is_there(getattr(message, field)) for field in _OTHER):
        return (File(kind="other"),)
    return ()


def _file(kind: FileKind, stored: Stored) -> File:
    return File(
        kind=kind, ref=stored.file_id, name=stored.file_name, mime=stored.mime_type, size_bytes=stored.file_size
    )


def _place(location: Location, name: str) -> File:
    return File(kind="location", ref=f"{location.latitude:.6f},{location.longitude:.6f}", name=name)
