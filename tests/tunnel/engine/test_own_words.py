"""What the engine says by itself: the same in both languages, and all of it used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tunnel.engine
from tunnel.engine.phrases import ORDINALS, PHRASES, START_WORDS, phrase
from tunnel.engine.words import normal

ROOM = Path(tunnel.engine.__file__).parent
_HOLE = re.compile(r"\{(\w+)\}")


def test_both_languages_say_the_same_things():
    assert PHRASES["ru"].keys() == PHRASES["en"].keys()
    for key, text in PHRASES["ru"].items():
        assert set(_HOLE.findall(text)) == set(_HOLE.findall(PHRASES["en"][key])), key


def test_no_phrase_is_left_over():
    source = "".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py") if path.name != "phrases.py")
    unused = {key for key in PHRASES["ru"] if f'"{key}"' not in source and not key.startswith("weekday_")}
    assert unused == set()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_phrase_can_be_filled_in(language):
    for key, text in PHRASES[language].items():
        filled = phrase(language, key, **dict.fromkeys(_HOLE.findall(text), "…"))
        assert filled
        assert "{" not in filled


def test_an_unknown_phrase_is_our_mistake():
    with pytest.raises(KeyError):
        phrase("ru", "no such phrase")


def test_words_are_written_as_they_are_compared():
    assert all(normal(word) == word for word in (*START_WORDS, *ORDINALS))
    assert set(ORDINALS.values()) == set(range(1, 11))
