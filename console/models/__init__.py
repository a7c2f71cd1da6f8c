"""What the API takes and gives, as types; the OpenAPI file is made of them.

Every field of an answer is always there. A request may leave out what has a default; unknown fields are refused.
Times are RFC 3339 in UTC.
"""

from __future__ import annotations

import msgspec

WORD = r"\S"
"""A pattern: not blank."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the API gives. Its fields have no defaults, so that all are always there."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the API takes."""


class Error(Answer, frozen=True, kw_only=True):
    """A refusal. error: a code that stays; message: for people, in their language; field: what is wrong, or ""."""

    error: str
    message: str
    field: str


class Nothing(Answer, frozen=True, kw_only=True):
    """Done, and there is nothing to tell."""
