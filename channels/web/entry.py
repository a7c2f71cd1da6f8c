"""One row of a thread: what the worker renders, what the store keeps and what the page draws.

The stored form is JSON with defaults left out; the page's form is the same, but for files, whose place on our disk
becomes an address that only this visitor can open.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from channels.base import Roots
from tunnel.messages import Button, Media, MediaKind, Span

Side = Literal["us", "you"]


class Attached(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of ours in a row. `path` is relative to the content directory or, with `data`, to the data directory."""

    kind: MediaKind
    path: str
    name: str
    mime: str
    size: int = 0
    data: bool = False


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row. `by`: who says it. `event`: the page's own id of the customer's words. `at`: Unix seconds."""

    by: Side
    text: str = ""
    spans: tuple[Span, ...] = ()
    files: tuple[Attached, ...] = ()
    buttons: tuple[Button, ...] = ()
    ask_phone: str = ""
    event: str = ""
    at: float = 0.0

    def params(self) -> dict[str, Any]:
        """As plain JSON data, for a `Call`."""
        plain: dict[str, Any] = msgspec.json.decode(encode(self))  # to_builtins would leave tuples
        return plain


_decoder = msgspec.json.Decoder(Entry)


def entry_from(params: dict[str, Any]) -> Entry:
    """Read a call's params back. Raises msgspec.ValidationError."""
    return msgspec.convert(params, Entry)


def encode(entry: Entry) -> bytes:
    """Write an entry as the store keeps it."""
    return msgspec.json.encode(entry)


def decode(blob: bytes) -> Entry:
    """Read a stored row. Raises msgspec.DecodeError (or its ValidationError) for a blob that is none."""
    return _decoder.decode(blob)


def for_page(row: int, entry: Entry) -> bytes:
    """One line of JSON as the page reads it."""
    drawn: dict[str, Any] = {"row": row, "by": entry.by, "at": entry.at, "text": entry.text}
    if entry.spans:
        drawn["spans"] = entry.spans
    if entry.files:
        drawn["files"] = [
            {
                "kind": file.kind,
                "name": file.name,
                "mime": file.mime,
                "size": file.size,
                "url": url_of(row, place, file),
            }
            for place, file in enumerate(entry.files)
        ]
    if entry.buttons:
        drawn["buttons"] = entry.buttons
    if entry.ask_phone:
        drawn["ask_phone"] = entry.ask_phone
    if entry.event:
        drawn["event"] = entry.event
    return msgspec.json.encode(drawn)


def url_of(row: int, place: int, file: Attached) -> str:
    """Where the visitor whose thread holds the row can fetch the file. The name is there for people only."""
    return f"/api/chat/files/{row}/{place}/{quote(file.name, safe='')}"


def attach(media: Media, roots: Roots) -> Attached:
    """Describe a file of ours; one that is missing has size 0 (fetching it gives 404)."""
    path = PurePosixPath(media.path)
    name = media.name or path.name
    if path.suffix and PurePosixPath(name).suffix.lower() != path.suffix.lower():
        name += path.suffix  # a title as the name must still open on the customer's computer
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    found = locate(media.path, media.data, roots)
    size = found.stat().st_size if found else 0
    return Attached(kind=media.kind, path=media.path, name=name, mime=mime, size=size, data=media.data)


def locate(path: str, data: bool, roots: Roots) -> Path | None:
    """Find a file below its root; None where there is none, or where the path leads out (also by a symbolic link)."""
    root = (roots.data if data else roots.content).resolve()
    try:
        found = (root / path).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return found if found.is_relative_to(root) and found.is_file() else None
