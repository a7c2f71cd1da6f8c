"""Choosing by chance: sticky for the contact, by weight, decided by scripts."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine.player import Player, texts
from tunnel.language.definition import Branch, Choice


def _split(**weights: float):
    return definition(
        tunnel(
            step("fork", split=weights),
            *(step(arm, say=text(arm), choices=(Choice(text("Ещё"), "again0", to=to("fork")),)) for arm in weights),
        )
    )


def test_an_arm_stays_for_the_contact():
    player = Player(_split(a=1, b=1))
    (first,) = player.start()
    for _ in range(10):
        assert texts(player.press("Ещё")) == [first.text.plain]
    drawn = [record.data for record in player.records("arm")]
    assert drawn == [{"tunnel": "t", "step": "fork", "arm": first.text.plain}]


def test_arms_are_drawn_by_their_weights():
    made = _split(a=3, b=1)
    drawn: Counter[str] = Counter()
    for seed in range(2000):
        player = Player(made)
        player.count = seed
        drawn[player.start()[0].text.plain] += 1
    assert 1400 < drawn["a"] < 1600  # 1500 ± 5 standard deviations of 19.4


@pytest.mark.parametrize("weights", [{"a": 0.0, "b": 1.0}, {"a": -5.0, "b": 1.0}])
def test_an_arm_without_weight_is_never_drawn(weights):
    for seed in range(50):
        player = Player(_split(**weights))
        player.count = seed
        assert texts(player.start()) == ["b"]


def test_arms_without_any_weight_are_the_first():
    assert texts(Player(_split(a=0.0, b=0.0)).start()) == ["a"]


def test_two_splits_of_one_turn_are_independent():
    made = definition(
        tunnel(
            step("fork", split={"a": 1, "b": 1}),
            step("a", set=(), to=(Branch(to("second")),)),
            step("b", to=(Branch(to("second")),)),
            step("second", split={"c": 1, "d": 1}),
            step("c", say=text("c"), end=True),
            step("d", say=text("d"), end=True),
        )
    )
    seen = set()
    for seed in range(50):
        player = Player(made)
        player.count = seed
        player.start()
        seen.add(tuple(record.data["arm"] for record in player.records("arm")))
    assert seen == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


def test_an_arm_gone_from_the_content_is_drawn_anew():
    player = Player(_split(a=1, b=0))
    player.start()
    player.definition = _split(b=1, c=0)
    player.session.step = "b"
    player.press_token(f"1.{player.definition.tunnels['t'].steps['b'].key}.again0")
    assert list(player.session.arms.values()) == ["b"]


def test_an_arm_put_into_the_session_decides():
    """As scripts do, even where its weight is nothing."""
    made = _split(a=1, b=0)
    player = Player(made)
    player.session.arms = {made.tunnels["t"].steps["fork"].key: "b"}
    assert texts(player.start()) == ["b"]
    assert player.records("arm") == []
