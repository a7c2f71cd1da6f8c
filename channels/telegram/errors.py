"""What Telegram answers when it will not → what happens next.

SendError
├── FileIdRefused      (BadMessage) a file_id is unknown, or of another kind of file
├── PictureRefused     (BadMessage) no photo can be made of this picture; as a document it would pass
├── TopicGone          (BadMessage) the forum topic was deleted
└── ChatMoved          (BadMessage) the group became a supergroup; `new_chat` is its id

Source: https://core.telegram.org/bots/api#making-requests. The descriptions are not documented: those below are the
ones that the Bot API server's own source (tdlib/telegram-bot-api, Client.cpp) and MTProto's error list give.
"""

from __future__ import annotations

import re

from channels.base import BadMessage, ChannelDown, Refused, RetryLater, SendError, SlowDown
from channels.files import FileIdRefused


class PictureRefused(BadMessage):
    """No photo can be made of this picture (its sides, its format)."""


class TopicGone(BadMessage):
    """The forum topic does not exist any more."""


class ChatMoved(BadMessage):
    """The group became a supergroup with the id `new_chat`."""

    def __init__(self, message: str, *, new_chat: int) -> None:
        super().__init__(message, code="moved")
        self.new_chat = new_chat


_PERSON_GONE = ("chat not found", "user not found", "peer_id_invalid", "user_deactivated", "user is deactivated")
_FILE_ID = (
    "wrong file",
    "wrong remote file",
    "wrong padding",
    "file_reference_",
    "can't use file of type",
    "file_id_inv",
)
_PICTURE = ("photo_invalid_dimensions", "image_process_failed", "photo_save_file_invalid", "photo_ext_invalid")
_TOPIC = ("message thread not found", "topic_deleted", "topic_id_invalid", "thread not found")
_LATE_ANSWER = ("query is too old", "query id is invalid", "query_id_invalid")
_QUOTED = re.compile(r"(['\"`«]).*?(['\"`»])")
_DESCRIPTION_LENGTH = 200


def error_for(status: int, description: str, *, retry_after_s: float = 0.0, in_group: bool = False) -> SendError:
    """The error that an answer stands for. `in_group`: whether the call was for a group, whose limit is its own."""
    said = description.lower()
    code = str(status)
    if status == 429:
        # Telegram does not say whose limit it was. A group's (20 a minute) is met long before the bot's.
        kind = RetryLater if in_group else SlowDown
        return kind("Telegram asks to slow down", code=code, after_s=max(retry_after_s, 1.0))
    if status >= 500 or status < 400:
        return RetryLater(f"Telegram failed with {status}", code=code)
    if status == 401 or (status == 404 and "method" not in said):
        return ChannelDown("Telegram does not know the bot's token: was it revoked?", code=code)
    if status == 409:
        return _conflict(said)
    if status == 403 or _has(said, _PERSON_GONE):
        return Refused(f"the person cannot be reached: {shown(description)}", code=code)
    if status == 408:
        return RetryLater("Telegram timed out", code=code)
    return _bad_message(said, description, code)


def _bad_message(said: str, description: str, code: str) -> BadMessage:
    kinds: tuple[tuple[tuple[str, ...], type[BadMessage]], ...] = (
        (_FILE_ID, FileIdRefused),
        (_PICTURE, PictureRefused),
        (_TOPIC, TopicGone),
    )
    for words, kind in kinds:
        if _has(said, words):
            return kind(shown(description), code=code)
    return BadMessage(shown(description) or f"Telegram refused the call with {code}", code=code)


def _conflict(said: str) -> ChannelDown:
    if "webhook" in said:
        return ChannelDown("a webhook is set: Telegram gives no updates to polling until it is removed", code="webhook")
    return ChannelDown("another program takes this bot's updates: stop it, or give it a bot of its own", code="409")


def is_late_answer(error: SendError) -> bool:
    """Whether a press was answered too late: nobody waits for it any more, so it is no error."""
    return _has(str(error).lower(), _LATE_ANSWER)


def shown(description: str) -> str:
    """Telegram's words, fit for a log: without what it quotes, which may be the customer's."""
    return _QUOTED.sub(r"\1…\2", description)[:_DESCRIPTION_LENGTH]


def _has(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)
