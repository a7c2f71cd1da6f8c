"""What a call of ours made: the id of its message, and of the file that came with it."""

from __future__ import annotations

import msgspec

from channels.base import Sent
from channels.telegram.wire import Stored

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "audio": "sendAudio",
    "document": "sendDocument",
    "animation": "sendAnimation",
    "voice": "sendVoice",
    "video_note": "sendVideoNote",
    "sticker": "sendSticker",
}
"""By the parameter that holds the file."""


class Delivered(msgspec.Struct, frozen=True):
    """The message that a call made, as far as we need to know it."""

    message_id: int = 0
    photo: list[Stored] = []
    video: Stored | None = None
    audio: Stored | None = None
    animation: Stored | None = None
    document: Stored | None = None
    voice: Stored | None = None


_decode = msgspec.json.Decoder(Delivered).decode


def sent_message(raw: msgspec.Raw) -> Sent:
    """The id of the message that a call made; "" for a call that made none."""
    try:
        message_id = _decode(raw).message_id
    except msgspec.DecodeError:  # `true`, or something new: it was accepted all the same
        return Sent()
    return Sent(str(message_id)) if message_id else Sent()


def stored_as(raw: msgspec.Raw, field: str) -> str:
    """The id of what was uploaded; "kind:id" where Telegram took it for another kind of file, "" if it says none."""
    try:
        message = _decode(raw)
    except msgspec.DecodeError:
        return ""
    found: dict[str, Stored | None] = {
        "photo": message.photo[-1] if message.photo else None,
        "video": message.video,
        "audio": message.audio,
        "animation": message.animation,
        "document": message.document,
        "voice": message.voice,
    }
    wanted = found.pop(field, None)
    if wanted is not None:
        return wanted.file_id
    return next((f"{kind}:{stored.file_id}" for kind, stored in found.items() if stored is not None), "")
