"""The tutorial, done as it is written: its files, its changes, its commands with all that they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.conftest import REDIS_BINARIES, no_redis
from tests.docs.pages import ROOT, Block, blocks

TUTORIALS = ("first-tunnel.md", "first-tunnel.ru.md")
SERVES = "make run"
_ADDRESS = re.compile(r"http://localhost:\d+")


def environ(**more: str) -> dict[str, str]:
    """A newcomer's environment, without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNNEL_") and name != "PORT"}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"} | more


def write(block: Block, root: Path) -> None:
    """Write the file that a block is, or change it as the block says."""
    path = root / block.file
    if block.kind != "diff":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body, encoding="utf-8")
        return
    before = "".join(line[1:] for line in block.body.splitlines(keepends=True) if line[0] != "+")
    after = "".join(line[1:] for line in block.body.splitlines(keepends=True) if line[0] != "-")
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), encoding="utf-8")


def perform(block: Block, root: Path) -> str:
    """What the terminal shows when the block's command is typed, and what follows its prompts."""
    command = block.body.splitlines()[0]
    typed = [line[2:] for line in block.body.splitlines() if line.startswith("> ")]
    program, *arguments = command.removeprefix("$ ").split()
    assert program == "tunnel"
    done = subprocess.run(
        [sys.executable, "-m", "bots.cli", *arguments],
        input="".join(line + "\n" for line in typed),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        cwd=root,
        env=environ(),
        check=False,
    )
    return f"{command}\n{done.stdout}"


def serve(block: Block, root: Path) -> str:
    """The address that the program prints when started as the block says; it must open."""
    command = block.body.splitlines()[0]
    content = re.fullmatch(r"\$ TUNNEL_CONTENT=(\w+) make run", command)
    assert content is not None
    settings = environ(TUNNEL_CONTENT=content[1], TUNNEL_PORT="0", TUNNEL_DATA=str(root / "data"))
    with subprocess.Popen(
        [sys.executable, "-m", "bots.cli", "run"],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=root,
        env=settings,
    ) as program:
        try:
            assert program.stdout is not None
            shown = ""
            for line in program.stdout:
                shown += line
                if _ADDRESS.search(line):
                    break
            with build_opener(HTTPCookieProcessor(CookieJar())).open(line.split()[-1]) as page:
                assert page.status == 200
        finally:
            program.terminate()
    return f"{command}\n{_ADDRESS.sub('http://localhost:8080', shown)}"


def printed(block: Block, root: Path) -> str:
    """What the block has to hold."""
    shown = serve(block, root) if SERVES in block.body else perform(block, root)
    return "".join(line.rstrip() + "\n" for line in shown.rstrip().splitlines())


@pytest.mark.parametrize("name", TUTORIALS)
def test_the_tutorial_goes_as_written(name: str, tmp_path: Path) -> None:
    if not REDIS_BINARIES:
        no_redis()
    for block in blocks(ROOT / "docs/tutorial" / name):
        if block.file:
            write(block, tmp_path)
        elif block.kind == "console":
            assert printed(block, tmp_path) == block.body, f"{name}:{block.line}"


def test_both_tutorials_take_the_same_steps() -> None:
    english, russian = (list(blocks(ROOT / "docs/tutorial" / name)) for name in TUTORIALS)
    assert [(one.kind, one.file) for one in english] == [(one.kind, one.file) for one in russian]
