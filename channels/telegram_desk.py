"""The operators' desk in a Telegram group with topics: one topic per contact.

What operators write there is read by `channels.telegram` (`Parsed.desk`); how the desk looks is `DeskView`'s; this
module writes to it. Which contact has which topic is the caller's to remember.

DeskUnusable  (ChannelDown) the group is gone, has no topics, or the bot lacks a right; the message says what to do
TopicGone     (BadMessage) the topic was deleted: open another
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from channels.base import BadMessage, Call, ChannelDown, FileIds, Refused, RetryLater, SendError, Sent
from channels.files import FileIdRefused
from channels.telegram import Telegram
from channels.telegram.delivered import METHODS
from channels.telegram.desk_posts import moved
from channels.telegram.desk_view import TOPIC_TITLE, DeskView, Language, topic_title
from channels.telegram.errors import ChatMoved, TopicGone
from channels.text import cut, utf16_units
from tunnel.events import Address, File

__all__ = ["GROUP_RATE_PER_S", "DeskUnusable", "DeskView", "TelegramDesk", "TopicGone", "topic_title"]

Answer = TypeVar("Answer")

GROUP_RATE_PER_S = 20 / 60
"""What Telegram bears in one group: https://core.telegram.org/bots/faq (20 messages a minute)."""

_NOT_THERE = "the bot cannot write to the operators' group: add it there as an administrator who may manage topics"
_NO_TOPICS = "the operators' group has no topics: turn on Topics in the group's settings"
_NO_RIGHTS = "the bot may not manage topics in the operators' group: make it an administrator with that right"

_REAL_KIND = re.compile(r"file of type (\w+) as")
_KINDS = {
    "Photo": "photo",
    "Video": "video",
    "VideoNote": "video_note",
    "Animation": "animation",
    "Audio": "audio",
    "Voice": "voice",
    "VoiceNote": "voice",
    "Document": "document",
    "Sticker": "sticker",
}
_NO_CAPTION = frozenset({"sticker", "video_note"})


class DeskUnusable(ChannelDown):
    """Nothing can be put before the operators until a person has changed something in the group or the settings."""


class TelegramDesk(DeskView):
    """One group and the bot that writes there.

    chat: the group's id (negative). language: of what the operators read.
    """

    def __init__(self, telegram: Telegram, chat: int, *, language: Language = "ru") -> None:
        super().__init__(chat, telegram.account, language=language)
        self._telegram = telegram
        self._address = Address("telegram", telegram.account, str(chat))

    async def open_topic(self, title: str) -> int:
        """Open a topic; its id. Raises SendError: DeskUnusable, RetryLater, ChannelDown."""
        name = cut(title.strip() or "?", TOPIC_TITLE, utf16_units)
        raw = await self._call(Call("createForumTopic", {"chat_id": self._chat, "name": name}))
        return _read(raw, _Topic).message_thread_id

    async def post(self, call: Call, *, files: FileIds | None = None) -> Sent:
        """Make one of the view's calls. A closed topic is opened again. Raises SendError: TopicGone, DeskUnusable, …

        files: needed only for calls with a file of ours.
        """
        try:
            return await self._post(call, files)
        except BadMessage as error:
            said = str(error).lower()
            if "topic_not_modified" in said:
                return Sent()
            if "topic_closed" in said and "message_thread_id" in call.params:
                await self._call(Call("reopenForumTopic", self._topic(call.params["message_thread_id"])))
                return await self._post(call, files)
            other = _as_real_kind(call, str(error)) if isinstance(error, FileIdRefused) else None
            if other is not None:
                return await self._post(other, files)
            raise

    async def fetch(self, file: File, into: Path) -> Path:
        """Bring a file that an operator (or a customer of this bot) sent into a directory below `into`; its path.

        The same file has the same path at every repetition. Raises SendError: BadMessage for what is no file, or over
        the 20 MB that a bot may fetch.
        """
        return await self._telegram.fetch(file, into)

    async def check(self) -> None:
        """Is the group fit to be a desk? Raises SendError: DeskUnusable says what to do."""
        group = _read(await self._call(Call("getChat", {"chat_id": self._chat})), _Group)
        bot = int(self._telegram.account)
        member = _read(await self._call(Call("getChatMember", {"chat_id": self._chat, "user_id": bot})), _Membership)
        if not group.is_forum:
            raise DeskUnusable(_NO_TOPICS, code="no_topics")
        if member.status != "creator" and not (member.status == "administrator" and member.can_manage_topics):
            raise DeskUnusable(_NO_RIGHTS, code="no_rights")

    async def _post(self, call: Call, files: FileIds | None) -> Sent:
        try:
            return await self._telegram.send(self._address, call, key=0, files=files or _NoIds())
        except SendError as error:
            raise _desk_error(error) from None

    async def _call(self, call: Call) -> msgspec.Raw:
        try:
            return await self._telegram.client.call(call.method, call.params)
        except SendError as error:
            raise _desk_error(error) from None


class _Topic(msgspec.Struct, frozen=True):
    message_thread_id: int


class _Group(msgspec.Struct, frozen=True):
    is_forum: bool = False


class _Membership(msgspec.Struct, frozen=True):
    status: str = ""
    can_manage_topics: bool = False


class _NoIds:
    """For calls without a file of ours."""

    async def get(self, account: str, key: str) -> str | None:
        return None

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None:
        return None

    async def forget(self, account: str, key: str) -> None:
        return None


def _read(raw: msgspec.Raw, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError:
        raise RetryLater("Telegram's answer cannot be read", code="unreadable") from None


def _as_real_kind(call: Call, said: str) -> Call | None:
    """The call again, by the method for the kind of file that Telegram says it is (a video note is no video)."""
    match = _REAL_KIND.search(said)
    kind = _KINDS.get(match[1]) if match else None
    held = next((field for field in METHODS if field in call.params), None)
    if kind is None or held is None or kind == held:
        return None
    params = {name: value for name, value in call.params.items() if name != held}
    if kind in _NO_CAPTION:  # it says who sent it, and nothing more: such files have no words of their own
        params = {name: value for name, value in params.items() if not name.startswith("caption")}
    return Call(METHODS[kind], params | {kind: call.params[held]})


def _desk_error(error: SendError) -> SendError:
    """What an error means for the group: nothing here is a customer's fault."""
    said = str(error).lower()
    if isinstance(error, ChatMoved):
        return DeskUnusable(moved(error.new_chat), code="moved")
    if isinstance(error, Refused):
        return DeskUnusable(_NOT_THERE, code=error.code)
    if isinstance(error, BadMessage) and "not a forum" in said:
        return DeskUnusable(_NO_TOPICS, code="no_topics")
    if isinstance(error, BadMessage) and ("not enough rights" in said or "admin_required" in said):
        return DeskUnusable(_NO_RIGHTS, code="no_rights")
    return error
