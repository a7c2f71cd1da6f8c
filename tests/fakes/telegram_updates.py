"""Updates as Telegram delivers them."""

from __future__ import annotations

from itertools import count
from typing import Any

Json = dict[str, Any]
DATE = 1_763_700_000
BOT: Json = {"id": 123456, "is_bot": True, "first_name": "Фасад", "username": "facade_bot"}
DESK = -1001234567890


def person(user_id: int, name: str = "Ольга", language: str = "ru") -> Json:
    return {"id": user_id, "is_bot": False, "first_name": name, "language_code": language}


def private(user_id: int, name: str = "Ольга") -> Json:
    return {"id": user_id, "first_name": name, "type": "private"}


class Updates:
    """Makes updates, numbered as Telegram does. Every method but `raw` is one kind of update, from one person."""

    def __init__(self, first_id: int = 500_000_000, *, desk: int = DESK) -> None:
        self._ids = count(first_id)
        self._messages = count(1_000)
        self.desk = desk

    def raw(self, **content: Any) -> Json:
        return {"update_id": next(self._ids), **content}

    def message(self, user_id: int, *, name: str = "Ольга", **content: Any) -> Json:
        message = {
            "message_id": next(self._messages),
            "from": person(user_id, name),
            "chat": private(user_id, name),
            "date": DATE,
            **content,
        }
        return self.raw(message=message)

    def text(self, user_id: int, text: str, **content: Any) -> Json:
        return self.message(user_id, text=text, **content)

    def start(self, user_id: int, ref: str = "", *, command: str = "/start") -> Json:
        entity = {"type": "bot_command", "offset": 0, "length": len(command)}
        return self.message(user_id, text=f"{command} {ref}".strip(), entities=[entity])

    def press(self, user_id: int, token: str, *, label: str = "Дом", shows: str = "message", **query: Any) -> Json:
        """shows: what is left of the message: "message", "inaccessible" (too old or deleted) or "nothing"."""
        content: Json = {
            "id": f"77{next(self._messages)}",
            "from": person(user_id),
            "chat_instance": "-42",
            "data": token,
            **query,
        }
        if shows == "message":
            content["message"] = {
                "message_id": next(self._messages),
                "from": BOT,
                "chat": private(user_id),
                "date": DATE,
                "text": "Что облицовываем?",
                "reply_markup": {"inline_keyboard": [[{"text": label, "callback_data": token}]]},
            }
        elif shows == "inaccessible":
            content["message"] = {"message_id": next(self._messages), "chat": private(user_id), "date": 0}
        return self.raw(callback_query=content)

    def contact(self, user_id: int, phone: str = "79990001122", *, owner: int | None = 0) -> Json:
        """owner: whose card it is; 0 is the sender's own, None a number that has no Telegram."""
        card: Json = {"phone_number": phone, "first_name": "Ольга"}
        if owner is not None:
            card["user_id"] = owner or user_id
        return self.message(user_id, contact=card)

    def photo(self, user_id: int, caption: str | None = None, *, group: str | None = None, **content: Any) -> Json:
        sizes = [photo_size("AgACsmall", 90), photo_size("AgAClarge", 1280)]
        if caption is not None:
            content["caption"] = caption
        if group is not None:
            content["media_group_id"] = group
        return self.message(user_id, photo=sizes, **content)

    def album(self, user_id: int, caption: str, pictures: int = 3, group: str = "13900000000") -> list[Json]:
        """One update for each picture; the first has the caption."""
        return [self.photo(user_id, caption if not index else None, group=group) for index in range(pictures)]

    def sticker(self, user_id: int) -> Json:
        sticker = {
            "file_id": "CAACsticker",
            "file_unique_id": "u-sticker",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
            "thumbnail": photo_size("AAMCthumb", 128),
        }
        return self.message(user_id, sticker=sticker)

    def stored(self, user_id: int, kind: str, **content: Any) -> Json:
        """A voice, video_note, video, audio, animation or document."""
        file: Json = {"file_id": f"{kind}-id", "file_unique_id": f"u-{kind}", "file_size": 1000, "mime_type": "x/y"}
        if kind in ("voice", "video", "video_note", "audio", "animation"):
            file["duration"] = 3
        if kind == "video_note":
            file |= {"length": 240}
            del file["mime_type"]
        if kind in ("video", "animation"):
            file |= {"width": 640, "height": 480}
        if kind in ("document", "animation"):
            file |= {"file_name": "смета.xlsx"}
        extra = {"document": {key: file[key] for key in ("file_id", "file_unique_id")}} if kind == "animation" else {}
        return self.message(user_id, **{kind: file}, **extra, **content)

    def location(self, user_id: int) -> Json:
        return self.message(user_id, location={"latitude": 55.751244, "longitude": 37.618423})

    def venue(self, user_id: int) -> Json:
        place = {"latitude": 55.751244, "longitude": 37.618423}
        venue = {"location": place, "title": "Офис", "address": "Тверская, 1"}
        return self.message(user_id, location=place, venue=venue)

    def member(self, user_id: int, status: str) -> Json:
        """ "kicked": the person blocked the bot; "member": unblocked it."""
        before = "member" if status == "kicked" else "kicked"
        return self.raw(
            my_chat_member={
                "chat": private(user_id),
                "from": person(user_id),
                "date": DATE,
                "old_chat_member": member(before),
                "new_chat_member": member(status),
            }
        )

    def edited(self, user_id: int, text: str) -> Json:
        update = self.text(user_id, text)
        update["edited_message"] = update.pop("message") | {"edit_date": DATE + 5}
        return update

    def group_text(self, user_id: int, text: str, *, chat: int = -100777, **content: Any) -> Json:
        return self.message(user_id, text=text, **{"chat": supergroup(chat)} | content)

    # The operators' group.

    def desk_message(self, operator: int, thread: int | None, **content: Any) -> Json:
        place: Json = {"chat": supergroup(self.desk, forum=True)}
        if thread is not None:
            place |= {"message_thread_id": thread, "is_topic_message": True}
        return self.message(operator, **{"name": "Анна"} | place | content)

    def desk_text(self, operator: int, thread: int | None, text: str, **content: Any) -> Json:
        return self.desk_message(operator, thread, text=text, **content)

    def desk_document(self, operator: int, thread: int, file_id: str, caption: str = "") -> Json:
        document = {"file_id": file_id, "file_unique_id": "u1", "file_name": "договор.pdf", "file_size": 4}
        return self.desk_message(operator, thread, document=document, **({"caption": caption} if caption else {}))


def member(status: str) -> Json:
    return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def supergroup(chat: int, *, forum: bool = False) -> Json:
    return {"id": chat, "title": "Продажи", "type": "supergroup"} | ({"is_forum": True} if forum else {})


def photo_size(file_id: str, side: int) -> Json:
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "width": side, "height": side, "file_size": side}
