"""Promo codes: each contact's own, the same one again while it is valid, and none where none is left."""

from __future__ import annotations

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.effects import Facts, Needs
from tunnel.engine import new_session, turn
from tunnel.engine.player import Player, texts
from tunnel.events import Address, Start
from tunnel.language.definition import Branch, Choice, Promo

DAY = 86400.0
MORE = Choice(text("Ещё"), "more00", to=to("gift"))


def _content(say: str = "{{ promo.code }} {{ promo.discount }} до {{ promo.until | date }}", limit=None, **fields):
    fields = {"choices": (MORE,)} | fields
    return definition(
        tunnel(step("gift", promo="back", say=text(say), **fields), step("next", say=text("Дальше"), choices=(MORE,))),
        promos=[Promo("back", "DOM-{random:6}", "10%", 3 * DAY, limit)],
    )


def test_a_turn_asks_for_the_code_it_needs():
    event = Start(id="1", at=1e9, address=Address("telegram", "b", "1"))
    found = turn(_content(), new_session("0" * 24), event, Facts(now=1e9))
    assert found == Needs("back", 1)
    assert found.key == "back:1"


def test_the_code_is_in_the_text_and_in_the_journal():
    player = Player(_content(), start_at=1768294800.0)
    (said,) = player.start()
    code = player.session.promos["back"][0]
    assert said.text.plain == f"{code} 10% до 16 января"
    (record,) = player.records("promo")
    assert record.data == {"promo": "back", "code": code, "until": player.now + 3 * DAY}


def test_a_code_that_is_valid_is_given_again_and_one_that_is_not_is_replaced():
    player = Player(_content(), start_at=1e9)
    (first,) = player.start()
    (again,) = player.press("Ещё")
    assert again == first or again.text == first.text
    assert len(player.records("promo")) == 1
    player.wait(4 * DAY)
    (other,) = player.press("Ещё")
    assert other.text != first.text
    assert len(player.records("promo")) == 2


def test_where_none_is_left_the_text_is_left_out_and_operators_know():
    player = Player(_content(limit=0))
    (said,) = player.start()
    assert said.text.plain == "Выберите вариант:"
    assert [button.label for button in said.buttons] == ["Ещё"]
    player.press("Ещё")
    assert player.records("promo")[0].data == {"promo": "back", "code": "", "until": 0.0}
    assert [post.text for post in player.desk_posts("notify")] == ["Промокоды «back» кончились: клиенту не досталось."]
    assert player.faults == []


def test_a_step_that_only_tells_the_code_is_passed():
    player = Player(_content(limit=0, choices=(), to=(Branch(to("next")),)))
    assert texts(player.start()) == ["Дальше"]


def test_a_text_may_say_it_in_another_way():
    player = Player(_content("{% if promo %}{{ promo.code }}{% else %}Скидок нет{% endif %}", limit=0))
    assert texts(player.start()) == ["Скидок нет"]


def test_had_names_what_was_handed_out():
    player = Player(_content("{{ had | join }}", limit=None))
    assert texts(player.start()) == ["back"]
    player = Player(_content("{{ had | join }}|", limit=0))
    assert texts(player.start()) == ["|"]


def test_a_promo_gone_from_the_content_is_a_fault():
    player = Player(definition(tunnel(step("gift", promo="gone", say=text("Да"), end=True))))
    assert texts(player.start()) == ["Да"]
    assert [fault.message for fault in player.faults] == ["there is no promo gone"]
