"""Files of ours on their way to a channel: found safely, known by their content, uploaded once.

Every channel lets a file be named by the id that it got when it was first uploaded. `MediaFiles.deliver` is that habit:
use the id if there is one; if the channel has forgotten it, forget it too and upload once more.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from stat import S_ISREG
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

import structlog

from channels.base import BadMessage, FileIds, Limit, Roots
from tunnel.messages import Media

Result = TypeVar("Result")

log = structlog.get_logger(__name__)

# The interpreter's own table and not the machine's, so that a file has the same type everywhere.
_TYPES = mimetypes.MimeTypes()
for _suffix, _type in {
    ".webp": "image/webp",
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
    ".amr": "audio/amr",
    ".3gp": "video/3gpp",
}.items():
    _TYPES.add_type(_type, _suffix)

_UNFIT_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\:\"<>|?*\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_NAME_BYTES = 200
"""File systems bear 255 bytes, and some messengers add a number of their own."""


class FileIdRefused(BadMessage):
    """The channel does not know (or no longer takes) a file's id."""


class FileGone(BadMessage):
    """What a customer sent is not kept by the channel any more, or the address that it gave is too old."""


class FileTooLarge(BadMessage):
    """What a customer sent is larger than what is fetched."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of ours, ready to be uploaded. `key` names its content, kind and name for `FileIds`."""

    path: Path
    kind: str
    name: str
    mime: str
    size_bytes: int
    key: str


@dataclass(frozen=True, slots=True)
class Uploaded(Generic[Result]):
    """What an upload gave: the file's id for next time ("": none), and what it sent where uploading is sending."""

    file_id: str
    result: Result | None = None


class MediaFiles:
    """The files that one channel sends. Hashes are remembered by path, time and size."""

    def __init__(self, roots: Roots, limits: Mapping[str, Limit]) -> None:
        self._roots = roots
        self._limits = limits
        self._digests: dict[Path, tuple[int, int, str]] = {}
        self._uploads: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def open(self, media: Media) -> LocalFile:
        """Find a file and know it by its content.

        Raises BadMessage: no such file, outside of its root, empty, over the channel's limit for its kind.
        """
        path, status = locate(media, self._roots)
        limit = self._limits.get(media.kind)
        if status.st_size == 0:
            raise BadMessage(f"{_shown(media)} is empty", code="file_empty")
        if limit is not None and status.st_size > limit.value:
            raise BadMessage(f"{_shown(media)} is over the channel's {limit.value} {limit.unit}", code="file_too_large")
        digest = await self._digest(path, status)
        name = display_name(media.name or path.name, path.suffix)
        key = blake2b(f"{digest}\x00{media.kind}\x00{name}".encode(), digest_size=16).hexdigest()
        return LocalFile(path, media.kind, name, mime_type(path.name), status.st_size, key)

    async def deliver(
        self,
        media: Media,
        account: str,
        ids: FileIds,
        *,
        by_id: Callable[[str], Awaitable[Result]],
        upload: Callable[[LocalFile], Awaitable[Uploaded[Result]]],
        ttl_s: float | None = None,
    ) -> Result:
        """Send a file by the id it has, else upload it. Several first sends of one file wait for one upload.

        by_id: sends; raises FileIdRefused for an id that the channel does not take. upload: uploads, and where that
        is already the sending gives its result too. ttl_s: how long the channel keeps what was uploaded; None: always.
        Raises SendError.
        """
        file = await self.open(media)
        known = await ids.get(account, file.key)
        if known is not None:
            sent = await self._by_known_id(known, by_id, account, file.key, ids)
            if sent is not None:
                return sent[0]
        lock = self._uploads.setdefault((account, file.key), asyncio.Lock())
        async with lock:
            newer = await ids.get(account, file.key)
            if newer is not None and newer != known:  # somebody else has uploaded it meanwhile
                sent = await self._by_known_id(newer, by_id, account, file.key, ids)
                if sent is not None:
                    return sent[0]
            uploaded = await upload(file)
            if uploaded.file_id:
                await _remember(ids, account, file.key, uploaded.file_id, ttl_s)
        return uploaded.result if uploaded.result is not None else await by_id(uploaded.file_id)

    async def _by_known_id(
        self, file_id: str, by_id: Callable[[str], Awaitable[Result]], account: str, key: str, ids: FileIds
    ) -> tuple[Result] | None:
        try:
            return (await by_id(file_id),)
        except FileIdRefused:
            await ids.forget(account, key)
            return None

    async def _digest(self, path: Path, status: os.stat_result) -> str:
        known = self._digests.get(path)
        if known is not None and known[:2] == (status.st_mtime_ns, status.st_size):
            return known[2]
        digest = await asyncio.to_thread(_hash, path)
        self._digests[path] = (status.st_mtime_ns, status.st_size, digest)
        return digest


def locate(media: Media, roots: Roots) -> tuple[Path, os.stat_result]:
    """The file's real path, below its root, links followed. Raises BadMessage if there is no such file there."""
    root = (roots.data if media.data else roots.content).resolve()
    try:
        path = (root / media.path).resolve(strict=True)
        status = path.stat()
    except (OSError, ValueError, RuntimeError):  # no such file; a NUL in the name; links in a circle
        raise BadMessage(f"{_shown(media)} does not exist", code="file_missing") from None
    if not path.is_relative_to(root):
        raise BadMessage(f"{_shown(media)} lies outside of its directory", code="file_outside")
    if not S_ISREG(status.st_mode):
        raise BadMessage(f"{_shown(media)} is no file", code="file_missing")
    return path, status


def mime_type(name: str) -> str:
    """The type that a file's name promises; application/octet-stream where it promises none."""
    return _TYPES.guess_type(name)[0] or "application/octet-stream"


def suffix_of(mime: str) -> str:
    """What the name of a file of this type ends in; "" where that is not known."""
    return _TYPES.guess_extension(mime) or ""


def display_name(name: str, suffix: str = "") -> str:
    """A file's name as people may see it and every system bears it; ends in `suffix`, if any."""
    stem = _UNFIT_IN_NAME.sub(" ", name.encode(errors="ignore").decode()).strip(" .")
    if suffix and not stem.lower().endswith(suffix.lower()):
        stem += suffix if stem else f"file{suffix}"
    extension = Path(stem).suffix
    room = _NAME_BYTES - len(extension.encode())
    kept = stem.removesuffix(extension).encode()[: max(room, 0)].decode(errors="ignore").rstrip()
    return (kept + extension).encode()[:_NAME_BYTES].decode(errors="ignore") or "file"


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _shown(media: Media) -> str:
    """How an error names a file: files of the content by their path, those that people sent not at all."""
    return "a file that was sent" if media.data else f"the file {media.path!r}"


async def _remember(ids: FileIds, account: str, key: str, file_id: str, ttl_s: float | None) -> None:
    try:
        await ids.put(account, key, file_id, ttl_s)
    except Exception as error:  # whatever it is: the message may have left, and failing now would send it twice
        log.warning("file_id_not_remembered", error=type(error).__name__)
