"""Dialogue scripts are read into lines that say where they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tunnel.language import Line, load_scripts

EVERY_KEY = Path(__file__).parent / "every_key"


WRITTEN = """\
script: Строки
as: [telegram, web]
given: {name: Ольга, sex: female, tags: [vip], source: {utm_source: vk}, split: {test: cheap}, wish: тепло, rooms: 3,
  ready: true, stage: new, at: tue 10:30, promos: {back: 5}, had: [guide], desk: нет}
dialogue:
  - customer: /start windows
  - bot: Здравствуйте
    choices: [Считать, Дорого]
  - wait: 1h30m
  - {bot: …, on: web}
  - {customer: Человек, on: web}
  - mode: queued
  - operator: /take
  - file: files/b.pdf
  - {event: cart.abandoned, data: {items: [Окно, Рама], total: 11 500}}
  - {event: doors.asked, data: {count: 2, code: "007", phone: 79120000000, sure: true, said: да}}
  - on: telegram
  - click: Работы
  - stage: new
  - tunnel: windows
  - step: hello
  - has: {rooms: 3}
  - tags: [vip]
  - promo: back
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The content with every key, and one script, `written`."""
    shutil.copytree(EVERY_KEY, tmp_path / "content")
    shutil.rmtree(tmp_path / "content/scripts")
    (tmp_path / "content/scripts").mkdir()
    return tmp_path / "content"


def test_lines(content: Path) -> None:
    (content / "scripts/a.yaml").write_text(WRITTEN)
    (script,), findings = load_scripts(content)
    assert findings == []
    assert script.name == "Строки"
    assert script.channels == ("telegram", "web")
    assert script.file == "scripts/a.yaml"
    assert script.given == {
        "name": "Ольга", "sex": "female", "tags": ["vip"], "source": {"utm_source": "vk"}, "split": {"test": "cheap"},
        "wish": "тепло", "rooms": 3.0, "ready": True, "stage": {"windows": "new"}, "at": "tue 10:30",
        "promos": {"back": 5}, "had": ["guide"], "desk": False,
    }  # fmt: skip
    assert script.lines == (
        Line("customer", "/start windows", 6),
        Line("bot", "Здравствуйте", 7),
        Line("choices", ("Считать", "Дорого"), 8),
        Line("wait", "5400", 9),
        Line("bot", "…", 10, on="web"),
        Line("customer", "Человек", 11, on="web"),
        Line("mode", "queued", 12),
        Line("operator", "/take", 13),
        Line("file", "files/b.pdf", 14),
        Line("event", "cart.abandoned", 15, {"items": ["Окно", "Рама"], "total": 11500.0}),
        Line(
            "event", "doors.asked", 16,
            {"count": 2.0, "code": "007", "phone": "79120000000", "sure": True, "said": "да"},
        ),
        Line("on", "telegram", 17),
        Line("click", "Работы", 18),
        Line("stage", "new", 19),
        Line("tunnel", "windows", 20),
        Line("step", "hello", 21),
        Line("has", "", 22, {"rooms": 3.0}),
        Line("tags", ("vip",), 23),
        Line("promo", "back", 24),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("{event: order.piad}", "script-event"),
        ("{event: order.paid, data: {total: много}}", "given-value"),
        ("{event: order.paid, data: {total: [1, 2]}}", "given-value"),
        ("{promo: bakc}", "unknown-promo"),
        ("{tunnel: doors}", "unknown-tunnel"),
        ("{step: helo}", "unknown-step"),
        ("{has: {room: 3}}", "unknown-variable"),
        ("{has: {rooms: три}}", "given-value"),
        ("{wait: 1h, on: web}", "line-one-thing"),
        ("{customer: Да, data: {a: 1}}", "line-one-thing"),
        ("{on: sms}", "bad-option"),
    ],
)
def test_mistakes_in_lines(line: str, found: str, content: Path) -> None:
    (content / "scripts/a.yaml").write_text(f"script: А\ndialogue:\n  - customer: /start\n  - {line}\n")
    assert {one.code for one in load_scripts(content)[1]} == {found}


@pytest.mark.parametrize(
    "given", ["at: noon", "at: sat 25:00", "promos: {back: много}", "desk: может", "had: guide", "sex: женский"]
)
def test_mistakes_in_what_is_given(given: str, content: Path) -> None:
    (content / "scripts/a.yaml").write_text(f"script: А\ngiven: {{{given}}}\ndialogue: [{{customer: /start}}]\n")
    assert {one.code for one in load_scripts(content)[1]} == {"given-value"}


@pytest.mark.parametrize(
    ("given", "found"), [("promos: {bakc: 0}", "unknown-promo"), ("had: [guid]", "unknown-magnet")]
)
def test_names_in_what_is_given_exist(given: str, found: str, content: Path) -> None:
    (content / "scripts/a.yaml").write_text(f"script: А\ngiven: {{{given}}}\ndialogue: [{{customer: /start}}]\n")
    assert {one.code for one in load_scripts(content)[1]} == {found}


def test_without_channels_it_is_played_on_all(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/a.yaml").write_text("script: А\ndialogue: [{customer: /start}]\n")
    (script,), findings = load_scripts(tmp_path)
    assert script.channels == ("telegram", "vk", "whatsapp", "web")
    assert findings == []
