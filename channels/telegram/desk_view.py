"""How the operators' desk looks: one topic per contact in a Telegram group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from channels.base import Call
from channels.telegram.delivered import METHODS
from channels.telegram.rendering import CAPABILITIES, SENDING, caption_params, text_params
from channels.text import cut, split, utf16_units
from tunnel.events import Address, File
from tunnel.messages import Media, RichText, Span, SpanKind

Language = Literal["ru", "en"]

TOPIC_TITLE = 128
"""createForumTopic: name, 1-128 characters, Bot API 10.1."""
_LINE = 400
"""Of each earlier message this much is shown (UTF-16 units): enough to know what it was about."""

_WORDS: dict[Language, dict[str, str]] = {
    "ru": {
        "customer": "Клиент",
        "bot": "Бот",
        "operator": "Оператор",
        "recent": "Последние сообщения",
        "note": "Заметка",
        "hint": (
            "Ответьте здесь — клиент прочтёт это в своём мессенджере.\n"
            "/take — взять разговор · /return — вернуть боту, /return шаг — с этого шага\n"
            "/stage этап — передвинуть сделку · /close — завершить"
        ),
        "image": "фото",
        "video": "видео",
        "audio": "аудио",
        "voice": "голосовое сообщение",
        "document": "файл",
        "sticker": "стикер",
        "location": "место на карте",
        "contact": "контакт",
        "other": "вложение",
    },
    "en": {
        "customer": "Customer",
        "bot": "Bot",
        "operator": "Operator",
        "recent": "Latest messages",
        "note": "Note",
        "hint": (
            "Write here: the customer reads it in their own messenger.\n"
            "/take to take over · /return to give back to the bot, /return step to go on there\n"
            "/stage name to move the lead there · /close to end"
        ),
        "image": "photo",
        "video": "video",
        "audio": "audio",
        "voice": "voice message",
        "document": "file",
        "sticker": "sticker",
        "location": "place",
        "contact": "contact",
        "other": "attachment",
    },
}

# By kind of a customer's file: the parameter that holds it; all but the sticker bear a caption.
_FIELDS = {
    "image": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
}


def topic_title(name: str, *about: str) -> str:
    """A topic's name: "Ольга · Telegram · Отдел продаж", shortened to what Telegram takes."""
    return cut(" · ".join(part for part in (name.strip(), *about) if part) or "?", TOPIC_TITLE, utf16_units)


class DeskView:
    """The calls that write to the group `chat`; nothing here is sent. `account`: the bot's id.

    language: of what the operators read.
    """

    def __init__(self, chat: int, account: str, *, language: Language = "ru") -> None:
        self._chat = chat
        self._account = account
        self._words = _WORDS[language]

    def opening(self, thread: int, *, note: str = "", recent: Sequence[str] = (), name: str = "") -> list[Call]:
        """What operators see first: the latest messages, the note, the commands.

        recent: oldest first; each is who ("customer", "bot", "operator"), a tab, and the words.
        """
        text = _Writing()
        if recent:
            text.add(self._words["recent"] + "\n", "bold")
            for line in recent:
                who, _, words = line.partition("\t")
                text.add(f"{name if who == 'customer' and name else self._words.get(who, who)}: ", "bold")
                text.add(cut(words.strip(), _LINE, utf16_units) + "\n")
            text.add("\n")
        if note:
            text.add(f"📌 {self._words['note']}: ", "bold")
            text.add(note + "\n\n")
        text.add(self._words["hint"], "italic")
        return self._texts(thread, text.finish())

    def customer(
        self, thread: int, text: str, *, name: str = "", files: Sequence[File] = (), address: Address | None = None
    ) -> list[Call]:
        """What the customer says, in their name. `address`: where; files of this very bot are shown themselves, others
        are named (and linked, where they lie in public).
        """
        shown = [file for file in files if self._showable(file, address)]
        writing = _Writing()
        writing.add(f"👤 {name.strip() or self._words['customer']}\n", "bold")
        writing.add("\n".join(filter(None, [text, *(self._named(file) for file in files if file not in shown)])))
        said = writing.finish()
        if shown and shown[0].kind not in ("sticker", "location") and utf16_units(said.plain) <= _CAPTION:
            first = self._shown(thread, shown[0], caption_params(said))
            return [first, *(self._shown(thread, file) for file in shown[1:])]
        return [*self._texts(thread, said), *(self._shown(thread, file) for file in shown)]

    def notice(self, thread: int, text: str) -> list[Call]:
        """A message of the content to the operators (`notify`)."""
        return self._texts(thread, RichText(plain=f"🔔 {text}"))

    def system(self, thread: int, text: str) -> list[Call]:
        """What has happened: who took, returned, closed."""
        writing = _Writing()
        writing.add(text, "italic")
        return self._texts(thread, writing.finish())

    def hint(self, thread: int) -> list[Call]:
        """The commands."""
        return self.system(thread, self._words["hint"])

    def media(self, thread: int, media: Media) -> Call:
        """A file that lies on our disk, such as one fetched from another channel."""
        return Call(SENDING[media.kind][0], self._topic(thread), media)

    def rename_topic(self, thread: int, title: str) -> Call:
        """Give the topic another name (see `topic_title`)."""
        return Call("editForumTopic", self._topic(thread) | {"name": cut(title, TOPIC_TITLE, utf16_units)})

    def close_topic(self, thread: int) -> Call:
        """Fold the topic away; a later post opens it again."""
        return Call("closeForumTopic", self._topic(thread))

    def _topic(self, thread: int) -> dict[str, Any]:
        return {"chat_id": self._chat, "message_thread_id": thread}

    def _texts(self, thread: int, text: RichText) -> list[Call]:
        parts = split(text, CAPABILITIES.text.value, utf16_units)
        return [Call("sendMessage", self._topic(thread) | text_params(part)) for part in parts if part.plain.strip()]

    def _showable(self, file: File, address: Address | None) -> bool:
        """An id of Telegram's is good for the bot that got it, and for no other."""
        ours = address is not None and (address.channel, address.account) == ("telegram", self._account)
        return ours and bool(file.ref) and (file.kind in _FIELDS or file.kind == "location")

    def _shown(self, thread: int, file: File, caption: dict[str, Any] | None = None) -> Call:
        if file.kind == "location":
            latitude, _, longitude = file.ref.partition(",")
            place = {"latitude": float(latitude), "longitude": float(longitude)}
            return Call("sendLocation", self._topic(thread) | place)
        field = _FIELDS[file.kind]
        return Call(METHODS[field], self._topic(thread) | {field: file.ref} | (caption or {}))

    def _named(self, file: File) -> str:
        words = f"📎 {self._words.get(file.kind, file.kind)} {file.name}".strip()
        return f"{words}: {file.ref}" if file.ref.startswith("https://") else words


_CAPTION = CAPABILITIES.caption.value


class _Writing:
    """A text being written, with its marks."""

    def __init__(self) -> None:
        self._plain = ""
        self._spans: list[Span] = []

    def add(self, words: str, kind: SpanKind | None = None) -> None:
        if kind is not None and words:
            self._spans.append(Span(kind=kind, start=len(self._plain), length=len(words)))
        self._plain += words

    def finish(self) -> RichText:
        return RichText(plain=self._plain, spans=tuple(self._spans))
