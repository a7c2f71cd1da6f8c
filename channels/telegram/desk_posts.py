"""What operators write in their Telegram group → posts for the contact whose topic it is."""

from __future__ import annotations

import re

import structlog

from channels.base import DeskPost, Parsed, SetAside
from channels.telegram.attachments import files_in
from channels.telegram.wire import Message
from tunnel.events import File

log = structlog.get_logger(__name__)

_COMMAND = re.compile(r"/([a-z_]+!?)(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)


def read_desk_message(event_id: str, message: Message, body: bytes) -> Parsed:
    """Turn one message of the operators' group into at most one post.

    A group that has moved is set aside with what to do: from then on nothing can be written there under its old id.
    """
    if message.migrate_to_chat_id is not None:
        log.error("desk_moved", new_chat=message.migrate_to_chat_id)
        return Parsed(set_aside=(SetAside(moved(message.migrate_to_chat_id), body),))
    post = _desk_post(event_id, message)
    return Parsed() if post is None else Parsed(desk=(post,))


def moved(new_chat: int) -> str:
    """What to do when the operators' group got a new id (turning topics on makes a group a supergroup)."""
    return (
        "the operators' group became a supergroup and has a new id: "
        f"set TUNNEL_DESK_TELEGRAM_CHAT={new_chat} and start again"
    )


def _desk_post(event_id: str, message: Message) -> DeskPost | None:
    """What an operator wrote in a topic; None for anything outside of one, by a bot, or about the topic itself."""
    operator = _operator(message)
    if message.message_thread_id is None or operator is None:
        return None
    operator_id, name = operator
    text = message.text or message.caption
    command = _COMMAND.fullmatch(message.text)
    if command is not None:  # also one that nobody knows: a slip must not reach the customer
        argument = (command[2] or "").strip()
        return DeskPost(event_id, message.message_thread_id, operator_id, name, command[1].lower(), argument)
    files = files_in(message)
    if message.contact is not None:
        text = f"{message.contact.first_name} {message.contact.phone_number}".strip()
    elif files and files[0].kind == "location":
        text, files = _place(files[0]), ()
    files = tuple(file for file in files if file.ref)  # polls and the like are no files
    if not text and not files:
        return None
    return DeskPost(event_id, message.message_thread_id, operator_id, name, text=text, files=files)


def _place(file: File) -> str:
    """A place as words that every channel can carry."""
    latitude, longitude = file.ref.split(",")
    return f"{file.name}\nhttps://yandex.ru/maps/?pt={longitude},{latitude}&z=16".strip()


def _operator(message: Message) -> tuple[str, str] | None:
    """Who writes: a person, or an administrator in the group's own name; None for bots and linked channels."""
    sender = message.sender
    if message.sender_chat is not None:
        if message.sender_chat.id != message.chat.id:
            return None
        name = message.author_signature or message.sender_chat.title
        return f"tg:{message.sender_chat.id}:{message.author_signature}", name
    if sender is None or sender.is_bot:
        return None
    return f"tg:{sender.id}", f"{sender.first_name} {sender.last_name}".strip()
