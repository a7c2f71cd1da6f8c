"""Reading what channels deliver: JSON that may be anything, and times that may be nonsense."""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

from channels.base import NotJson, Unreadable

T = TypeVar("T")

_MILLISECONDS_FROM = 10_000_000_000
"""Larger numbers are milliseconds: as seconds it is the year 2286, as milliseconds the spring of 1970."""
_LATEST = 4_102_444_800.0
"""The year 2100; no message is dated later."""


def decode(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """Decode a body. Raises NotJson, or Unreadable for JSON of another shape; neither quotes the body."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        cause = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_mended(decoder, body)
    _mended(body)  # the first wrong type is told before the body was read to its end: is it JSON at all?
    raise Unreadable(cause)


def _decode_mended(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw) -> T:
    """Decode a body that msgspec would not take as it is. Raises NotJson or Unreadable."""
    mended = _mended(body)
    try:
        return decoder.decode(mended)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from None
    except (msgspec.DecodeError, RecursionError):
        raise NotJson("the body is not JSON") from None


def _mended(body: bytes | msgspec.Raw) -> bytes:
    """The body with "?" for halves of surrogate pairs, which JSON allows and Unicode does not. Raises NotJson.

    Clients that cut a text in the middle of an emoji produce them; for that no message should be lost.
    """
    try:
        return json.dumps(json.loads(bytes(body)), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        raise NotJson("the body is not JSON") from None


def decode_part(decoder: msgspec.json.Decoder[T], part: bytes | msgspec.Raw) -> T:
    """Decode a piece of a body already known to be JSON. Raises Unreadable."""
    try:
        return decode(decoder, part)
    except NotJson:
        raise Unreadable("a text in it is not valid Unicode") from None


def moment(value: float | str | None) -> float:
    """Make Unix seconds of a channel's date (seconds or milliseconds, a number or its text); 0 of nonsense."""
    try:
        seconds = float(value or 0)
    except (ValueError, OverflowError):
        return 0.0
    if seconds >= _MILLISECONDS_FROM:
        seconds /= 1000
    return seconds if 0 < seconds <= _LATEST else 0.0
