"""Each direct dependency has its reason written down, and is locked with a hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}  # type: ignore[index]


def explained(heading: str) -> set[str]:
    page = (ROOT / "docs/dependencies.md").read_text()
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| ([\w., -]+?) \|", section, re.MULTILINE)
    return {name for cell in cells for name in cell.split(", ")} - {"package"}


def locked(file: str) -> dict[str, str]:
    """Name → what follows it up to the next one."""
    parts = re.split(r"^([\w.-]+)==", (ROOT / "requirements" / file).read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_what_the_program_needs_is_explained() -> None:
    assert explained("The program") == names(PROJECT["dependencies"])


def test_what_the_tests_need_is_explained() -> None:
    assert explained("Tests and tools") == names(PROJECT["optional-dependencies"]["dev"])


def test_what_the_measurements_need_is_explained() -> None:
    assert explained("Measurements") == names(PROJECT["optional-dependencies"]["bench"])


def test_everything_is_locked_with_a_hash() -> None:
    for file, wanted in (
        ("base.txt", PROJECT["dependencies"]),
        ("dev.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
        ("bench.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["bench"]),
    ):
        lock = locked(file)
        assert {name.lower().replace(".", "-") for name in names(wanted)} <= lock.keys()
        assert all("--hash=sha256:" in rest for rest in lock.values())


@pytest.mark.parametrize("file", ["dev.txt", "bench.txt"])
def test_what_is_tested_and_measured_is_what_runs(file: str) -> None:
    base, further = locked("base.txt"), locked(file)
    assert {name: rest.split()[0] for name, rest in base.items()}.items() <= {
        name: rest.split()[0] for name, rest in further.items()
    }.items()
