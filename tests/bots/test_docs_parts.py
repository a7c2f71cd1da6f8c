"""Parts of hand-written pages that the program fills in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots import docs_parts
from bots.docs_channels import CHANNELS, limits
from bots.docs_parts import filled, table


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(docs_parts, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text("before\n<!-- one -->\nold\n<!-- /one -->\nafter\n", encoding="utf-8")
    return "page.md"


def test_a_part_is_replaced_and_the_rest_stays(page: str, tmp_path: Path) -> None:
    written = filled(page, {"one": lambda: "new"})
    assert written == "before\n<!-- one -->\n\nnew\n\n<!-- /one -->\nafter\n"
    (tmp_path / page).write_text(written, encoding="utf-8")
    assert filled(page, {"one": lambda: "new"}) == written


@pytest.mark.parametrize("parts", [(), ("two",), ("one", "two")])
def test_a_part_without_a_maker_or_a_maker_without_a_part_is_an_error(page: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"page\.md"):
        filled(page, dict.fromkeys(parts, lambda: ""))


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("a",), [("x|y",)]) == "| a |\n|---|\n| x\\|y |"


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=CHANNELS)
def test_every_limit_of_a_channel_is_shown_with_its_source(channel) -> None:
    shown = limits(channel)
    for limit in (channel.text, channel.caption, channel.buttons, channel.label, channel.payload):
        assert limit.source.replace("|", "\\|") in shown
    assert all(f"file: {kind}" in shown for kind in channel.file_bytes)
