"""WhatsApp's notifications → events. One body is a batch: entries × changes × messages, in no particular order.

Sources: facebook/openapi, business-messaging-api v23.0 (its examples are our fixtures); Meta, "Webhooks" and
"Business-scoped user ids", read 2026-11-21.

Who somebody is: the phone number (`from`, `wa_id`) where there is one, else the business-scoped user id
(`from_user_id`, "CC.xxxxx"), which is all that users with a username show. So a contact known by phone stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

import msgspec

from channels.base import Parsed, Refused, SetAside, Unreadable
from channels.decoding import decode, decode_part, moment
from channels.whatsapp.errors import error_for
from channels.whatsapp.shapes import Body, Change, Contact, Message, Preference, StatusUpdate, Value
from tunnel.events import (
    Address,
    Allowed,
    Attachment,
    Colleague,
    CustomerEvent,
    Denied,
    File,
    FileKind,
    Phone,
    Press,
    Profile,
    Receipt,
    Start,
    Text,
)

Status = Literal["sent", "delivered", "read", "played", "failed"]
_STATUSES: dict[str, Status] = {status: status for status in get_args(Status)}

_IGNORED = frozenset({"reaction", "edit", "revoke", "system", "unsupported", "ephemeral", "errors"})
"""Message types that are no new message."""
_MEDIA: dict[str, FileKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
_TOKEN = re.compile(r"[0-9a-z]+\.[!-~]+\.[!-~]+", re.ASCII)
"""A button's token of ours: visit, step, choice."""
_REFERRAL_KEYS = ("source_type", "source_id", "source_url", "headline", "ctwa_clid")
_SOURCE_CHARS = 500

Events = tuple[CustomerEvent, ...]


_bodies = msgspec.json.Decoder(Body)
_changes = msgspec.json.Decoder(Change)
_values = msgspec.json.Decoder(Value)
_messages = msgspec.json.Decoder(Message)
_status_updates = msgspec.json.Decoder(StatusUpdate)
_preferences = msgspec.json.Decoder(Preference)


class Frame(msgspec.Struct, frozen=True):
    """What the events of one change share."""

    number: str
    now: float
    contacts: list[Contact]

    def address(self, external_id: str) -> Address:
        return Address("whatsapp", self.number, external_id)

    def id(self, *parts: str) -> str:
        return ":".join(("wa", self.number, *parts))


def parse(body: bytes, number: str, now: float) -> Parsed:
    """Turn one notification into events, oldest first. What cannot be read is set aside, the rest is taken.

    number: our phone_number_id; changes for another one are left alone. Raises NotJson or Unreadable.
    """
    batch = _Batch(number, now)
    for entry in decode(_bodies, body).entry:
        for change in entry.changes:
            with batch.reading(change):
                batch.add_change(change)
    batch.events.sort(key=lambda event: event.sent_at)
    return Parsed(events=tuple(batch.events), set_aside=tuple(batch.aside))


class _Batch:
    """What was read so far, and what could not be."""

    def __init__(self, number: str, now: float) -> None:
        self.events: list[CustomerEvent] = []
        self.aside: list[SetAside] = []
        self._number = number
        self._now = now

    @contextmanager
    def reading(self, piece: msgspec.Raw) -> Iterator[None]:
        """Set `piece` aside if it proves unreadable."""
        try:
            yield
        except Unreadable as error:
            self.aside.append(SetAside(str(error), bytes(piece)))

    def add_change(self, raw: msgspec.Raw) -> None:
        """Raises Unreadable where not even its pieces can be told apart."""
        change = decode_part(_changes, raw)
        lists = _FIELDS.get(change.field)
        if lists is None:
            return
        value = decode_part(_values, change.value)
        if value.metadata.phone_number_id not in (self._number, ""):  # "": it does not say; it was sent to us
            return
        frame = Frame(self._number, self._now, value.contacts or [])
        for name, reader in lists.items():
            for piece in getattr(value, name) or ():
                with self.reading(piece):
                    self.events.extend(reader(piece, frame))


def _message(raw: msgspec.Raw, frame: Frame) -> Events:
    message = decode_part(_messages, raw)
    if message.group_id or message.type in _IGNORED:
        return ()
    contact = _contact_of(message, frame.contacts)
    sender = message.sender or contact.wa_id or message.from_user_id or contact.user_id
    if not sender:
        raise Unreadable("a message without a sender")
    common = {
        "id": frame.id(message.id),
        "at": frame.now,
        "sent_at": moment(message.timestamp),
        "address": frame.address(sender),
        "profile": Profile(name=name) if (name := _text(_map(contact.profile).get("name"))) else None,
        "source": _source(message.referral),
    }
    event = _READERS.get(message.type, _other)(message, common)
    return (event,) if event else ()


def _contact_of(message: Message, contacts: list[Contact]) -> Contact:
    for contact in contacts:
        if (message.sender and contact.wa_id == message.sender) or (
            message.from_user_id and contact.user_id == message.from_user_id
        ):
            return contact
    return contacts[0] if len(contacts) == 1 else Contact()


def _source(referral: dict[str, Any] | None) -> dict[str, str]:
    """Where an advertisement's click came from."""
    known = {key: _text(_map(referral).get(key))[:_SOURCE_CHARS] for key in _REFERRAL_KEYS}
    return {key: value for key, value in known.items() if value}


def _words(message: Message, common: dict[str, Any]) -> CustomerEvent:
    text = _text(_map(message.text).get("body"))
    return Text(text=text, **common) if text.strip() else _other(message, common)


def _interactive(message: Message, common: dict[str, Any]) -> CustomerEvent | None:
    """A tap on a button or a row. Answers of flows and call permissions are not asked for by us."""
    reply = _map(message.interactive)
    kind = reply.get("type")
    if kind not in ("button_reply", "list_reply"):
        return None
    chosen = _map(reply.get(kind))
    return Press(token=_text(chosen.get("id")), label=_text(chosen.get("title")), **common)


def _template_reply(message: Message, common: dict[str, Any]) -> CustomerEvent:
    """A template's quick reply: a press if its payload is a token of ours, else the words on the button."""
    button = _map(message.button)
    payload, label = _text(button.get("payload")), _text(button.get("text"))
    return Press(token=payload, label=label, **common) if _TOKEN.fullmatch(payload) else Text(text=label, **common)


def _media(message: Message, common: dict[str, Any]) -> CustomerEvent:
    media = _map(getattr(message, message.type))
    file = File(
        kind="voice" if media.get("voice") is True else _MEDIA[message.type],
        ref=_text(media.get("id")),
        name=_text(media.get("filename")),
        mime=_text(media.get("mime_type")),
    )
    return Attachment(files=(file,), text=_text(media.get("caption")), **common)


def _location(message: Message, common: dict[str, Any]) -> CustomerEvent:
    place = _map(message.location)
    latitude, longitude = place.get("latitude"), place.get("longitude")
    known = isinstance(latitude, int | float) and isinstance(longitude, int | float)
    ref = f"geo:{latitude},{longitude}" if known else ""
    return Attachment(files=(File(kind="location", ref=ref, name=_text(place.get("name"))),), **common)


def _cards(message: Message, common: dict[str, Any]) -> CustomerEvent:
    """Contact cards. A number is the sender's own where WhatsApp itself says that the card is of that account."""
    cards = message.contacts or []
    phones = [_map(phone) for card in cards for phone in _list(card.get("phones"))]
    own = next((phone for phone in phones if phone.get("wa_id") and phone["wa_id"] == message.sender), None)
    if own is not None:
        return Phone(phone=f"+{message.sender}", own=True, **common)
    if len(cards) == 1 and phones and (number := _text(phones[0].get("phone"))):
        return Phone(phone=number, own=False, **common)
    return Attachment(files=tuple(File(kind="contact") for _ in cards) or (File(kind="contact"),), **common)


def _welcome(message: Message, common: dict[str, Any]) -> CustomerEvent:
    """The chat was opened for the first time; nothing is written yet."""
    return Start(ref="", **common)


def _other(message: Message, common: dict[str, Any]) -> CustomerEvent:
    return Attachment(files=(File(kind="other"),), text=_text(_map(message.order).get("text")), **common)


_READERS: dict[str, Callable[[Message, dict[str, Any]], CustomerEvent | None]] = {
    "text": _words,
    "interactive": _interactive,
    "button": _template_reply,
    **dict.fromkeys(_MEDIA, _media),
    "location": _location,
    "contacts": _cards,
    "request_welcome": _welcome,
}
"""By message type; a type that is not here, nor in _IGNORED, is something that we cannot show."""


def _status(raw: msgspec.Raw, frame: Frame) -> Events:
    """A delivery status; a refusal that comes only now also means that the person cannot be reached."""
    update = decode_part(_status_updates, raw)
    status = _STATUSES.get(update.status)
    recipient = update.recipient_id or update.recipient_user_id
    if status is None or update.recipient_type == "group" or not recipient:
        return ()
    code = next((error.get("code") for error in update.errors or () if isinstance(error.get("code"), int)), None)
    frame_id = frame.id(update.id, status)
    common = {"at": frame.now, "sent_at": moment(update.timestamp), "address": frame.address(recipient)}
    error = "" if code is None else str(code)
    receipt = Receipt(id=frame_id, message_id=update.id, status=status, error=error, **common)  # type: ignore[arg-type]
    if status == "failed" and code is not None and isinstance(error_for(code), Refused):
        return receipt, Denied(id=f"{frame_id}:denied", reason=error, **common)  # type: ignore[arg-type]
    return (receipt,)


def _preference(raw: msgspec.Raw, frame: Frame) -> Events:
    """The customer stopped our promotions, or wants them again."""
    preference = decode_part(_preferences, raw)
    sender = preference.wa_id or preference.user_id
    if preference.value not in ("stop", "resume") or not sender:
        return ()
    common = {
        "id": frame.id("preference", sender, preference.value, str(preference.timestamp or "")),
        "at": frame.now,
        "sent_at": moment(preference.timestamp),
        "address": frame.address(sender),
    }
    if preference.value == "resume":
        return (Allowed(**common),)  # type: ignore[arg-type]
    return (Denied(reason="user_preferences", **common),)  # type: ignore[arg-type]


def _echo(raw: msgspec.Raw, frame: Frame) -> Events:
    """A colleague answered from the WhatsApp Business app on the same number ("coexistence")."""
    message = decode_part(_messages, raw)
    recipient = message.to or message.to_user_id
    if message.type in _IGNORED or message.group_id or not recipient:
        return ()
    text = _text(_map(message.text).get("body"))
    return (
        Colleague(
            id=frame.id(message.id),
            at=frame.now,
            sent_at=moment(message.timestamp),
            address=frame.address(recipient),
            text=text,
            operator="whatsapp:app",
        ),
    )


_FIELDS: dict[str, dict[str, Callable[[msgspec.Raw, Frame], Events]]] = {
    "messages": {"messages": _message, "statuses": _status},
    "user_preferences": {"user_preferences": _preference},
    "smb_message_echoes": {"message_echoes": _echo},
}
"""Fields that concern us → their lists → what reads one piece."""


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
