"""What the page posts, made into events."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec

from tunnel.events import Address, CustomerEvent, Press, Profile, Start, Text

TEXT_LIMIT = 4096
"""Code points; as much as a messenger lets a customer write."""

_MARK = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_MARKS_LIMIT = 20
_MARK_LENGTH = 200


class Rejected(Exception):
    """The page is told so and does not try again. `code` picks the words it shows."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Post(msgspec.Struct, frozen=True):
    """The body. `id` is the page's own, the same at every repetition of the same post."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    kind: Literal["text", "press", "start"]
    text: str = ""
    token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{0,64}$")] = ""
    label: Annotated[str, msgspec.Meta(max_length=256)] = ""
    source: dict[str, str] = {}
    timezone: str = ""


_decoder = msgspec.json.Decoder(Post)


def read_post(body: bytes) -> Post:
    """Decode and check one body. Raises Rejected (400 not JSON, 422 not a post of ours)."""
    try:
        post = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Rejected(422, "invalid") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected(400, "invalid") from error
    if post.kind == "text" and not post.text.strip():
        raise Rejected(422, "empty")
    if len(post.text) > TEXT_LIMIT:
        raise Rejected(422, "too_long")
    if post.kind == "press" and not post.token:
        raise Rejected(422, "invalid")
    return post


def event_of(post: Post, address: Address, *, tunnel: str, language: str, now: float) -> CustomerEvent:
    """The event that a post means. `tunnel`: the page's link word; `language`: the browser's, "" unknown."""
    event_id = f"web:{address.external_id}:{post.id}"
    if post.kind == "press":
        return Press(id=event_id, at=now, address=address, token=post.token, label=post.label)
    if post.kind == "start":
        timezone = post.timezone if post.timezone in _timezones() else ""
        return Start(
            id=event_id,
            at=now,
            address=address,
            profile=Profile(language=language, timezone=timezone),
            ref=tunnel,
            source=_marks(post.source),
        )
    return Text(id=event_id, at=now, address=address, text=post.text)


def _marks(source: dict[str, str]) -> dict[str, str]:
    """Keep what looks like UTM marks: the query string is anybody's to write."""
    kept = {key: value[:_MARK_LENGTH] for key, value in source.items() if _MARK.fullmatch(key) and value}
    return dict(list(kept.items())[:_MARKS_LIMIT])


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())
