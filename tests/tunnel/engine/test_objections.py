"""Objections: answered wherever they are raised, each time with the next answer; then the interrupted question."""

from __future__ import annotations

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine.player import Player, texts
from tunnel.language.definition import Answer, Choice, Objection, Target
from tunnel.language.templates import compile_condition

FIRST = "Понимаю. Есть рассрочка на год без переплаты и три ценовых класса."


def _labels(message):
    return [button.label for button in message.buttons]


def test_it_is_answered_and_the_question_resumed_in_full(player):
    (question,) = player.start("siding")
    (answer,) = player.say("что-то дорого")
    assert answer.text.plain == FIRST
    assert _labels(answer) == ["Вернуться"]  # «Показать рассрочку» needs the area
    (resumed,) = player.press("Вернуться")
    assert resumed == question
    assert player.session.visit == 1
    assert [record.what for record in player.effects if getattr(record, "what", "") == "stage"] == ["stage"]


def test_its_choice_leads_on_within_the_tunnel_and_counts_as_won_back(player):
    player.start("siding")
    player.press("Дом")
    player.say("120")
    (answer,) = player.press("Дорого")
    assert _labels(answer) == ["Показать рассрочку", "Вернуться"]
    assert texts(player.press("Показать рассрочку"))[0].startswith("Выходит от")
    assert player.records("objection")[0].data == {
        "name": "expensive", "answer": 0, "by": "button", "tunnel": "siding", "step": "price",
    }  # fmt: skip
    assert player.records("won_back")[0].data == {"name": "expensive", "answer": 0, "label": "Показать рассрочку"}


def test_its_choices_are_typed_too_and_come_before_the_steps(player):
    player.start("siding")
    player.press("Дом")
    player.say("120")
    player.say("дороговато")
    assert texts(player.say("2"))[0].startswith("Ориентир")
    player.say("назад")


def test_a_number_beyond_its_choices_is_the_steps(player):
    player.start("siding")
    player.say("дорого")
    assert texts(player.say("2")) == ["Какая площадь стен в квадратных метрах?"]


def test_its_old_buttons_work_while_the_step_is_the_same(player):
    player.start("siding")
    player.press("Дом")
    player.say("120")
    player.say("дорого")
    tokens = {button.label: button.token for button in player.shown}
    player.press("Вернуться")
    assert texts(player.press_token(tokens["Показать рассрочку"]))[0].startswith("Выходит от")
    assert texts(player.press_token(tokens["Показать рассрочку"]))[0].startswith("Выходит от")
    assert player.session.step == "payment"
    assert len(player.records("won_back")) == 2


def test_the_second_time_the_second_answer_after_the_last_the_last(player):
    player.start("siding")
    player.say("дорого")
    said = player.say("всё равно дорого")
    assert texts(said) == [
        "Давайте подберём под ваш бюджет вместе с инженером.",
        "Передаю вас менеджеру. Он ответит здесь.",
    ]
    assert player.session.mode == "queued"
    player.operator("/return")
    assert texts(player.say("дорого"))[0].startswith("Давайте подберём")
    assert [record.data["answer"] for record in player.records("objection")] == [0, 1, 1]


def test_an_answer_without_choices_resumes_by_itself(player):
    player.start("siding")
    player.press("Дом")
    assert texts(player.say("надо ещё подумать")) == [
        "Конечно, подумайте: цена держится неделю.",
        "Какая площадь стен в квадратных метрах?",
    ]
    assert player.session.visit == 2


def test_what_is_not_understood_repeats_the_answers_question(player):
    player.start("siding")
    player.press("Дом")
    (answer,) = player.say("дорого")
    (again,) = player.say("эээ")
    assert again.text.plain == f"Не понял вас. Выберите вариант или напишите его номер.\n\n{FIRST}"
    assert again.buttons == answer.buttons
    assert texts(player.say("120"))[0].startswith("Ориентир")  # the ask behind it still takes its answer


def test_reminders_of_the_step_stay(player):
    player.start("siding")
    before = dict(player.timers)
    player.say("дорого")
    assert player.timers == before
    (reminder,) = player.wait(3600)
    assert reminder.text.plain == "Подсказать с выбором?"
    assert _labels(reminder)[0] == "Дом"
    assert texts(player.say("1")) == ["Какая площадь стен в квадратных метрах?"]


def test_outside_a_tunnel_it_begins_the_default_one(player):
    assert texts(player.say("дорого"))[0].startswith("Здравствуйте")


def _objecting(*answers: Answer):
    yes = Choice(text("Да"), "yesyes", to=to("b"))
    return definition(
        tunnel(step("a", say=text("A?"), choices=(yes,)), step("b", say=text("B"), end=True)),
        objections=[Objection("o", "o", ("дорого",), answers), Objection("p", "p", ("долго",), (Answer(text("P")),))],
    )


def test_a_choice_to_a_step_that_the_tunnel_has_not_is_not_shown():
    choices = (
        Choice(text("Чужой"), "choice", to=Target("", "nowhere")),
        Choice(text("Б"), "choicb", to=Target("", "b")),
        Choice(text("Конец"), "choice", to=Target("", "end")),
    )
    player = Player(_objecting(Answer(text("O"), choices)))
    player.start()
    (answer,) = player.say("дорого")
    assert _labels(answer) == ["Б", "Конец"]
    assert texts(player.say("1")) == ["B"]


def test_an_answer_none_of_whose_choices_leads_anywhere_resumes():
    player = Player(_objecting(Answer(text("O"), (Choice(text("Чужой"), "choice", to=Target("", "nowhere")),))))
    player.start()
    assert texts(player.say("дорого")) == ["O", "A?"]


def test_an_answer_may_lead_on_by_itself():
    player = Player(_objecting(Answer(text("O"), to=Target("", "b"))))
    player.start()
    assert texts(player.say("дорого")) == ["O", "B"]
    player = Player(_objecting(Answer(text("O"), to=Target("", "nowhere"))))
    player.start()
    assert texts(player.say("дорого")) == ["O", "A?"]
    player = Player(_objecting(Answer(text("O"), to=Target("", "end"))))
    player.start()
    assert texts(player.say("дорого")) == ["O"]
    assert player.session.ended


def test_an_answers_choice_may_raise_another_objection_or_end():
    other = Choice(text("Долго"), "other0", objection="p")
    end = Choice(text("Хватит"), "enough", to=Target("", "end"), when=compile_condition("true", "t"))
    player = Player(_objecting(Answer(text("O"), (other, end))))
    player.start()
    player.say("дорого")
    assert texts(player.press("Долго")) == ["P", "A?"]
    player.say("дорого")
    assert player.press("Хватит") == []
    assert player.session.ended
    assert [record.data["label"] for record in player.records("won_back")] == []


def test_the_longest_phrase_decides():
    made = definition(
        tunnel(step("a", say=text("A?"), choices=(Choice(text("Да"), "yesyes", to=to("a")),))),
        objections=[
            Objection("short", "", ("подумать",), (Answer(text("short")),)),
            Objection("long", "", ("подумать о цене",), (Answer(text("long")),)),
        ],
    )
    player = Player(made)
    player.start()
    assert texts(player.say("надо подумать о цене"))[0] == "long"
    assert texts(player.say("надо подумать"))[0] == "short"
