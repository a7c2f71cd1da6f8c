"""Rows as they begin."""

from __future__ import annotations

from datetime import datetime

from records.attention import blank
from records.bulk import Row


def new_contact(contact: str, at: datetime) -> Row:
    """A contact of whom nothing is known yet."""
    return {
        "id": contact,
        **dict.fromkeys(("name", "name_folded", "sex", "language", "timezone", "phone", "email"), ""),
        **dict.fromkeys(("queue", "operator", "tunnel", "step"), ""),
        **dict.fromkeys(("visit", "conversation", "objections"), 0),
        **dict.fromkeys(("waiting_since", "inbound_at", "visit_at"), None),
        "mode": "bot",
        "renamed": False,
        "first_at": at,
        "last_at": at,
        "visit_left": True,
        "conversing": False,
        "variables": {},
        "timers": {},
        **blank(),
    }
