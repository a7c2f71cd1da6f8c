"""Presses, typed numbers and labels: what a choice does, and what an old or forged button does."""

from __future__ import annotations

import pytest

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.effects import Acknowledge, Facts, Record, Send
from tunnel.engine import new_session, turn
from tunnel.engine.player import NoSuchButton, Player, texts
from tunnel.events import Address, Press
from tunnel.language.definition import Choice, Variable
from tunnel.language.templates import compile_condition, compile_text
from tunnel.messages import Span


def _labels(message):
    return [button.label for button in message.buttons]


def test_a_step_is_one_message_with_its_choices_as_written(player):
    (message,) = player.start("siding")
    assert message.text.plain.startswith("Здравствуйте, Ольга! Я бот компании «Фасад».")
    assert _labels(message) == ["Дом", "Баню", "Пока смотрю", "Позвать менеджера"]
    assert all(button.token.isascii() and len(button.token) <= 40 for button in message.buttons)


@pytest.mark.parametrize(
    "said", ["1", "1.", "1)", " 1 ", "1️⃣", "Дом", "дом", "ДОМ!", "«Дом».", "первый", "один", "дома", "1 \n", "1. Дом"]
)
def test_a_typed_answer_takes_the_choice(player, said):
    player.start("siding")
    assert texts(player.say(said)) == ["Какая площадь стен в квадратных метрах?"]
    assert player.session.variables == {"object": "дом"}


@pytest.mark.parametrize("said", ["0", "5", "1234", "1.5", "дым", "до", "-"])
def test_what_is_near_a_choice_is_not_taken(player, said):
    (question,) = player.start("siding")
    (again,) = player.say(said)
    assert again.text.plain.startswith("Не понял вас.")
    assert again.text.plain.endswith("Что облицовываем?")
    assert again.buttons == question.buttons
    assert player.session.visit == 1


def test_a_label_with_a_number_comes_before_the_number():
    made = definition(
        tunnel(
            step("rooms", say=text("?"), choices=tuple(Choice(text(n), key(n), to=to("n" + n)) for n in "234")),
            *(step("n" + n, say=text(f"{n} rooms"), end=True) for n in "234"),
        )
    )
    player = Player(made)
    player.start()
    assert texts(player.say("3")) == ["3 rooms"]


def test_every_press_is_acknowledged_first(player):
    player.start("siding")
    player.press("Дом")
    player.press_token("no.such.token")
    player.press_token("")
    player.say("стоп")
    player.press_token("x")
    player.operator("/take")
    player.press_token("y")
    presses = [effect for effect in player.effects if isinstance(effect, Acknowledge)]
    assert len(presses) == 5


def test_the_acknowledgement_is_the_first_effect(sample):
    press = Press(id="1", at=10.0, address=Address("web", "a", "1"), token="t", label="Да", ack="k")
    result = turn(sample, new_session("c"), press, Facts(now=10.0))
    assert [type(effect).__name__ for effect in result.effects[:2]] == ["Acknowledge", "Echo"]


def test_a_press_without_an_ack_is_not_acknowledged(sample):
    press = Press(id="1", at=10.0, address=Address("whatsapp", "a", "1"), token="t")
    assert not any(isinstance(e, Acknowledge) for e in turn(sample, new_session("c"), press, Facts(now=10.0)).effects)


def _press_at(player, token, at):
    player.now = at
    return player.apply(Press(id=f"p{at}", at=at, address=player.address, token=token, ack="a"))


def test_the_same_press_thrice_is_one_move(player):
    player.start("siding")
    token = player.shown[0].token
    now = player.now
    assert texts(_press_at(player, token, now + 1)) == ["Какая площадь стен в квадратных метрах?"]
    assert _press_at(player, token, now + 1.4) == []
    assert _press_at(player, token, now + 3.5) == []
    assert player.session.visit == 2
    assert len(player.acknowledged) == 3


def test_after_three_seconds_the_press_is_an_old_one(player):
    player.start("siding")
    token = player.shown[0].token
    _press_at(player, token, player.now + 1)
    assert texts(_press_at(player, token, player.now + 3)) == ["Какая площадь стен в квадратных метрах?"]
    assert player.session.visit == 2


def test_the_same_press_with_something_between_is_answered(player):
    player.start("siding")
    player.press("Пока смотрю")
    yes = player.shown[0].token
    now = player.now
    _press_at(player, yes, now + 1)
    player.now = now + 1.2
    player.apply(Press(id="q", at=now + 1.2, address=player.address, token="z"))
    assert texts(_press_at(player, yes, now + 2)) == ["Какая площадь стен в квадратных метрах?"]


def test_an_old_button_of_the_present_step_is_taken(player):
    player.start("plaster")
    player.say("короед")
    first = {button.label: button.token for button in player.shown}
    player.press("Назад к фактуре")
    player.say("шуба")
    assert player.session.step == "thanks"
    assert first["Да"] != player.shown[0].token
    said = player.press_token(first["Да"])
    assert texts(said)[-1] == "Посчитать стоимость для вашего дома?"


def test_an_old_button_of_another_step_repeats_the_question(player):
    player.start("siding")
    old = player.shown[0].token
    player.press("Дом")
    player.say("120")
    visit = player.session.visit
    (again,) = player.press_token(old)
    assert "с материалом" in again.text.plain
    assert _labels(again) == ["Вызвать замерщика", "Дорого", "Прислать гид", "Посмотреть работы"]
    assert player.session.visit == visit


@pytest.mark.parametrize(
    "token", ["", ".", "..", "1.2", "1.2.3.4", "zzz.zzz.zzz", "-1.x.y", "9" * 64, "é.ё.🙂", "1.ended.again", "\x00"]
)
def test_a_forged_token_repeats_the_question(player, token):
    (question,) = player.start("siding")
    (again,) = player.press_token(token)
    assert again.text == question.text
    assert again.buttons == question.buttons


def test_a_button_whose_condition_no_longer_holds_is_old():
    made = definition(
        tunnel(
            step(
                "a",
                say=text("?"),
                choices=(
                    Choice(text("Once"), "once00", to=to("b"), when=compile_condition("not seen", "t")),
                    Choice(text("Stay"), "stay00", to=to("b")),
                ),
            ),
            step("b", say=text("!"), set=(), choices=(Choice(text("Back"), "back00", to=to("a")),)),
        ),
        variables=[Variable("seen", "", "flag")],
    )
    player = Player(made)
    player.start()
    token = player.shown[0].token
    assert _labels(player.messages[-1]) == ["Once", "Stay"]
    player.session.variables["seen"] = True
    (again,) = player.press_token(token)
    assert _labels(again) == ["Stay"]
    assert player.session.step == "a"
    assert texts(player.say("1")) == ["!"]  # numbers count what is shown


def test_a_press_before_any_visit_begins_the_default_tunnel(player):
    said = player.press_token("1.abcdef.abcdef")
    assert texts(said)[0].startswith("Здравствуйте")


def test_a_link_choice_is_a_link_and_its_number_gives_the_link(player):
    player.start("siding")
    player.press("Дом")
    (offer,) = player.say("120")
    works = offer.buttons[3]
    assert (works.link, works.token) == ("https://example.com/works", "")
    (said,) = player.say("4")
    assert said.text.spans == (Span("link", 0, len("Посмотреть работы"), "https://example.com/works"),)
    assert player.session.step == "price"


def test_a_label_may_be_an_emoji():
    up, down = Choice(text("👍"), "thumbu", to=to("b")), Choice(text("👎"), "thumbd", to=to("end"))
    player = Player(
        definition(tunnel(step("a", say=text("?"), choices=(up, down)), step("b", say=text("!"), end=True)))
    )
    player.start()
    assert texts(player.say("🙂"))[0].startswith("Не понял вас.")
    assert texts(player.say(" 👍 ")) == ["!"]


def test_the_number_and_the_label_must_agree(player):
    player.start("siding")
    assert texts(player.say("2. Дом"))[0].startswith("Не понял вас.")


def test_a_label_with_holes_is_filled_in_and_recognised():
    made = definition(
        tunnel(
            step("a", say=text("?"), choices=(Choice(compile_text("Я {{ name }}", plain=True), "iamiam", to=to("b")),)),
            step("b", say=text("!"), end=True),
        )
    )
    player = Player(made)
    player.session.profile = type(player.session.profile)(name="Ян *")
    (message,) = player.start()
    assert _labels(message) == ["Я Ян *"]
    assert texts(player.say("я ян")) == ["!"]


def test_records_of_a_move(player):
    player.start("siding")
    player.press("Дом")
    (left,) = player.records("left")
    assert left.data == {"tunnel": "siding", "step": "hello", "visit": 1, "by": "press", "label": "Дом"}
    assert [record.data["step"] for record in player.records("entered")] == ["hello", "area"]
    player.say("130")
    assert all("130" not in str(effect) for effect in player.effects if isinstance(effect, Record))


def test_a_channel_without_enough_buttons_gets_typed_numbers():
    choices = tuple(Choice(text(f"L{n}"), key(str(n)), to=to("b")) for n in range(12))
    made = definition(
        tunnel(
            step("a", say=text("?"), choices=choices),
            step("b", say=text("!"), end=True),
        )
    )
    player = Player(made, "vk")
    player.start()
    player.choose("L11")
    assert player.records("left")[0].data["by"] == "text"
    with pytest.raises(NoSuchButton):
        player.press("no such")


def test_clients_without_callback_buttons_are_remembered(sample):
    press = Press(id="1", at=10.0, address=Address("vk", "a", "1"), token="t", callback_buttons=False)
    result = turn(sample, new_session("c"), press, Facts(now=10.0))
    assert [e.callback_buttons for e in result.effects if isinstance(e, Send)] == [False]
