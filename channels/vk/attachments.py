"""VK's attachments → files. Geography lies outside of them, in a field of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tunnel.events import File, FileKind

_KINDS: dict[str, FileKind] = {
    "photo": "image",
    "doc": "document",
    "audio": "audio",
    "audio_message": "voice",
    "video": "video",
    "sticker": "sticker",
    "graffiti": "image",
}
"""By VK's type; walls, goods, gifts, polls and what will be added are "other"."""

_LARGEST_FILE = 2**40


def files_of(
    attachments: Iterable[Mapping[str, Any]], geo: Mapping[str, Any] | None, message: int = 0
) -> tuple[File, ...]:
    """Name the files of a message (its id, 0 where it has none). The preview of a link typed into the text is no file.

    A document's address is good for some time only: `File.within` says where to read a fresh one.
    """
    attached = [each for each in attachments if each.get("type") != "link"]
    files = [_file(each, f"{message}/{place}" if message else "") for place, each in enumerate(attached)]
    if geo is not None:
        files.append(File(kind="location", ref=_geo_uri(geo)))
    return tuple(files)


def _file(attached: Mapping[str, Any], within: str) -> File:
    kind = _text(attached.get("type"))
    content = _map(attached.get(kind))
    size = content.get("size")
    return File(
        kind=_KINDS.get(kind, "other"),
        ref=_url(kind, content),
        name=_name(content),
        size_bytes=size if isinstance(size, int) and 0 < size < _LARGEST_FILE else 0,
        within=within,
    )


def _name(content: Mapping[str, Any]) -> str:
    """A document's title, which may lack what its name ends in."""
    title, ext = _text(content.get("title")), _text(content.get("ext"))
    return f"{title}.{ext}" if title and ext and not title.lower().endswith(f".{ext.lower()}") else title


def _url(kind: str, content: Mapping[str, Any]) -> str:
    if kind == "photo":
        return _text(_map(content.get("orig_photo")).get("url")) or _largest(content.get("sizes"))
    if kind == "sticker":
        return _largest(content.get("images"))
    if kind == "audio_message":
        return _text(content.get("link_ogg")) or _text(content.get("link_mp3"))
    if kind == "video":
        owner, number = content.get("owner_id"), content.get("id")
        return f"https://vk.com/video{owner}_{number}" if isinstance(owner, int) and isinstance(number, int) else ""
    return _text(content.get("url"))


def _largest(images: object) -> str:
    """The address of the widest of several sizes."""
    if not isinstance(images, list):
        return ""
    known = [image for image in images if isinstance(image, dict) and isinstance(image.get("url"), str)]
    return str(max(known, key=_width)["url"]) if known else ""


def _width(image: Mapping[str, Any]) -> int:
    width = image.get("width")
    return width if isinstance(width, int) else 0


def _geo_uri(geo: Mapping[str, Any]) -> str:
    """RFC 5870; "" where VK names a place without a point."""
    point = _map(geo.get("coordinates"))
    latitude, longitude = point.get("latitude"), point.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return ""
    return f"geo:{latitude},{longitude}"


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
