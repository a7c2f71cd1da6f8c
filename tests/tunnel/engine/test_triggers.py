"""Events from outside the chat: who acts on them, what they do, and what they never do."""

from __future__ import annotations

from datetime import time

import pytest

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine.payloads import MAX_BYTES, carried
from tunnel.engine.player import Player, texts
from tunnel.events import Receipt
from tunnel.language.definition import (
    Action,
    Ask,
    Branch,
    Choice,
    Entry,
    EventKind,
    EventRule,
    Product,
    Quiet,
    SetTo,
    Stage,
    Variable,
)
from tunnel.language.templates import compile_condition

HOUR, DAY = 3600.0, 86400.0
NOON = 1768294800.0  # 12:00 on Tuesday, 13 January 2026, in Moscow
STAGES = [
    Stage("new", "", 0),
    Stage("offer", "", 1),
    Stage("won", "", 2, outcome="won"),
    Stage("lost", "", 3, outcome="lost"),
]


def when(source: str):
    return compile_condition(source, "test")


def _choice(label: str, target, **fields) -> Choice:
    return Choice(text(label), (label.lower() + "000000")[:6], to=target, **fields)


def _shop(*rules: EventRule, entries=(), watch_rules=(), **fields):
    """Siding: a question, thanks with the event's sum, an end; a watch beside it."""
    siding = tunnel(
        step("hello", stage="new", say=text("Дом?"), choices=(_choice("Yes", to("bye")),)),
        step("thanks", say=text("Спасибо за {{ event.total | default('?') }}"), choices=(_choice("Ok", to("bye")),)),
        step("bye", say=text("Пока"), end=True),
        stages=STAGES,
        events=rules,
        enter=[Entry(to("hello"), "siding"), *entries],
    )
    watch = tunnel(
        step("hi", tunnel="watch", stage="new", say=text("Часы?"), choices=(_choice("Buy", to("hi", "watch")),)),
        name="watch",
        stages=STAGES,
        events=watch_rules,
        enter=[Entry(to("hi", "watch"), "watch")],
    )
    return definition(siding, watch, **fields)


def rule(event: str = "order.paid", tunnel: str = "t", **fields) -> EventRule:
    return EventRule(event, tunnel, **fields)


def _player(*rules, start="siding", **fields) -> Player:
    player = Player(_shop(*rules, **fields), start_at=NOON)
    if start:
        player.start(start)
    return player


def test_a_rule_moves_the_stage_and_leads_on():
    player = _player(rule(stage="won", to=to("thanks"), when=when("event.total > 0")))
    assert texts(player.emit("order.paid", total=5.0)) == ["Спасибо за 5"]
    assert player.stage == "won"
    assert player.records("trigger")[-1].data == {
        "name": "order.paid", "tunnel": "t", "did": "stage,moved", "fields": ["total"],
    }  # fmt: skip
    assert player.records("money")[-1].data == {"tunnel": "t", "value": 5.0, "currency": "RUB", "product": ""}
    assert player.records("left")[-1].data["by"] == "event"


def test_what_is_not_true_does_nothing():
    player = _player(rule(stage="won", to=to("thanks"), when=when("event.total > 0")))
    assert player.emit("order.paid", total=0.0) == []
    assert player.stage == "new"
    assert player.faults == []


def test_a_condition_that_fails_is_false_and_reported():
    player = _player(rule(stage="won", to=to("thanks"), when=when("event.total > 0")))
    before = player.session
    assert player.emit("order.paid") == []
    assert player.stage == "new"
    assert player.session == before
    assert len(player.faults) == 1


def test_set_and_do_act_before_the_stage_and_the_move():
    player = _player(
        rule(
            set=(SetTo("sum", text("{{ event.total }}")),),
            do=(Action(tag="buyer"), Action(notify="sales", text=text("Оплата {{ sum }}"))),
            to=to("thanks"),
        ),
        variables=[Variable("sum", "", "number")],
    )
    player.emit("order.paid", total=7.0)
    assert player.session.variables == {"sum": 7.0}
    assert player.session.tags == ["buyer"]
    assert [post.text for post in player.desk_posts("notify")] == ["Оплата 7"]
    kinds = [type(effect).__name__.lower() for effect in player.effects]
    assert kinds.index("desk") < len(kinds) - 1 - kinds[::-1].index("send")


def test_an_event_that_no_tunnel_names_is_ignored():
    player = _player(rule())
    assert player.emit("wishlist.discount", item="x") == []
    assert player.records("ignored")[-1].data == {"why": "no tunnel has a rule for this event"}


def test_a_rule_is_not_for_those_who_were_never_inside():
    player = _player(rule(stage="won", to=to("thanks")), start="watch")
    assert player.emit("order.paid") == []
    assert player.session.stages == {"watch": "new"}


def test_start_lets_a_rule_act_for_anyone():
    player = _player(rule(start=True, to=to("thanks")), start="watch")
    assert texts(player.emit("order.paid", total=1.0)) == ["Спасибо за 1"]
    assert {name: place[0] for name, place in player.session.parked.items()} == {"watch": "hi"}


def test_a_tunnel_left_aside_moves_its_stage_without_leaving_the_foreground():
    player = _player(rule(stage="won"))
    player.start("watch")
    assert player.emit("order.paid", total=3.0) == []
    assert player.session.tunnel == "watch"
    assert player.session.stages == {"t": "won", "watch": "new"}
    assert player.session.won == ["t"]
    assert player.records("money")[-1].data["tunnel"] == "t"


def test_a_tunnel_left_aside_may_come_to_the_front():
    player = _player(rule(to=to("thanks")))
    player.start("watch")
    assert texts(player.emit("order.paid", total=3.0)) == ["Спасибо за 3"]
    assert list(player.session.parked) == ["watch"]


def test_one_event_moves_the_conversation_once():
    player = _player(
        rule(to=to("thanks")), watch_rules=[rule(tunnel="watch", stage="won", to=to("hi", "watch"))], start="watch"
    )
    player.start("siding")
    assert texts(player.emit("order.paid", total=3.0)) == ["Спасибо за 3"]
    assert player.session.stages["watch"] == "won"


def test_after_the_end_an_order_is_still_this_tunnels():
    player = _player(rule(stage="won", to=to("thanks")))
    player.press("Yes")
    assert player.session.ended
    assert texts(player.emit("order.paid", total=3.0)) == ["Спасибо за 3"]
    assert player.stage == "won"


def test_conditions_see_the_stage_of_the_rules_own_tunnel():
    player = _player(rule(stage="won", when=when("stage == 'offer' and 'hello' in visited")))
    player.start("watch")
    player.emit("order.paid")
    assert player.session.stages["t"] == "new"
    player.session.stages["t"] = "offer"
    player.emit("order.paid")
    assert player.session.stages["t"] == "won"


def test_end_closes_a_tunnel_that_is_left_aside_and_no_other():
    player = _player(rule(to=to("end")))
    player.start("watch")
    assert player.emit("order.paid") == []
    assert not player.session.ended
    assert player.session.parked == {}
    player.start("siding")
    player.emit("order.paid")
    assert player.session.ended


# --- ways in


def _form(**fields) -> Entry:
    return Entry(to("thanks"), event="form.submitted", when=when("event.form == 'siding'"), **fields)


def test_an_event_is_a_way_in_for_those_outside():
    player = _player(entries=[_form()], start="watch")
    assert player.emit("form.submitted", form="other") == []
    assert texts(player.emit("form.submitted", form="siding", total=4.0)) == ["Спасибо за 4"]
    assert player.session.tunnel == "t"


def test_a_way_in_is_not_for_those_inside_or_aside():
    player = _player(entries=[_form()])
    assert player.emit("form.submitted", form="siding") == []
    player.start("watch")
    assert player.emit("form.submitted", form="siding") == []


# --- when the bot has to be silent


@pytest.mark.parametrize(
    ("words", "why"), [("стоп", "stopped"), ("оператор", "people"), ("/take", "people"), ("/deny", "blocked")]
)
def test_who_may_not_be_written_to_is_not(words, why):
    player = _player(rule(stage="won", do=(Action(tag="buyer"),), to=to("thanks")))
    if words == "/take":
        player.operator(words)
    elif words == "/deny":
        player.deny()
    else:
        player.say(words)
    assert player.emit("order.paid", total=3.0) == []
    assert player.stage == "won"
    assert player.session.tags == ["buyer"]
    assert player.session.step == "hello"
    assert player.records("held")[-1].data == {"what": "event", "why": why, "until": 0.0}


QUIET = Quiet(time(21), time(9))


def test_a_move_waits_for_open_time():
    player = _player(rule(to=to("thanks"), stage="won"), quiet=QUIET)
    player.wait(10 * HOUR)
    assert player.emit("order.paid", total=3.0) == []
    assert player.stage == "won", "what says nothing does not wait"
    assert player.records("trigger")[-1].data["did"] == "stage,waits"
    assert texts(player.wait(11 * HOUR - 60)) == []
    assert texts(player.wait(60)) == ["Спасибо за 3"]
    assert player.session.ladders == []


def test_of_two_moves_of_one_tunnel_the_last_waits():
    player = _player(rule(to=to("thanks")), quiet=QUIET)
    player.wait(10 * HOUR)
    player.emit("order.paid", total=3.0)
    player.emit("order.paid", total=4.0)
    assert len(player.timers) == 1
    assert texts(player.wait(11 * HOUR)) == ["Спасибо за 4"]


def test_who_has_just_written_is_answered_at_any_hour():
    player = _player(rule(to=to("thanks")), quiet=QUIET)
    player.wait(10 * HOUR)
    player.say("?")
    assert texts(player.emit("order.paid", total=3.0)) == ["Спасибо за 3"]


def test_a_move_that_waited_is_held_while_people_answer():
    player = _player(rule(to=to("thanks")), quiet=QUIET)
    player.wait(10 * HOUR)
    player.emit("order.paid", total=3.0)
    player.operator("/take")
    assert player.wait(12 * HOUR) == []
    assert player.records("held")[-1].data["why"] == "people"
    assert player.session.ladders == []
    assert player.session.timers == {}


# --- contacts who have not written yet


def _unknown(*rules, **fields) -> Player:
    return _player(*rules, start="", **fields)


def test_the_tunnel_starts_when_they_first_write():
    player = _unknown(rule("cart.abandoned", start=True, to=to("thanks")))
    assert player.emit("cart.abandoned", total=9.0) == []
    assert player.records("trigger")[-1].data["did"] == "kept"
    player.wait(3 * DAY)
    assert texts(player.start()) == ["Спасибо за 9"], "instead of the default tunnel"
    assert player.session.kept == []
    assert player.emit("cart.abandoned") != []


def test_words_that_fit_nothing_are_no_way_in_either():
    player = _unknown(rule("cart.abandoned", start=True, to=to("thanks")))
    player.emit("cart.abandoned", total=9.0)
    assert texts(player.say("ой")) == ["Спасибо за 9"]


def test_where_no_event_leads_in_the_default_tunnel_begins():
    player = _unknown(rule("cart.abandoned", start=True, do=(Action(tag="cart"),)))
    player.emit("cart.abandoned", total=9.0)
    assert texts(player.start()) == ["Дом?"]
    assert player.session.tags == ["cart"]


def test_a_way_in_of_their_own_goes_first():
    player = _unknown(rule("cart.abandoned", start=True, to=to("thanks"), do=(Action(tag="cart"),)))
    player.emit("cart.abandoned", total=9.0)
    assert texts(player.start("watch")) == ["Часы?"]
    assert player.session.tags == ["cart"]


def test_kept_events_act_in_their_order_and_are_twenty_at_most():
    player = _unknown(
        rule("cart.abandoned", start=True, set=(SetTo("n", text("{{ n | default(0) * 100 + event.n }}")),)),
        variables=[Variable("n", "", "number")],
    )
    for n in range(25):
        player.emit("cart.abandoned", n=float(n))
    assert len(player.session.kept) == 20
    assert [record.data["why"] for record in player.records("held")] == ["too many"] * 5
    player.session.kept = player.session.kept[:3]
    player.start()
    assert player.session.variables["n"] == 50607


def test_an_event_that_no_tunnel_names_is_not_kept():
    player = _unknown(rule())
    player.emit("cart.abandoned")
    assert player.session.kept == []


# --- reads, clicks and what events carry


def test_a_message_that_was_read_closes_a_stage():
    player = _player(rule("message.read", stage="offer", when=when("event.step == 'hello'")))
    receipt = Receipt(id="r", at=player.now, address=player.address, message_id="1", status="read")
    assert player.apply(receipt) == []
    assert player.stage == "offer"


def test_a_receipt_is_no_event_where_content_does_not_ask():
    player = _player(rule())
    player.apply(Receipt(id="r", at=player.now, address=player.address, message_id="1", status="read"))
    assert player.records("trigger") == []


def test_a_click_closes_a_stage_and_is_counted():
    player = _player(rule("link.clicked", stage="offer", when=when("event.link == 'works'")))
    player.emit("link.clicked", link="works")
    assert player.stage == "offer"
    assert player.records("clicked")[-1].data == {"link": "works"}


def test_of_a_long_payload_only_what_content_names_is_kept():
    made = _shop(rule(), events=[EventKind("order.paid", "", {}, frozenset({"total", "items"}))])
    long = {"total": 5.0, "items": ["x" * 100] * 10, "dump": "y" * 5000}
    assert carried(made, "order.paid", long) == {"total": 5.0, "items": ["x" * 100] * 10}
    assert carried(made, "order.paid", {"total": 5.0, "items": "x" * MAX_BYTES}) == {"total": 5.0}
    assert carried(made, "order.paid", {"total": 5.0, "note": "z"}) == {"total": 5.0, "note": "z"}
    assert carried(made, "never.named", long) == {}


def test_null_characters_are_not_kept():
    assert carried(_shop(), "order.paid", {"a\0": ["b\0"], "c": "d\0"}) == {"a": ["b"], "c": "d"}


def test_the_session_stays_small_whatever_events_carry():
    from tunnel.session import encode_session

    player = _unknown(rule("cart.abandoned", start=True))
    for n in range(30):
        player.emit("cart.abandoned", note=f"{n}" + "x" * 1900)
    assert len(encode_session(player.session)) < 5000
    assert player.session.kept[-1].data["note"].startswith("29")


# --- names


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("season == 'winter'", True), ("season == 'spring'", False), ("weekday == 'tue'", True), ("hour == 12", True),
        ("'hello' in visited", True), ("'bye' in visited", False), ("stages.t == 'new'", True), ("had", False),
        ("product.name == 'drain'", True), ("product.price > 100", True), ("products.soffit.title == 'Софит'", True),
        ("recommended.name == 'soffit'", True), ("recommended.name == 'pipe'", False),
    ],
)  # fmt: skip
def test_conditions_read_season_history_and_products(source, shown):
    player = _player(
        rule(stage="won", when=when(source)),
        products=[
            Product("drain", "Водосток", 12000.0,
                    next=(Branch(to("pipe", ""), when("event.total > 900")), Branch(to("soffit", "")))),
            Product("soffit", "Софит", 900.0),
            Product("pipe", "Труба"),
        ],
    )  # fmt: skip
    player.emit("order.paid", product="drain", total=5.0)
    assert (player.stage == "won") is shown
    assert player.faults == []


def test_a_variable_of_the_same_name_is_meant_rather():
    player = _player(rule(stage="won", when=when("season == 'mine'")), variables=[Variable("season", "", "text")])
    player.session.variables["season"] = "mine"
    player.emit("order.paid")
    assert player.stage == "won"


# --- who the contact is


def test_a_number_in_whatsapp_is_the_contacts():
    player = Player(_shop(), "whatsapp", NOON)
    player.__class__ = _Abroad
    player.start("siding")
    (known,) = player.identified
    assert (known.kind, known.value) == ("phone", "+79161234567")
    player.say("?")
    assert len(player.identified) == 1


class _Abroad(Player):
    __slots__ = ()

    @property
    def address(self):
        from tunnel.events import Address

        return Address("whatsapp", "player", "79161234567")


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [("phone", "8 916 123-45-67", "+79161234567"), ("email", "Olga@Example.COM", "olga@example.com")],
)
def test_a_typed_answer_makes_them_known(kind, words, value):
    made = definition(
        tunnel(step("a", ask=Ask(text("?"), "v"), to=(Branch(to("b")),)), step("b", say=text("B"), end=True)),
        variables=[Variable("v", "", kind)],
    )
    player = Player(made)
    player.start()
    player.say(words)
    (known,) = player.identified
    assert (known.kind, known.value) == (kind, value)


def test_only_ones_own_contact_card_makes_them_known():
    player = _player(rule())
    player.share_phone("+79161234567", own=False)
    assert player.identified == []
    player.share_phone("+79161234567")
    assert [known.value for known in player.identified] == ["+79161234567"]


# --- a manager moves the lead elsewhere


def _elsewhere(**fields) -> Player:
    stages = [Stage("new", "", 0), Stage("deal", "", 1, step="thanks"), Stage("won", "", 2, outcome="won")]
    made = definition(
        tunnel(
            step("hello", stage="new", say=text("Дом?"), choices=(_choice("Yes", to("hello")),)),
            step("thanks", say=text("Договор"), end=True),
            stages=stages,
        ),
        **fields,
    )
    player = Player(made, start_at=NOON)
    player.start()
    return player


def test_a_stage_changed_elsewhere_begins_its_step():
    player = _elsewhere()
    assert texts(player.emit("stage.changed", tunnel="t", stage="deal", reason="CRM")) == ["Договор"]
    assert player.records("stage")[-1].data == {"tunnel": "t", "before": "new", "after": "deal", "reason": "CRM"}
    assert player.emit("stage.changed", stage="deal") == [], "stands there already"


def test_its_step_waits_for_open_time_and_for_people():
    player = _elsewhere(quiet=QUIET)
    player.wait(10 * HOUR)
    assert player.emit("stage.changed", stage="deal") == []
    assert player.stage == "deal"
    assert texts(player.wait(11 * HOUR)) == ["Договор"]
    player = _elsewhere()
    player.operator("/take")
    assert player.emit("stage.changed", stage="deal") == []
    assert texts(player.operator("/return"))[-1] == "Договор"


@pytest.mark.parametrize("data", [{}, {"stage": "gone"}, {"stage": "deal", "tunnel": "gone"}, {"stage": ["deal"]}])
def test_a_stage_that_does_not_exist_changes_nothing(data):
    player = _elsewhere()
    assert player.emit("stage.changed", **data) == []
    assert player.stage == "new"
