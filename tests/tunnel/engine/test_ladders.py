"""Ladders: follow-ups after an event, across channels, stopped by any answer and by the event that ends them."""

from __future__ import annotations

from datetime import time

import pytest

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.effects import Needs, Send
from tunnel.engine.ladders import MAX_LADDERS
from tunnel.engine.player import Player, texts
from tunnel.events import Timer, Trigger
from tunnel.language.definition import (
    Answer,
    Ask,
    Branch,
    Choice,
    Entry,
    EventRule,
    Frequency,
    Objection,
    Promo,
    Quiet,
    Rung,
    SetTo,
    Silence,
    Variable,
)
from tunnel.language.templates import compile_condition

HOUR, DAY = 3600.0, 86400.0
NOON = 1768294800.0  # 12:00 on Tuesday, 13 January 2026, in Moscow
TUE, WED, THU, FRI = range(1, 5)


def _choice(label: str, **fields) -> Choice:
    return Choice(text(label), key(label), **fields)


ORDER = _choice("Оформить", to=to("phone"))
DEAR = _choice("Дорого", objection="expensive")
CART = "В корзине: {{ event.items | join }}"


def rung(after_s: float, say: str = "", position: int = 0, **fields) -> Rung:
    return Rung(after_s, key("rung", str(position), str(after_s)), text(say) if say else None, **fields)


THREE = (rung(HOUR, CART, choices=(ORDER, DEAR)), rung(DAY, "Второе"), rung(2 * DAY, "Третье"))


def _content(*rungs: Rung, event: str = "cart.abandoned", until: str = "order.paid", **fields):
    siding = tunnel(
        step("hello", say=text("Дом?"), choices=(_choice("Да", to=to("bye")),), silence=fields.pop("silence", ())),
        step("phone", ask=Ask(text("Телефон для {{ event.items | join }}?"), "phone"), to=(Branch(to("bye")),)),
        step("bye", say=text("Пока"), end=True),
        events=[EventRule(event, "t", start=True, until=until, ladder=rungs or THREE, **fields.pop("rule", {}))],
        enter=[Entry(to("hello"), "siding")],
    )
    watch = tunnel(
        step("hi", tunnel="watch", say=text("Часы?"), choices=(_choice("Купить", to=to("hi", "watch")),)),
        name="watch",
        enter=[Entry(to("hi", "watch"), "watch")],
    )
    answer = Answer(text("Рассрочка"), (_choice("Ок", to=to("bye", "")),))
    return definition(
        siding, watch,
        objections=[Objection("expensive", "", ("дорого",), (answer,))],
        variables=[Variable("phone", "", "phone"), Variable("n", "", "number")],
        **fields,
    )  # fmt: skip


def _player(*rungs: Rung, start: str = "watch", **fields) -> Player:
    player = Player(_content(*rungs, **fields), start_at=NOON)
    if start:
        player.start(start)
    return player


def _cart(player: Player, event: str = "cart.abandoned") -> None:
    assert player.emit(event, items=["сайдинг", "софит"]) == []


def _did(player: Player) -> list[tuple]:
    return [(record.data["rung"], record.data["did"], record.data["why"]) for record in player.records("ladder")]


def test_rungs_are_said_in_their_time_counted_from_the_event():
    player = _player()
    _cart(player)
    assert player.wait(HOUR - 1) == []
    (first,) = player.wait(1)
    assert first.text.plain == "В корзине: сайдинг, софит"
    assert [button.label for button in first.buttons] == ["Оформить", "Дорого"]
    assert player.wait(23 * HOUR - 1) == []
    assert texts(player.wait(1)) == ["Второе"]
    assert texts(player.wait(DAY)) == ["Третье"]
    assert player.wait(30 * DAY) == []
    assert _did(player) == [
        (0, "started", ""), (0, "said", ""), (1, "said", ""), (2, "said", ""), (2, "ended", ""),
    ]  # fmt: skip
    assert player.session.ladders == []
    assert player.session.timers == {}


@pytest.mark.parametrize("answer", ["words", "press", "start", "file", "phone", "elsewhere", "stop"])
def test_any_answer_stops_it(answer):
    player = _player()
    old = player.shown[0].token
    _cart(player)
    player.wait(HOUR)
    {
        "words": lambda: player.say("ага"),
        "press": lambda: player.press_token(old),
        "start": player.start,
        "file": player.send_file,
        "phone": lambda: player.share_phone("+79161234567"),
        "elsewhere": lambda: (setattr(player, "channel", "vk"), player.say("ага")),
        "stop": lambda: player.say("стоп"),
    }[answer]()
    assert _did(player)[-1] == (1, "stopped", "answer")
    assert player.wait(30 * DAY) == []
    assert player.session.ladders == []


def test_a_receipt_is_no_answer_and_an_operator_is_none():
    player = _player()
    _cart(player)
    player.operator("Здравствуйте")
    player.operator("/return")
    assert texts(player.wait(HOUR)) == ["В корзине: сайдинг, софит"]


def test_the_event_that_ends_it_does_so_at_once():
    player = _player()
    _cart(player)
    player.emit("order.paid", total=1.0)
    assert _did(player)[-1] == (0, "stopped", "until")
    assert player.wait(30 * DAY) == []


def test_the_same_event_again_begins_it_anew():
    player = _player()
    _cart(player)
    player.wait(HOUR)
    player.emit("cart.abandoned", items=["труба"])
    assert texts(player.wait(HOUR)) == ["В корзине: труба"]
    assert texts(player.wait(23 * HOUR)) == ["Второе"]
    assert [why for _, did, why in _did(player) if did == "stopped"] == ["replaced"]


def test_a_timer_that_comes_twice_or_late_does_nothing():
    player = _player()
    _cart(player)
    (timer,) = player.timers
    at = player.timers[timer]
    player.wait(HOUR)
    before = player.session
    assert player.apply(Timer(id="t", at=player.now, timer=timer, due_at=at)) == []
    assert player.session == before
    player.say("ага")
    for late in (timer, "l:1:1", "l:1:2", "l:x:y", "l:", "l:1", "l:99:0"):
        assert player.apply(Timer(id="t", at=player.now, timer=late, due_at=player.now)) == []


# --- choices


def test_a_rungs_choice_leads_into_its_tunnel_with_what_the_event_carried():
    player = _player()
    _cart(player)
    player.wait(HOUR)
    assert texts(player.press("Оформить")) == ["Телефон для сайдинг, софит?"]
    assert {name: place[0] for name, place in player.session.parked.items()} == {"watch": "hi"}
    assert player.wait(30 * DAY) == []
    assert texts(player.say("назад")) == ["Часы?"]


@pytest.mark.parametrize("words", ["1", "Оформить", "оформить", "офрмить"])
def test_a_typed_number_or_label_is_the_choice_too(words):
    player = _player()
    _cart(player)
    player.wait(HOUR)
    assert texts(player.say(words)) == ["Телефон для сайдинг, софит?"]


def test_the_steps_own_choices_are_understood_beside_them():
    player = _player()
    _cart(player)
    player.wait(HOUR)
    assert texts(player.say("Купить")) == ["Часы?"]


def test_a_question_asked_again_is_the_rungs():
    player = _player()
    _cart(player)
    player.wait(HOUR)
    (again,) = player.say("фыва")
    assert again.text.plain == "Не понял вас.\n\nВ корзине: сайдинг, софит"
    assert [button.label for button in again.buttons] == ["Оформить", "Дорого"]
    assert texts(player.press("Оформить")) == ["Телефон для сайдинг, софит?"]


def test_the_buttons_of_every_rung_work_until_one_was_taken():
    first = rung(HOUR, "1", choices=(ORDER,))
    second = rung(DAY, "2", 1, choices=(_choice("Часы", to=to("hi", "watch")),))
    player = _player(first, second, rung(9 * DAY, "3", 2))
    _cart(player)
    (one,) = player.wait(HOUR)
    player.wait(DAY)
    assert texts(player.press_token(one.buttons[0].token)) == ["Телефон для сайдинг, софит?"]
    player.wait(10)
    assert texts(player.press_token(one.buttons[0].token)) == ["Телефон для сайдинг, софит?"]
    assert player.records("ignored")[-1].data == {"why": "an old button"}
    assert len(player.records("entered")) == 2


@pytest.mark.parametrize("number", ["0", "2", "-1", "zz", "é", ""])
def test_a_forged_number_is_an_old_button(number):
    player = _player()
    _cart(player)
    (said,) = player.wait(HOUR)
    _, rest = said.buttons[0].token.split(".", 1)
    assert texts(player.press_token(f"{number}.{rest}")) != ["Телефон для сайдинг, софит?"]
    assert player.session.step == "hi"


def test_an_objection_of_a_rung_is_answered_and_the_way_leads_on():
    player = _player(start="siding")
    _cart(player)
    player.wait(HOUR)
    assert texts(player.press("Дорого")) == ["Рассрочка"]
    assert texts(player.press("Ок")) == ["Пока"]


@pytest.mark.parametrize("way", ["press", "say"])
def test_after_the_end_choices_of_rungs_and_of_objections_work(way):
    player = _player(start="siding")
    player.press("Да")
    assert player.session.ended
    _cart(player)
    player.wait(HOUR)
    assert texts(getattr(player, way)("Дорого")) == ["Рассрочка"]
    assert texts(getattr(player, way)("Ок")) == ["Пока"]


def test_a_choice_sets_what_the_event_carried():
    player = _player(
        rung(HOUR, "1", choices=(_choice("Да", to=to("bye"), set=(SetTo("n", text("{{ event.total }}")),)),))
    )
    player.emit("cart.abandoned", total=5.0)
    player.wait(HOUR)
    player.press("Да")
    assert player.session.variables == {"n": 5.0}


def test_a_choice_gone_from_the_content_falls_back_kindly():
    player = _player()
    _cart(player)
    player.wait(HOUR)
    player.definition = _content(rung(HOUR, "1"))
    assert texts(player.press("Оформить")) == ["Часы?"]


def test_a_ladder_gone_from_the_content_ends():
    player = _player()
    _cart(player)
    player.definition = _content(event="other.event")
    assert player.wait(DAY) == []
    assert _did(player)[-1] == (0, "stopped", "gone from the content")
    assert player.session.ladders == []


# --- what a rung may want


def test_a_rung_may_lead_somewhere_by_itself():
    player = _player(rung(HOUR, "Ну что ж", to=to("hello")))
    _cart(player)
    assert texts(player.wait(HOUR)) == ["Ну что ж", "Дом?"]
    player = _player(rung(HOUR, to=to("hello")))
    _cart(player)
    assert texts(player.wait(HOUR)) == ["Дом?"]
    assert player.records("left")[-1].data["by"] == "ladder"


def test_a_rung_whose_condition_does_not_hold_is_passed():
    player = _player(rung(HOUR, "1", when=compile_condition("event.total > 9", "t")), rung(DAY, "2", 1))
    player.emit("cart.abandoned", total=5.0)
    assert texts(player.wait(DAY)) == ["2"]
    assert (0, "skipped", "when") in _did(player)


def test_a_promo_code_is_personal_and_lasts():
    say = "Код {{ promo.code }}"
    player = _player(
        rung(HOUR, say, promo="back"),
        rung(DAY, say, 1, promo="back"),
        rung(9 * DAY, say, 2, promo="back"),
        promos=[Promo("back", "DOM-{random:6}", "10%", 3 * DAY)],
    )
    _cart(player)
    (first,) = player.wait(HOUR)
    (second,) = player.wait(DAY)
    (third,) = player.wait(9 * DAY)
    assert first.text == second.text != third.text
    assert len(player.records("promo")) == 2


def test_without_a_code_the_rung_is_left_out_and_the_next_is_not():
    player = _player(
        rung(HOUR, "Код {{ promo.code }}", promo="back"),
        rung(DAY, "2", 1),
        promos=[Promo("back", "DOM-{random:6}", "10%", 3 * DAY, limit=0)],
    )
    _cart(player)
    assert texts(player.wait(2 * DAY)) == ["2"]
    assert (0, "skipped", "promo") in _did(player)
    assert player.faults == []
    assert len(player.desk_posts("notify")) == 1


def test_no_code_is_taken_for_what_is_not_said(monkeypatch):
    player = _player(
        rung(10 * HOUR, "Код {{ promo.code }}", promo="back"),
        promos=[Promo("back", "DOM-{random:6}", "10%", 3 * DAY)],
        quiet=Quiet(time(21), time(9)),
    )
    asked: list[Needs] = []
    grant = Player._code
    monkeypatch.setattr(Player, "_code", lambda self, needs: asked.append(needs) or grant(self, needs))
    _cart(player)
    player.wait(10 * HOUR)
    assert asked == []
    assert len(player.wait(12 * HOUR)) == 1
    assert [needs.grant for needs in asked] == ["back"]


def test_a_text_that_fails_is_reported_and_left_out():
    player = _player(rung(HOUR, "{{ event.nothing }}", choices=(ORDER,)), rung(DAY, "2", 1))
    _cart(player)
    assert texts(player.wait(DAY)) == ["2"]
    assert len(player.faults) == 1


# --- where and when


def _sent_to(player: Player) -> str:
    return [effect.address.channel for effect in player.effects if isinstance(effect, Send)][-1]


def test_via_goes_to_the_first_channel_where_they_are_known():
    player = _player(
        rung(HOUR, "1"), rung(DAY, "2", 1, via=("whatsapp", "vk", "telegram")), rung(2 * DAY, "3", 2, via=("web",))
    )
    player.channel = "vk"
    player.say("?")
    player.channel = "telegram"
    player.say("??")
    _cart(player)
    player.wait(HOUR)
    assert _sent_to(player) == "telegram"
    assert texts(player.wait(DAY)) == ["2"]
    assert _sent_to(player) == "vk"
    assert player.session.address.channel == "telegram", "until they answer there"
    assert player.wait(DAY) == []
    assert player.records("held")[-1].data == {"what": "ladder", "why": "channel", "until": 0.0}
    assert player.session.ladders == []


def test_a_rung_waits_for_open_time_and_for_its_days():
    player = _player(
        rung(10 * HOUR, "1"), rung(26 * HOUR, "2", 1, days=frozenset({FRI})), quiet=Quiet(time(21), time(9))
    )
    _cart(player)
    assert player.wait(20 * HOUR) == []
    assert texts(player.wait(1 * HOUR)) == ["1"]
    assert player.wait(2 * DAY - 60) == []
    assert texts(player.wait(HOUR)) == ["2"], "Friday, nine o'clock"
    assert [record.data["why"] for record in player.records("held")] == ["quiet", "days"]


def test_what_waits_for_the_morning_keeps_its_order():
    player = _player(
        *(rung((10 + index) * HOUR, str(index), index) for index in range(5)), quiet=Quiet(time(21), time(9))
    )
    _cart(player)
    assert texts(player.wait(22 * HOUR)) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(("ago", "said"), [(0.5 * HOUR, []), (2 * HOUR, ["1"]), (1.5 * DAY, ["2"]), (9 * DAY, ["3"])])
def test_of_an_event_that_reached_us_late_only_the_last_rung_that_is_due_is_said(ago, said):
    player = _player(rung(HOUR, "1"), rung(DAY, "2", 1), rung(2 * DAY, "3", 2), quiet=Quiet(time(21), time(9)))
    event = Trigger(id="t", at=player.now, sent_at=player.now - ago, name="cart.abandoned")
    assert texts(player.apply(event) + player.wait(0)) == said


def test_what_the_cap_refuses_is_left_out_and_journalled():
    player = _player(rung(HOUR, "1"), rung(2 * HOUR, "2", 1), rung(2 * DAY, "3", 2), frequency=Frequency(1, DAY))
    _cart(player)
    assert texts(player.wait(9 * DAY)) == ["1", "3"]
    assert [record.data["why"] for record in player.records("held")] == ["frequency"]


def test_while_people_answer_rungs_are_left_out():
    player = _player()
    _cart(player)
    player.operator("/take")
    assert player.wait(2 * HOUR) == []
    assert player.records("held")[-1].data["why"] == "people"
    player.operator("/return")
    assert texts(player.wait(DAY)) == ["Второе"]


@pytest.mark.parametrize("how", ["stop", "deny"])
def test_none_begins_or_goes_on_for_those_who_want_nothing(how):
    player = _player()
    _cart(player)
    if how == "stop":
        player.say("стоп")
    else:
        player.deny()
    assert player.wait(DAY) == []
    _cart(player)
    assert player.wait(30 * DAY) == []
    assert player.session.ladders == []


def test_after_an_outage_only_the_last_rung_that_is_due_is_said():
    player = _player()
    _cart(player)
    ((timer, at),) = player.timers.items()
    player.timers.clear()
    player.now += 1.5 * DAY
    said = player.apply(Timer(id="late", at=player.now, timer=timer, due_at=at))
    assert texts(said + player.wait(0)) == ["Второе"]
    assert texts(player.wait(DAY)) == ["Третье"]


def test_reminders_of_the_step_go_on_beside_a_ladder():
    player = _player(start="siding", silence=(Silence(2 * HOUR, text("Ну?")),))
    _cart(player)
    assert texts(player.wait(3 * HOUR)) == ["В корзине: сайдинг, софит", "Ну?"]


# --- bounds


def test_of_many_ladders_the_oldest_stop():
    rules = [EventRule(f"e{n}", "t", start=True, ladder=(rung(DAY + n, f"{n}", n),)) for n in range(MAX_LADDERS + 3)]
    made = definition(tunnel(step("a", say=text("A"), choices=(ORDER,)), step("phone", say=text("P")), events=rules))
    player = Player(made, start_at=NOON)
    player.start()
    for each in rules:
        player.emit(each.event)
    assert len(player.session.ladders) == MAX_LADDERS
    assert texts(player.wait(9 * DAY)) == [f"{n}" for n in range(3, MAX_LADDERS + 3)]
    assert player.session.timers == {}


def test_a_ladder_of_a_contact_who_has_not_written_begins_with_their_words():
    player = _player(start="")
    _cart(player)
    player.wait(9 * DAY)
    assert texts(player.start()) == ["Дом?"]
    assert texts(player.wait(HOUR)) == ["В корзине: сайдинг, софит"]
