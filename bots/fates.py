"""What became of a row of an outbox, as a line of the journal: the records keep it as the message's delivery status."""

from __future__ import annotations

import msgspec

from bots.rows import CallRow, Row
from channels.base import Sent
from state import Mail

_encode = msgspec.msgpack.Encoder().encode


def sent_line(mail: Mail, sent: Sent | None, at: float) -> bytes:
    """The channel took it. Nothing for what is no message: acknowledgements, posts at the desk. at: Unix seconds."""
    if sent is None:
        return b""
    return _encode({"what": "sent", "at": at, "row": mail.row, "id": sent.message_id})


def failed_line(mail: Mail, row: Row | None, at: float, why: str) -> bytes:
    """It will never be sent. why: a channel's error, which holds nobody's words."""
    if not isinstance(row, CallRow):
        return b""
    return _encode({"what": "failed", "at": at, "row": mail.row, "why": why})
