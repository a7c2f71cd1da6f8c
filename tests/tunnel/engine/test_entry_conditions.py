"""Ways in that are open only to some: where the condition does not hold, it is as if there were no such way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tunnel.engine.build import definition, step, text, tunnel
from tunnel.engine.player import Player, noon, texts
from tunnel.language.definition import Definition, Entry, Target
from tunnel.language.templates import compile_condition

VIP = compile_condition('"vip" in tags', "test")


@pytest.fixture
def made() -> Definition:
    """Two tunnels; the second is entered by a link and a word, by those who have the tag."""
    sale = Target("sale", "offer")
    entries = (Entry(sale, link="sale", when=VIP), Entry(sale, words=("распродажа",), when=VIP))
    first = tunnel(step("hello", say=text("Здравствуйте!"), end=True))
    second = tunnel(step("offer", tunnel="sale", say=text("Цены для своих."), end=True), name="sale")
    return replace(definition(first, replace(second, enter=entries)), links={"sale": entries[0]})


def player(made: Definition, *tags: str) -> Player:
    found = Player(made, "telegram", noon(made))
    found.session.tags = list(tags)
    return found


def test_a_link(made: Definition) -> None:
    assert texts(player(made, "vip").start("sale")) == ["Цены для своих."]
    assert texts(player(made).start("sale")) == ["Здравствуйте!"]


@pytest.mark.parametrize("said", ["sale", "хочу на распродажу", "распродажа"])
def test_words(made: Definition, said: str) -> None:
    assert texts(player(made, "vip").say(said)) == ["Цены для своих."]
    assert texts(player(made).say(said)) == ["Здравствуйте!"]
