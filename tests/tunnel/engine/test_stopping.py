"""Stop, blocked, allowed again; and content that has changed under a contact's feet."""

from __future__ import annotations

import sys

import pytest

from tests.tunnel.engine.build import definition, of_visit, step, text, to, tunnel
from tunnel.effects import Facts, Send
from tunnel.engine import new_session, turn
from tunnel.engine.player import Player, texts
from tunnel.events import Address, Allowed, Denied, Press, Profile, Receipt, Take, Text
from tunnel.language.definition import Choice
from tunnel.session import Pending

DAY = 86400.0


def _denied(player):
    return player.apply(Denied(id="d", at=player.now, address=player.address))


def _allowed(player):
    return player.apply(Allowed(id="a", at=player.now, address=player.address))


def test_stop_is_confirmed_once_and_then_there_is_silence(player):
    player.start("siding")
    assert texts(player.say("Стоп!")) == ["Хорошо, больше не пишу. Захотите вернуться — просто напишите сюда."]
    assert player.session.mode == "stopped"
    assert of_visit(player) == {}
    assert player.wait(100 * DAY) == []
    assert player.say("стоп") == []
    assert player.say("отписаться") == []
    assert player.session.mode == "stopped"


def test_who_writes_again_is_answered(player):
    player.start("siding")
    player.say("стоп")
    (again,) = player.say("передумал")
    assert "Что облицовываем?" in again.text.plain
    assert player.session.mode == "bot"


def test_who_presses_again_is_answered(player):
    player.start("siding")
    token = player.shown[0].token
    player.say("стоп")
    assert texts(player.press_token(token)) == ["Какая площадь стен в квадратных метрах?"]


def test_allowing_messages_ends_the_stop_without_a_word(player):
    player.start("siding")
    player.say("стоп")
    assert _allowed(player) == []
    assert player.session.mode == "bot"


def test_blocked_is_silence_until_the_customer_is_back(player):
    player.start("siding")
    assert _denied(player) == []
    assert player.session.mode == "blocked"
    assert of_visit(player) == {}
    assert player.wait(100 * DAY) == []
    assert _denied(player) == []
    assert _allowed(player) == []
    assert player.session.mode == "bot"
    assert texts(player.say("1")) == ["Какая площадь стен в квадратных метрах?"]


def test_blocked_while_queued_goes_back_to_the_queue(player):
    player.start("siding")
    player.press("Позвать менеджера")
    _denied(player)
    assert player.desk_posts("system")[-1].text.startswith("Клиент заблокировал бота")
    assert player.say("я тут") == []
    assert player.session.mode == "queued"
    assert [post.text for post in player.desk_posts()[-2:]] == ["Клиент снова принимает сообщения.", "я тут"]


def test_stopped_then_blocked_then_allowed_is_the_bots_again(player):
    player.start("siding")
    player.say("стоп")
    _denied(player)
    _allowed(player)
    assert player.session.mode == "bot"


def test_allowed_before_anything_else_says_nothing(player):
    assert _allowed(player) == []
    assert player.session.mode == "bot"
    assert texts(player.say("привет"))[0].startswith("Здравствуйте")


def test_a_receipt_changes_nothing(player):
    player.start("siding")
    before = player.session
    assert player.apply(Receipt(id="r", address=player.address, message_id="7", status="failed", error="131047")) == []
    assert player.session == before
    assert player.records("receipt")[0].data == {"message_id": "7", "status": "failed", "error": "131047"}


# --- the profile


def test_what_is_told_of_a_person_replaces_what_was_known(player):
    player.start("siding")
    event = Text(id="p", at=player.now + 9, address=player.address, text="эй", profile=Profile(sex="female"))
    player.apply(event)
    assert (player.session.profile.name, player.session.profile.sex) == ("Ольга", "female")


# --- content that has changed


def _old(name: str):
    yes = Choice(text("Да"), "yesyes", to=to(name))
    return definition(tunnel(step(name, say=text(f"{name}?"), choices=(yes,))))


def _moved(*, tunnel_name="t"):
    player = Player(_old("before"), start_at=1_768_294_800.0)  # a Tuesday at noon
    player.start()
    player.session.variables = {"gone": "kept"}
    yes = Choice(text("Да"), "yesyes", to=to("after", tunnel_name))
    player.definition = definition(
        tunnel(step("after", tunnel=tunnel_name, say=text("after?"), choices=(yes,)), name=tunnel_name)
    )
    return player


@pytest.mark.parametrize(
    "act",
    [lambda p: p.say("Да"), lambda p: p.press("Да"), lambda p: p.send_file(), lambda p: p.share_phone("1"),
     lambda p: p.start(), lambda p: p.start("before"), lambda p: p.say("назад")],
)  # fmt: skip
@pytest.mark.parametrize("tunnel_name", ["t", "other"])
def test_nobody_is_stranded_when_a_step_is_gone(act, tunnel_name):
    player = _moved(tunnel_name=tunnel_name)
    assert texts(act(player)) == ["Мы обновили этого бота, поэтому начнём с начала.", "after?"]
    assert player.records("stranded")[0].data == {"tunnel": "t", "step": "before"}
    assert player.session.variables == {"gone": "kept"}


def test_stop_and_people_still_work_when_a_step_is_gone():
    player = _moved()
    assert texts(player.say("стоп"))[0].startswith("Хорошо")
    player = _moved()
    assert texts(player.say("менеджер"))[0].startswith("Передаю")
    assert texts(player.operator("/return")) == []  # nothing to go on with; the next words begin anew
    assert texts(player.say("эй"))[0].startswith("Мы обновили")


def test_a_label_that_is_gone_is_an_old_button():
    player = Player(_old("a"))
    player.start()
    no = Choice(text("Нет"), "nononon", to=to("a"))
    player.definition = definition(tunnel(step("a", say=text("a!"), choices=(no,))))
    (again,) = player.press("Да")
    assert (again.text.plain, [button.label for button in again.buttons]) == ("a!", ["Нет"])


def test_an_objection_that_is_gone_is_forgotten(player):
    player.start("siding")
    player.session.pending = Pending("no-such", 3)
    (again,) = player.say("эээ")
    assert "Что облицовываем?" in again.text.plain
    assert texts(player.say("1")) == ["Какая площадь стен в квадратных метрах?"]


def test_a_definition_without_tunnels_is_reported_not_raised():
    empty = definition()
    event = Text(id="1", at=1.0, address=Address("web", "a", "1"), text="привет")
    result = turn(empty, new_session("c"), event, Facts(now=1.0))
    assert not any(isinstance(effect, Send) for effect in result.effects)
    assert any(type(effect).__name__ == "Fault" for effect in result.effects)


# --- a mistake of ours


def _broken(monkeypatch):
    def fail(_work, _event):
        _work.session.variables["half"] = "done"
        _work.tell("choose")
        raise ValueError("with a secret in it")

    monkeypatch.setattr(sys.modules[turn.__module__], "HANDLERS", {Text: fail, Press: fail, Take: fail})


def test_a_mistake_of_the_engine_is_undone_reported_and_goes_to_people(player, monkeypatch):
    player.start("siding")
    _broken(monkeypatch)
    assert texts(player.say("Дом"))[0].startswith("Что-то пошло не так")
    assert player.session.mode == "queued"
    assert "half" not in player.session.variables
    assert player.faults[0].message.startswith("the engine failed: ValueError in fail:")
    assert "secret" not in str(player.effects)
    assert player.press_token("x") == []
    assert len(player.acknowledged) == 1
    assert player.operator("/take") == []
    assert player.session.mode == "queued"


def test_an_event_of_no_known_kind_is_reported(player, monkeypatch):
    _broken(monkeypatch)
    assert texts(player.start())[0].startswith("Что-то пошло не так")
    assert player.faults[0].message.startswith("the engine failed: KeyError")
