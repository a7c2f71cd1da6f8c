"""The generated reference pages are what the program would write today."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots import docs
from bots.settings import VARIABLES

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == docs.PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_settings_page_names_every_setting_once(language: str) -> None:
    page = docs.settings_page(language)  # type: ignore[arg-type]
    for name in VARIABLES:
        assert page.count(f"`{name}`") == 1


def test_a_page_that_differs_is_found_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    (tmp_path / next(iter(docs.PAGES))).write_text("old")
    assert docs.main(["--check"]) == 1
