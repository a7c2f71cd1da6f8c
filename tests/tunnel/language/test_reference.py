"""The reference pages say what the models say, and their examples load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunnel.language import schema
from tunnel.language.reference import reference
from tunnel.language.wording.keys import KEYS_RU

EVERY_KEY = Path(__file__).parent / "every_key"
PAGES = {"en": "content.md", "ru": "content.ru.md"}
REFERENCE = Path(__file__).parents[3] / "docs/reference"


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_up_to_date(language: str) -> None:
    """To write them anew: `python tests/tunnel/language/test_reference.py`."""
    assert (REFERENCE / PAGES[language]).read_text() == reference(EVERY_KEY, language)  # type: ignore[arg-type]


def test_every_key_is_described_in_russian() -> None:
    models = schema()["$defs"]
    keys = {f"{name}.{key}" for name, model in models.items() for key in model["properties"]}
    assert set(KEYS_RU) == set(models) | keys


if __name__ == "__main__":
    for language, page in PAGES.items():
        (REFERENCE / page).write_text(reference(EVERY_KEY, language))  # type: ignore[arg-type]
