"""Texts and labels fitted into what a channel can carry (edges 12, 13, 14)."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from channels.text import (
    code_points,
    cut,
    is_web_address,
    numbered,
    split,
    to_utf16_entities,
    unique,
    utf8_bytes,
    utf16_units,
    with_links,
)
from tunnel.messages import Button, RichText, Span

FAMILY = "👨‍👩‍👧"
MEASURES = [code_points, utf16_units, utf8_bytes]

pieces = st.sampled_from(
    [" ", "  ", "\n", "\n\n", " \n", "\u00a0", "да", "Слово", "a", FAMILY, "🇷🇺", "é", "e\u0301", "😀", "\t", "\u0600"]
)
plain_texts = st.one_of(st.lists(pieces, max_size=60).map("".join), st.text(max_size=80))


@st.composite
def rich_texts(draw: st.DrawFn) -> RichText:
    plain = draw(plain_texts)
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, max(len(plain) - 1, 0)))
        spans.append(Span("bold", start, draw(st.integers(1, 10))))
    return RichText(plain=plain, spans=tuple(spans))


def marked(text: RichText) -> str:
    """Every bold character that is no white space, with its count of spans."""
    counts = [sum(s.start <= i < s.start + s.length for s in text.spans) for i in range(len(text.plain))]
    return "".join(f"{char}{count}" for char, count in zip(text.plain, counts, strict=True) if not char.isspace())


def test_edge_14_the_measures_differ():
    text = f"{FAMILY} Да"
    assert (code_points(text), utf16_units(text), utf8_bytes(text)) == (8, 11, 23)


@given(rich_texts(), st.integers(4, 40), st.sampled_from(MEASURES))
def test_edge_12_split_loses_and_repeats_nothing(text, limit, measure):
    parts = split(text, limit, measure)

    assert parts
    assert all(measure(part.plain) <= limit for part in parts)
    position = 0
    for part in parts:  # what lies between two parts is white space
        found = text.plain.find(part.plain, position)
        assert found >= 0
        assert not text.plain[position:found].strip()
        position = found + len(part.plain)
    assert not text.plain[position:].strip()
    assert "".join(marked(part) for part in parts) == marked(text)


@given(rich_texts(), st.integers(4, 40), st.sampled_from(MEASURES))
def test_edge_14_split_cuts_between_graphemes(text, limit, measure):
    borders, position = {0}, 0
    for grapheme in regex.findall(r"\X", text.plain):
        if measure(grapheme) > limit:
            return  # has to be cut inside
        position += len(grapheme)
        borders.add(position)
    position = 0
    for part in split(text, limit, measure):
        start = text.plain.find(part.plain, position)
        position = start + len(part.plain)
        assert {start, position} <= borders


@given(st.lists(st.text("абв", min_size=1, max_size=8), min_size=1), st.integers(8, 40))
def test_split_never_breaks_a_word_that_fits(words, limit):
    parts = split(RichText(plain=" ".join(words)), limit, code_points)
    assert [word for part in parts for word in part.plain.split()] == words


@pytest.mark.parametrize(
    ("label", "plain", "limit", "expected"),
    [
        ("fits", "раз два", 7, ["раз два"]),
        ("empty", "", 10, [""]),
        ("white space alone", " " * 20, 10, [""]),
        ("paragraph before line", "один\nдва\n\nтри четыре", 14, ["один\nдва", "три четыре"]),
        ("line before word", "один два\nтри четыре", 12, ["один два", "три четыре"]),
        ("an early line is no reason for a stub", "а\nбвг где жзи", 10, ["а\nбвг где", "жзи"]),
        ("word", "один два три", 8, ["один два", "три"]),
        ("no white space", "абвгдежзик", 4, ["абвг", "дежз", "ик"]),
        ("money stays whole", "сумма 1\u00a0450\u00a0₽", 12, ["сумма", "1\u00a0450\u00a0₽"]),
        ("leading white space", "   абвгдежз", 4, ["абвг", "дежз"]),
        ("a family is one", f"аб {FAMILY}{FAMILY}", 9, ["аб", FAMILY, FAMILY]),
    ],
)
def test_split_cases(label, plain, limit, expected):
    assert [part.plain for part in split(RichText(plain=plain), limit, code_points)] == expected


def test_split_carries_spans_into_both_parts():
    text = RichText(plain="один два три", spans=(Span("link", 5, 7, "https://e.ru"),))
    first, second = split(text, 8, code_points)
    assert first.spans == (Span("link", 5, 3, "https://e.ru"),)
    assert second.spans == (Span("link", 0, 3, "https://e.ru"),)


def test_split_refuses_a_limit_that_some_character_cannot_meet():
    with pytest.raises(ValueError):
        split(RichText(plain="😀😀"), 3, utf8_bytes)


@given(st.text(max_size=40), st.integers(1, 30), st.sampled_from(MEASURES))
def test_edge_14_cut_is_within_the_limit_and_on_a_border(label, limit, measure):
    short = cut(label, limit, measure)
    assert measure(short) <= limit
    if short != label:
        kept = short.removesuffix("…")
        assert label.startswith(kept)
        graphemes = regex.findall(r"\X", label)
        prefixes = {"".join(graphemes[:n]).rstrip() for n in range(len(graphemes) + 1)}
        assert kept in prefixes


@pytest.mark.parametrize(
    ("label", "limit", "measure", "expected"),
    [
        ("Да", 20, code_points, "Да"),
        ("Позвать менеджера", 8, code_points, "Позвать…"),
        ("Позвать менеджера", 9, code_points, "Позвать…"),
        (f"{FAMILY} Да", 6, code_points, f"{FAMILY}…"),
        (f"{FAMILY} Да", 5, code_points, "…"),
        ("абв", 3, utf8_bytes, "а"),
    ],
)
def test_cut_cases(label, limit, measure, expected):
    assert cut(label, limit, measure) == expected


@given(st.lists(st.text("абАБ 12", max_size=12), max_size=12), st.integers(5, 12), st.sampled_from(MEASURES))
def test_edge_14_unique_after_cutting(labels, limit, measure):
    result = unique(labels, limit, measure)
    assert len(result) == len(labels)
    assert len({label.casefold() for label in result}) == len(labels)
    assert all(measure(label) <= limit for label in result)


def test_unique_numbers_the_second():
    assert unique(["Хочу сайдинг белый", "Хочу сайдинг серый", "Да", "да"], 12, code_points) == [
        "Хочу сайдин…", "Хочу сайд… 2", "Да", "да 2",
    ]  # fmt: skip


@given(rich_texts())
def test_edge_13_entities_mark_what_the_spans_mark(text):
    wire = text.plain.encode("utf-16-le", "surrogatepass")
    spans = [span for span in text.spans if text.plain[span.start : span.start + span.length]]
    entities = to_utf16_entities(text)
    assert len(entities) == len(spans)
    for span, entity in zip(spans, entities, strict=True):
        covered = wire[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "surrogatepass")
        assert covered == text.plain[span.start : span.start + span.length]


def test_numbered_counts_links_too():
    buttons = [Button("Дом", token="a"), Button("Работы", link="https://e.ru/w"), Button("Баня", token="b")]
    text = RichText(plain="Что облицовываем?\n", spans=(Span("bold", 0, 18),))
    shown = numbered(text, buttons)
    assert shown.plain == "Что облицовываем?\n\n1. Дом\n2. Работы: https://e.ru/w\n3. Баня"
    assert shown.spans == (Span("bold", 0, 17),)
    assert numbered(RichText(), buttons[:1]).plain == "1. Дом"
    assert numbered(text, []) is text


def test_links_below_the_text():
    assert with_links(RichText(plain="Смотрите"), [Button("Работы", link="http://localhost")]).plain == (
        "Смотрите\n\nРаботы: http://localhost"
    )


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://example.com/works?a=1#b", True),
        ("http://пример.рф/путь", True),
        ("https://10.0.0.1:8080/", True),
        ("http://localhost/", False),
        ("example.com", False),
        ("ftp://example.com", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://a..b/", False),
        ("https://exa mple.com", False),
        ("https://example.com:99999/", False),
        ("https://[::1", False),
        ("https://example.com/\n", False),
        ("", False),
    ],
)
def test_edge_15_web_addresses(url, fine):
    assert is_web_address(url) is fine
