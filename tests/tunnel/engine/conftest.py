"""The content that the engine's dialogues are played on: `content/` beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunnel.engine.player import Player, noon
from tunnel.events import Profile
from tunnel.language import load
from tunnel.language.definition import Definition

CONTENT = Path(__file__).parent / "content"


@pytest.fixture(scope="session")
def sample() -> Definition:
    loaded = load(CONTENT)
    assert loaded.definition is not None, [str(finding) for finding in loaded.findings]
    return loaded.definition


@pytest.fixture
def player(sample: Definition) -> Player:
    """Olga, in Telegram, on a Tuesday at noon; operators can be reached."""
    return Player(sample, "telegram", noon(sample), profile=Profile(name="Ольга"))
