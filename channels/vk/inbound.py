"""VK's updates → events. The same shape comes by Callback API (with `secret`) and by long poll (without).

Sources: VKCOM/vk-api-schema 5.199, callback/objects.json and messages/objects.json; dev.vk.com, "Callback API".
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

from channels.base import Parsed, Unreadable
from channels.decoding import decode, decode_part, moment
from channels.vk.attachments import files_of
from channels.vk.limits import FIRST_CHAT_PEER
from tunnel.events import (
    Address,
    Allowed,
    Attachment,
    Colleague,
    CustomerEvent,
    Denied,
    Press,
    Receipt,
    Start,
    Text,
)

MAX_TOKEN_CHARS = 64
"""Ours have at most 40; a payload can be forged by anyone who writes through the API."""


class Envelope(msgspec.Struct):
    """What every update has around its object. `event_id` is the outer one: "if it passed twice, ignore it"."""

    type: str
    group_id: int = 0
    event_id: str | None = None
    object: msgspec.Raw = msgspec.Raw(b"null")


class _ClientInfo(msgspec.Struct):
    button_actions: list[Any] | None = None


class _Message(msgspec.Struct):
    from_id: int
    peer_id: int
    id: int | None = 0
    date: int | None = 0
    text: str | None = ""
    out: int | bool | None = 0
    attachments: list[dict[str, Any]] | None = None
    geo: dict[str, Any] | None = None
    payload: str | dict[str, Any] | None = None
    ref: str | None = None
    ref_source: str | None = None
    admin_author_id: int | None = None


class _MessageNew(msgspec.Struct):
    message: msgspec.Raw = msgspec.Raw(b"null")
    client_info: _ClientInfo | None = None


class _MessageEvent(msgspec.Struct):
    user_id: int
    peer_id: int
    event_id: str
    payload: Any = None


class _User(msgspec.Struct):
    user_id: int


class _Read(msgspec.Struct):
    from_id: int
    peer_id: int
    read_message_id: int = 0


_envelopes = msgspec.json.Decoder(Envelope)
_messages = msgspec.json.Decoder(_Message)
_new_messages = msgspec.json.Decoder(_MessageNew)
_presses = msgspec.json.Decoder(_MessageEvent)
_users = msgspec.json.Decoder(_User)
_reads = msgspec.json.Decoder(_Read)
_objects = msgspec.json.Decoder(dict[str, Any])


def read_envelope(body: bytes) -> Envelope:
    """Raises NotJson, or Unreadable where the update's frame is not VK's."""
    return decode(_envelopes, body)


def parse(body: bytes, group_id: int, now: float) -> Parsed:
    """Turn one update into at most one event; kinds that do not concern us give none.

    Raises NotJson or Unreadable.
    """
    update = read_envelope(body)
    reader = _READERS.get(update.type)
    if reader is None or update.group_id != group_id:
        return Parsed()
    event = reader(update.object, _Frame(group_id, _update_id(update, group_id), now))
    return Parsed(events=(event,) if event else ())


class _Frame(msgspec.Struct, frozen=True):
    """What the events of one update share. `id`: unique, the same when VK delivers the update again."""

    group_id: int
    id: str
    now: float

    def address(self, user_id: int) -> Address:
        return Address("vk", str(self.group_id), str(user_id))


def _update_id(update: Envelope, group_id: int) -> str:
    # Versions of the API before 5.103 send no event_id.
    unique = update.event_id or blake2b(update.type.encode() + bytes(update.object), digest_size=12).hexdigest()
    return f"vk:{group_id}:{unique}"


def _message_new(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent | None:
    new = decode_part(_new_messages, raw)
    # Versions of the API before 5.103 put the message itself here.
    message = decode_part(_messages, raw if bytes(new.message) == b"null" else new.message)
    if message.out or not _is_person(message.from_id, message.peer_id):
        return None
    return _from_message(message, _common(message, new.client_info, frame))


def _common(message: _Message, client: _ClientInfo | None, frame: _Frame) -> dict[str, Any]:
    actions = (client.button_actions if client else None) or []
    return {
        "id": frame.id,
        "at": frame.now,
        "sent_at": moment(message.date),
        "address": frame.address(message.from_id),
        # Where the client does not say that it can press them, text buttons do the same everywhere.
        "callback_buttons": "callback" in actions,
    }


def _from_message(message: _Message, common: dict[str, Any]) -> CustomerEvent:
    text = message.text or ""
    payload = read_payload(message.payload)
    source = {"ref_source": message.ref_source} if message.ref_source else {}
    if token := token_of(payload):
        return Press(token=token, label=text, source=source, **common)
    if payload.get("command") == "start":
        return Start(ref=message.ref or "", source=source, **common)
    files = files_of(message.attachments or (), message.geo, message.id or 0)
    if files or not text.strip():
        return Attachment(files=files, text=text, source=source, **common)
    if message.ref:
        # A link was followed, and these words came with it. Some clients repeat `ref` with every message while the
        # dialog stays open, so the words go along: inside the link's own tunnel they are an answer.
        return Start(ref=message.ref, source={**source, "text": text}, **common)
    return Text(text=text, **common)


def _message_event(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent | None:
    press = decode_part(_presses, raw)
    if not _is_person(press.user_id, press.peer_id):
        return None
    ack = {"event_id": press.event_id, "user_id": press.user_id, "peer_id": press.peer_id}
    return Press(
        id=frame.id,
        at=frame.now,
        address=frame.address(press.user_id),
        token=token_of(read_payload(press.payload)),
        ack=msgspec.json.encode(ack).decode(),
    )


def _message_reply(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent | None:
    message = decode_part(_messages, raw)
    # What the API sent (ours, or another program's) has no author among the administrators.
    if not message.admin_author_id or not _is_person(message.peer_id, message.peer_id):
        return None
    return Colleague(
        id=frame.id,
        at=frame.now,
        sent_at=moment(message.date),
        address=frame.address(message.peer_id),
        text=message.text or "",
        operator=f"vk:{message.admin_author_id}",
    )


def _message_allow(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent:
    return Allowed(id=frame.id, at=frame.now, address=frame.address(decode_part(_users, raw).user_id))


def _message_deny(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent:
    user_id = decode_part(_users, raw).user_id
    return Denied(id=frame.id, at=frame.now, address=frame.address(user_id), reason="message_deny")


def _message_read(raw: msgspec.Raw, frame: _Frame) -> CustomerEvent | None:
    read = decode_part(_reads, raw)
    if not _is_person(read.from_id, read.peer_id):
        return None
    address = frame.address(read.from_id)
    return Receipt(id=frame.id, at=frame.now, address=address, message_id=str(read.read_message_id), status="read")


Reader = Callable[[msgspec.Raw, _Frame], CustomerEvent | None]

_READERS: dict[str, Reader] = {
    "message_new": _message_new,
    "message_event": _message_event,
    "message_reply": _message_reply,
    "message_allow": _message_allow,
    "message_deny": _message_deny,
    "message_read": _message_read,
}
"""Kinds that concern us. Edits, typing, reactions, walls, photos and the rest are accepted and left alone."""

UPDATE_KINDS = tuple(_READERS)


def _is_person(user_id: int, peer_id: int) -> bool:
    return 0 < user_id < FIRST_CHAT_PEER and peer_id == user_id


def read_payload(value: object) -> dict[str, Any]:
    """Read a button's payload: an object, or JSON text of one; {} for anything else."""
    if isinstance(value, str):
        try:
            return decode_part(_objects, value.encode("utf-8", "replace"))
        except Unreadable:
            return {}
    return value if isinstance(value, dict) else {}


def token_of(payload: dict[str, Any]) -> str:
    """Our token in a payload, "" where it is somebody else's."""
    token = payload.get("t")
    return token if isinstance(token, str) and token.isascii() and len(token) <= MAX_TOKEN_CHARS else ""
