"""Stages have deadlines: a lead that stands too long is journalled, and the late step is entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine.player import Player, noon, texts
from tunnel.engine.timers import deadline_of
from tunnel.events import Denied, MoveStage
from tunnel.language.definition import Branch, Choice, Definition, Entry, Frequency, Quiet, Silence, Stage

HOUR, DAY = 3600.0, 86400.0
OFFER = Stage("offer", "Расчёт", 1, "ответ", 3 * DAY, late="remind")
STAGES = [
    Stage("new", "Новый", 0, "интерес", DAY), OFFER, Stage("deal", "Договор", 2, "подпись", 14 * DAY, step="contract"),
    Stage("won", "Оплата", 3, outcome="won"), Stage("lost", "Отказ", 4, outcome="lost"),
]  # fmt: skip


def _choice(label: str, step: str, tunnel: str = "t") -> Choice:
    return Choice(text(label), label.casefold().ljust(6, "0")[:6], to=to(step, tunnel))


def _made(*, stages=STAGES, **settings) -> Definition:
    return definition(
        tunnel(
            step("hello", stage="new", say=text("Что нужно?"), choices=(_choice("price", "price"),)),
            step("price", stage="offer", say=text("Ориентир"), choices=(_choice("buy", "paid"), _choice("no", "bye"))),
            step("paid", stage="won", say=text("Спасибо!"), end=True),
            step("bye", stage="lost", say=text("Хорошо!"), end=True),
            step("contract", say=text("Договор готов"), end=True),
            step("remind", say=text("Удалось посмотреть?"), choices=(_choice("buy", "paid"),)),
            stages=stages,
        ),
        tunnel(
            step("other", tunnel="u", say=text("Другое?"), choices=(_choice("yes", "other", "u"),)),
            name="u",
            enter=[Entry(to("other", "u"), link="u")],
        ),
        **settings,
    )


@pytest.fixture
def offered() -> Player:
    """Stands at the offer, since a Tuesday at noon."""
    return _offered(_made())


def _offered(made: Definition) -> Player:
    player = Player(made, start_at=noon(made))
    player.start()
    player.press("price")
    return player


def test_a_deadline_is_armed_from_the_stage_and_cancelled_when_it_moves(offered):
    since = offered.now
    assert offered.timers == {deadline_of("t"): since + 3 * DAY}
    assert offered.session.stage_at == {"t": int(since)}
    offered.press("buy")
    assert offered.timers == {}
    assert offered.session.timers == {}
    assert offered.wait(90 * DAY) == []


def test_a_late_stage_is_journalled_and_its_step_entered(offered):
    since = int(offered.now)
    assert offered.wait(3 * DAY - 1) == []
    assert texts(offered.wait(1)) == ["Удалось посмотреть?"]
    assert [record.data for record in offered.records("overdue")] == [{"tunnel": "t", "stage": "offer", "since": since}]
    assert offered.records("left")[-1].data["by"] == "late"
    assert offered.wait(90 * DAY) == []
    assert texts(offered.press("buy")) == ["Спасибо!"]


def test_a_stage_without_a_late_step_is_journalled_alone():
    made = _made()
    player = Player(made, start_at=noon(made))
    player.start()
    assert player.wait(2 * DAY) == []
    assert player.records("overdue")[0].data["stage"] == "new"


def test_whoever_has_just_written_is_not_talked_over(offered):
    offered.wait(3 * DAY - 100)
    offered.say("а у вас есть рассрочка?")
    assert offered.wait(200) == []
    offered.say("алло")
    assert offered.wait(299) == []
    assert texts(offered.wait(1)) == ["Удалось посмотреть?"]
    assert len(offered.records("overdue")) == 1
    assert {record.data["why"] for record in offered.records("held")} == {"talking"}


def test_a_deadline_outlives_the_visit_the_tunnel_and_its_end(offered):
    offered.start("u")
    assert texts(offered.wait(3 * DAY)) == ["Удалось посмотреть?"]
    assert offered.session.tunnel == "t"

    player = _offered(_made())
    player.operator("/take")
    player.operator("/close")
    assert texts(player.wait(3 * DAY)) == ["Удалось посмотреть?"]


@pytest.mark.parametrize(("mode", "why"), [("/take", "people"), ("оператор", "people"), ("стоп", "stopped")])
def test_where_the_bot_is_silent_a_late_stage_is_journalled_alone(offered, mode, why):
    if mode == "/take":
        offered.operator(mode)
    else:
        offered.say(mode)
    assert offered.wait(3 * DAY) == []
    assert len(offered.records("overdue")) == 1
    assert offered.records("held")[-1].data == {"what": "late", "why": why, "until": 0.0}


def test_the_blocked_hear_nothing_of_it(offered):
    offered.apply(Denied(id="d", at=offered.now, address=offered.address))
    assert offered.wait(3 * DAY) == []
    assert offered.records("held")[-1].data["why"] == "blocked"


def test_closed_time_and_the_cap_hold_a_late_step():
    player = _offered(_made(quiet=Quiet(time(11), time(14))))
    assert player.wait(3 * DAY) == []
    assert texts(player.wait(2 * HOUR)) == ["Удалось посмотреть?"]
    assert len(player.records("overdue")) == 1

    player = _offered(_made(frequency=Frequency(0, DAY)))
    assert player.wait(30 * DAY) == []
    assert len(player.records("overdue")) == 1
    assert player.records("held")[-1].data["why"] == "frequency"


def test_content_that_has_changed_under_a_deadline_strands_nobody(offered):
    offered.definition = _made(stages=[STAGES[0], *STAGES[2:]])
    assert offered.wait(3 * DAY) == []
    assert offered.faults == []
    assert texts(offered.say("buy")) == ["Спасибо!"]


def test_the_same_stage_again_keeps_its_deadline(offered):
    due = dict(offered.timers)
    offered.say("назад")
    assert offered.session.stages["t"] == "new"
    offered.press("price")
    assert offered.timers.keys() == due.keys()
    armed = dict(offered.timers)
    offered.start()
    offered.operator("/take")
    offered.operator("/return")
    assert offered.timers == armed


# --- a manager moves the lead


def test_a_manager_moves_the_lead_and_the_stages_step_is_sent(offered):
    offered.now += 11 * HOUR  # at night as well: it is the manager's doing
    assert texts(offered.operator("/stage deal", "Анна")) == ["Договор готов"]
    assert offered.session.stages == {"t": "deal"}
    assert offered.timers == {deadline_of("t"): offered.now + 14 * DAY}
    assert offered.records("stage")[-1].data == {
        "tunnel": "t", "before": "offer", "after": "deal", "reason": "", "operator": "Анна",
    }  # fmt: skip
    assert offered.desk_posts("system")[-1].text == "Анна: этап — Договор."


def test_while_people_answer_the_step_waits_for_the_bot(offered):
    offered.operator("/take")
    assert offered.operator("/stage t/deal") == []
    assert offered.wait(DAY) == []
    assert texts(offered.operator("/return")) == ["Договор готов"]
    assert offered.session.next_step == ""


@pytest.mark.parametrize("instead", ["/return price", "/close"])
def test_another_word_of_the_operators_counts_more(offered, instead):
    offered.operator("/take")
    offered.operator("/stage deal")
    assert "Договор готов" not in texts(offered.operator(instead))
    assert offered.session.next_step == ""


def test_the_last_move_counts(offered):
    offered.operator("/take")
    offered.operator("/stage deal")
    offered.operator("/stage new")
    assert texts(offered.operator("/return")) == ["Ориентир"]


def test_a_manager_may_take_back_a_won_lead(offered):
    offered.press("buy")
    assert offered.session.won == ["t"]
    move = MoveStage(id="m", at=offered.now, operator="i", tunnel="t", stage="lost", reason="вернули деньги")
    assert offered.apply(move) == []
    assert offered.session.won == []
    assert offered.records("stage")[-1].data["reason"] == "вернули деньги"
    offered.operator("/stage won")
    assert offered.session.won == ["t"]


@pytest.mark.parametrize("stage", ["gone", "gone/deal", "u/deal"])
def test_a_stage_that_is_not_is_said_to_the_operator(offered, stage):
    before = offered.session
    assert offered.operator(f"/stage {stage}") == []
    assert offered.session == before
    assert offered.desk_posts("system")[-1].text.startswith("Такого этапа нет: ")


def test_moving_to_the_same_stage_changes_nothing(offered):
    offered.wait(DAY)
    before = offered.session
    offered.operator("/stage offer")
    assert offered.session == before


def test_after_a_stop_a_move_sends_nothing(offered):
    offered.say("стоп")
    assert offered.operator("/stage deal") == []
    assert offered.session.stages == {"t": "deal"}
    assert offered.records("held")[-1].data == {"what": "stage", "why": "stopped", "until": 0.0}


def test_who_has_not_written_yet_has_a_stage_all_the_same():
    player = Player(_made(), start_at=1000.0)
    assert player.operator("/stage t/deal") == []
    assert player.session.stages == {"t": "deal"}
    assert player.session.visit == 0


def test_a_deadline_that_passed_while_a_reminder_is_due_is_told_once():
    made = _made()
    steps = dict(made.tunnels["t"].steps)
    steps["price"] = replace(steps["price"], silence=(Silence(3 * DAY, text("Ну?")),))
    first = replace(made.tunnels["t"], steps=steps)
    made = replace(made, tunnels={**made.tunnels, "t": first}, steps_by_key={each.key: each for each in steps.values()})
    player = _offered(made)
    said = texts(player.wait(4 * DAY))
    assert said == ["Удалось посмотреть?"]
    assert player.session.timers == {}


def test_a_pause_that_ends_with_the_deadline_comes_first():
    made = definition(
        tunnel(
            step("hello", stage="new", say=text("Минуту"), wait_s=DAY, to=(Branch(to("ready")),)),
            step("ready", stage="deal", say=text("Договор готов"), choices=(_choice("sign", "ready"),)),
            step("late", say=text("Опоздали"), choices=(_choice("sign", "ready"),)),
            stages=[replace(STAGES[0], late="late"), replace(STAGES[2], step="")],
        )
    )
    player = Player(made, start_at=noon(made))
    player.start()
    assert texts(player.wait(2 * DAY)) == ["Договор готов"]
    assert player.stage == "deal"
    assert player.records("overdue") == []
