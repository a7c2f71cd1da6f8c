"""The container's files agree with the tree; the image itself is built where there is an engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = {
    source
    for line in (ROOT / "Dockerfile").read_text().splitlines()
    if line.startswith("COPY ") and "--from" not in line
    for source in line.split()[1:-1]
    if not source.startswith("--")
}
LET_IN = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))


def test_what_the_image_copies_is_there_and_reaches_the_builder() -> None:
    assert all(any(f"{source}/".startswith(f"{one}/") for one in LET_IN) for source in COPIED)
    assert all((ROOT / source).exists() for source in COPIED)


def test_every_package_is_in_the_image() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["packages"]) <= COPIED
