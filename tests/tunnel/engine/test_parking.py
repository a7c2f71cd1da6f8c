"""One contact in many tunnels: one in the foreground, the others left aside with their place."""

from __future__ import annotations

import pytest

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine.player import Player, texts
from tunnel.language.definition import Branch, Choice, Entry, Silence, Stage, Target

HOUR = 3600.0
STAGES = [Stage("new", "", 0), Stage("warm", "", 1), Stage("won", "", 2, outcome="won")]


def _choice(label: str, target: Target) -> Choice:
    return Choice(text(label), (label.lower() + "000000")[:6], to=target)


def _shop():
    """Siding: two questions; a watch: one, and an end; each has a link and a word."""
    siding = tunnel(
        step("hello", tunnel="siding", stage="new", say=text("Дом?"), choices=(_choice("Yes", to("area", "siding")),)),
        step(
            "area",
            tunnel="siding",
            stage="warm",
            say=text("Площадь?"),
            choices=(_choice("Watch", to("gift", "watch")), _choice("Pay", to("paid", "siding"))),
            silence=(Silence(HOUR, text("Ну?")),),
        ),
        step(
            "paid", tunnel="siding", stage="won", say=text("Спасибо"), choices=(_choice("More", to("area", "siding")),)
        ),
        step("way", tunnel="siding", to=(Branch(to("gift", "watch")),)),
        name="siding",
        stages=STAGES,
        enter=[Entry(to("hello", "siding"), "siding"), Entry(to("way", "siding"), "way")],
    )
    watch = tunnel(
        step("hi", tunnel="watch", stage="new", say=text("Часы?"), choices=(_choice("Buy", to("bye", "watch")),)),
        step("gift", tunnel="watch", say=text("Подарок?"), choices=(_choice("Take", to("bye", "watch")),)),
        step("bye", tunnel="watch", stage="warm", say=text("Пока"), end=True),
        name="watch",
        stages=STAGES,
        enter=[
            Entry(to("hi", "watch"), "watch"), Entry(to("hi", "watch"), words=("часы",)),
            Entry(to("gift", "watch"), "gift"),
        ],
    )  # fmt: skip
    return definition(siding, watch)


@pytest.fixture
def player():
    player = Player(_shop())
    player.start("siding")
    player.press("Yes")
    return player


def _parked(player):
    return {name: place[0] for name, place in player.session.parked.items()}


@pytest.mark.parametrize("way", ["link", "word", "choice"])
def test_another_tunnel_leaves_the_present_one_aside(player, way):
    if way == "link":
        said = player.start("watch")
    elif way == "word":
        said = player.say("часы")
    else:
        said = player.press("Watch")
    assert texts(said) == ["Подарок?" if way == "choice" else "Часы?"]
    assert _parked(player) == {"siding": "area"}
    assert player.records("parked")[-1].data == {"tunnel": "siding", "step": "area", "did": "left"}
    assert player.timers == {}, "who is elsewhere is not reminded of what they left"


def test_back_by_word_repeats_the_question_and_reminds_anew(player):
    player.start("watch")
    assert texts(player.say("назад")) == ["Площадь?"]
    assert _parked(player) == {"watch": "hi"}
    assert [at - player.now for at in player.timers.values()] == [HOUR]
    assert {record.data["did"] for record in player.records("parked")} == {"left", "taken up"}


def test_back_works_after_the_other_tunnel_has_ended(player):
    player.start("watch")
    assert texts(player.press("Buy")) == ["Пока"]
    assert texts(player.say("назад")) == ["Площадь?"]
    assert _parked(player) == {}, "what has ended is not left aside"


def test_after_the_end_with_nothing_aside_back_offers_to_start_again():
    player = Player(_shop())
    player.start("watch")
    player.press("Buy")
    assert "Начать заново" in texts(player.say("назад"))[0]


def test_a_link_to_what_was_left_leads_to_its_place(player):
    player.start("watch")
    assert texts(player.start("siding")) == ["Площадь?"]
    assert texts(player.start("watch")) == ["Часы?"]
    assert player.session.stages == {"siding": "warm", "watch": "new"}


def test_a_way_in_with_a_step_of_its_own_leads_there(player):
    player.start("watch")
    player.start("siding")
    assert texts(player.start("gift")) == ["Подарок?"]


def test_what_was_left_keeps_the_stage_it_has_moved_to_meanwhile(player):
    player.start("watch")
    player.session.stages["siding"] = "new"
    player.start("siding")
    assert player.session.stages["siding"] == "new"
    assert player.session.step == "area"


def test_a_paid_customer_is_never_thrown_back(player):
    player.press("Pay")
    assert player.session.stages["siding"] == "won"
    assert texts(player.start("siding")) == ["Спасибо"]
    player.start("watch")
    assert texts(player.start("siding")) == ["Спасибо"]
    player.press("More")
    assert player.session.stages["siding"] == "won"


@pytest.mark.parametrize(("history", "aside"), [(["siding/hello"], {"siding": "hello"}), (["watch/hi"], {}), ([], {})])
def test_a_tunnel_left_at_a_step_that_asks_nothing_is_left_at_its_last_question(player, history, aside):
    names = {f"{each.tunnel}/{each.name}": each.key for each in player.definition.steps_by_key.values()}
    player.session.history = [names[name] for name in history]
    player.session.step = "way"
    player.say("часы")
    assert _parked(player) == aside


def test_a_step_gone_from_the_content_leads_to_the_start(player):
    player.start("watch")
    player.session.parked = {"siding": ["gone", 1.0]}
    assert texts(player.start("siding")) == ["Дом?"]


def test_of_many_tunnels_the_latest_twenty_are_kept():
    made = definition(
        *(
            tunnel(
                step("a", tunnel=f"t{n}", say=text("?"), choices=(_choice("A", to("a", f"t{n}")),)),
                name=f"t{n}",
                enter=[Entry(to("a", f"t{n}"), f"t{n}")],
            )
            for n in range(25)
        )
    )
    player = Player(made)
    for n in range(25):
        player.start(f"t{n}")
    assert list(player.session.parked) == [f"t{n}" for n in range(4, 24)]
