"""Updates as VK sends them, with the shapes of the Callback API 5.199."""

from __future__ import annotations

import itertools
import json
from typing import Any

USER = 424242
CLIENT_INFO = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}


class Updates:
    """Builds updates of one community."""

    def __init__(self, group_id: int = 1, secret: str = "vk-secret") -> None:
        self.group_id, self.secret = group_id, secret
        self._numbers = itertools.count(1)

    def update(
        self, kind: str, content: Any, *, event_id: str | None = None, secret: str | None = None
    ) -> dict[str, Any]:
        update = {"group_id": self.group_id, "type": kind, "event_id": event_id or f"e{next(self._numbers):08x}",
                  "v": "5.199", "object": content, "secret": self.secret if secret is None else secret}  # fmt: skip
        return {key: value for key, value in update.items() if value != ""}

    def message(
        self, text: str = "", *, user: int = USER, date: int = 1_700_000_000, client: Any = CLIENT_INFO, **fields: Any
    ) -> dict[str, Any]:
        """A message_new. Fields of the message: payload, ref, ref_source, attachments, geo, peer_id, out, …"""
        event_id = fields.pop("event_id", None)
        number = next(self._numbers)
        message = {"date": date, "from_id": user, "id": number, "version": 10_000 + number, "out": 0,
                   "important": False, "is_hidden": False, "attachments": [],
                   "conversation_message_id": number, "fwd_messages": [],
                   "text": text, "peer_id": user, "random_id": 0} | fields  # fmt: skip
        content = {"message": message} | ({"client_info": client} if client is not None else {})
        return self.update("message_new", content, event_id=event_id)

    @staticmethod
    def photo(url: str, *, number: int = 457239017, user: int = USER) -> dict[str, Any]:
        """An attached photo; its largest size lies at `url`."""
        small = {"type": "s", "width": 75, "height": 56, "url": f"{url}?size=75x56"}
        large = {"type": "w", "width": 1280, "height": 960, "url": url}
        return {"type": "photo", "photo": {"id": number, "owner_id": user, "album_id": -3, "date": 1_700_000_000,
                "access_key": "a1b2", "has_tags": False, "text": "", "sizes": [large, small]}}  # fmt: skip

    @staticmethod
    def document(url: str, title: str, size: int, *, number: int = 669, user: int = USER) -> dict[str, Any]:
        """An attached document."""
        return {"type": "doc", "doc": {"id": number, "owner_id": user, "title": title, "size": size, "type": 1,
                "ext": title.rpartition(".")[2], "date": 1_700_000_000, "url": url, "access_key": "c3d4"}}  # fmt: skip

    @staticmethod
    def voice(url: str, *, number: int = 670, user: int = USER) -> dict[str, Any]:
        """A voice message, as OGG at `url`."""
        return {"type": "audio_message", "audio_message": {"id": number, "owner_id": user, "duration": 3,
                "waveform": [0, 7, 31], "link_ogg": url, "link_mp3": f"{url}.mp3", "access_key": "e5f6"}}  # fmt: skip

    def start_press(self, ref: str = "", **fields: Any) -> dict[str, Any]:
        """The «Начать» button, after a link with `ref` or without one."""
        link = {"ref": ref, "ref_source": fields.pop("ref_source", "site")} if ref else {}
        return self.message("Начать", payload='{"command":"start"}', **link, **fields)

    def press(
        self, payload: Any, *, user: int = USER, event_id: str | None = None, tap: str = "tap-1"
    ) -> dict[str, Any]:
        """A tap on a callback button."""
        content = {"user_id": user, "peer_id": user, "event_id": tap, "payload": payload, "conversation_message_id": 7}
        return self.update("message_event", content, event_id=event_id)

    def text_press(self, label: str, payload: Any, **fields: Any) -> dict[str, Any]:
        """A tap on a text button: a message with a payload."""
        return self.message(label, payload=payload if isinstance(payload, str) else json.dumps(payload), **fields)

    def deny(self, user: int = USER) -> dict[str, Any]:
        return self.update("message_deny", {"user_id": user})

    def allow(self, user: int = USER) -> dict[str, Any]:
        return self.update("message_allow", {"user_id": user, "key": ""})

    def reply(self, text: str, *, user: int = USER, admin: int | None = None) -> dict[str, Any]:
        """A message from the community: by an administrator, or by some program."""
        number = next(self._numbers)
        content = {"date": 1_700_000_100, "from_id": -self.group_id, "id": number, "out": 1, "text": text,
                   "peer_id": user, "conversation_message_id": number, "random_id": 5, "attachments": []}  # fmt: skip
        return self.update("message_reply", content | ({"admin_author_id": admin} if admin else {}))

    def confirmation_request(self, secret: str = "") -> dict[str, Any]:
        return {"type": "confirmation", "group_id": self.group_id} | ({"secret": secret} if secret else {})

    @staticmethod
    def body(update: dict[str, Any]) -> bytes:
        return json.dumps(update, ensure_ascii=False).encode()

    @staticmethod
    def sign(body: bytes) -> dict[str, str]:
        """The headers of a delivery; the secret lies in the body."""
        return {"Content-Type": "application/json"}
