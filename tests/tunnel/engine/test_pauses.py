"""`wait`: a step's own pause, after which it goes on by itself."""

from __future__ import annotations

from datetime import time

import pytest

from tests.tunnel.engine.build import definition, of_visit, step, text, to, tunnel
from tunnel.engine.player import Player, noon, texts
from tunnel.language.definition import Answer, Branch, Choice, Frequency, Handoff, Objection, Quiet, Silence

HOUR, DAY = 3600.0, 86400.0
AFTER = step("offer", say=text("Предложение"), choices=(Choice(text("Да"), "yesyes", to=to("end")),))
ON = (Branch(to("offer")),)
EXPENSIVE = Objection("o", "", ("дорого",), (Answer(text("Есть рассрочка.")),))


def _paused(**fields) -> Player:
    settings = {name: fields.pop(name) for name in ("quiet", "frequency", "after") if name in fields}
    after = settings.pop("after", AFTER)
    pause = step("gift", **{"say": text("Вот гид."), "wait_s": 2 * DAY, "to": ON, **fields})
    made = definition(
        tunnel(step("a", say=text("A?"), choices=(Choice(text("Гид"), "guide0", to=to("gift")),)), pause, after),
        objections=[EXPENSIVE],
        **settings,
    )
    player = Player(made, start_at=noon(made))
    player.start()
    return player


def test_after_the_pause_it_goes_on():
    player = _paused()
    assert texts(player.press("Гид")) == ["Вот гид."]
    assert of_visit(player) == {"w:2": player.now + 2 * DAY}
    assert player.wait(2 * DAY - 1) == []
    assert texts(player.wait(1)) == ["Предложение"]
    assert player.records("left")[-1].data["by"] == "wait"
    assert player.session.timers == {}


@pytest.mark.parametrize(
    ("fields", "mode", "said"),
    [
        ({"to": (), "end": True}, "bot", []),
        ({"to": (), "split": {"offer": 1.0}}, "bot", ["Предложение"]),
        ({"to": (), "handoff": Handoff("sales", say=text("Передаю."))}, "queued", ["Передаю."]),
        ({"say": None}, "bot", ["Предложение"]),
    ],
)
def test_a_pause_goes_on_to_whatever_the_step_says(fields, mode, said):
    player = _paused(**fields)
    player.press("Гид")
    assert texts(player.wait(2 * DAY)) == said
    assert player.session.mode == mode


def test_words_meanwhile_are_answered_kindly_and_do_not_end_the_pause():
    player = _paused()
    player.press("Гид")
    due = of_visit(player)
    kind = "Спасибо, сообщение получено. Скоро продолжу здесь сам. Нужен человек — напишите «оператор»."
    assert texts(player.say("спасибо, почитаю")) == [kind]
    assert texts(player.send_file("voice")) == [kind]
    assert texts(player.say("дорого")) == ["Есть рассрочка."]
    assert of_visit(player) == due
    assert player.session.step == "gift"
    assert texts(player.wait(2 * DAY)) == ["Предложение"]


def test_the_back_word_leads_to_the_last_question():
    player = _paused()
    player.press("Гид")
    assert texts(player.say("назад")) == ["A?"]
    assert of_visit(player) == {}
    player.press("Гид")
    player.wait(2 * DAY)
    assert texts(player.say("назад")) == ["A?"], "a pause is no question"


def test_a_pause_keeps_its_end_while_people_answer():
    player = _paused()
    player.press("Гид")
    began = player.now
    player.operator("/take")
    assert of_visit(player) == {}
    player.wait(DAY)
    assert player.operator("/return") == []
    assert of_visit(player) == {"w:2": began + 2 * DAY}
    player.operator("/take")
    player.wait(5 * DAY)
    assert player.operator("/return") == []
    assert texts(player.wait(0)) == ["Предложение"]


def test_a_pause_may_have_reminders():
    player = _paused(silence=(Silence(DAY, text("Читаете?")),))
    player.press("Гид")
    assert texts(player.wait(3 * DAY)) == ["Читаете?", "Предложение"]


def test_the_night_holds_a_pause_that_talks_and_no_other():
    player = _paused(wait_s=12 * HOUR, quiet=Quiet(time(21), time(9)))
    player.press("Гид")
    assert player.wait(12 * HOUR) == []
    assert player.session.step == "gift"
    assert texts(player.wait(9 * HOUR)) == ["Предложение"]

    player = _paused(wait_s=12 * HOUR, quiet=Quiet(time(21), time(9)), after=step("offer", end=True))
    player.press("Гид")
    player.wait(12 * HOUR)
    assert player.session.ended
    assert player.records("held") == []


def test_the_cap_puts_a_pause_off_for_nothing_else_leads_on():
    player = _paused(silence=(Silence(DAY + HOUR, text("Читаете?")),), frequency=Frequency(1, DAY))
    player.press("Гид")
    assert texts(player.wait(2 * DAY)) == ["Читаете?"]
    assert player.records("held")[-1].data["why"] == "frequency"
    assert texts(player.wait(HOUR)) == ["Предложение"]


def test_a_cap_of_nothing_at_all_is_journalled():
    player = _paused(frequency=Frequency(0, DAY))
    player.press("Гид")
    assert player.wait(30 * DAY) == []
    assert player.records("held")[-1].data == {"what": "wait", "why": "frequency", "until": 0.0}


# --- the content changes under a pause


def _changed(player: Player, *steps) -> list[str]:
    player.definition = definition(tunnel(*steps))
    return texts(player.wait(2 * DAY))


def test_a_pause_whose_step_is_gone_leads_to_the_start():
    player = _paused()
    player.press("Гид")
    said = _changed(player, step("a", say=text("Новое начало"), choices=(Choice(text("Да"), "yesyes", to=to("end")),)))
    assert said == ["Мы обновили этого бота, поэтому начнём с начала.", "Новое начало"]


def test_a_pause_that_became_a_question_is_asked():
    player = _paused()
    player.press("Гид")
    asked = step("gift", say=text("Понравился?"), choices=(Choice(text("Да"), "yesyes", to=to("end")),))
    assert _changed(player, asked) == ["Понравился?"]
    player.press("Да")
    assert player.session.ended


def test_a_pause_that_is_none_any_more_goes_on():
    player = _paused()
    player.press("Гид")
    assert _changed(player, step("gift", say=text("Вот гид."), to=ON), AFTER) == ["Предложение"]
