"""The player and the dialogue scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.engine.player import NoSuchButton, Player, noon, texts
from tunnel.engine.scripts import run_script, run_scripts
from tunnel.language import load
from tunnel.language.definition import Choice, Magnet, MediaFile, Silence, Stage, Variable
from tunnel.language.scripts import Line, Script


def _script(*lines: tuple[str, str | tuple[str, ...]], channels=("telegram",), **given) -> Script:
    numbered = tuple(Line(kind, value, at) for at, (kind, value) in enumerate(lines, start=1))  # type: ignore[arg-type]
    return Script("s", channels, given, numbered, "scripts/s.yaml")


def _made():
    return definition(
        tunnel(
            step("a", stage="new", magnet="gift", say=text("Привет, **{{ name }}**!\nДом или баня?"), choices=(
                Choice(text("Дом"), key("1"), to=to("b")),
                Choice(text("Сайт"), key("2"), link="https://example.com"),
            ), silence=(Silence(3600.0, say=text("Ау?")),)),
            step("b", split={"one": 1.0, "two": 1.0}),
            step("one", say=text("Один"), end=True),
            step("two", say=text("Два {{ x }}"), end=True),
            stages=[Stage("new", "Новый", 0)],
        ),
        magnets=[Magnet("gift", "Гид", text("Вот гид"), MediaFile("document", "files/g.pdf", "Гид.pdf"))],
        variables=[Variable("x", "", "number")],
    )  # fmt: skip


GOOD = (
    ("customer", "/start"), ("bot", "вот гид"), ("file", "files/g.pdf"), ("bot", "привет, ольга! дом"),
    ("choices", ("Дом", "Сайт")), ("stage", "new"), ("mode", "bot"), ("wait", "3600"), ("bot", "Ау?"),
    ("customer", "Дом"), ("bot", "Два 7"),
)  # fmt: skip


def test_a_dialogue_that_goes_as_written_has_no_differences():
    script = _script(*GOOD, channels=("telegram", "vk", "whatsapp", "web"), name="Ольга", split={"b": "two"}, x=7.0)
    assert run_script(_made(), script) == []


@pytest.mark.parametrize(
    ("at", "line", "expected", "said"),
    [
        (1, ("bot", "другое"), "bot: другое", "bot: Вот гид"),
        (2, ("file", "files/other.pdf"), "file: files/other.pdf", "file: "),
        (4, ("choices", ("Дом",)), "choices: ['Дом']", "choices: ['Дом', 'Сайт']"),
        (5, ("stage", "won"), "stage: won", "stage: new"),
        (6, ("mode", "queued"), "mode: queued", "mode: bot"),
        (8, ("wait", "1"), "nothing more", "bot: Ау?"),
        (10, ("bot", "Один"), "bot: Один", "bot: Два 7"),
    ],
)
def test_a_difference_says_where_and_what(at, line, expected, said):
    lines = list(GOOD)
    lines[at] = line
    (found,) = run_script(_made(), _script(*lines, name="Ольга", split={"b": "two"}, x=7.0))
    assert (found.line, found.expected, found.channel) == (at + 1, expected, "telegram")
    assert found.said.startswith(said)
    assert str(found).splitlines()[0] == f"scripts/s.yaml:{at + 1}: s (telegram)"
    assert f"\n  - {expected}\n  + {said}" in str(found)


def test_a_message_that_no_line_expects_is_a_difference():
    (found,) = run_script(_made(), _script(("customer", "/start"), ("bot", "Вот гид"), name="Ян"))
    assert (found.expected, found.said.splitlines()[0]) == ("nothing more", "bot: Привет, Ян!")


def test_a_bot_that_says_less_is_a_difference():
    lines = (("customer", "/start"), ("bot", "Вот гид"), ("bot", "Дом или баня"), ("bot", "ещё"))
    (found,) = run_script(_made(), _script(*lines))
    assert found.said == "bot says nothing more"


def test_dots_let_anything_pass_until_the_next_line_that_is_met():
    assert run_script(_made(), _script(("customer", "/start"), ("bot", "…"))) == []
    lines = (("customer", "/start"), ("bot", "…"), ("bot", "Дом или баня"), ("customer", "/start"), ("bot", "…"))
    assert run_script(_made(), _script(*lines)) == []
    (found,) = run_script(_made(), _script(("customer", "/start"), ("bot", "…"), ("bot", "нет такого")))
    assert found.line == 3


def test_operators_in_a_script():
    lines = (
        ("customer", "/start"), ("bot", "…"), ("operator", "/take"), ("mode", "operator"), ("customer", "Дом"),
        ("operator", "Здравствуйте"), ("operator", "/return"), ("mode", "bot"),
    )  # fmt: skip
    (found,) = run_script(_made(), _script(*lines, ("customer", "Дом")))
    assert found.expected == "nothing more"
    assert run_script(_made(), _script(*lines, ("bot", "Дом или баня"), ("customer", "Дом"), ("bot", "Один"))) == []


def test_a_link_that_is_chosen_is_typed():
    lines = (("customer", "/start"), ("bot", "…"), ("customer", "Сайт"), ("bot", "Сайт"))
    assert run_script(_made(), _script(*lines)) == []


def test_each_channel_is_played(sample):
    script = _script(("customer", "/start siding"), ("bot", "нет"), channels=("telegram", "web"))
    assert [found.channel for found in run_scripts(sample, [script])] == ["telegram", "web"]


def test_a_script_without_lines_has_no_differences(sample):
    assert run_script(sample, _script()) == []


def test_given_tags_source_and_sex_are_known_to_the_content():
    made = definition(
        tunnel(step("a", say=text("{{ tags | join(', ') }} {{ source.ref }} {{ sex }} {{ now.hour }}"), end=True))
    )
    given = {"tags": ["vip"], "source": {"ref": "ad"}, "sex": "female"}
    assert run_script(made, _script(("customer", "/start"), ("bot", "vip ad female 12"), **given)) == []


def test_the_samples_scripts_go_as_written():
    loaded = load(Path(__file__).parent / "content")
    assert loaded.definition is not None
    assert loaded.scripts
    assert [str(found) for found in run_scripts(loaded.definition, loaded.scripts)] == []


def test_the_clock_begins_on_a_tuesday_at_noon(sample):
    player = Player(sample, start_at=noon(sample))
    made = replace(sample)
    player.definition = made
    assert player.now == noon(made) == 1_768_294_800.0


def test_a_button_that_is_not_shown_cannot_be_pressed(player):
    player.start("siding")
    with pytest.raises(NoSuchButton):
        player.press("Крыша")


def test_two_customers_of_one_definition_do_not_meet(sample):
    one, two = Player(sample), Player(sample, "vk")
    one.start("siding")
    two.start("plaster")
    assert texts(one.press("Дом")) == ["Какая площадь стен в квадратных метрах?"]
    assert texts(two.say("шуба")) == ["Записал: шуба. Показать цены?"]
    assert one.session.contact != two.session.contact
