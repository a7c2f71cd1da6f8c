"""Messages: what a customer said, and what was said to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from records.batch import Batch
from records.bulk import Row
from tunnel.effects import Send
from tunnel.events import Attachment, Colleague, Event, FromCustomer, FromOperator, Phone, Press, Start, Text
from tunnel.messages import Message


def hear(batch: Batch, contact: Row, event: FromCustomer, at: datetime) -> None:
    """Keep what came in."""
    colleague = isinstance(event, Colleague)
    batch.messages.append(
        {
            **_place(contact),
            "at": at,
            "direction": "out" if colleague else "in",
            "by": "operator" if colleague else "customer",
            "kind": type(event).__name__.lower(),
            "channel": event.address.channel,
            "account": event.address.account,
            "operator": event.operator if isinstance(event, Colleague) else "",
            "text": _words(event),
            "details": _details(event),
            "event": event.id,
            "first_row": None,
            "last_row": None,
            "external_id": "",
            "status": "sent" if colleague else "received",
            "status_rank": 0,
            "status_at": at,
            "reason": "",
        }
    )


def say(batch: Batch, contact: Row, effect: Send, at: datetime, cause: Event, rows: tuple[int, int] | None) -> None:
    """Keep what goes out. rows: the first row of the outbox that carries it, and how many do."""
    first, count = rows or (None, 0)
    message = {
        **_place(contact),
        "at": at,
        "direction": "out",
        "by": effect.by,
        "kind": "say",
        "channel": effect.address.channel,
        "account": effect.address.account,
        "operator": cause.operator if isinstance(cause, FromOperator) and effect.by == "operator" else "",
        "text": effect.message.text.plain,
        "details": _shown(effect.message),
        "event": cause.id,
        "first_row": first,
        "last_row": first + count - 1 if first else None,
        "external_id": "",
        "status": "queued",
        "status_rank": 1,
        "status_at": at,
        "reason": "",
    }
    if first and not count:
        message.update(status="failed", status_rank=6, reason="the channel is switched off")
    batch.messages.append(message)
    for row in range(first or 0, (first or 0) + count):
        batch.carried[contact["id"], row] = message


def _place(contact: Row) -> Row:
    return {
        "contact": contact["id"],
        "conversation": contact["conversation"],
        "tunnel": contact["tunnel"],
        "step": contact["step"],
        "visit": contact["visit"],
    }


def _words(event: FromCustomer) -> str:
    if isinstance(event, Text | Attachment | Colleague):
        return event.text
    if isinstance(event, Press):
        return event.label
    return event.phone if isinstance(event, Phone) else ""


def _details(event: FromCustomer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if event.sent_at:
        found["sent_at"] = event.sent_at
    if isinstance(event, Press):
        found["token"] = event.token
    elif isinstance(event, Start) and event.ref:
        found["ref"] = event.ref
    elif isinstance(event, Attachment):
        found["files"] = msgspec.to_builtins(event.files)
    return found


def _shown(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if message.buttons:
        found["buttons"] = [button.label for button in message.buttons]
    if message.media:
        found["media"] = [f"{media.kind}: {media.path}" for media in message.media]
    return found
