"""Each of the nineteen cases in docs/reference/channels.md names tests, and each test named is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs/reference/channels.md"
_HEADING = re.compile(r"^### (\d+)\. ", re.MULTILINE)
_LINK = re.compile(r"\[`([^`]+)`\]\((\S+\.py)\)")


def sections() -> dict[int, str]:
    """Number of the case → its text."""
    pieces = _HEADING.split(PAGE.read_text(encoding="utf-8"))[1:]
    return {int(number): text for number, text in zip(pieces[::2], pieces[1::2], strict=True)}


@cache
def names_in(path: Path) -> frozenset[str]:
    """Every test of a module, and every string that may be the name of one of its cases."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    tests = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(tests | {node.value for node in nodes if isinstance(node, ast.Constant) and node.value is not ...})


def test_there_are_nineteen_cases() -> None:
    assert list(sections()) == list(range(1, 20))


@pytest.mark.parametrize("number", range(1, 20))
def test_every_case_has_a_test_that_carries_its_number(number: int) -> None:
    named = [name for name, _ in _LINK.findall(sections()[number])]
    assert any(re.match(rf"(test_)?edge_{number:02}\b|(test_)?edge_{number:02}_", name) for name in named), named


@pytest.mark.parametrize("number", range(1, 20))
def test_every_test_named_is_there(number: int) -> None:
    missing = [
        (name, path)
        for name, path in _LINK.findall(sections()[number])
        if not (PAGE.parent / path).is_file() or name not in names_in((PAGE.parent / path).resolve())
    ]
    assert missing == []
