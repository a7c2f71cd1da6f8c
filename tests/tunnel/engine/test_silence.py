"""Nobody answers: reminders counted from the visit, and timers that come too late."""

from __future__ import annotations

import pytest

from tests.tunnel.engine.build import definition, key, of_visit, step, text, to, tunnel
from tunnel.effects import Arm, Cancel
from tunnel.engine.player import Player, texts
from tunnel.engine.timers import SILENCE, kind_of
from tunnel.events import Timer
from tunnel.language.definition import Ask, Branch, Choice, Silence, Variable

HOUR, DAY = 3600.0, 86400.0


def test_the_same_choices_come_again_with_a_reminder(player):
    (question,) = player.start("siding")
    assert player.wait(HOUR - 1) == []
    (reminder,) = player.wait(1)
    assert reminder.text.plain == "Подсказать с выбором?"
    assert reminder.buttons == question.buttons
    assert texts(player.press("Дом")) == ["Какая площадь стен в квадратных метрах?"]


def test_then_it_moves_on_by_itself(player):
    player.start("siding")
    player.wait(HOUR)
    gift, question = player.wait(DAY)
    assert gift.media
    assert question.text.plain == "Посчитать стоимость для вашего дома?"
    assert player.records("left")[0].data["by"] == "silence"
    assert texts(player.wait(2 * DAY)) == ["Какая площадь стен в квадратных метрах?"]
    assert player.wait(30 * DAY) == []


def test_reminders_are_armed_from_the_visit_and_cancelled_on_leaving(player):
    player.start("siding")
    armed = [effect for effect in player.effects if isinstance(effect, Arm)]
    assert [(arm.timer, arm.at - player.now) for arm in armed if kind_of(arm.timer) == SILENCE] == [
        ("s:1:0", HOUR),
        ("s:1:1", DAY),
    ]
    player.press("Дом")
    assert [e.timer for e in player.effects if isinstance(e, Cancel)] == ["s:1:0", "s:1:1"]
    assert of_visit(player) == {}
    assert player.wait(30 * DAY) == []


def test_a_question_asked_again_keeps_its_reminders(player):
    player.start("siding")
    before = dict(player.timers)
    player.say("фыва")
    player.say("назад")
    player.start("siding")
    assert player.timers == before


def test_an_answer_cancels_the_reminders_of_its_ask(player):
    player.start("plaster")
    assert list(of_visit(player)) == ["s:1:0"]
    player.say("короед")
    assert of_visit(player) == {}


@pytest.mark.parametrize(
    "timer",
    ["s:1:0", "s:0:0", "s:2:9", "s:2:-1", "s:x:y", "silence", "", "other:1", "🙂" * 99],
)
def test_a_late_or_unknown_timer_does_nothing(player, timer):
    player.start("siding")
    player.press("Дом")
    before = player.session
    player.now += 5
    assert player.apply(Timer(id="t", at=player.now, timer=timer, due_at=player.now)) == []
    assert player.session == before
    assert player.records("ignored")[-1].data == {"why": "late timer"}


@pytest.mark.parametrize("mode", ["/take", "стоп", "оператор"])
def test_where_the_bot_is_silent_timers_are_too(player, mode):
    player.start("siding")
    timers = of_visit(player)
    if mode == "/take":
        player.operator(mode)
    else:
        player.say(mode)
    assert of_visit(player) == {}
    for timer, at in timers.items():
        player.now = at
        assert player.apply(Timer(id=timer, at=at, timer=timer, due_at=at)) == []


def test_a_timer_after_the_end_does_nothing(player):
    player.start("siding")
    player.operator("/take")
    player.operator("/close")
    assert player.apply(Timer(id="t", at=player.now, timer="s:1:0", due_at=player.now)) == []


def _reminded(*silence: Silence, **fields):
    return Player(
        definition(
            tunnel(
                step(
                    "a", say=text("A?"), choices=(Choice(text("Да"), "yesyes", to=to("b")),), silence=silence, **fields
                ),
                step("b", say=text("B"), end=True),
            )
        ),
        start_at=1000.0,
    )


def test_a_reminder_may_have_choices_of_its_own():
    own = (Choice(text("Позже"), "later0", to=to("b")), Choice(text("Да"), "yesyes", to=to("b")))
    player = _reminded(Silence(HOUR, text("Ну?"), own), Silence(2 * HOUR, text("Ау?")))
    player.start()
    (reminder,) = player.wait(HOUR)
    assert [button.label for button in reminder.buttons] == ["Позже", "Да"]
    token = reminder.buttons[0].token
    assert texts(player.say("1")) == ["B"]
    assert player.records("left")[0].data["label"] == "Позже"

    player = _reminded(Silence(HOUR, text("Ну?"), own))
    player.start()
    player.wait(HOUR)
    assert texts(player.press_token(token)) == ["B"]
    player = _reminded(Silence(HOUR, text("Ну?"), own), Silence(2 * HOUR, text("Ау?")))
    player.start()
    player.wait(2 * HOUR)
    player.say("1")  # the step's choices were shown last
    assert player.records("left")[0].data["label"] == "Да"


def test_a_reminder_may_speak_and_move():
    player = _reminded(Silence(HOUR, text("Ну ладно."), to=to("b")))
    player.start()
    assert texts(player.wait(HOUR)) == ["Ну ладно.", "B"]


def test_after_an_outage_only_the_last_reminder_that_is_due_is_said():
    player = _reminded(Silence(HOUR, text("1")), Silence(2 * HOUR, text("2")), Silence(DAY, text("3")))
    player.start()
    due = dict(player.timers)
    player.now += 3 * HOUR
    said = []
    for timer, at in sorted(due.items(), key=lambda pair: pair[1])[:2]:
        del player.timers[timer]
        said += player.apply(Timer(id=timer, at=player.now, timer=timer, due_at=at))
    assert texts(said) == ["2"]
    assert texts(player.wait(DAY)) == ["3"]


def test_a_reminder_of_an_ask_offers_the_phone_button_again():
    made = definition(
        tunnel(
            step(
                "a",
                ask=Ask(text("Телефон?"), "p", share=True),
                to=(Branch(to("b")),),
                silence=(Silence(9, text("Ну?")),),
            ),
            step("b", say=text("B"), end=True),
        ),
        variables=[Variable("p", "", "phone")],
    )
    player = Player(made)
    player.start()
    (reminder,) = player.wait(9)
    assert reminder.ask_phone == "Отправить мой номер"


def test_reminders_counted_anew_once_the_bot_is_back(player):
    player.start("siding")
    player.wait(HOUR / 2)
    player.operator("/take")
    player.wait(10 * HOUR)
    player.operator("/return")
    assert player.wait(HOUR - 1) == []
    assert texts(player.wait(1)) == ["Подсказать с выбором?"]


def test_who_comes_back_after_a_stop_gets_reminders_again(player):
    player.start("siding")
    player.say("стоп")
    player.wait(DAY)
    player.say("эй")
    assert [at - player.now for at in of_visit(player).values()] == [HOUR, DAY]
    player.say("эй эй")
    assert len(of_visit(player)) == 2


def test_a_step_gone_from_the_content_has_no_reminders():
    player = _reminded(Silence(HOUR, text("Ну?")))
    player.start()
    player.definition = definition(tunnel(step("z", say=text("Z"), end=True)))
    assert player.wait(HOUR) == []


def test_a_reminder_gone_from_the_content_does_nothing():
    player = _reminded(Silence(HOUR, text("1")), Silence(2 * HOUR, text("2")))
    player.start()
    player.definition = _reminded(Silence(HOUR, text("1"))).definition
    assert texts(player.wait(3 * HOUR)) == ["1"]
    assert key("t", "a") == player.definition.tunnels["t"].steps["a"].key
