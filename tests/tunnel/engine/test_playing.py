"""The player and the dialogue scripts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tunnel.engine.build import definition, key, step, text, to, tunnel
from tunnel.engine.player import NoSuchButton, Player, moment, noon, texts
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


def test_the_given_source_is_where_the_first_start_comes_from():
    made = definition(tunnel(step("a", say=text("{{ source.utm_source }} {{ source.ref }}"), end=True)))
    script = _script(("customer", "/start a"), ("bot", "vk a"), source={"utm_source": "vk"})
    assert run_script(made, script) == []


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


EVERY_KEY = Path(__file__).parents[1] / "language/every_key"


def _played(tmp_path: Path, dialogue: str, given: str = "{at: mon 10:00}") -> list[str]:
    """What is expected and what happened, where a dialogue with the content of every key goes another way."""
    shutil.copytree(EVERY_KEY, tmp_path / "content", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "content/scripts")
    (tmp_path / "content/scripts").mkdir()
    lines = "\n".join(f"  - {line}" for line in dialogue.splitlines())
    text = f"script: А\nas: [telegram]\ngiven: {given}\ndialogue:\n{lines}\n"
    (tmp_path / "content/scripts/a.yaml").write_text(text)
    loaded = load(tmp_path / "content")
    assert loaded.definition is not None, loaded.errors
    return [f"{one.expected} / {one.said}" for one in run_scripts(loaded.definition, loaded.scripts)]


OPENED = "customer: /start windows\nbot: Здравствуйте\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("step: rooms", "step: rooms / step: hello"),
        ("tunnel: windows\nhas: {rooms: 3}", "has: {'rooms': 3.0} / has: {'rooms': None}"),
        ("tags: [vip]", "tags: ['vip'] / tags: []"),
        ("promo: back", "promo: back / promo: None"),
        ("click: Сайт", "click: Сайт / no such choice is shown"),
        ("on: vk\ncustomer: Считать\n{bot: Сколько, on: telegram}", "on: telegram / on: vk"),
        ("{customer: Считать, on: vk}\n{bot: Сколько, on: vk}", ""),
        ("{event: order.paid, data: {total: 1}}\nbot: Спасибо", "bot: Спасибо / bot: Окна на месте?"),
        ("{event: order.paid, data: {total: 1}}", "nothing more / bot: Окна на месте?"),
    ],
)
def test_what_lines_hold_the_tunnel_to(lines: str, said: str, tmp_path: Path) -> None:
    assert _played(tmp_path, OPENED + lines) == ([said] if said else [])


def test_a_rung_goes_to_a_channel_where_the_contact_is_known(tmp_path: Path) -> None:
    shutil.copytree(EVERY_KEY, tmp_path / "content")
    path = tmp_path / "content/tunnels/windows.yaml"
    rung = "when: event.total > 5000, to: remind"
    assert rung in path.read_text()
    path.write_text(path.read_text().replace(rung, "say: Ждём."))
    definition = load(tmp_path / "content").definition
    assert definition is not None
    lines = (
        Line("customer", "окна", 1, on="whatsapp"), Line("bot", "Сколько", 2, on="whatsapp"),
        Line("customer", "2", 3, on="vk"), Line("bot", "…", 4),
        Line("event", "cart.abandoned", 5, {"items": ["Окно"], "total": 9000.0}),
        Line("wait", str(47 * 3600), 6), Line("bot", "…", 7),
        Line("wait", "7200", 8), Line("bot", "Ждём.", 9, on="whatsapp"),
    )  # fmt: skip
    script = Script("s", ("telegram",), {"at": "mon 10:00"}, lines, "scripts/s.yaml")
    assert [str(one) for one in run_script(definition, script)] == []


def test_the_clock_starts_where_it_is_set(tmp_path: Path) -> None:
    quiet = "wait: 1h"  # the night has begun: the reminder waits for the morning, and Saturday and Sunday are quiet
    assert _played(tmp_path, OPENED + quiet, "{at: fri 20:30}") == []
    assert _played(tmp_path, OPENED + quiet, "{at: fri 19:30}") == ["nothing more / bot: Вы здесь?"]


def test_codes_run_out(tmp_path: Path) -> None:
    paid = "{event: order.paid, data: {total: 1}}\nbot: …\nwait: 40d\nbot: …\npromo: back"
    assert _played(tmp_path, OPENED + paid.replace("40d", "31d")) == []
    assert _played(tmp_path, OPENED + paid, "{at: mon 10:00, promos: {back: 0}}") == ["promo: back / promo: None"]


@pytest.mark.parametrize(
    ("at", "hours_from_noon"),
    [("tue", 0), ("tue 12:00", 0), ("tue 13:30", 1.5), ("mon 12:00", -24), ("sun 12:00", 120)],
)
def test_a_weeks_moments(at: str, hours_from_noon: float) -> None:
    made = _made()
    assert moment(made, at) - noon(made) == hours_from_noon * 3600.0
