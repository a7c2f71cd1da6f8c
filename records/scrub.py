"""Lines made fit for a database that would not take them."""

from __future__ import annotations

from typing import Any

import msgspec


def scrubbed(line: bytes) -> bytes:
    """The line without zero characters, which PostgreSQL's texts cannot hold. Raises msgspec.DecodeError."""
    return msgspec.msgpack.encode(_scrub(msgspec.msgpack.decode(line)))


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_scrub(key): _scrub(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_scrub(each) for each in value]
    return value
