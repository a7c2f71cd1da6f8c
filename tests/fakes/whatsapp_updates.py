"""Notifications as WhatsApp sends them, with the shapes of the Cloud API v23.0 and of business-scoped user ids."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

PHONE = "79990001122"
BSUID = "RU.13491208655302741918"
NAME = "Ольга"


class Updates:
    """Builds signed notifications of one number."""

    def __init__(self, number: str = "106540352242922", app_secret: str = "app-secret") -> None:
        self.number, self.app_secret = number, app_secret
        self._numbers = itertools.count(1)

    def notification(self, *changes: dict[str, Any]) -> dict[str, Any]:
        return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": list(changes)}]}

    def change(self, field: str = "messages", **content: Any) -> dict[str, Any]:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self.number}
        return {"value": {"messaging_product": "whatsapp", "metadata": metadata, **content}, "field": field}

    def raw_message(
        self, kind: str, content: Any = None, *, phone: str | None = PHONE, user: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """One element of `messages`. phone=None: somebody who hides the number, and is known by `user` alone."""
        message = {"id": f"wamid.{next(self._numbers)}", "timestamp": "1700000000", "type": kind}
        message |= {"from": phone} if phone else {}
        message |= {"from_user_id": user} if user else {}
        return message | ({kind: content} if content is not None else {}) | fields

    def batch(self, *messages: dict[str, Any], name: str = NAME) -> dict[str, Any]:
        """A notification with these messages, and the contacts that belong to them."""
        contacts: list[dict[str, Any]] = []
        for message in messages:
            contact: dict[str, Any] = {"profile": {"name": name}}
            contact |= {"wa_id": message["from"]} if "from" in message else {}
            contact |= {"user_id": message["from_user_id"]} if "from_user_id" in message else {}
            if contact not in contacts:
                contacts.append(contact)
        return self.notification(self.change(contacts=contacts, messages=list(messages)))

    def text(self, words: str, **fields: Any) -> dict[str, Any]:
        return self.batch(self.raw_message("text", {"body": words}, **fields))

    def button_press(self, token: str, title: str = "Дом", **fields: Any) -> dict[str, Any]:
        reply = {"type": "button_reply", "button_reply": {"id": token, "title": title}}
        context = {"from": "15550783881", "id": "wamid.ours"}
        return self.batch(self.raw_message("interactive", reply, context=context, **fields))

    def list_press(self, token: str, title: str = "Дом", description: str = "", **fields: Any) -> dict[str, Any]:
        row = {"id": token, "title": title} | ({"description": description} if description else {})
        return self.batch(self.raw_message("interactive", {"type": "list_reply", "list_reply": row}, **fields))

    def template_press(self, payload: str, label: str, **fields: Any) -> dict[str, Any]:
        return self.batch(self.raw_message("button", {"payload": payload, "text": label}, **fields))

    def document(self, media_id: str, filename: str, mime: str = "application/pdf", **fields: Any) -> dict[str, Any]:
        content = {"filename": filename, "mime_type": mime, "sha256": "x", "id": media_id}
        return self.batch(self.raw_message("document", content, **fields))

    def image(self, media_id: str, caption: str = "", mime: str = "image/jpeg", **fields: Any) -> dict[str, Any]:
        content = {"mime_type": mime, "sha256": "x", "id": media_id} | ({"caption": caption} if caption else {})
        return self.batch(self.raw_message("image", content, **fields))

    def sticker(self, **fields: Any) -> dict[str, Any]:
        content = {"mime_type": "image/webp", "sha256": "x", "id": "media-7", "animated": False}
        return self.batch(self.raw_message("sticker", content, **fields))

    def contact(self, phone: str, wa_id: str | None = None, **fields: Any) -> dict[str, Any]:
        """A contact card. wa_id: the account that WhatsApp says it is."""
        entry = {"phone": phone, "type": "MOBILE"} | ({"wa_id": wa_id} if wa_id else {})
        card = {"name": {"formatted_name": "Кто-то", "first_name": "Кто-то"}, "phones": [entry]}
        return self.batch(self.raw_message("contacts", [card], **fields))

    def welcome(self, **fields: Any) -> dict[str, Any]:
        return self.batch(self.raw_message("request_welcome", **fields))

    def status(
        self, message_id: str, status: str, *, code: int | None = None, phone: str = PHONE, **fields: Any
    ) -> dict[str, Any]:
        update: dict[str, Any] = {"id": message_id, "status": status, "timestamp": "1700000100", "recipient_id": phone}
        if code is not None:
            update["errors"] = [{"code": code, "title": "t", "message": "m", "error_data": {"details": "d"}}]
        return self.notification(self.change(statuses=[update | fields]))

    def preference(self, value: str, phone: str = PHONE) -> dict[str, Any]:
        preference = {"wa_id": phone, "detail": "User requested to …", "category": "marketing_messages", "value": value,
                      "timestamp": 1700000200}  # fmt: skip
        return self.notification(
            self.change("user_preferences", contacts=[{"wa_id": phone}], user_preferences=[preference])
        )

    def echo(self, words: str, phone: str = PHONE) -> dict[str, Any]:
        """A colleague's words from the app on the same number."""
        echo = {"from": "15550783881", "to": phone, "id": f"wamid.{next(self._numbers)}", "timestamp": "1700000300",
                "type": "text", "text": {"body": words}}  # fmt: skip
        return self.notification(self.change("smb_message_echoes", message_echoes=[echo]))

    @staticmethod
    def body(update: dict[str, Any]) -> bytes:
        return json.dumps(update, ensure_ascii=False).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers of a delivery."""
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
