"""Building the console's screens: with which Node.js, and what is said when it fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console import build


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a few files, and a PATH with nothing on it but what a test puts there."""
    sources = tmp_path / "console" / "web"
    (sources / "src").mkdir(parents=True)
    (sources / "package.json").write_text("{}")
    (sources / "src" / "main.tsx").write_text("1")
    (tmp_path / "bin").mkdir()
    for name, path in (
        ("WEB", sources),
        ("ROOT", tmp_path),
        ("DIST", sources / "dist"),
        ("LOG", sources / "build.log"),
    ):
        monkeypatch.setattr(build, name, path)
    monkeypatch.setattr(build, "_API", tmp_path / "api.json")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


def put(place: Path, name: str, script: str) -> Path:
    path = place / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("said", "enough"),
    [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v18.20.0", False), ("nonsense", False)],
)
def test_a_node_is_new_enough_or_not(place: Path, said: str, enough: bool) -> None:
    assert build.new_enough(str(put(place, "node", f"echo {said}"))) is enough


def test_a_node_that_does_not_run_is_none(place: Path) -> None:
    assert not build.new_enough(str(put(place, "node", "exit 3")))
    assert not build.new_enough(None)


def test_it_is_built_once_for_each_change(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place, "node", "echo v22.0.0")
    put(place, "npm", "mkdir -p dist; echo $1 >> ran.txt")
    ran = build.WEB / "ran.txt"
    assert build.main() == 0
    assert ran.read_text().split() == ["ci", "run"]
    assert "building the operators' console" in capsys.readouterr().out
    assert build.main() == 0
    assert ran.read_text().split() == ["ci", "run"]
    assert capsys.readouterr().out == ""
    (build.WEB / "src" / "main.tsx").write_text("2")
    assert build.main() == 0
    assert ran.read_text().split() == ["ci", "run"] * 2


def test_a_failure_says_where_to_look_and_is_tried_again(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(place, "node", "echo v22.0.0")
    put(place, "npm", "echo no network >&2; exit 1")
    assert build.main() == 1
    said = capsys.readouterr().err
    assert "everything else works" in said
    assert "make web" in said
    assert "no network" in (build.WEB / "build.log").read_text()
    put(place, "npm", "mkdir -p dist")
    assert build.main() == 0
    assert not (build.WEB / "build.log").exists()


def test_what_the_build_itself_writes_is_no_change(place: Path) -> None:
    before = build.digest()
    (build.WEB / "src" / "schema.d.ts").write_text("generated")
    assert build.digest() == before
    (build.ROOT / "api.json").write_text("{}")
    assert build.digest() != before
