"""What both README files show of the content is what lies in content/ today."""

from __future__ import annotations

import pytest

from tests.docs.pages import ROOT, blocks
from tunnel.language import diagram, load

READMES = ("README.md", "README.ru.md")


@pytest.mark.parametrize("name", READMES)
def test_the_excerpt_is_from_the_sample(name: str) -> None:
    excerpts = [block.body for block in blocks(ROOT / name) if block.kind == "yaml"]
    sample = (ROOT / "content/tunnels/siding.yaml").read_text(encoding="utf-8")
    assert excerpts
    assert all(excerpt in sample for excerpt in excerpts)


@pytest.mark.parametrize("name", READMES)
def test_the_picture_is_of_the_sample(name: str) -> None:
    definition = load(ROOT / "content").definition
    assert definition is not None
    pictures = [block.body for block in blocks(ROOT / name) if block.kind == "mermaid"]
    assert pictures == [diagram(definition, "siding").rstrip("\n") + "\n"]


def test_both_say_the_same() -> None:
    english, russian = (list(blocks(ROOT / name)) for name in READMES)
    assert [block.kind for block in english] == [block.kind for block in russian]
    assert [block.body for block in english if "echo" in block.body] == [
        block.body for block in russian if "echo" in block.body
    ]
