"""Operators who see a version: what no longer fits is refused; and what the console does beside taking and talking."""

from __future__ import annotations

import pytest

from tunnel.effects import Send
from tunnel.engine.player import Player
from tunnel.events import (
    AddTask,
    Assign,
    Close,
    Denied,
    EndTask,
    Note,
    Release,
    Say,
    SendStep,
    SetDetail,
    SetVariable,
    Snooze,
    Tags,
    Take,
)


def does(player: Player, kind, who: str = "u1", **more):
    player.effects.clear()
    player.count += 1
    event = kind(id=f"op{player.count}", at=player.now, operator=who, operator_name=who.upper(), **more)
    player.now += 1
    return player.apply(event)


def refusals(player: Player) -> list[str]:
    return [record.data["why"] for record in player.records("refused")]


@pytest.fixture
def taken(player: Player) -> Player:
    player.start("siding")
    does(player, Take, version=0)
    return player


def test_the_version_is_raised_by_who_answers_and_not_by_messages(player: Player):
    player.start("siding")
    player.say("Дом")
    assert player.session.version == 0
    does(player, Take, version=0)
    assert (player.session.version, player.session.operator, player.session.operator_name) == (1, "u1", "U1")
    assert player.records("version")[-1].data == {"version": 1, "mode": "operator", "operator": "u1"}
    player.say("дорого")
    does(player, Say, version=1, text="Здравствуйте")
    assert player.session.version == 1
    does(player, Release, version=1)
    assert (player.session.version, player.session.operator_name) == (2, "")


def test_of_two_takes_with_one_version_the_first_wins(player: Player):
    player.start("siding")
    does(player, Take, "u1", version=0)
    does(player, Take, "u2", version=0, force=True)
    assert refusals(player) == ["version"]
    assert player.records("refused")[0].data == {
        "why": "version", "mode": "operator", "operator": "u1", "version": 1,
    }  # fmt: skip
    assert (player.session.operator, player.session.epoch) == ("u1", 1)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Take, {}),
        (Say, {"text": "Я тоже"}),
        (Release, {}),
        (Close, {}),
        (SendStep, {"tunnel": "siding"}),
    ],
)
def test_what_a_colleague_holds_is_not_taken_by_the_way(taken: Player, kind, more):
    before = taken.session
    assert does(taken, kind, "u2", version=1, **more) == []
    assert refusals(taken) == ["held"]
    assert taken.session == before


def test_a_colleague_s_conversation_is_taken_on_purpose(taken: Player):
    does(taken, Take, "u2", version=1, force=True)
    assert (taken.session.operator, taken.session.version, taken.session.epoch) == ("u2", 2, 2)


def test_the_desk_sees_no_version_and_still_helps_out(taken: Player):
    (message,) = does(taken, Say, "tg:5", text="Помогу")
    assert message.text.plain == "Помогу"
    assert taken.session.operator == "u1"


def test_what_is_said_in_the_console_is_shown_in_the_messenger_s_group(taken: Player):
    does(taken, Say, version=1, text="Скидка {нет}")
    assert [post.text for post in taken.desk_posts("system")] == ["💬 U1: Скидка {нет}"]
    does(taken, Say, text="А это написано там")
    assert taken.desk_posts("system") == []


def test_assigning(taken: Player):
    does(taken, Assign, version=1, to="u2", to_name="Пётр")
    assert (taken.session.operator, taken.session.operator_name, taken.session.version) == ("u2", "Пётр", 2)
    assert taken.records("assigned")[0].data == {"to": "u2", "name": "Пётр", "operator": "u1"}
    does(taken, Assign, version=2, to="u2")
    assert taken.session.version == 2


def test_a_conversation_of_the_bot_can_be_assigned(player: Player):
    player.start("siding")
    does(player, Assign, version=0, to="u2", to_name="Пётр")
    assert (player.session.mode, player.session.operator) == ("operator", "u2")


def test_put_off_until_the_customer_writes(taken: Player):
    does(taken, Snooze, version=1, until=taken.now + 3600)
    assert taken.session.snoozed_until > taken.now
    assert taken.session.version == 1
    taken.effects.clear()
    taken.say("Вы тут?")
    assert taken.session.snoozed_until == 0
    assert len(taken.records("woken")) == 1


def test_what_the_bot_holds_is_not_put_off(player: Player):
    player.start("siding")
    does(player, Snooze, version=0, until=player.now + 3600)
    assert player.session.snoozed_until == 0


def test_a_step_said_by_an_operator_leaves_the_conversation_theirs(taken: Player):
    here = (taken.session.tunnel, taken.session.step, taken.session.visit)
    (message,) = does(taken, SendStep, version=1, tunnel="siding")
    assert message.text.plain
    assert message.buttons == ()
    assert [effect.by for effect in taken.effects if isinstance(effect, Send)] == ["operator"]
    assert (taken.session.tunnel, taken.session.step, taken.session.visit) == here
    assert taken.session.mode == "operator"
    assert does(taken, SendStep, version=1, tunnel="siding", step="nowhere") == []
    assert refusals(taken) == ["no_step"]


def test_variables(taken: Player):
    names = taken.definition.settings.variables
    number = next(name for name, variable in names.items() if variable.type == "number")
    does(taken, SetVariable, version=1, name=number, value="120")
    assert taken.session.variables[number] == 120
    does(taken, SetVariable, name=number, value="много")
    assert refusals(taken) == ["bad_value"]
    assert taken.session.variables[number] == 120
    does(taken, SetVariable, name="nothing_such", value="x")
    assert refusals(taken) == ["no_variable"]
    does(taken, SetVariable, name=number, value=None)
    assert number not in taken.session.variables


def test_a_corrected_name_outlives_what_the_channel_tells(taken: Player):
    does(taken, SetDetail, version=1, detail="name", value="  Мария\nВетрова\x00 ")
    assert taken.session.name == "Мария Ветрова"
    assert taken.records("detail")[0].data == {
        "detail": "name", "value": "Мария Ветрова", "given": True, "operator": "u1",
    }  # fmt: skip
    taken.say("дорого")  # the channel says «Ольга» with each message
    assert (taken.session.name, taken.session.profile.name) == ("Мария Ветрова", "Ольга")
    does(taken, SetDetail, detail="name", value=" ")
    assert taken.session.name == "Ольга"
    assert taken.records("detail")[0].data["given"] is False
    does(taken, SetDetail, detail="name", value="я" * 1000)
    assert len(taken.session.name) == 200


def test_a_corrected_phone_is_kept_like_an_answer_and_says_who_this_is(taken: Player):
    taken.identified.clear()
    does(taken, SetDetail, detail="phone", value="8 (916) 123-45-67")
    assert taken.session.variables["phone"] == "+79161234567"
    assert [(one.kind, one.value, one.proven) for one in taken.identified] == [("phone", "+79161234567", False)]
    assert taken.records("detail")[0].data["value"] == "+79161234567"
    for wrong in ("12", "нет", "+79161234567 или +79161234568"):
        does(taken, SetDetail, detail="phone", value=wrong)
        assert refusals(taken) == ["bad_phone"]
    assert taken.session.variables["phone"] == "+79161234567"
    does(taken, SetDetail, detail="phone", value="")
    assert "phone" not in taken.session.variables
    assert taken.records("detail")[0].data["value"] == ""


def test_a_corrected_email_is_kept_where_the_content_has_no_variable_for_it(taken: Player):
    taken.identified.clear()
    before = taken.session.variables
    does(taken, SetDetail, detail="email", value="Anna@Example.COM")
    assert [(one.kind, one.value, one.proven) for one in taken.identified] == [("email", "anna@example.com", False)]
    assert taken.records("detail")[0].data["value"] == "anna@example.com"
    assert taken.session.variables == before
    does(taken, SetDetail, detail="email", value="anna@")
    assert refusals(taken) == ["bad_email"]


def test_a_phone_among_the_variables_says_who_this_is_too(taken: Player):
    taken.identified.clear()
    does(taken, SetVariable, name="phone", value="+7 916 123-45-67")
    assert [(one.kind, one.value) for one in taken.identified] == [("phone", "+79161234567")]


def test_tags(taken: Player):
    does(taken, Tags, add=("vip", "vip", "дом"))
    assert taken.session.tags[-2:] == ["vip", "дом"]
    does(taken, Tags, remove=("дом", "unknown"))
    assert "дом" not in taken.session.tags
    assert taken.records("tagged")[0].data == {"added": [], "removed": ["дом"], "operator": "u1"}


def test_notes_and_tasks_are_records_and_reach_no_customer(taken: Player):
    session = taken.session
    assert does(taken, Note, text="Просил скидку {нет}") == []
    assert taken.records("note")[0].data == {"text": "Просил скидку {нет}", "operator": "u1"}
    assert does(taken, AddTask, title="Перезвонить", of="u2", due_at=5.0) == []
    task = taken.records("task")[0].data
    assert (task["title"], task["of"], task["due_at"]) == ("Перезвонить", "u2", 5.0)
    does(taken, EndTask, task=task["id"])
    assert taken.records("task_done")[0].data == {"id": task["id"], "operator": "u1"}
    assert taken.session == session


def test_nothing_is_said_to_who_has_blocked_the_bot(taken: Player):
    taken.apply(Denied(id="d", at=taken.now, address=taken.address))
    assert does(taken, Say, version=taken.session.version, text="Вы тут?") == []
    assert refusals(taken) == ["blocked"]


@pytest.mark.parametrize("step", ["siding/was_removed", "no_such_tunnel/area", "was_removed"])
def test_a_step_that_the_content_no_longer_has_is_no_way_back(taken: Player, step: str):
    does(taken, Release, version=1, step=step)
    assert refusals(taken) == ["no_step"]
    assert (taken.session.mode, taken.session.operator, taken.session.version) == ("operator", "u1", 1)
    assert not [effect for effect in taken.effects if isinstance(effect, Send)]
    does(taken, Release, version=1, step="siding/area")
    assert (taken.session.mode, taken.session.step) == ("bot", "area")


def deny(player: Player) -> None:
    player.apply(Denied(id=f"deny{player.count}", at=player.now, address=player.session.address))


@pytest.mark.parametrize("kind", [Close, Release])
def test_who_blocked_us_and_was_let_go_is_the_bot_s_when_they_write_again(taken: Player, kind):
    deny(taken)
    assert (taken.session.mode, taken.session.operator, taken.session.version) == ("blocked", "u1", 2)
    does(taken, kind, version=2)
    assert (taken.session.mode, taken.session.operator, taken.session.version) == ("blocked", "", 3)
    said = taken.say("Я снова здесь")
    assert (taken.session.mode, taken.session.operator) == ("bot", "")
    assert said


def test_who_blocked_us_and_was_not_let_go_is_still_the_operator_s(taken: Player):
    deny(taken)
    does(taken, Take, "u2", version=2)
    assert refusals(taken) == ["held"]
    does(taken, Release, version=2, step="siding/area")
    assert refusals(taken) == ["blocked"]
    assert taken.say("Я снова здесь") == []
    assert (taken.session.mode, taken.session.operator) == ("operator", "u1")


def test_who_blocked_us_in_the_queue_and_is_given_back_does_not_wait_any_more(player: Player):
    player.start("siding")
    player.say("менеджер")
    deny(player)
    does(player, Release, version=player.session.version)
    assert player.say("Я снова здесь")
    assert player.session.mode == "bot"
