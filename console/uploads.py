"""Handlers: files on their way to a customer, and files of a thread."""

from __future__ import annotations

import asyncio
import re
import shutil
from codecs import getincrementaldecoder
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import BadZipFile, ZipFile

import puremagic
from aiohttp import web
from sqlalchemy import delete, select

from console.accounts.passwords import new_id
from console.call import Call
from console.guard import HEADERS, read_body, size
from console.models.conversation import Uploaded
from console.refusals import Refused
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import Message, Upload
from tunnel.events import File, FileKind

if TYPE_CHECKING:
    from console.site import Console

MB = 2**20
LIMITS = {
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 5 * MB,
    "video/mp4": 16 * MB,
    "audio/mpeg": 16 * MB,
    "audio/ogg": 16 * MB,
    "application/pdf": 20 * MB,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 20 * MB,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 20 * MB,
    "text/plain": 1 * MB,
}
"""What every channel takes, and how much of it: WhatsApp's limits are the lowest
(https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media).
"""
MOST_FILES = 10
UPLOAD_S = 120.0
LASTS = timedelta(days=1)
MOST_WAITING = 200
"""Files of one person that wait to be said."""
WAITING = "uploads"
FOLDER = "console"
"""Directories below the data directory: of files that wait to be said, and of those that were."""

_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "text/plain": ".txt",
}
_OFFICE = {
    r"word/document\d*\.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    r"xl/workbook\d*\.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:\"<>|?*\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "audio/mpeg", "audio/ogg"})
"""What a browser shows but cannot run."""

_uploads, _messages = table_of(Upload), table_of(Message)


async def upload(console: Console, call: Call) -> Uploaded:
    data = await read_body(call.request, max(LIMITS.values()), UPLOAD_S)
    if not data:
        raise Refused(400, "empty")
    mime = await asyncio.to_thread(sniffed, data)
    if mime is None:
        raise Refused(415, "wrong_type", detail=", ".join(sorted(_SUFFIXES.values())))
    if len(data) > LIMITS[mime]:
        raise Refused(413, "too_large", limit=size(LIMITS[mime]))
    name = file_name(call.query.name, mime)
    id_ = new_id("f")
    path = f"{FOLDER}/{id_}/{name}"
    kind = mime.partition("/")[0]
    kind = kind if kind in ("image", "video", "audio") else "document"
    row = {"id": id_, "user": call.visitor.id, "at": console.accounts.now(), "path": path}
    shown = {"kind": kind, "name": name, "mime": mime, "size_bytes": len(data)}
    async with writing(console.records.engine) as connection:
        mine = (await connection.execute(select(_uploads.c.id).where(_uploads.c.user == call.visitor.id))).scalars()
        if await asyncio.to_thread(_waiting, console.data / WAITING, mine.all()) >= MOST_WAITING:
            raise Refused(429, "too_often", after_s=3600, after=3600)
        await add(connection, Upload, [row | shown])
    # Behind its row, so that there is no file that nothing tells of.
    await asyncio.to_thread(_write, console.data / WAITING / id_ / name, data)
    return Uploaded(id=id_, **shown)  # type: ignore[arg-type]


def sniffed(data: bytes) -> str | None:
    """What a file really is, by its bytes; None for what is not taken. Its name is not asked."""
    if _is_text(data):
        return "text/plain"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    try:
        mime = puremagic.from_string(data, mime=True)
    except (puremagic.PureError, ValueError):
        return None
    mime = {
        "application/ogg": "audio/ogg",
        "audio/mp3": "audio/mpeg",
        "video/quicktime": "",
        "image/jpg": "image/jpeg",
    }.get(mime, mime)
    return mime if mime in LIMITS and mime != "text/plain" else None


def _office(data: bytes) -> str | None:
    """Which of Office's kinds an archive is, by what lies in it: all begin alike, as any other archive does."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None  # no document, or one with macros, which has a type of its own
    return next((mime for main, mime in _OFFICE.items() if any(re.fullmatch(main, name) for name in names)), None)


def _is_text(data: bytes) -> bool:
    most = LIMITS["text/plain"]
    try:
        # What is longer may be cut within a character; it is too large anyway.
        text = getincrementaldecoder("utf-8")().decode(data[: most + 1], final=len(data) <= most)
    except UnicodeDecodeError:
        return False
    # A page or a picture that a browser would run is text too: it is not taken under that name.
    return "\x00" not in text and not re.match(r"\s*(<|%PDF|#!)", text)


def file_name(given: str, mime: str) -> str:
    """A name that every system bears and that says truly what the file is."""
    stem = _UNFIT.sub(" ", Path(given.replace("\\", "/")).name).strip(" .")
    suffix = _SUFFIXES[mime]
    if stem.lower().endswith((suffix, ".jpeg") if suffix == ".jpg" else suffix):
        stem = stem[: stem.rindex(".")]
    return (stem.encode()[:120].decode(errors="ignore").strip() or "file") + suffix


def _waiting(folder: Path, ids: Sequence[str]) -> int:
    """How many of them were not said yet."""
    return sum((folder / each).is_dir() for each in ids)


async def taken(console: Console, call: Call, ids: tuple[str, ...]) -> tuple[File, ...]:
    """The uploads of this person, as an event names them; they wait no longer, unless `put_back` follows.

    Raises Refused(400) for one that is not there.
    """
    if not ids:
        return ()
    async with reading(console.records.engine) as connection:
        found = await connection.execute(
            select(_uploads).where(_uploads.c.id.in_(ids), _uploads.c.user == call.visitor.id)
        )
        rows = {row.id: row for row in found}
    if len(rows) != len(set(ids)):
        raise Refused(400, "files", field="files")
    for each in dict.fromkeys(ids):
        if await asyncio.to_thread(_move, console.data / WAITING / each, console.data / FOLDER / each):
            call.taken.append(each)
        elif not await asyncio.to_thread((console.data / rows[each].path).is_file):
            await put_back(console, call)
            raise Refused(400, "files", field="files")
    kinds: dict[str, FileKind] = {"image": "image", "video": "video", "audio": "audio"}
    return tuple(
        File(
            kind=kinds.get(rows[each].kind, "document"),
            ref=rows[each].path,
            name=rows[each].name,
            mime=rows[each].mime,
            size_bytes=rows[each].size_bytes,
        )
        for each in ids
    )


async def put_back(console: Console, call: Call) -> None:
    """Nothing was said: the files that this very call took wait again."""
    for each in call.taken:
        await asyncio.to_thread(_move, console.data / FOLDER / each, console.data / WAITING / each)


async def forget_old(console: Console) -> None:
    """Remove what was uploaded and not said within a day, and what is known of uploads older than that. Raises Away."""
    before = console.accounts.now() - LASTS
    async with reading(console.records.engine) as connection:
        old = (await connection.execute(select(_uploads.c.id).where(_uploads.c.at < before))).scalars().all()
    for each in old:
        await asyncio.to_thread(shutil.rmtree, console.data / WAITING / each, ignore_errors=True)
    async with writing(console.records.engine) as connection:
        await connection.execute(delete(_uploads).where(_uploads.c.at < before))


async def file(console: Console, call: Call) -> web.StreamResponse:
    """A file of a message of this very contact; never shown as a page of ours."""
    from console.talk import known

    contact = await known(console, call)
    message, place = call.path["message"], call.path["place"]
    if not (
        message.isascii() and message.isdigit() and place.isascii() and place.isdigit() and len(message + place) < 19
    ):
        raise Refused(404, "missing")
    async with reading(console.records.engine) as connection:
        row = (
            await connection.execute(
                select(_messages).where(_messages.c.id == int(message), _messages.c.contact == contact)
            )
        ).first()
    details = row.details if row is not None else {}
    files = details.get("files") or details.get("media") or []
    if row is None or int(place) >= len(files):
        raise Refused(404, "missing")
    path = await console.fetch(row.channel, row.account, files[int(place)])
    if path is None:
        raise Refused(404, "missing")
    head = await asyncio.to_thread(_head, path)
    mime = await asyncio.to_thread(_mime_of, head)
    disposition = "inline" if mime in _SHOWN else "attachment"
    return web.FileResponse(
        path,
        headers={
            **HEADERS,
            "Content-Type": mime if mime in _SHOWN else "application/octet-stream",
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(path.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )


def _mime_of(head: bytes) -> str:
    try:
        return puremagic.from_string(head, mime=True) or ""
    except (puremagic.PureError, ValueError):
        return ""


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(64 * 1024)


def _move(folder: Path, to: Path) -> bool:
    """Whether there was something to move."""
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(to)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
