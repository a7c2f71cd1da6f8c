"""Files that the content names exist, lie inside its directory, and fit the channels."""

from __future__ import annotations

from collections.abc import Iterator

from tunnel.language.checks.content import Content
from tunnel.language.definition import MediaFile
from tunnel.language.directory import inside
from tunnel.language.limits import CHANNEL_TITLES, LIMITS

_EXTENSIONS = {
    "image": ("jpg", "jpeg", "png", "webp", "gif"),
    "video": ("mp4", "3gp", "mov", "webm"),
    "audio": ("mp3", "m4a", "ogg", "oga", "aac", "wav"),
}


def check_media(content: Content) -> frozenset[str]:
    """Report files that cannot be sent; returns the paths of those that can."""
    good: set[str] = set()
    for file, channels in _files(content):
        if _check_file(content, file, channels):
            good.add(file.path)
    return frozenset(good)


def _files(content: Content) -> Iterator[tuple[MediaFile, tuple[str, ...]]]:
    for magnet in content.definition.magnets.values():
        if magnet.file is not None:
            yield magnet.file, content.channels_anywhere
    for product in content.definition.products.values():
        if product.image is not None:
            yield product.image, content.channels_anywhere
    for rung, channels in content.rungs:
        yield from ((file, channels) for file in rung.media)
    for objection in content.definition.objections.values():
        for answer in objection.answers:
            yield from ((file, content.channels_anywhere) for file in answer.media)
    for step in content.steps.values():
        yield from ((file, content.channels(step.tunnel)) for file in step.media)


def _check_file(content: Content, file: MediaFile, channels: tuple[str, ...]) -> bool:
    report, place = content.report, content.scope.marks.of(file)
    path = content.root / file.path
    try:
        exists, size = path.is_file(), path.stat().st_size if path.is_file() else 0
    except (OSError, ValueError):
        exists, size = False, 0
    if not exists:
        report.add("file-missing", place, name=file.path)
        return False
    if not inside(content.root, path):
        report.add("link-outside", place, value=file.path)
        return False
    if size == 0:
        report.add("file-nothing", place, name=file.path)
        return False
    _check_size(content, file, size, channels)
    expected = _EXTENSIONS.get(file.kind, ())
    if expected and path.suffix.lower().lstrip(".") not in expected:
        report.add("file-kind", place, name=file.path, kind=file.kind, expected=", ".join(expected))
    return True


def _check_size(content: Content, file: MediaFile, size: int, channels: tuple[str, ...]) -> None:
    for channel in channels:
        limit = LIMITS[channel].file_bytes.get(file.kind)
        if limit is not None and size > limit.value:
            content.report.add(
                "file-too-big", content.scope.marks.of(file), name=file.path, channel=CHANNEL_TITLES[channel],
                size=_megabytes(size), limit=_megabytes(limit.value),
            )  # fmt: skip


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f}".removesuffix(".0")
