"""The parts of a notification that we use. Unknown fields are skipped; a wrong type makes a piece unreadable.

Sources: facebook/openapi, business-messaging-api v23.0; Meta, "Business-scoped user ids", read 2026-11-21.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Change(msgspec.Struct):
    """One change of an entry; what `value` holds depends on `field`."""

    field: str
    value: msgspec.Raw = msgspec.Raw(b"null")


class Entry(msgspec.Struct):
    """What happened to one business account."""

    changes: list[msgspec.Raw] = []


class Body(msgspec.Struct):
    """A notification."""

    object: str
    entry: list[Entry] = []


class Metadata(msgspec.Struct):
    """Which number it is about."""

    phone_number_id: str = ""


class Contact(msgspec.Struct):
    """Whom a change's messages are from. `user_id` is the business-scoped one."""

    wa_id: str | None = None
    user_id: str | None = None
    profile: dict[str, Any] | None = None


class Value(msgspec.Struct):
    """What has changed. The pieces are read one by one, so that one bad piece does not cost the others."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    contacts: list[Contact] | None = None
    messages: list[msgspec.Raw] | None = None
    statuses: list[msgspec.Raw] | None = None
    user_preferences: list[msgspec.Raw] | None = None
    message_echoes: list[msgspec.Raw] | None = None


class Message(msgspec.Struct, rename={"sender": "from"}):
    """One message in. `sender` is absent for people who hide their number."""

    id: str
    type: str
    timestamp: str | int | float | None = None
    sender: str | None = None
    from_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    group_id: str | None = None
    text: dict[str, Any] | None = None
    button: dict[str, Any] | None = None
    interactive: dict[str, Any] | None = None
    image: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    sticker: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    contacts: list[dict[str, Any]] | None = None
    order: dict[str, Any] | None = None
    referral: dict[str, Any] | None = None


class StatusUpdate(msgspec.Struct):
    """What became of a message of ours."""

    id: str
    status: str
    timestamp: str | int | float | None = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_type: str | None = None
    errors: list[dict[str, Any]] | None = None


class Preference(msgspec.Struct):
    """A customer's choice about promotions."""

    value: str
    wa_id: str | None = None
    user_id: str | None = None
    timestamp: str | int | float | None = None
