"""What the rows of the outboxes hold: a call to a channel, or a post for the operators' desk."""

from __future__ import annotations

import msgspec

from channels.base import Call
from tunnel.effects import Desk
from tunnel.events import Address

DESK_ACCOUNT = "desk"


class CallRow(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="row", tag="call"):
    """One API call to the customer at `address`. `beside`: an ephemeral one that leaves at the same time."""

    address: Address
    call: Call
    beside: Call | None = None


class DeskRow(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="row", tag="desk"):
    """One post in the contact's thread at the operators' desk. `name`: the customer's, as operators read it."""

    post: Desk
    name: str = ""


Row = CallRow | DeskRow

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Row] = msgspec.msgpack.Decoder(Row)

encode_row = _encoder.encode
decode_row = _decoder.decode
"""bytes → Row. Raises msgspec.ValidationError or msgspec.DecodeError for a blob that is none."""


def account_key(channel: str, account: str) -> str:
    """Name the account whose rate a send counts against, and whose sender takes it."""
    return f"{channel}:{account}"


def acknowledgement_lane(address: Address) -> str:
    """Acknowledgements have a lane of their own, so that they never wait behind a long message."""
    return f"{address.lane}!ack"


def desk_lane(contact: str) -> str:
    """Posts about one contact reach the desk in order."""
    return f"desk:{contact}"
