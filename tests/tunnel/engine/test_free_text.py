"""Free text: in which order it is understood, and what is answered when it is not."""

from __future__ import annotations

import pytest

from tunnel.effects import Echo, Facts, Turn
from tunnel.engine import new_session, turn
from tunnel.engine.player import Player, noon, texts
from tunnel.events import Address, Text

RETRY = "Напишите число — например 120."
AREA = "Какая площадь стен в квадратных метрах?"


def test_an_unknown_text_gets_the_question_and_its_choices_in_one_message(player):
    (question,) = player.start("siding")
    (again,) = player.say("фыва")
    assert again.text.plain == f"Не понял вас. Выберите вариант или напишите его номер.\n\n{question.text.plain}"
    assert again.buttons == question.buttons
    assert player.records("unknown")[0].data == {"tunnel": "siding", "step": "hello"}


def test_a_choice_comes_before_a_word_and_a_word_before_an_answer(player):
    player.start("plaster")
    assert texts(player.say("стоп"))[0].startswith("Хорошо, больше не пишу")
    assert "wish" not in player.session.variables


def test_an_answer_comes_before_an_objection(player):
    player.start("plaster")
    assert texts(player.say("дорого")) == ["Записал: дорого. Показать цены?"]


def test_an_objection_comes_where_the_text_is_no_answer(player):
    player.start("siding")
    player.press("Дом")
    assert texts(player.say("что-то дорого"))[0].startswith("Понимаю.")
    assert texts(player.say("Вернуться")) == [AREA]
    assert texts(player.say("120"))[0].startswith("Ориентир")


def test_an_objection_comes_before_an_entry(player):
    player.start("siding")
    assert texts(player.say("штукатурка дорого"))[0].startswith("Понимаю.")


def test_an_entrys_words_inside_a_text_lead_into_the_other_tunnel(player):
    player.start("siding")
    assert texts(player.say("а про штукатурку расскажете?")) == ["Какую фактуру хотите?"]
    assert player.session.tunnel == "plaster"


def test_at_an_ask_an_entrys_words_count_only_as_the_whole_message(player):
    player.start("siding")
    player.press("Дом")
    assert texts(player.say("у нас штукатурка")) == [RETRY]
    assert texts(player.say("Штукатурка!")) == ["Какую фактуру хотите?"]


@pytest.mark.parametrize("said", ["сайдинг", "Сайдинга", "прайс на сайдинг", "siding", "  SIDING "])
def test_the_entry_of_the_present_tunnel_repeats_its_question(player, said):
    (question,) = player.start("siding")
    (again,) = player.say(said)
    assert again.text == question.text
    assert player.session.visit == 1


@pytest.mark.parametrize("said", ["plaster", " Plaster ", "штукатурка", "нужна штукатурка на дом"])
def test_outside_a_links_word_or_an_entrys_words_begin(player, said):
    assert texts(player.say(said)) == ["Какую фактуру хотите?"]


@pytest.mark.parametrize("said", ["привет", "/start", "Начать", "start", "???", "дорого", "1", "/start@facade_bot"])
def test_outside_everything_else_begins_the_default_tunnel(player, said):
    assert texts(player.say(said))[0].startswith("Здравствуйте")


def test_a_typed_start_with_a_word_is_a_link(player):
    assert texts(player.say("/start plaster")) == ["Какую фактуру хотите?"]


@pytest.mark.parametrize("said", ["Начать", "/start", "START"])
def test_inside_a_bare_start_repeats_the_question(player, said):
    player.start("siding")
    player.press("Дом")
    assert texts(player.say(said)) == [AREA]
    assert player.session.visit == 2


def test_the_same_text_within_three_seconds_is_one_answer(player):
    player.start("siding")
    player.press("Дом")
    now = player.now + 10
    for at in (now, now + 1, now + 2.9):
        player.now = at
        player.apply(Text(id=str(at), at=at, address=player.address, text="120"))
    assert player.session.step == "price"
    assert player.session.visit == 3
    assert [record.data["why"] for record in player.records("ignored")] == ["the same text again"] * 2


def test_equal_texts_that_waited_while_no_worker_ran_are_two(player):
    player.start("siding")
    player.press("Дом")
    player.now += 600
    for at in (player.now - 500, player.now - 400):
        player.apply(Text(id=str(at), at=at, address=player.address, text="двести"))
    assert player.records("ignored") == []


def test_another_text_within_three_seconds_is_heard(player):
    player.start("siding")
    player.press("Дом")
    for text in ("двести", "120"):
        player.now += 0.5
        player.apply(Text(id=text, at=player.now, address=player.address, text=text))
    assert player.session.step == "price"


def test_the_same_text_later_is_another_answer(player):
    player.start("siding")
    assert player.say("эй") != []
    assert player.say("эй") != []


def _sent(player, text, sent_at):
    player.now += 5
    return player.apply(Text(id=text, at=player.now, sent_at=sent_at, address=player.address, text=text))


def test_a_text_dated_before_the_visit_is_no_answer_to_it(player):
    player.start("siding")
    player.press("Дом")
    asked = player.session.visit_at
    assert _sent(player, "130", asked - 6200) == []
    assert player.records("ignored")[-1].data == {"why": "sent before the present question"}
    assert player.session.step == "area"
    assert texts(_sent(player, "120", asked + 1))[0].startswith("Ориентир")


def test_what_waited_in_the_inbox_while_nobody_worked_is_heard_in_its_order(player):
    player.start("siding")
    accepted = player.now + 1
    player.now += 600  # no worker ran
    for seconds, text in enumerate(("Дом", "120")):
        at = accepted + seconds
        player.apply(Text(id=text, at=at, sent_at=at - 1, address=player.address, text=text))
    assert player.session.step == "price"
    assert player.records("ignored") == []


def test_what_the_channel_kept_while_we_were_away_is_heard_in_its_order(player):
    player.start("siding")
    sent = player.now + 1
    player.now += 600  # nothing was accepted
    for seconds, text in ((0, "Дом"), (4, "120"), (8, "Дорого")):
        player.now += 10
        player.apply(Text(id=text, at=player.now, sent_at=sent + seconds, address=player.address, text=text))
    assert (player.session.step, player.session.raised) == ("price", {"expensive": 1})
    assert player.records("ignored") == []
    player.now += 10
    player.apply(Text(id="late", at=player.now, sent_at=sent - 4, address=player.address, text="Гид"))
    assert player.records("ignored")[-1].data == {"why": "sent before the present question"}


def test_a_channels_whole_seconds_and_a_clock_a_little_behind_do_no_harm(player):
    player.start("siding")
    player.press("Дом")
    assert texts(_sent(player, "120", float(int(player.session.visit_at)) - 2))[0].startswith("Ориентир")


def test_a_late_stop_is_a_stop(player):
    player.start("siding")
    _sent(player, "стоп", player.session.visit_at - 600)
    assert player.session.mode == "stopped"


def test_an_attachment_gets_the_question_again_kindly(player):
    (question,) = player.start("siding")
    for kind in ("sticker", "voice", "image", "location"):
        (again,) = player.send_file(kind)
        assert again.text.plain.startswith("Такое сообщение я прочесть не могу")
        assert again.text.plain.endswith(question.text.plain)
        assert again.buttons == question.buttons


def test_a_caption_is_heard_as_a_text(player):
    player.start("siding")
    assert texts(player.send_file("image", caption="Баню")) == [AREA]
    assert texts(player.send_file("image", caption="вот чертёж"))[0].startswith("Такое сообщение")
    assert texts(player.send_file("image", caption="120"))[0].startswith("Ориентир")


def test_an_album_is_one_message(player):
    player.start("siding")
    assert len(player.send_file(group="g1")) == 1
    assert player.send_file(group="g1") == []
    assert player.send_file(group="g1") == []
    assert len(player.send_file(group="g2")) == 1


def test_an_attachment_before_any_visit_begins_the_default_tunnel(player):
    assert texts(player.send_file("sticker"))[0].startswith("Здравствуйте")


@pytest.mark.parametrize("said", ["", " ", "🙂", "\x00", "\ud800", "а" * 100_000, "\u202e" * 50, "1" * 5000])
def test_strange_texts_get_an_answer(player, said):
    player.start("siding")
    (again,) = player.say(said)
    assert again.text.plain.startswith("Не понял вас.")


def test_back_goes_to_the_steps_before_and_stays_at_the_first(player):
    player.start("siding")
    player.press("Дом")
    player.say("120")
    assert texts(player.say("назад")) == [AREA]
    assert "Что облицовываем?" in texts(player.say("Назад!"))[0]
    assert "Что облицовываем?" in texts(player.say("назад"))[0]
    assert player.session.step == "hello"


def test_back_moves_the_stage_but_repeats_no_other_effect(player):
    player.start("siding")
    player.press("Пока смотрю")
    player.press("Да")
    player.say("120")
    assert player.stage == "offer"
    said = player.say("назад")
    said = player.say("назад")
    assert texts(said) == ["Посчитать стоимость для вашего дома?"]
    assert not any(message.media for message in said)
    assert player.stage == "warm"
    assert len(player.records("granted")) == 1


def test_back_out_of_an_objection_is_the_question_it_interrupted(player):
    player.start("siding")
    player.press("Дом")
    player.say("дорого")
    assert texts(player.say("назад")) == [AREA]
    assert player.session.visit == 2


def test_the_human_word_calls_the_first_queue(player):
    player.start("siding")
    assert texts(player.say("Оператора!")) == ["Передаю вас менеджеру. Он ответит здесь."]
    assert player.session.mode == "queued"
    assert player.session.queue == "sales"


def test_the_web_thread_shows_the_customers_own_words(sample):
    player = Player(sample, "web", noon(sample))
    player.start("siding")
    player.press("Дом")
    player.say("120")
    player.send_file("image", caption="вот")
    player.send_file("image")
    player.share_phone("+79123456789")
    echoes = [effect.text for effect in player.effects if isinstance(effect, Echo)]
    assert echoes == ["Дом", "120", "вот", "+79123456789"]


def test_elsewhere_nothing_is_echoed(player):
    player.start("siding")
    player.say("Дом")
    assert not any(isinstance(effect, Echo) for effect in player.effects)


def test_a_source_that_came_with_a_text_is_kept(sample):
    event = Text(
        id="1",
        at=5.0,
        address=Address("whatsapp", "a", "1"),
        text="Здравствуйте",
        source={"ad": "spring", "u": "x" * 999},
    )
    result = turn(sample, new_session("c"), event, Facts(now=5.0))
    assert isinstance(result, Turn)
    assert result.session.source == {"ad": "spring", "u": "x" * 256}
    assert result.effects[0].what == "touch"
