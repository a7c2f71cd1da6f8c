"""Where the embedded server's socket lies. The kernel bounds the length of its path."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

from state.errors import EmbeddedFailed

LONGEST = 107 if sys.platform == "linux" else 103
"""Bytes; sockaddr_un's sun_path without its closing zero (unix(7): 108; macOS and BSD: 104)."""


def socket_path(directory: Path) -> Path:
    """The socket of the server whose data lie in `directory`: there, or under a short private path if that is too long.

    The same directory always gives the same path. Raises EmbeddedFailed.
    """
    beside = directory / "redis.sock"
    if len(os.fsencode(beside)) <= LONGEST:
        return beside
    name = blake2b(os.fsencode(directory), digest_size=8).hexdigest()
    for base in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  a private directory is made inside
        private = base / f"tunnel-{os.getuid()}-{name}"
        path = private / "redis.sock"
        if len(os.fsencode(path)) <= LONGEST:
            _make_private(private)
            return path
    raise EmbeddedFailed(
        f"no place for a socket: {beside} is longer than {LONGEST} bytes; choose a shorter TUNNEL_DATA"
    )


def _make_private(directory: Path) -> None:
    """Make a directory that only we can enter; one that another user put there is refused."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedFailed(f"{directory} is not a private directory of ours; remove it")
