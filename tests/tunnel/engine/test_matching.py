"""What is an objection, a word, a label; and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.tunnel.engine.build import definition, step, text, tunnel
from tunnel.engine import matching
from tunnel.engine.compiled import compiled
from tunnel.engine.words import normal, tokens, word
from tunnel.language.definition import Answer, Objection

DATA = Path(__file__).parent / "data"


def _lines(name: str) -> list[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


MEANT = [tuple(part.strip() for part in line.split("|", 1)) for line in _lines("meant.txt")]
NOT_MEANT = _lines("not_meant.txt")


def _definition():
    phrases = YAML(typ="safe", pure=True).load((DATA / "objections.yaml").read_text(encoding="utf-8"))
    made = definition(
        tunnel(step("one", say=text("…"), end=True)),
        objections=[Objection(name, name, tuple(said), (Answer(text("…")),)) for name, said in phrases.items()],
    )
    object.__setattr__(made.settings, "stop", ("стоп", "отписаться", "stop", "отпишите"))
    object.__setattr__(made.settings, "human", ("оператор", "менеджер", "живой человек"))
    return made


COMPILED = compiled(_definition())


def _meaning(sentence: str) -> str:
    said = matching.read_text(sentence)
    return COMPILED.word_in(said, normal(sentence)) or COMPILED.objection_in(said) or ""


def test_the_lists_are_long_enough():
    assert len(MEANT) >= 60
    assert len(NOT_MEANT) >= 60


@pytest.mark.parametrize(("meaning", "sentence"), MEANT, ids=[sentence for _, sentence in MEANT])
def test_is_meant(meaning, sentence):
    assert _meaning(sentence) == meaning


@pytest.mark.parametrize("sentence", NOT_MEANT)
def test_is_not_meant(sentence):
    assert _meaning(sentence) == ""


def _like(label: str, said: str) -> int | None:
    return matching.like([word(token) for token in tokens(label)], [word(token) for token in tokens(said)])


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Показать рассрочку", "показать расрочку"),
        ("Показать рассрочку", "паказать рассрочку"),
        ("Вызвать замерщика", "вызвать замершика"),
        ("Баню", "баня"),
        ("Дом", "дома"),
        ("Прислать гид", "прислать гид"),
        ("Позвать менеджера", "позвать менеджеру"),
        ("Штукатурка", "штукатрука"),
        ("Call a manager", "call a manger"),
        ("Пока смотрю", "пока сматрю"),
    ],
)
def test_a_slip_of_the_finger_is_still_the_label(label, said):
    assert _like(label, said) is not None


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Да", "нет"),
        ("Да", "до"),
        ("Нет", "нею"),
        ("Дом", "дым"),
        ("Дом", "том"),
        ("Интересно", "неинтересно"),
        ("Хочу", "не хочу"),
        ("2 этажа", "3 этажа"),
        ("До 100 м²", "до 200 м²"),
        ("Каркас", "карась"),
        ("Accept", "except"),
        ("Включить", "выключить"),
        ("Удобно", "неудобно"),
        ("Показать рассрочку", "показать расценку"),
        ("Показать рассрочку", "рассрочку"),
        ("Куплю", "купил"),
        ("", "да"),
        ("🙂", "🙃"),
    ],
)
def test_another_word_is_not_the_label(label, said):
    assert _like(label, said) is None


def test_what_is_evened_out():
    assert normal("  «Ёлка», — СКАЗАЛ\tон!! 🎄 ") == "елка сказал он"
    assert normal("2️⃣.") == "2"
    assert normal("до\u0301рого") == "дорого"
    assert normal("Й") == normal("Й")
    assert normal("") == normal("…") == ""


@given(st.text(max_size=3000))
def test_no_text_trips_the_reader(raw):
    said = matching.read_text(raw)
    assert len(said.words) <= matching.MAX_TOKENS
    COMPILED.objection_in(said)
    COMPILED.word_in(said, normal(raw))
    list(COMPILED.entries_in(said, whole=False))
    assert normal(normal(raw)) == normal(raw)


def test_a_text_of_hostile_length_is_cut():
    said = matching.read_text("дорого " * 100_000 + "я" * 100_000)
    assert len(said.words) <= matching.MAX_TOKENS
    assert COMPILED.objection_in(said) == "expensive"
