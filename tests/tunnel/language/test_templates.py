"""Texts with holes: what they say, what they may not do, and how they fail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel.language.definition import TemplateFault
from tunnel.language.expressions import BadTemplate
from tunnel.language.templates import StaticTemplate, compile_condition, compile_text
from tunnel.markup import parse

VALUES: dict[str, Any] = {
    "name": "Ольга",
    "company": "Фасад",
    "channel": "vk",
    "sex": "",
    "tags": ["vip", "дом"],
    "stage": "offer",
    "now": datetime(2026, 11, 24, 12, 5, tzinfo=ZoneInfo("Europe/Moscow")),
    "event": {"items": ["чайник", "плед"], "total": 3500.0, "form": "siding"},
    "promo": {},
    "source": {"utm_source": "vk"},
    "area": 120.0,
    "half": 120.5,
    "ready": True,
}


def text(written: str, /, **more: Any) -> str:
    return compile_text(written, "f:1").render({**VALUES, **more})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Здравствуйте{% if name %}, {{ name }}{% endif %}!", "Здравствуйте, Ольга!"),
        ("{{ area }} м², {{ half }} м²", "120 м², 120,5 м²"),
        ("{{ area ~ ' м²' }}", "120 м²"),
        ("{{ (area * 1450) | money }}", "174\u00a0000\u00a0₽"),
        ("{{ 99.9 | money }} {{ -5 | money }}", "99,90\u00a0₽ -5\u00a0₽"),
        ("{{ (area * 1450 / 7) | round | money }}", "24\u00a0857\u00a0₽"),
        ("{{ 1234567.891 | number }} {{ 3 | number(2) }}", "1\u00a0234\u00a0567,89 3"),
        ("{{ area | int }} {{ 2.6 | round }} {{ 2.345 | round(2) }}", "120 3 2,35"),
        ("{{ now | date }}, {{ now | date('time') }}", "24 ноября, 12:05"),
        ("{{ '2026-12-01' | date('full') }}", "1 декабря 2026"),
        ("{{ now.hour }} {{ now.weekday }}", "12 tue"),
        ("{{ wish | default('друг') }} {{ sex | default('—') }} {{ area | default(1) }}", "друг — 120"),
        ("{{ event.items | join(', ') }} на {{ event.total | money }}", "чайник, плед на 3\u00a0500\u00a0₽"),
        ("{{ event.absent | default('нет') }}", "нет"),
        ("{% for t in tags %}{{ loop.index }} {{ t }}{% if not loop.last %}; {% endif %}{% endfor %}", "1 vip; 2 дом"),
        ("{{ name | upper }} {{ name | lower }} {{ name | length }} {{ tags | length }}", "ОЛЬГА ольга 5 2"),
        ("{{ 'да' if area > 100 }}{{ 'да' if area > 200 }}", "да"),
        ("{{ ready }} {{ source['utm_source'] }} {{ tags[0] }} {{ tags | first }} {{ name[:2] }}", "да vk vip vip Ол"),
        ("{{ 1 | plural('дом', 'дома', 'домов') }} {{ 3 | plural('дом', 'дома', 'домов') }}", "дом дома"),
        ("{% raw %}{{ name }}{% endraw %}{# заметка #}", "{{ name }}"),
    ],
)  # fmt: skip
def test_text(source: str, said: str) -> None:
    assert text(source) == said


def test_english_numbers_and_sums() -> None:
    template = compile_text("{{ 12500 | money }} {{ 1.5 }} {{ ready }}", language="en", currency="USD")
    assert template.render(VALUES) == "$12,500 1.5 yes"


def test_a_text_without_holes_never_meets_jinja() -> None:
    template = compile_text("Просто *текст* } %\n")
    assert isinstance(template, StaticTemplate)
    assert template.render({}) == "Просто *текст* } %"


@given(st.text(max_size=80))
def test_what_a_customer_wrote_is_never_markup(name: str) -> None:
    said = text("**Привет**, {{ name }}!", name=name)
    assert parse(said).plain == f"Привет, {name}!"
    assert len(parse(said).spans) == 1
    said = text("[{{ name | upper | default('—') }}](https://a.ru)", name=name)
    assert parse(said).plain == (name.upper() or "—")


def test_labels_are_plain() -> None:
    assert compile_text("{{ name }} *", plain=True).render({"name": "a*b"}) == "a*b *"


def test_names() -> None:
    template = compile_text("{% for tag in tags %}{{ tag }}{{ loop.index }}{{ area }}{% endfor %}{{ event.total }}")
    assert template.names == {"tags", "area", "event"}
    assert compile_condition("area > 5 and 'vip' in tags").names == {"area", "tags"}


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("area >= 500", False),
        ('area > 100 and "vip" in tags', True),
        ("wish", False),
        ("not wish", True),
        ("wish is defined", False),
        ('event.form == "siding"', True),
        ("ready", True),
        ("sex", False),
        ('now.weekday in ["sat", "sun"]', False),
    ],
)
def test_condition(source: str, *, holds: bool) -> None:
    assert compile_condition(source).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ wish }}", "'wish' is undefined"),
        ("{{ wish + 1 }}", "'wish' is undefined"),
        ("{{ event.absent }}", "absent"),
        ("{{ 1 / (area - 120) }}", "a division by zero"),
        ("{{ name * 3 }}", "two numbers"),
        ("{{ name % 3 }}", "two numbers"),
        ("{{ tags * 3 }}", "two numbers"),
        ("{{ name | money }}", "a value of the wrong type"),
        ("{{ name | date }}", "ValueError"),
        ("{% for sign in name %}{{ sign }}{% endfor %}", "wrong type"),
        ("{% for tag in many %}{{ tag }}{% endfor %}", "100 items"),
        ("{% for tag in tags %}{{ long }}{% endfor %}", "8000"),
        ("{{ long }}{{ long }}", "8000"),
        ("{{ event }}", "wrong type"),
        ("{{ many | join(many | join(many | join(many | join(', ')))) }}", "8000"),
    ],
)
def test_faults_say_where_and_why_but_not_the_data(source: str, why: str) -> None:
    values = {**VALUES, "many": ["a"] * 101, "long": "я" * 5_000, "name": "Секретов"}
    with pytest.raises(TemplateFault, match=r"^f:1: ") as caught:
        compile_text(source, "f:1").render(values)
    assert why in str(caught.value)
    assert "Секретов" not in str(caught.value)


def test_a_condition_on_an_unset_name_is_a_fault() -> None:
    with pytest.raises(TemplateFault, match="wish"):
        compile_condition("wish > 5", "f:2").holds(VALUES)


@pytest.mark.parametrize(("source", "holds"), [
    ('source.utm_source == "vk"', False),
    ('source.utm_source != "vk"', True),
    ('source.utm_source in ["vk", "ok"]', False),
    ('source.utm_source or "vk" == "vk"', True),
    ("source.utm_source == source.utm_medium", False),
])  # fmt: skip
def test_a_part_that_is_not_there_is_like_nothing_and_no_fault(source: str, holds: bool) -> None:
    assert compile_condition(source).holds({**VALUES, "source": {"ref": "siding"}}) is holds


def test_a_part_that_is_not_there_is_not_reckoned_with() -> None:
    with pytest.raises(TemplateFault, match="total"):
        compile_condition("event.total > 5", "f:2").holds({**VALUES, "event": {}})


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ name|attr('__class__') }}",
        "{{ config }}{{ name.__class__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ lipsum.__globals__ }}",
        "{{ lipsum() }}",
        "{{ range(100000000) }}",
        "{{ dict(a=1) }}",
        "{{ namespace() }}",
        "{{ joiner() }}",
        "{{ ().__class__.__base__ }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '%s' | format(1) }}",
        "{{ '{}' | format_map({}) }}",
        "{{ ['a'] | map('upper') | list }}",
        "{{ ['a'] | map(attribute='__class__') | list }}",
        "{{ [1] | groupby('__class__') }}",
        "{{ tags | select('attr') }}",
        "{{ tags | xmlattr }}",
        "{{ name | safe }}",
        "{{ name | tojson }}",
        "{{ tags.append('x') }}",
        "{{ tags.pop() }}",
        "{{ event.update({}) }}",
        "{{ event.items() }}",
        "{{ event.__class__ }}",
        "{{ event['__class__'].__init__ }}",
        "{{ loop.__class__ }}",
        "{% for a in tags %}{{ loop.__init__ }}{% endfor %}",
        "{% for a in tags %}{{ loop.cycle(1) }}{% endfor %}",
        "{% for a in tags recursive %}{{ loop(tags) }}{% endfor %}",
        "{% for a, b in tags %}{% endfor %}",
        "{% for a in tags %}{% for b in tags %}{% endfor %}{% endfor %}",
        "{% set x = name %}",
        "{% set x %}y{% endset %}",
        "{% macro m() %}{% endmacro %}",
        "{% call name() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% include 'settings.yaml' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import system %}",
        "{% extends 'a' %}",
        "{% block a %}{% endblock %}",
        "{% with x = 1 %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{{ {'a': 1} }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' * 999999999 }}",
        "{{ 999999999 * 'a' }}",
        "{{ '%999999999d' % 1 }}",
        "{{ ('a' ~ 'b') * 9 }}",
        "{{ now.__class__ }}",
        "{{ now.strftime('%s') }}",
        "{{ now.tzinfo.utcoffset }}",
        "{{ source['_x'] }}",
        "{{ name['upper'] }}",
        "{{ tags[name] }}",
        "{{ _x }}",
        "{{ __import__ }}",
        "{{ name is callable }}",
        "{{ name is filter }}",
        "{{ name | default(*tags) }}",
        "{{ name | default(**event) }}",
        "{{ name | _text }}",
        "{{ name | _loop }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ 1" + "+1" * 1900 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{% if 1 %}" * 40 + "{% endif %}" * 40,
        "{{ name",
        "{% if name %}",
        "{{ }}",
        "{{ name }}" + "x" * 9000,
    ],
)
def test_the_sandbox_is_shut(attack: str) -> None:
    with pytest.raises(BadTemplate):
        compile_text(attack)


@pytest.mark.parametrize(
    "name", ["self", "config", "lipsum", "range", "cycler", "loop", "caller", "varargs", "request"]
)
def test_nothing_is_there_but_what_was_given(name: str) -> None:
    with pytest.raises(TemplateFault):
        text(f"{{{{ {name} }}}}")


class Trap:
    """A value that would do harm if a template could reach into it."""

    secret = "secret"

    def __str__(self) -> str:
        raise AssertionError("reached")


@pytest.mark.parametrize("source", ["{{ source.trap }}", "{{ source.trap ~ 'x' }}", "{{ [source.trap] | join }}"])
def test_values_of_other_kinds_are_not_shown(source: str) -> None:
    with pytest.raises(TemplateFault):
        text(source, source={"trap": Trap()})


@given(st.text(alphabet=st.sampled_from("{}%#|()[]'\"abn. *+-/=<>~,:01_if endfor"), max_size=80))
def test_compiling_raises_nothing_but_bad_template(source: str) -> None:
    for compile_one in (compile_text, compile_condition):
        try:
            compiled = compile_one(source)
        except BadTemplate:
            continue
        try:
            compiled.render(VALUES) if hasattr(compiled, "render") else compiled.holds(VALUES)
        except TemplateFault:
            continue
