"""Every link leads somewhere; every command and setting that a page mentions exists; every page has its twin."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bots.cli import tunnel
from bots.settings import VARIABLES
from tests.docs.pages import ROOT, pages

_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MAKE = re.compile(r"(?:`|^|\n|&& )make ([a-z][a-z-]*)")
_TUNNEL = re.compile(r"(?:`|^|\n|\$ )tunnel ([a-z]+)")
_SETTING = re.compile(r"\bTUNNEL_[A-Z0-9_]*[A-Z0-9]\b(?!_?\*)")
_PAGES = [str(page.relative_to(ROOT)) for page in pages()]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = _HEADING.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", _PAGES)
def test_links_lead_somewhere(name: str) -> None:
    dead = []
    for inline, attribute in _LINK.findall(_FENCE.sub("", text_of(name))):
        target, _, anchor = (inline or attribute).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            dead.append(inline or attribute)
    assert dead == []


@pytest.mark.parametrize("name", _PAGES)
def test_commands_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(_MAKE.findall(text_of(name))) <= targets
    assert set(_TUNNEL.findall(text_of(name))) <= set(tunnel.list_commands(click.Context(tunnel)))


@pytest.mark.parametrize("name", _PAGES)
def test_settings_exist(name: str) -> None:
    assert set(_SETTING.findall(text_of(name))) <= set(VARIABLES)


@pytest.mark.parametrize("name", [name for name in _PAGES if name.endswith(".ru.md")])
def test_a_russian_page_has_its_english_twin_and_each_links_the_other(name: str) -> None:
    russian, english = ROOT / name, ROOT / name.replace(".ru.md", ".md")
    assert english.exists()
    if russian.parent.name == "reference":
        return
    assert f"({english.name})" in russian.read_text(encoding="utf-8")
    assert f"({russian.name})" in english.read_text(encoding="utf-8")


def test_the_index_names_every_page() -> None:
    index = text_of("docs/README.md")
    for name in _PAGES:
        if name.startswith("docs/") and "/decisions/" not in name and name != "docs/README.md":
            assert f"({name.removeprefix('docs/')})" in index, name
