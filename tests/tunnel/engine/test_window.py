"""WhatsApp's 24 hours: after them an approved message goes instead, or another channel, where there is one."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.effects import Send
from tunnel.engine.player import Player
from tunnel.events import Address, SendStep, Text, Trigger
from tunnel.language.definition import Approved, Choice, EventRule, Rung, Silence

HOUR, DAY = 3600.0, 86400.0
NOON = 1768294800.0  # 12:00 on Tuesday, 13 January 2026, in Moscow
YES = Choice(text("Да"), key("Да"), to=to("bye"))
RECALL = Approved("recall_ru", "ru", (text("{{ name | default('друг') }}"),), buttons=True)


def _player(channel: str, *silence: Silence, ladder: tuple[Rung, ...] = (), template: str = "") -> Player:
    hello = step("hello", say=text("Дом?"), choices=(YES,), silence=silence)
    later = step("later", say=text("Ещё нужно?"), choices=(YES,), template=template)
    content = tunnel(
        hello,
        later,
        step("bye", say=text("Пока"), end=True),
        events=[EventRule("cart.abandoned", "t", start=True, ladder=ladder)] if ladder else [],
    )
    return Player(replace(definition(content), templates={"recall": RECALL}), channel, NOON)


def _templates(player: Player) -> list[str]:
    sends = [effect.message for effect in player.effects if isinstance(effect, Send)]
    return [message.template.name if message.template else "" for message in sends]


REMINDERS = (
    Silence(HOUR, say=text("Здесь?"), template="recall"),
    Silence(2 * DAY, say=text("Ещё нужно?"), template="recall"),
)


def test_free_text_within_the_window_an_approved_message_after_it() -> None:
    player = _player("whatsapp", *REMINDERS)
    player.start()
    player.wait(3 * DAY)
    assert _templates(player) == ["", "", "recall_ru"]
    approved = player.messages[-1].template
    assert approved is not None
    assert (approved.language, approved.params, approved.buttons) == ("ru", ("друг",), True)
    assert [button.label for button in player.messages[-1].buttons] == ["Да"]


def test_where_free_text_always_gets_through_nothing_is_approved() -> None:
    for channel in ("telegram", "vk", "web"):
        player = _player(channel, *REMINDERS)
        player.start()
        player.wait(3 * DAY)
        assert _templates(player) == ["", "", ""]


def test_the_customers_word_opens_the_window_again() -> None:
    player = _player("whatsapp", *REMINDERS)
    player.start()
    player.wait(3 * DAY)
    player.say("что?")
    assert _templates(player)[-1] == ""


def test_a_step_has_an_approved_message_of_its_own() -> None:
    player = _player("whatsapp", Silence(2 * DAY, to=to("later")), template="recall")
    player.start()
    player.wait(3 * DAY)
    assert _templates(player) == ["", "recall_ru"]


def _cart(player: Player, *via: str) -> None:
    player.start()
    player.apply(Text(id="wa", at=player.now, address=Address("telegram", "player", "7"), text="где вы?"))
    player.wait(2 * DAY)
    player.apply(Trigger(id="cart", at=player.now, name="cart.abandoned"))
    player.wait(2 * HOUR)


def test_a_ladder_takes_the_channel_where_it_gets_through() -> None:
    rung = Rung(HOUR, key("rung"), text("Корзина ждёт"), via=("whatsapp", "telegram"))
    player = _player("whatsapp", ladder=(rung,))
    _cart(player)
    sends = [effect for effect in player.effects if isinstance(effect, Send)]
    assert sends[-1].message.text.plain == "Корзина ждёт"
    assert sends[-1].address.channel == "telegram"


def test_a_ladder_with_an_approved_message_keeps_to_its_first_channel() -> None:
    rung = Rung(HOUR, key("rung"), text("Корзина ждёт"), via=("whatsapp", "telegram"), template="recall")
    player = _player("whatsapp", ladder=(rung,))
    _cart(player)
    sends = [effect for effect in player.effects if isinstance(effect, Send)]
    assert sends[-1].address.channel == "whatsapp"
    assert _templates(player)[-1] == "recall_ru"


def test_after_the_window_an_operator_s_step_goes_as_its_approved_message() -> None:
    player = _player("whatsapp", template="recall")
    player.start()
    send = SendStep(id="op1", at=player.now, operator="u1", tunnel="t", step="later")
    player.apply(send)
    assert _templates(player)[-1] == ""
    player.now += 2 * DAY
    player.apply(structs.replace(send, id="op2", at=player.now))
    assert _templates(player)[-1] == "recall_ru"
    assert player.messages[-1].buttons == ()
