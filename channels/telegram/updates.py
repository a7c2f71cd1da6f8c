"""What Telegram delivers → events.

Only the fields in use are decoded (`wire`): an update costs microseconds, and what Telegram adds or changes elsewhere
cannot hurt.
"""

from __future__ import annotations

import json
import re

import msgspec

from channels.base import NotJson, Parsed, Unreadable
from channels.decoding import decode
from channels.telegram.attachments import files_in
from channels.telegram.desk_posts import read_desk_message
from channels.telegram.wire import CallbackQuery, Contact, MemberUpdated, Message, Update, User, is_there
from tunnel.events import (
    Address,
    Allowed,
    Attachment,
    CustomerEvent,
    Denied,
    Phone,
    Press,
    Profile,
    Start,
    Text,
)

UPDATE_KINDS = ("message", "callback_query", "my_chat_member")
"""What we ask Telegram for (`allowed_updates`). Anything else that arrives is ignored."""

_decoder = msgspec.json.Decoder(Update)

_START = re.compile(r"/start(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_REF_LENGTH = 256
"""Telegram's own links carry 64 characters; whoever types more is not worth storing."""


def parse_update(body: bytes, account: str, now: float, desk_chat: int | None = None) -> Parsed:
    """Turn one Update into events. `account`: the bot's id; `now`: Unix seconds; `desk_chat`: the operators' group.

    Raises NotJson, or Unreadable (fields in use of a wrong type), and nothing else whatever the body is.
    """
    update = _decode(body)
    event_id = f"tg:{account}:{update.update_id}"
    if update.message is not None:
        message = update.message
        if message.chat.id == desk_chat:
            return read_desk_message(event_id, message, body)
        return _one(_from_message(event_id, message, account, now))
    if update.callback_query is not None:
        return _one(_from_press(event_id, update.callback_query, account, now))
    if update.my_chat_member is not None:
        return _one(_from_member(event_id, update.my_chat_member, account, now))
    return _NOTHING


_NOTHING = Parsed()


def _one(event: CustomerEvent | None) -> Parsed:
    return _NOTHING if event is None else Parsed(events=(event,))


def _decode(body: bytes) -> Update:
    try:
        return decode(_decoder, body)
    except NotJson:
        if _is_json(body):
            raise Unreadable("nested too deeply, or a number of thousands of digits") from None
        raise


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return False
    except (ValueError, RecursionError):  # beyond Python's bounds, not JSON's
        return True
    return True


def _from_message(event_id: str, message: Message, account: str, now: float) -> CustomerEvent | None:
    """What a person wrote in their own chat with the bot; None for groups, other bots and service messages."""
    # A private chat has its person's id and name, should `from` be missing.
    sender = message.sender or User(id=message.chat.id, first_name=message.chat.first_name)
    if message.chat.id <= 0 or sender.is_bot:
        return None
    address = Address("telegram", account, str(message.chat.id))
    profile = Profile(name=sender.first_name, language=sender.language_code)
    sent_at = float(message.date)
    if message.text:
        start = _START.fullmatch(message.text)
        if start is not None:
            ref = (start[1] or "").strip()[:_REF_LENGTH]
            return Start(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile, ref=ref)
        return Text(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile, text=message.text)
    if message.contact is not None:
        phone, own = _phone(message.contact, sender)
        return Phone(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile, phone=phone, own=own)
    if is_there(message.write_access_allowed):
        return Allowed(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile)
    files = files_in(message)
    if not files:
        return None
    return Attachment(
        id=event_id,
        at=now,
        sent_at=sent_at,
        address=address,
        profile=profile,
        files=files,
        text=message.caption,
        group=message.media_group_id,
    )


def _phone(contact: Contact, sender: User) -> tuple[str, bool]:
    """The number, and whether it is proven to be the sender's. Their own comes in full, sometimes without the "+"."""
    own = contact.user_id == sender.id
    phone = contact.phone_number.strip()
    return (f"+{phone}" if own and phone[:1].isdigit() else phone), own


def _from_press(event_id: str, query: CallbackQuery, account: str, now: float) -> Press | None:
    """A press of a button below a message of ours, even one that is deleted by now; None in a group."""
    chat_id = query.message.chat.id if query.message is not None else query.sender.id
    if chat_id <= 0 or query.sender.is_bot:
        return None
    return Press(
        id=event_id,
        at=now,
        address=Address("telegram", account, str(chat_id)),
        profile=Profile(name=query.sender.first_name, language=query.sender.language_code),
        token=query.data,
        label=_label(query),
        ack=query.id,
    )


def _label(query: CallbackQuery) -> str:
    """What the pressed button says, where the message is still to be seen."""
    if query.message is None or query.message.reply_markup is None or not query.data:
        return ""
    rows = query.message.reply_markup.inline_keyboard
    return next((button.text for row in rows for button in row if button.callback_data == query.data), "")


def _from_member(event_id: str, update: MemberUpdated, account: str, now: float) -> CustomerEvent | None:
    """In a private chat this tells of blocking ("kicked") and unblocking ("member") alone."""
    if update.chat.id <= 0:
        return None
    address = Address("telegram", account, str(update.chat.id))
    profile = Profile(name=update.sender.first_name, language=update.sender.language_code)
    sent_at = float(update.date)
    if update.new_chat_member.status == "kicked":
        return Denied(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile, reason="blocked")
    if update.new_chat_member.status == "member":
        return Allowed(id=event_id, at=now, sent_at=sent_at, address=address, profile=profile)
    return None
