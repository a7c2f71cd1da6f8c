"""Entering steps: their order of effects, stages, links, what comes after the end."""

from __future__ import annotations

import pytest

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.effects import Arm, Desk, Record, Send
from tunnel.engine.player import Player, texts
from tunnel.events import Start
from tunnel.language.definition import (
    Action,
    Ask,
    Branch,
    Choice,
    Entry,
    Magnet,
    MediaFile,
    SetTo,
    Silence,
    Stage,
    Variable,
)
from tunnel.language.templates import compile_condition, compile_text
from tunnel.messages import Media

STAGES = [
    Stage("new", "Новый", 0, "r", 86400.0),
    Stage("warm", "Прогрев", 1, "r", 86400.0),
    Stage("won", "Оплата", 2, outcome="won"),
    Stage("lost", "Отказ", 3, outcome="lost", reasons=("дорого",)),
]


def test_a_step_acts_in_the_order_of_the_language():
    made = definition(
        tunnel(
            step(
                "a",
                stage="new",
                set=(SetTo("x", "1"),),
                do=(Action(tag="t"), Action(notify="sales", text=compile_text("{{ x }}", plain=True))),
                magnet="gift",
                media=(MediaFile("image", "files/a.jpg"),),
                say=text("Привет **{{ x }}**"),
                choices=(Choice(text("Да"), "yesyes", to=to("b")),),
                silence=(Silence(60.0, say=text("Ну?")),),
            ),
            step("b", say=text("b"), end=True),
            stages=STAGES,
        ),
        variables=[Variable("x", "", "text")],
        magnets=[Magnet("gift", "Гид", text("Ваш гид"), MediaFile("document", "files/g.pdf", "Гид.pdf"))],
    )
    player = Player(made, start_at=1000.0)
    gift, question = player.start()
    kinds = [
        (effect.what if isinstance(effect, Record) else type(effect).__name__.lower()) for effect in player.effects
    ]
    assert kinds == [
        "touch", "entered", "stage", "arm", "set", "tagged", "desk", "send", "granted", "send", "arm",
    ]  # fmt: skip
    assert gift.media == (Media("document", "files/g.pdf", "Гид.pdf"),)
    assert gift.text.plain == "Ваш гид"
    assert not gift.buttons
    assert question.media == (Media("image", "files/a.jpg"),)
    assert question.text.plain == "Привет 1"
    assert question.text.spans[0].kind == "bold"
    assert [e.text for e in player.effects if isinstance(e, Desk)] == ["1"]
    assert [e.at for e in player.effects if isinstance(e, Arm)] == [player.now + 86400, player.now + 60]
    assert player.session.granted == ["gift"]
    assert player.session.tags == ["t"]


def test_a_magnet_that_is_a_link_has_a_button_to_it():
    made = definition(
        tunnel(step("a", magnet="gift", say=text("Вот"), end=True)),
        magnets=[Magnet("gift", "Каталог", None, link="https://example.com/c")],
    )
    gift, _ = Player(made).start()
    assert (gift.text.plain, gift.buttons[0].link, gift.buttons[0].label) == (
        "Каталог",
        "https://example.com/c",
        "Каталог",
    )


def test_a_magnet_is_given_as_often_as_it_is_asked_for_and_remembered_once(player):
    player.start("siding")
    player.press("Пока смотрю")
    player.start("plaster")
    player.say("шуба")
    first, _ = player.press("Да")
    assert first.media[0].path == "files/guide.pdf"
    assert player.session.granted == ["guide"]
    assert len(player.records("granted")) == 2


def test_branches_are_tried_in_order():
    made = definition(
        tunnel(
            step("a", ask=Ask(text("?"), "n"), to=(
                Branch(to("big"), compile_condition("n > 10", "t")),
                Branch(to("mid"), compile_condition("n > 5", "t")),
                Branch(to("small")),
            )),
            *(step(name, say=text(name), end=True) for name in ("big", "mid", "small")),
        ),
        variables=[Variable("n", "", "number")],
    )  # fmt: skip
    for said, where in (("20", "big"), ("7", "mid"), ("1", "small")):
        player = Player(made)
        player.start()
        assert texts(player.say(said)) == [where]


def test_no_branch_that_holds_is_a_fault_and_goes_to_people():
    made = definition(
        tunnel(step("a", say=text("a"), to=(Branch(to("a"), compile_condition("no", "t")),))),
        variables=[Variable("no", "", "flag")],
    )
    player = Player(made)
    assert texts(player.start())[-1].startswith("Что-то пошло не так")
    assert player.session.mode == "queued"
    assert player.faults[0].where == "t/a"
    assert player.desk_posts("handoff")[0].text == "Ошибка в сценарии, клиент передан вам: t/a"


def _chain(length: int):
    steps = [step(f"s{n}", say=text(f"s{n}"), to=(Branch(to(f"s{n + 1}")),)) for n in range(length - 1)]
    return definition(tunnel(*steps, step(f"s{length - 1}", say=text("last"), end=True)))


def test_fifty_steps_in_a_turn_are_entered():
    player = Player(_chain(50))
    assert texts(player.start())[-1] == "last"
    assert player.session.mode == "bot"


def test_the_fifty_first_is_a_fault_and_goes_to_people():
    player = Player(_chain(51))
    assert texts(player.start())[-1].startswith("Что-то пошло не так")
    assert player.session.mode == "queued"
    assert [fault.message for fault in player.faults] == ["more than 50 steps in one turn"]


def test_a_loop_says_each_message_once_and_goes_to_people():
    made = definition(
        tunnel(
            step("a", say=text("раз"), to=(Branch(to("b")),)),
            step("b", say=text("два"), to=(Branch(to("a")),)),
        )
    )
    player = Player(made)
    said = texts(player.start())
    assert said[:2] == ["раз", "два"]
    assert len(said) == 3
    assert len(player.records("entered")) == 50
    assert player.session.mode == "queued"


def test_a_failing_text_is_reported_and_the_choices_still_come():
    made = definition(
        tunnel(
            step("a", say=text("Площадь {{ x }}"), choices=(Choice(text("Да"), "yesyes", to=to("b")),)),
            step("b", say=text("b"), end=True),
        ),
        variables=[Variable("x", "", "text")],
    )
    player = Player(made)
    (message,) = player.start()
    assert message.text.plain == "Выберите вариант:"
    assert message.buttons[0].label == "Да"
    assert len(player.faults) == 1


def test_a_failing_condition_does_not_hold_and_is_reported():
    made = definition(
        tunnel(
            step("a", say=text("a"), to=(Branch(to("b"), compile_condition("x + 1 > 2", "t")), Branch(to("c")))),
            step("b", say=text("b"), end=True),
            step("c", say=text("c"), end=True),
        ),
        variables=[Variable("x", "", "number")],
    )
    player = Player(made)
    player.session.variables = {"x": "secret words"}
    assert texts(player.start()) == ["a", "c"]
    assert "secret" not in str(player.faults)


def test_a_value_that_does_not_fit_is_reported_and_left_out():
    made = definition(
        tunnel(step("a", set=(SetTo("n", text("{{ w }}")), SetTo("w", text(" {{ w }}! "))), say=text("x"), end=True)),
        variables=[Variable("n", "", "number"), Variable("w", "", "text")],
    )
    player = Player(made)
    player.session.variables = {"w": "много"}
    player.start()
    assert player.session.variables == {"w": "много!"}
    assert [fault.message for fault in player.faults] == ["what n is set to is no number"]
    assert player.records("set")[0].data == {"names": ["w"]}


# --- stages


def _staged():
    return definition(
        tunnel(
            step("a", stage="new", say=text("?"), choices=(
                Choice(text("Купить"), key("1"), to=to("paid")), Choice(text("Нет"), key("2"), to=to("no")),
            )),
            step("paid", stage="won", say=text("Спасибо"), end=True),
            step("no", stage="lost", reason="дорого", say=text("Жаль"), end=True),
            stages=STAGES,
            enter=[Entry(to("a"), link="go")],
        )
    )  # fmt: skip


def test_stages_are_recorded_with_their_reason():
    player = Player(_staged())
    player.start("go")
    player.press("Нет")
    assert [record.data for record in player.records("stage")] == [
        {"tunnel": "t", "before": "", "after": "new", "reason": ""},
        {"tunnel": "t", "before": "new", "after": "lost", "reason": "дорого"},
    ]


def test_a_lost_lead_may_begin_again_and_a_won_one_stays_won():
    player = Player(_staged())
    player.start("go")
    player.press("Нет")
    player.start("go")
    assert player.stage == "new"
    player.press("Купить")
    assert player.session.won == ["t"]
    assert texts(player.start("go")) == ["?"]
    assert player.stage == "won"
    player.press("Нет")
    assert player.stage == "won"


# --- links


def test_a_second_click_of_the_link_repeats_the_question_and_is_a_touch(player):
    player.start("siding")
    player.press("Дом")
    assert texts(player.start("siding", utm_source="vk")) == ["Какая площадь стен в квадратных метрах?"]
    assert player.session.visit == 2
    assert [record.data for record in player.records("touch")] == [
        {"ref": "siding", "source": {}},
        {"ref": "siding", "source": {"utm_source": "vk"}},
    ]
    assert player.session.source == {"utm_source": "vk", "ref": "siding"}


@pytest.mark.parametrize("ref", ["", "no-such", "NO SUCH", "x" * 5000, "\x00", "🙂"])
def test_an_unknown_link_begins_the_default_tunnel(player, ref):
    assert texts(player.start(ref))[0].startswith("Здравствуйте")
    assert len(player.records("touch")) == 1


def test_an_unknown_link_inside_repeats_the_question(player):
    player.start("plaster")
    assert texts(player.start("no-such")) == ["Какую фактуру хотите?"]


def test_links_know_no_case(player):
    assert texts(player.start("PLASTER")) == ["Какую фактуру хотите?"]


def test_the_link_of_another_tunnel_leads_there(player):
    player.start("siding")
    assert texts(player.start("plaster")) == ["Какую фактуру хотите?"]
    assert player.session.stages == {"siding": "new", "plaster": "new"}


def test_in_the_web_chat_a_tunnels_page_is_a_link():
    made = definition(
        tunnel(step("a", tunnel="one", say=text("a"), end=True), name="one"),
        tunnel(step("b", tunnel="two", say=text("b"), end=True), name="two"),
    )
    assert texts(Player(made, "web").start("two")) == ["b"]
    assert texts(Player(made, "telegram").start("two")) == ["a"]


def test_a_choice_into_another_tunnel(player):
    player.start("plaster")
    player.say("шуба")
    gift, question = player.press("Да")
    assert gift.media
    assert (player.session.tunnel, player.session.step) == ("siding", "guide")
    assert question.text.plain == "Посчитать стоимость для вашего дома?"


def test_words_that_come_with_the_same_link_again_are_an_answer(sample):
    player = Player(sample, "vk")
    assert texts(player.start("siding", text="Начать"))[0].startswith("Здравствуйте")
    assert "text" not in player.session.source
    assert texts(player.start("siding", text="Дом")) == ["Какая площадь стен в квадратных метрах?"]
    assert texts(player.start("siding", text="120"))[0].startswith("Ориентир")
    player.say("plaster")
    player.session.source = {"ref": "siding"}
    assert texts(player.start("siding", text="шуба"))[0].startswith("Записал: шуба")
    assert player.session.source == {"ref": "siding"}
    assert texts(player.start("plaster", text="эй"))[0].endswith("Записал: шуба. Показать цены?")


def test_words_that_come_with_a_new_link_are_left_for_it(sample):
    player = Player(sample, "vk")
    player.start("siding", text="Начать")
    assert texts(player.start("plaster", text="Дом")) == ["Какую фактуру хотите?"]
    player.operator("/take")
    assert player.start("siding", text="Алло") == []
    assert player.desk_posts("customer")[-1].text == "Алло"


# --- the end


def _ended(player):
    player.start("siding")
    player.press("Пока смотрю")
    player.press("Нет")
    assert player.session.ended
    assert player.timers == {}
    return player


def test_to_end_says_nothing_and_ends(player):
    player.start("plaster")
    player.say("шуба")
    assert player.press("Нет") == []
    assert player.session.ended
    assert player.records("ended")[0].data == {"tunnel": "plaster", "step": "thanks"}


@pytest.mark.parametrize("said", ["спасибо", "дорого", "1", "назад", "🙂", ""])
def test_after_the_end_anything_gets_start_again_or_a_manager(player, said):
    (message,) = _ended(player).say(said)
    assert message.text.plain.startswith("Этот разговор мы закончили.")
    assert [button.label for button in message.buttons] == ["Начать заново", "Позвать менеджера"]


@pytest.mark.parametrize(
    "act", [lambda p: p.send_file(), lambda p: p.share_phone("1"), lambda p: p.press_token("1.a.b")]
)
def test_after_the_end_other_things_do_too(player, act):
    assert texts(act(_ended(player)))[0].startswith("Этот разговор мы закончили.")


@pytest.mark.parametrize("said", ["1", "Начать заново", "начать заново!"])
def test_start_again_may_be_typed(player, said):
    _ended(player).say("эй")
    assert texts(player.say(said))[0].startswith("Здравствуйте")


def test_start_again_may_be_pressed(player):
    _ended(player).say("эй")
    visit = player.session.visit
    assert texts(player.press("Начать заново"))[0].startswith("Здравствуйте")
    assert player.session.visit == visit + 1
    assert not player.session.ended


@pytest.mark.parametrize("how", ["2", "Позвать менеджера", "press"])
def test_the_manager_may_be_called_after_the_end(player, how):
    _ended(player).say("эй")
    said = player.press("Позвать менеджера") if how == "press" else player.say(how)
    assert texts(said) == ["Передаю вас менеджеру. Он ответит здесь."]
    assert player.session.mode == "queued"


@pytest.mark.parametrize(
    ("said", "answer"),
    [("сайдинг", "Здравствуйте"), ("прайс на сайдинг есть?", "Здравствуйте"), ("siding", "Здравствуйте"),
     ("/start", "Здравствуйте"), ("Начать", "Здравствуйте"), ("plaster", "Какую фактуру"), ("стоп", "Хорошо, больше"),
     ("менеджер", "Передаю вас")],
)  # fmt: skip
def test_after_the_end_a_way_in_begins_again(player, said, answer):
    assert texts(_ended(player).say(said))[0].startswith(answer)


def test_after_the_end_the_link_begins_again_with_a_new_visit(player):
    visit = _ended(player).session.visit
    assert texts(player.start("siding"))[0].startswith("Здравствуйте")
    assert player.session.visit == visit + 1


def test_without_people_only_start_again_is_offered():
    made = definition(tunnel(step("a", say=text("a"), end=True)), queues={})
    player = Player(made, desk=False)
    player.start()
    (message,) = player.say("эй")
    assert [button.label for button in message.buttons] == ["Начать заново"]
    assert texts(player.say("оператор")) == ["Этот разговор мы закончили. Начать заново?"]


def test_a_step_that_leads_nowhere_is_an_end():
    player = Player(definition(tunnel(step("a", say=text("a")))))
    player.start()
    assert player.session.ended


def test_nothing_is_sent_to_nobody(sample):
    player = Player(sample)
    player.operator("/return siding/hello")
    assert not any(isinstance(effect, Send) for effect in player.effects)
    player.apply(Start(id="1", at=5.0, address=player.address))
    assert any(isinstance(effect, Send) for effect in player.effects)
