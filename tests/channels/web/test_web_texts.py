from __future__ import annotations

import re
from pathlib import Path

import pytest

import channels.web
from channels.web.texts import TEXTS, first_language

STATIC = Path(channels.web.__file__).parent / "static"


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["ru"].keys() == TEXTS["en"].keys()
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())
    assert len(TEXTS["ru"]["bytes"].split()) == len(TEXTS["en"]["bytes"].split())


def test_every_refusal_has_words() -> None:
    sources = "".join(path.read_text() for path in Path(channels.web.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'(?:Rejected\(|_refuse\()\d+, "(\w+)"', sources))
    assert len(codes) > 5
    assert codes <= TEXTS["en"].keys()


def test_the_page_uses_each_text_and_no_other() -> None:
    page = "".join(path.read_text() for path in STATIC.iterdir() if path.suffix in {".js", ".html"})
    named = set(re.findall(r"\btexts\.(\w+)", page))
    assert named <= TEXTS["en"].keys()
    indirect = {"us", "you", "pending", "sent", "failed", "online", "connecting", "offline"}  # by a value's name
    sources = "".join(path.read_text() for path in Path(channels.web.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'(?:Rejected\(|_refuse\()\d+, "(\w+)"', sources))
    assert TEXTS["en"].keys() - named - indirect - codes == set()


@pytest.mark.parametrize("name", ["app.js", "draw.js", "feed.js", "outbox.js"])
def test_scripts_never_parse_text_as_html(name: str) -> None:
    script = (STATIC / name).read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)


def test_the_scripts_are_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) < 30_000


@pytest.mark.parametrize(
    ("header", "language"),
    [("ru-RU,ru;q=0.9", "ru"), ("EN", "en"), ("", ""), ("*", ""), ("de;q=0.5", "de"), ("x" * 99, ""), ("р-у", "")],
)
def test_the_first_language_of_a_header(header: str, language: str) -> None:
    assert first_language(header) == language
