"""The fields in use of what Telegram delivers, as slim structs; any other field is skipped without being built.

Source of all names: Bot API 10.1, https://core.telegram.org/bots/api
"""

from __future__ import annotations

from typing import Annotated

import msgspec

# Telegram promises at most 52 significant bits; more would only make trouble further on.
Id = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
ABSENT = msgspec.Raw()


class _Part(msgspec.Struct, frozen=True, gc=False):
    pass


class User(_Part, frozen=True):
    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


class Chat(_Part, frozen=True):
    """`id` is the person's in a private chat, and negative for groups and channels."""

    id: Id
    title: str = ""
    first_name: str = ""


class Contact(_Part, frozen=True):
    phone_number: str
    first_name: str = ""
    user_id: Id | None = None


class Stored(_Part, frozen=True):
    """Any file that lies at Telegram."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: Id = 0


class Location(_Part, frozen=True):
    latitude: float
    longitude: float


class Venue(_Part, frozen=True):
    location: Location
    title: str = ""
    address: str = ""


class InlineButton(_Part, frozen=True):
    text: str = ""
    callback_data: str = ""


class InlineKeyboard(_Part, frozen=True):
    inline_keyboard: list[list[InlineButton]] = []


class Message(_Part, frozen=True, rename={"sender": "from"}):
    """A message; of one that has become inaccessible only `chat`, `message_id` and a `date` of 0 are left."""

    chat: Chat
    message_id: Id = 0
    date: Seconds = 0
    sender: User | None = None
    sender_chat: Chat | None = None
    author_signature: str = ""
    message_thread_id: Id | None = None
    media_group_id: str = ""
    text: str = ""
    caption: str = ""
    contact: Contact | None = None
    photo: list[Stored] = []
    document: Stored | None = None
    video: Stored | None = None
    video_note: Stored | None = None
    animation: Stored | None = None
    audio: Stored | None = None
    voice: Stored | None = None
    sticker: Stored | None = None
    location: Location | None = None
    venue: Venue | None = None
    # Of these it is enough to know that they are there.
    checklist: msgspec.Raw = ABSENT
    dice: msgspec.Raw = ABSENT
    game: msgspec.Raw = ABSENT
    giveaway: msgspec.Raw = ABSENT
    invoice: msgspec.Raw = ABSENT
    live_photo: msgspec.Raw = ABSENT
    paid_media: msgspec.Raw = ABSENT
    poll: msgspec.Raw = ABSENT
    rich_message: msgspec.Raw = ABSENT
    story: msgspec.Raw = ABSENT
    write_access_allowed: msgspec.Raw = ABSENT
    migrate_to_chat_id: Id | None = None
    reply_markup: InlineKeyboard | None = None


class CallbackQuery(_Part, frozen=True, rename={"sender": "from"}):
    id: str
    sender: User
    message: Message | None = None
    data: str = ""


class Member(_Part, frozen=True):
    status: str


class MemberUpdated(_Part, frozen=True, rename={"sender": "from"}):
    chat: Chat
    sender: User
    new_chat_member: Member
    date: Seconds = 0


class Update(_Part, frozen=True):
    update_id: Id
    message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberUpdated | None = None


def is_there(field: msgspec.Raw) -> bool:
    """Whether an undecoded field came with the message."""
    return len(bytes(field)) > 0
