"""Each finding has a case, and says exactly what findings.txt holds."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from tunnel.language import load
from tunnel.language.wording import WORDING

HERE = Path(__file__).parent
GOLDEN = HERE / "findings.txt"
_spec = importlib.util.spec_from_file_location("finding_cases", HERE / "finding_cases.py")
assert _spec is not None
assert _spec.loader is not None
finding_cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(finding_cases)
CASES: dict[str, list[tuple[str, str, str]]] = finding_cases.CASES

ELSEWHERE = {
    "no-directory", "no-settings", "no-tunnels", "file-unreadable", "link-outside", "file-too-large", "not-utf8",
    "too-many-values", "yaml-syntax", "file-too-big",
}  # fmt: skip
"""Findings that need more than an edit: their tests are in test_load and test_source."""


def edited(directory: Path, edits: list[tuple[str, str, str]]) -> Path:
    """A copy of the base content with the edits made."""
    shutil.copytree(HERE / "base", directory)
    for file, old, new in edits:
        path = directory / file
        path.parent.mkdir(exist_ok=True)
        text = path.read_text() if old else ""
        assert old in text, (file, old)
        path.write_text(text.replace(old, new, 1) if old else new)
    return directory


BASE_NOTE = "fit-phone"
"""The one note that the base itself gets; left out of every other case."""


def said(directory: Path, code: str) -> str:
    """What the check says of it, in both languages."""
    lines = []
    for language in ("ru", "en"):
        for finding in load(directory, language).findings:  # type: ignore[arg-type]
            if code == BASE_NOTE or finding.code != BASE_NOTE:
                lines.append(f"{language} {finding.severity} {finding.code} {finding}")
    return "\n".join(lines)


def golden() -> dict[str, str]:
    sections = GOLDEN.read_text().split("\n## ")[1:] if GOLDEN.exists() else []
    return {section.partition("\n")[0]: section.partition("\n")[2].strip() for section in sections}


def test_the_base_is_clean(tmp_path: Path) -> None:
    loaded = load(edited(tmp_path / "content", []))
    assert loaded.definition is not None
    assert {finding.code for finding in loaded.findings} <= {BASE_NOTE}


@pytest.mark.parametrize("code", CASES)
def test_finding(code: str, tmp_path: Path) -> None:
    text = said(edited(tmp_path / "content", CASES[code]), code)
    assert f" {code} " in text
    assert text == golden()[code]


def test_every_code_has_a_case() -> None:
    assert set(WORDING) == set(CASES) | ELSEWHERE
    assert not set(CASES) & ELSEWHERE
    assert set(golden()) == set(CASES)


def write_golden(directory: Path) -> None:
    """Write findings.txt anew; to be read before it is committed: `python tests/tunnel/language/test_findings.py`."""
    parts = ["What `tunnel check` says of each mistake in finding_cases.py."]
    for number, (code, edits) in enumerate(CASES.items()):
        parts.append(f"## {code}\n{said(edited(directory / str(number), edits), code)}")
    GOLDEN.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        write_golden(Path(folder))
    os.write(1, b"written: read it\n")
