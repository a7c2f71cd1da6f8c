"""The content directory as files: which there are, what is inside, and nothing from outside it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from tunnel.language.findings import Report
from tunnel.language.source import MAX_BYTES, Place

_YAML = frozenset({".yaml", ".yml"})
MAX_FILES = 1_000


@dataclass(frozen=True, slots=True)
class Files:
    """The YAML files of a content directory, by relative path with `/`."""

    root: Path
    settings: dict[str, bytes]
    tunnels: dict[str, bytes]
    shared: dict[str, bytes]
    scripts: dict[str, bytes]


def list_files(directory: Path, report: Report) -> Files:
    """Read every YAML file; what cannot be read or leads outside is reported and left out."""
    files = Files(directory, {}, {}, {}, {})
    if not directory.is_dir():
        report.add("no-directory", Place(directory.name or "."), name=directory.name)
        return files
    for path in sorted(_yaml_files(directory)):
        name = path.relative_to(directory).as_posix()
        raw = _read(directory, path, name, report)
        if raw is None:
            continue
        first, _, rest = name.partition("/")
        if name in ("settings.yaml", "settings.yml"):
            files.settings[name] = raw
        elif first == "tunnels" and rest:
            files.tunnels[name] = raw
        elif first == "scripts" and rest:
            files.scripts[name] = raw
        elif first != "files":
            files.shared[name] = raw
    return files


def _yaml_files(directory: Path) -> list[Path]:
    found = (path for path in directory.rglob("*") if path.suffix in _YAML and (path.is_file() or path.is_symlink()))
    visible = (path for path in found if not any(part[:1] == "." for part in path.relative_to(directory).parts))
    return [path for path, _ in zip(visible, range(MAX_FILES), strict=False)]


def _read(directory: Path, path: Path, name: str, report: Report) -> bytes | None:
    if not inside(directory, path):
        report.add("link-outside", Place(name), value=name)
        return None
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        report.add("file-unreadable", Place(name), cause=error.strerror or type(error).__name__)
        return None


def inside(directory: Path, path: Path) -> bool:
    """Whether `path`, links followed, lies in the directory."""
    try:
        return path.resolve().is_relative_to(directory.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return False


def revision_of(files: Files, media: frozenset[str]) -> str:
    """16 hexadecimal digits over every YAML file but the scripts, and over the media that the content names."""
    digest = blake2b(digest_size=8)
    named = {**files.settings, **files.tunnels, **files.shared}
    for name in sorted(named):
        digest.update(f"{name}\0{len(named[name])}\0".encode())
        digest.update(named[name])
    for name in sorted(media):
        path = files.root / name
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
