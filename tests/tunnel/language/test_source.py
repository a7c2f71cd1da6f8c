"""YAML is read with its places, within bounds, and nothing it says is carried out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunnel.language.findings import Report
from tunnel.language.read import read_yaml
from tunnel.language.source import MAX_BYTES, Map, Place, Seq, Source, Text, Unreadable, compose, decode, walk


def read(text: str) -> Map:
    node = compose(Source("a.yaml", text))
    assert isinstance(node, Map)
    return node


def code(text: str) -> str:
    with pytest.raises(Unreadable) as caught:
        compose(Source("a.yaml", text))
    return caught.value.code


def test_every_scalar_is_the_text_that_was_written() -> None:
    found = read("phone: +79120000000\nprice: 1.50\nyes: да\nno: no\nnull: ~\nnothing:\ndate: 2026-11-21\nhex: 0x1F\n")
    written = ["+79120000000", "1.50", "да", "no", "~", "", "2026-11-21", "0x1F"]
    assert [str(value) for value in found.values()] == written
    assert found["nothing"].missing
    assert not read('a: ""')["a"].missing


def test_places_count_from_one() -> None:
    found = read("a:\n  - b: привет\n    в: [1, два]\n")
    inner = found["a"][0]
    assert inner["b"].at == Place("a.yaml", 2, 8)
    assert inner.key("в").at == Place("a.yaml", 3, 5)
    assert inner["в"][1].at == Place("a.yaml", 3, 12)
    assert isinstance(inner["в"], Seq)
    assert inner["в"].flow


def test_aliases_point_to_the_same_thing() -> None:
    found = read("a: &x [1, 2]\nb: *x\nc: &y текст\nd: *y\n")
    assert found["a"] is found["b"]
    assert found["d"] == "текст"


def test_merge_keys_are_ordinary_keys() -> None:
    assert list(read("a: &x {b: 1}\nc: {<<: *x}\n")["c"]) == ["<<"]


def test_repeated_keys_are_kept_apart() -> None:
    found = read("a: 1\nb: 2\na: 3\n")
    assert found["a"] == "1"
    assert [(second.at.line, first.at.line) for second, first in found.repeated] == [(3, 1)]


def test_billion_laughs() -> None:
    bomb = "a0: &a0 [" + "x, " * 9 + "]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert code(bomb) == "too-many-values"
    assert code("a: &a {b: *a}") == "unknown-alias"  # nothing can hold itself


def test_bounds() -> None:
    assert code("[" * 10_000) == "too-deep"
    assert code("a: " + "{b: " * 10_000) == "too-deep"
    assert code("- x\n" * 30_000) == "too-many-values"
    with pytest.raises(Unreadable, match="file-too-large"):
        decode(b"#" * (MAX_BYTES + 1), "a.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !!python/object/apply:os.system [ls]", "tag"),
        ("a: !include /etc/passwd", "tag"),
        ("a: !!str 1", "tag"),
        ("--- 1\n--- 2", "several-documents"),
        ("? [a]\n: 1", "key-not-text"),
        ("a: *b", "unknown-alias"),
        ("a: 'x", "yaml-syntax"),
        ("%YAML 3.0\n---\na: 1", "yaml-syntax"),
    ],
)
def test_refused(text: str, expected: str) -> None:
    assert code(text) == expected


def test_bytes() -> None:
    assert decode("\ufeffa: 1".encode(), "a.yaml").text == "a: 1"
    for raw, expected in (
        (b"a: \xff", "not-utf8"),
        (b"a: \x00", "control-character"),
        (b"a: 1\x1b", "control-character"),
    ):
        with pytest.raises(Unreadable, match=expected):
            decode(raw, "a.yaml")


def test_crlf_files_read_like_others() -> None:
    assert read("a: 1\r\nb: да\r\n") == {"a": "1", "b": "да"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("say: {{ name }}, привет", 'say: "{{ name }}, привет"'),
        ("say: {% if name %}{{ name }}{% endif %}", 'say: "{% if name %}{{ name }}{% endif %}"'),
        ("say: Внимание: скидка", 'say: "Внимание: скидка"'),
        ("say: **Важно** знать", 'say: "**Важно** знать"'),
        ("say: [сайт](https://a.ru) тут", 'say: "[сайт](https://a.ru) тут"'),
        ("say: 100% @вам", None),
        ("say: @вам", 'say: "@вам"'),
        ("say: `код`", 'say: "`код`"'),
        ("say: %скидка", 'say: "%скидка"'),
        ('say: Он сказал: "да"', 'say: "Он сказал: \\"да\\""'),
        ("- {label: Цена: 5, to: x}", '- {label: "Цена: 5", to: x}'),
        ("- {label: Да, конечно, to: x}", '- {label: "Да, конечно", to: x}'),
        ("- {say: {{ name }}, to: x}", '- {say: "{{ name }}", to: x}'),
        ("- {say: Привет, {{ name }}!}", '- {say: "Привет, {{ name }}!"}'),
        ("- {label: Дальше to: x}", "- {label: Дальше, to: x}"),
        ("words: [да, нет", "words: [да, нет]"),
        ('say: "Привет', 'say: "Привет"'),
        ("say: Скидка #1", 'say: "Скидка #1"'),
        ("label: 10 # 20", 'label: "10 # 20"'),
        ("say: Просто текст  # заметка", None),
        ("say: Привет, мир", None),
    ],
)
def test_bent_texts_are_written_out_as_they_should_be(written: str, meant: str | None) -> None:
    report = Report()
    read_yaml(f"a: 1\nb:\n  {written}\nc: 2\n".encode(), "a.yaml", report, {})
    lines = [finding.remedy for finding in report.findings("en")]
    if meant is None:
        assert lines == []
    else:
        assert [line.partition("; if")[0] for line in lines] == [f"write: {meant}"]


def test_reading_goes_on_after_a_bent_text() -> None:
    report = Report()
    text = "say: Цена: 5\nlabel: {{ name }}, да\nok: 1\nok: 2\nsay2: 'x\n"
    read_yaml(text.encode(), "a.yaml", report, {})
    found = [(finding.line, finding.code) for finding in report.findings("en")]
    assert found == [(1, "text-bent"), (2, "text-bent"), (4, "repeated-key"), (5, "quote-unclosed")]


YAMLISH = st.text(alphabet=st.sampled_from("ab:- \n{}[],&*#!|>'\"%?\t\\я"), max_size=120)


@settings(max_examples=300)
@given(st.one_of(YAMLISH.map(str.encode), st.binary(max_size=80)))
def test_reading_raises_nothing(raw: bytes) -> None:
    report = Report()
    node = read_yaml(raw, "a.yaml", report, {})
    assert node is not None or report.findings("ru")
    for one in walk(node):
        assert isinstance(one, Text | Map | Seq)
