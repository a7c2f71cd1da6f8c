"""Operators: take, say, release, close; colleagues in the messenger itself; and a bot that keeps silent."""

from __future__ import annotations

import pytest

from tests.tunnel.engine.build import of_visit
from tunnel.effects import Send
from tunnel.engine.player import Player, texts
from tunnel.events import Close, Colleague, Denied, File, Release, Say, Take
from tunnel.messages import Media

HOUR = 3600.0


def _sends(player, by):
    return [effect.message for effect in player.effects if isinstance(effect, Send) and effect.by == by]


def test_take_silences_the_bot_at_once(player):
    player.start("siding")
    player.operator("/take", "Иван")
    assert (player.session.mode, player.session.operator, player.session.epoch) == ("operator", "Иван", 1)
    assert of_visit(player) == {}
    assert player.say("Дом") == []
    assert player.wait(100 * HOUR) == []
    assert player.say("дорого") == []
    assert player.desk_posts("system")[0].text == "Иван: разговор взят."
    assert [post.text for post in player.desk_posts("customer")] == ["Дом", "дорого"]
    assert player.records("mode")[-1].data == {"before": "bot", "after": "operator", "operator": "Иван"}


def test_taking_twice_changes_nothing_and_another_operator_takes_over_only_on_purpose(player):
    player.start("siding")
    player.operator("/take", "Иван")
    player.operator("/take", "Иван")
    assert player.session.epoch == 1
    player.operator("/take", "Пётр")
    assert (player.session.operator, player.session.epoch) == ("Иван", 1)
    assert player.desk_posts("system")[-1].text == "Разговор ведёт Иван. Всё равно взять его себе — /take!"
    player.operator("/take!", "Пётр")
    assert (player.session.operator, player.session.operator_name, player.session.epoch) == ("Пётр", "Пётр", 2)


def test_what_an_operator_says_is_said_literally(player):
    player.start("siding")
    player.operator("/take")
    (message,) = player.operator("Скидка **10%** [тут](https://x.ru)")
    assert message.text.plain == "Скидка **10%** [тут](https://x.ru)"
    assert message.text.spans == ()
    assert _sends(player, "operator") == [message]


def test_saying_takes(player):
    player.start("siding")
    assert texts(player.operator("Здравствуйте!", "Иван")) == ["Здравствуйте!"]
    assert (player.session.mode, player.session.operator, player.session.epoch) == ("operator", "Иван", 1)
    player.operator("Ещё", "Иван")
    assert player.session.epoch == 1


def test_another_operator_may_say_something_and_it_is_noted(player):
    player.start("siding")
    player.operator("/take", "Иван")
    assert texts(player.operator("Я помогу", "Пётр")) == ["Я помогу"]
    assert player.session.operator == "Иван"
    assert player.desk_posts("system")[-1].text == "Пётр отвечает в разговоре, который взял другой оператор."


def test_an_operators_files(player):
    player.start("siding")
    files = (
        File(kind="image", ref="in/1.jpg"), File(kind="voice", ref="in/2.ogg", name="Голос.ogg"),
        File(kind="sticker", ref="in/3.webp"), File(kind="document"),
    )  # fmt: skip
    (message,) = player.apply(Say(id="s", at=player.now, operator="i", files=files))
    assert message.media == (
        Media("image", "in/1.jpg", "1.jpg", data=True),
        Media("audio", "in/2.ogg", "Голос.ogg", data=True),
        Media("document", "in/3.webp", "3.webp", data=True),
    )
    assert message.text.plain == ""


def test_saying_nothing_is_nothing(player):
    player.start("siding")
    assert player.apply(Say(id="s", at=player.now, operator="i", text="  ")) == []
    assert player.session.mode == "bot"


def test_release_repeats_the_question_in_full(player):
    (question,) = player.start("siding")
    player.operator("/take")
    player.say("А сколько?")
    assert player.operator("/return") == [question]
    assert (player.session.mode, player.session.operator, player.session.queue) == ("bot", "", "")
    assert player.session.visit == 1
    assert len(of_visit(player)) == 2
    assert texts(player.press("Дом")) == ["Какая площадь стен в квадратных метрах?"]


@pytest.mark.parametrize(
    ("where", "answer"),
    [("phone", "Оставьте телефон"), ("siding/phone", "Оставьте телефон"), ("plaster/wish", "Какую фактуру"),
     ("plaster", "Какую фактуру")],
)  # fmt: skip
def test_release_at_a_step_enters_it(player, where, answer):
    player.start("siding")
    player.operator("/take")
    assert texts(player.operator(f"/return {where}"))[0].startswith(answer)
    assert player.session.visit == 2


def test_release_at_a_step_that_is_not_goes_on_where_it_was(player):
    (question,) = player.start("siding")
    player.operator("/take")
    assert player.operator("/return nowhere") == [question]
    assert player.desk_posts("system")[-1].text.startswith("Такого шага нет: nowhere.")


def test_release_from_the_queue_and_after_a_step_that_only_hands_over(player):
    player.start("siding")
    player.press("Дом")
    player.say("700")
    player.operator("/take")
    assert texts(player.operator("/return")) == ["Какая площадь стен в квадратных метрах?"]
    assert player.session.step == "area"


def test_release_while_the_bot_answers_starts_a_step_or_does_nothing(player):
    player.start("siding")
    assert player.operator("/return") == []
    assert texts(player.operator("/return phone"))[0].startswith("Оставьте телефон")


def test_an_objection_that_waited_is_gone_after_a_take(player):
    (question,) = player.start("siding")
    player.say("дорого")
    player.operator("/take")
    assert player.operator("/return") == [question]


def test_close_ends_and_the_next_words_begin_anew_kindly(player):
    player.start("siding")
    player.operator("/take")
    assert player.operator("/close", "Иван") == []
    assert (player.session.mode, player.session.ended, player.session.operator) == ("bot", True, "")
    assert player.desk_posts("system")[-1].text == "Иван: разговор закрыт."
    (message,) = player.say("Ещё вопрос")
    assert [button.label for button in message.buttons] == ["Начать заново", "Позвать менеджера"]
    assert texts(player.press("Начать заново"))[0].startswith("Здравствуйте")


def test_operators_events_for_somebody_who_never_wrote(sample):
    player = Player(sample)
    for words in ("/take", "Привет", "/return", "/return hello", "/close"):
        assert player.operator(words) == []
    assert "Не отправлено" in player.desk_posts("system")[1].text
    assert texts(player.say("Здравствуйте"))


def test_stop_works_while_an_operator_answers_who_may_still_write(player):
    player.start("siding")
    player.operator("/take", "Иван")
    assert texts(player.say("СТОП"))[0].startswith("Хорошо, больше не пишу")
    assert (player.session.mode, player.session.operator) == ("stopped", "")
    assert texts(player.operator("Жаль. Если что — я здесь.", "Иван")) == ["Жаль. Если что — я здесь."]
    assert player.session.mode == "operator"


def test_release_and_close_after_a_stop_leave_it_stopped(player):
    player.start("siding")
    player.say("стоп")
    assert player.operator("/return") == player.operator("/return phone") == player.operator("/close") == []
    assert player.session.mode == "stopped"


def test_to_whom_blocked_the_bot_nothing_is_sent(player):
    player.start("siding")
    player.apply(Denied(id="d", at=player.now, address=player.address))
    assert player.operator("Здравствуйте") == []
    assert player.desk_posts("system")[-1].text.startswith("Не отправлено")
    player.operator("/take", "Иван")
    assert (player.session.mode, player.session.mode_before) == ("blocked", "operator")
    player.say("я снова тут")
    assert player.session.mode == "operator"


def test_a_colleague_in_the_messenger_takes_without_being_repeated(player):
    player.start("siding")
    event = Colleague(id="c", at=player.now, address=player.address, text="Добрый день", operator="Анна")
    assert player.apply(event) == []
    assert (player.session.mode, player.session.operator, player.session.epoch) == ("operator", "Анна", 1)
    assert of_visit(player) == {}
    assert player.apply(event) == []
    assert player.session.epoch == 1
    assert player.say("Спасибо") == []
    assert player.desk_posts("system")[0].text == "Анна отвечает прямо в мессенджере."


def test_links_while_an_operator_answers_are_a_touch_that_people_see(player):
    player.start("siding")
    player.operator("/take")
    assert player.start("plaster") == []
    assert player.session.tunnel == "siding"
    assert player.records("touch")[-1].data["ref"] == "plaster"
    assert player.desk_posts("system")[-1].text == "Клиент открыл разговор заново: plaster."


def test_the_phone_keyboard_is_taken_away_by_whoever_speaks_next(player):
    player.start("siding")
    player.operator("/return phone")
    assert player.session.keyboard_open
    (message,) = player.operator("Здравствуйте!")
    assert message.drop_keyboard


def test_events_without_names_are_signed_kindly(player):
    player.start("siding")
    for event in (Take(id="1", operator=""), Release(id="2", operator=""), Close(id="3", operator="")):
        player.apply(event)
    assert [post.text for post in player.desk_posts("system")] == [
        "Оператор: разговор взят.", "Оператор: разговор возвращён боту.", "Оператор: разговор закрыт.",
    ]  # fmt: skip
