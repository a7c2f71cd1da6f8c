"""The command line: what it prints, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import bots.cli.run
from bots.cli import tunnel
from bots.cli.content import FILE_KINDS
from bots.cli.group import COMMANDS, main
from bots.settings import VARIABLES, Settings
from tunnel.language.schema import FILES

ROOT = Path(__file__).parent.parent.parent

SETTINGS = """
company: Фасад
timezone: Europe/Moscow
language: ru
default: siding
queues: {sales: {title: Отдел продаж}}
variables: {area: {title: Площадь, type: number}}
words: {stop: [стоп], human: [оператор], back: [назад]}
unknown: Не понял вас.
"""
TUNNEL = """
tunnel: siding
title: Сайдинг
start: hello
stages:
  new: {title: Новый, result: назвал площадь, within: 1d}
  won: {title: Оплата, outcome: won}
steps:
  hello:
    stage: new
    say: "**Здравствуйте!** Вот [сайт](https://example.com)."
    choices:
      - {label: Посчитать, to: area}
      - {label: Менеджер, handoff: sales}
      - {label: Работы, link: "https://example.com/works"}
    silence: [{after: 1h, say: "Вы здесь?"}]
  area:
    ask: {say: Какая площадь?, save: area, min: 10, retry: "Напишите число."}
    silence: [{after: 1d, to: done}]
    to: done
  done: {stage: won, say: "Готово, {{ area | default(0) }}.", end: true}
"""
SCRIPT = """
script: До конца
as: [telegram, whatsapp]
dialogue:
  - customer: /start
  - bot: Здравствуйте
    choices: [Посчитать, Менеджер, Работы]
  - customer: Посчитать
  - bot: площадь
  - customer: "120"
  - bot: Готово, 120
"""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine gets in."""
    for name in os.environ:
        if name.startswith("TUNNEL_") or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    directory = tmp_path / "content"
    (directory / "tunnels").mkdir(parents=True)
    (directory / "scripts").mkdir()
    (directory / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (directory / "tunnels/siding.yaml").write_text(TUNNEL, encoding="utf-8")
    (directory / "scripts/through.yaml").write_text(SCRIPT, encoding="utf-8")
    return directory


def call(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(tunnel, [str(argument) for argument in arguments], input=typed, catch_exceptions=False)


# --- help


def test_every_command_is_there() -> None:
    assert set(COMMANDS) == {
        "run", "check", "chat", "test", "diagram", "schema", "settings", "doctor", "webhooks", "dead",
        "report", "contacts", "records", "emit", "account",
    }  # fmt: skip
    help_page = call("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in help_page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
    command = tunnel.get_command(click.Context(tunnel), name)
    assert command is not None
    assert command.help


def test_help_speaks_russian_in_a_russian_terminal() -> None:
    environ = os.environ | {"LANG": "ru_RU.UTF-8", "LC_ALL": "", "PYTHONUTF8": "1"}
    told = subprocess.run([sys.executable, "-m", "bots.cli", "--help"], cwd=ROOT, env=environ, capture_output=True)
    assert "Воронка продаж" in told.stdout.decode()


def test_an_unknown_command_is_wrong_use() -> None:
    assert call("rum").exit_code == 2


# --- settings


def test_settings_are_listed_with_secrets_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_TELEGRAM_TOKEN", "1:abcdef")
    monkeypatch.setenv("TUNNEL_REDIS_URL", "redis://:hunter2@h/0")
    text = call("settings", "--lang", "en").stdout
    for name in VARIABLES:
        assert f"{name} = " in text
    assert "abcdef" not in text
    assert "hunter2" not in text
    assert "TUNNEL_REDIS_URL = redis://:••••••@h/0" in text


def test_settings_as_json() -> None:
    rows = json.loads(call("settings", "--format", "json", "--lang", "ru").stdout)
    assert [row["name"] for row in rows] == list(VARIABLES)
    port = next(row for row in rows if row["name"] == "TUNNEL_PORT")
    assert (port["value"], port["default"]) == ("8080", "8080")
    assert set(port) == {"name", "value", "default", "unit", "meaning"}


def test_wrong_settings_end_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_PORTT", "1")
    monkeypatch.setenv("TUNNEL_VK_TOKEN", "v")
    for command in ("settings", "run", "doctor", "webhooks check", "check", "chat"):
        result = call(*command.split(), "--lang", "en")
        assert result.exit_code == 2
        assert "TUNNEL_PORTT (environment): there is no such setting; did you mean TUNNEL_PORT?" in result.stderr
        assert "TUNNEL_VK_GROUP_ID is missing" in result.stderr


# --- run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, frozenset[str], bool | None]]:
    """What the program was started with, instead of starting it."""
    calls: list[tuple[Settings, frozenset[str], bool | None]] = []

    def start(settings: Settings, roles: frozenset[str], poll: bool | None) -> int:
        calls.append((settings, roles, poll))
        return 3

    monkeypatch.setattr(bots.cli.run, "start", start)
    return calls


ALL = frozenset({"webhook", "worker", "sender", "scheduler", "projector", "console"})


@pytest.mark.parametrize(
    ("arguments", "roles", "poll", "port"),
    [
        ("", ALL, None, 8080),
        ("--role all --role worker", ALL, None, 8080),
        ("--role worker --role sender", {"worker", "sender"}, None, 8080),
        ("--poll --port 9", ALL, True, 9),
        ("--no-poll", ALL, False, 8080),
    ],
)
def test_run(
    started: list[tuple[Settings, frozenset[str], bool | None]],
    arguments: str, roles: set[str], poll: bool | None, port: int,
) -> None:  # fmt: skip
    assert call("run", *arguments.split()).exit_code == 3
    settings, *rest = started[0]
    assert rest == [roles, poll]
    assert settings.port == port


def test_run_takes_no_other_role(started: list[object]) -> None:
    assert call("run", "--role", "boss").exit_code == 2
    assert started == []


# --- check, test, diagram, schema


def test_content_without_a_mistake(content: Path) -> None:
    result = call("check", content, "--lang", "en")
    assert result.exit_code == 0
    assert "mistakes 0" in result.stderr or "no mistakes" in result.stderr


@pytest.fixture
def broken(content: Path) -> Path:
    file = content / "tunnels/siding.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("to: area}", "to: aera}"), encoding="utf-8")
    return content


def test_a_mistake_is_said_with_its_place(broken: Path) -> None:
    result = call("check", broken, "--lang", "en")
    assert result.exit_code == 1
    line = next(line for line in result.stdout.splitlines() if "aera" in line)
    assert line.startswith(f"{broken}/tunnels/siding.yaml:13:")
    assert "area" in line


def test_findings_as_json(broken: Path) -> None:
    result = call("check", broken, "--format", "json")
    assert result.exit_code == 1
    found = next(one for one in json.loads(result.stdout) if one["severity"] == "error")
    assert (found["file"], found["line"]) == ("tunnels/siding.yaml", 13)


def test_no_directory() -> None:
    result = call("check", "nowhere", "--lang", "en")
    assert result.exit_code == 1
    assert result.stdout.startswith("nowhere:1:1: ")


def test_the_directory_comes_from_the_settings(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_CONTENT", str(content.rename(content.parent / "elsewhere")))
    assert call("check").exit_code == 0


def test_scripts_that_go_as_written(content: Path) -> None:
    result = call("test", content, "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout == "✓ До конца (telegram, whatsapp)\n"
    assert result.stderr.endswith("1 of 1 scripts went as written\n")


def test_scripts_that_do_not(content: Path) -> None:
    file = content / "scripts/through.yaml"
    file.write_text(SCRIPT.replace("Готово, 120", "Готово, 121"), encoding="utf-8")
    result = call("test", content, "--lang", "en")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"✗ До конца (telegram) — {file}:11\n")
    assert "- expected  bot: Готово, 121\n  + happened  bot: Готово, 120" in result.stdout


def test_no_scripts(content: Path) -> None:
    (content / "scripts/through.yaml").unlink()
    result = call("test", content, "--lang", "en")
    assert result.exit_code == 0
    assert "holds no scripts" in result.stderr


def test_diagram(content: Path) -> None:
    result = call("diagram", "siding", "--content", content)
    assert result.exit_code == 0
    assert "hello" in result.stdout
    assert "area" in result.stdout


def test_diagram_of_an_unknown_tunnel(content: Path) -> None:
    result = call("diagram", "sidign", "--content", content, "--lang", "en")
    assert result.exit_code == 2
    assert "There are: siding" in result.stderr


@pytest.mark.parametrize("kind", ["", *FILE_KINDS])
def test_schema(kind: str) -> None:
    schema = json.loads(call("schema", *kind.split()).stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"].endswith(kind)


def test_the_schema_knows_every_kind_of_file() -> None:
    assert set(FILE_KINDS) == set(FILES)


# --- chat


def test_a_tunnel_is_played_in_the_terminal(content: Path) -> None:
    typed = "/wait 1h\n1\nдвести\n/state\n120\n/quit\nnever read\n"
    result = call("chat", "--content", content, typed=typed)
    assert result.exit_code == 0
    said = result.stdout
    assert "Сайдинг, как в telegram; на часах 2026-01-13 12:00" in said
    assert "Здравствуйте! Вот сайт (https://example.com)." in said
    assert "[1] Посчитать" in said
    assert "[3] Работы → https://example.com/works" in said
    assert said.index("Вы здесь?") < said.index("Какая площадь?") < said.index("Напишите число.")
    assert '"step": "area"' in said
    assert "Готово, 120." in said
    assert "never read" not in said


def test_the_operator_is_played_too(content: Path) -> None:
    typed = "2\nесть вопрос\n/operator /take\n/operator Слушаю\n/operator\n/operator /return\n"
    said = call("chat", "siding", "--content", content, "--as", "web", "--lang", "en", typed=typed).stdout
    assert "who answers: queued" in said
    assert "to the operators of sales: есть вопрос" in said
    assert "who answers: operator" in said
    assert "\nСлушаю\n" in said
    assert "who answers: bot" in said


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/dance", "There is no command /dance"),
        ("/wait a bit", "Write how long"),
        ("/help", "/operator"),
        ("/photo", "Здравствуйте"),
        ("/phone 89161234567", "Здравствуйте"),
        ("9", "Не понял вас."),
        ("Посчитать", "Какая площадь?"),
    ],
)
def test_whatever_is_typed_gets_an_answer(content: Path, typed: str, answer: str) -> None:
    said = call("chat", "--content", content, "--lang", "en", typed=f"\n{typed}\n").stdout
    assert answer in said.split(f"> {typed}\n")[1]


def test_a_number_is_no_old_choice_where_a_question_is_open(content: Path) -> None:
    said = call("chat", "--content", content, typed="1\n1\n").stdout
    assert said.endswith("Напишите число.\n\n")


@pytest.mark.parametrize("channel", ["telegram", "vk", "whatsapp", "web"])
def test_a_tunnel_without_a_link_can_be_played(content: Path, channel: str) -> None:
    other = TUNNEL.replace("tunnel: siding", "tunnel: other").replace("Здравствуйте", "Другая")
    (content / "tunnels/other.yaml").write_text(other, encoding="utf-8")
    assert "Другая" in call("chat", "other", "--content", content, "--as", channel).stdout


EVERY_KEY = Path(__file__).parents[1] / "tunnel/language/every_key"


def played(*typed: str, lang: str = "en") -> str:
    """What is printed, playing the content that uses every key."""
    result = call("chat", "--content", EVERY_KEY, "--lang", lang, typed="\n".join([*typed, ""]))
    assert result.exit_code == 0
    return result.stdout


def test_events_happen_in_the_terminal() -> None:
    cart = "/event cart.abandoned items=Окно,Рама total=9000"
    said = played("1", cart, "/wait 25h", "/event order.paid total=0x", "/state")
    assert "Осталось: Окно, Рама" in said
    assert "promo code WIN-" in said
    assert "'total=0x': write name=value, number" in said
    assert '"back": "WIN-' in said


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/event", "There is no event ''"),
        ("/event order.piad", "There is no event 'order.piad'. There are: buyer.lapsed"),
        ("/event order.paid total", "'total': write name=value"),
        ('/event visit.done master="Иван Иванович" sum=5', "Договор готов"),
        ("/event visit.done master=О'Нил", "Договор готов"),
        ("/event visit.done", "Договор готов"),
        ("/click 9", "No choice with a link"),
        ("/click Работы", "(the bot says nothing)"),
        ("/on sms", "Channels: telegram, vk, whatsapp, web"),
        ("/help", "/event NAME"),
    ],
)
def test_commands_for_what_comes_from_outside(typed: str, answer: str) -> None:
    assert answer in played(typed).split(f"> {typed}\n")[1]


def test_a_contact_goes_on_in_another_messenger() -> None:
    said = played("/on whatsapp", "1", "/on vk", "2", "/event cart.abandoned items=Окно total=9000", "/wait 1h")
    assert "Сколько комнат?" in said
    assert "Осталось: Окно" in said


def test_what_is_held_back_is_told() -> None:
    said = played("/wait 8h30m", "/start", "/wait 1h")  # it is half past nine in the evening
    assert "held back: silence (quiet)" in said.split("> /wait 1h\n")[1]


def test_broken_content_is_not_played(broken: Path) -> None:
    result = call("chat", "--content", broken)
    assert result.exit_code == 1
    assert "siding.yaml:13:" in result.stderr


# --- webhooks


def test_webhooks_need_an_address_and_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = call("webhooks", "set", "--lang", "en")
    assert (nothing.exit_code, nothing.stderr) == (2, "No messenger is on: set a token first.\n")
    assert "TUNNEL_VK_TOKEN is missing" in call("webhooks", "set", "vk", "--lang", "en").stderr
    monkeypatch.setenv("TUNNEL_TELEGRAM_TOKEN", "1:a")
    nowhere = call("webhooks", "set", "--lang", "en")
    assert nowhere.exit_code == 2
    assert nowhere.stderr.startswith("TUNNEL_PUBLIC_URL is missing")


def test_whatsapp_s_steps_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PUBLIC_URL": "https://bot.example.com", "WHATSAPP_TOKEN": "w", "WHATSAPP_PHONE_NUMBER_ID": "1",
        "WHATSAPP_APP_SECRET": "s", "WHATSAPP_VERIFY_TOKEN": "word",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"TUNNEL_{name}", value)
    result = call("webhooks", "set", "--lang", "en")
    assert result.exit_code == 0
    assert "https://bot.example.com/webhooks/whatsapp" in result.stdout
    assert "TUNNEL_WHATSAPP_VERIFY_TOKEN" in result.stdout


# --- errors


def test_an_unexpected_error_shows_no_trace_unless_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(tunnel, "main", fail)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "secret detail" not in said
    monkeypatch.setenv("TUNNEL_LOG_LEVEL", "debug")
    with pytest.raises(SystemExit):
        main()
    assert "Traceback" in capsys.readouterr().err
