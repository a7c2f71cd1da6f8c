"""Promo codes, products, names that are always there, and the moments when the bot may speak: what the check says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tunnel.language import Loaded, load

BASE = Path(__file__).parent / "base"
Edit = Callable[..., Loaded]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Load the base with some edits of its tunnel, and with some files more."""

    def edit(*edits: tuple[str, str], **files: str) -> Loaded:
        directory = tmp_path / "content"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(BASE, directory)
        path = directory / "tunnels/t.yaml"
        text = path.read_text()
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text)
        for name, more in files.items():
            target = directory / f"{name}.yaml"
            target.write_text((target.read_text() if target.exists() else "") + more)
        return load(directory)

    return edit


def codes(loaded: Loaded) -> set[str]:
    return {one.code for one in loaded.findings} - {"fit-phone"}


def said(text: str) -> tuple[str, str]:
    return ("say: Привет!", f"say: '{text}'")


PRODUCTS = "products:\n  drain: {title: Водосток, price: 12000}\n"


def test_prices_by_name(edited: Edit) -> None:
    loaded = edited(said("От {{ products.drain.price | money }}: {{ products.drain.title }}"), products=PRODUCTS)
    assert codes(loaded) == set()
    assert loaded.definition is not None
    say = loaded.definition.tunnels["t"].steps["one"].say
    assert say is not None
    text = say.render({"products": {"drain": {"price": 12000.0, "title": "Водосток"}}})
    assert text == "От 12\u00a0000\u00a0₽: Водосток"


def test_a_product_that_does_not_exist(edited: Edit) -> None:
    assert codes(edited(said("{{ products.drian.price | money }}"), products=PRODUCTS)) == {"unknown-product"}


def test_parts_of_a_product_are_few(edited: Edit) -> None:
    assert codes(edited(said("{{ products.drain.__class__ }}"), products=PRODUCTS)) == {"template-attribute"}
    assert codes(edited(said("{{ products.drain.prcie }}"), products=PRODUCTS)) == {"template-attribute"}


def test_the_product_shown(edited: Edit) -> None:
    shown = ("say: Привет!", 'product: drain\n    say: "{{ product.title }}"')
    assert codes(edited(shown, products=PRODUCTS)) == set()
    # it is shown at this step alone
    later = ("{{ area }} м², {{ city }}.", "{{ product.title }}")
    assert codes(edited(shown, later, products=PRODUCTS)) == {"product-unset"}


def test_what_is_recommended(edited: Edit) -> None:
    products = "products:\n  drain: {title: Водосток, next: [{when: had, to: sill}, sill]}\n  sill: {title: Отлив}\n"
    shown = ("say: Привет!", 'product: %s\n    say: "{{ recommended.title }}"')
    assert codes(edited((shown[0], shown[1] % "drain"), products=products)) == set()
    assert codes(edited((shown[0], shown[1] % "sill"), products=products)) == {"recommended-maybe-unset"}
    asked = ("say: Привет!", 'product: sill\n    say: "{% if recommended.title %}{{ recommended.title }}{% endif %}"')
    assert codes(edited(asked, products=products)) == set()


def test_a_discount_may_be_a_sum(edited: Edit) -> None:
    loaded = edited(promos='promos:\n  back: {code: "A-{random:6}", discount: 1500, valid: 3d}\n')
    assert loaded.definition is not None
    assert loaded.definition.promos["back"].discount == "1\u00a0500\u00a0₽"


@pytest.mark.parametrize("discount", ["0%", "101%", "-5", "0", "много"])
def test_no_discount(edited: Edit, discount: str) -> None:
    promos = f'promos:\n  back: {{code: "A-{{random:6}}", discount: "{discount}", valid: 3d}}\n'
    assert codes(edited(promos=promos)) == {"bad-percent"}


def test_a_code_needs_a_validity(edited: Edit) -> None:
    assert codes(edited(promos='promos:\n  back: {code: "A-{random:6}", discount: 5%}\n')) == {"missing-key"}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("DOM-{random:6}", set()),
        ("{random:5}{random:5}", set()),
        ("DOM-{random:4}", {"promo-guessable"}),
        ("DOM-{random:0}", {"promo-guessable"}),
        ("DOM {random:6}", {"promo-code"}),
        ("DOM-{rnadom:6}", {"promo-code"}),
        ("{random:41}", {"promo-code"}),
        ("DOM", {"promo-not-personal"}),
    ],
)
def test_codes(edited: Edit, code: str, found: set[str]) -> None:
    promos = f'promos:\n  back: {{code: "{code}", discount: 5%, valid: 1d}}\n'
    assert codes(edited(promos=promos)) == found


PROMO = 'promos:\n  back: {code: "A-{random:6}", discount: 5%, valid: 1d}\n'


def test_a_code_is_known_from_the_step_on_that_hands_it_out(edited: Edit) -> None:
    handed = ("say: Привет!", 'promo: back\n    say: "{{ promo.code }} до {{ promo.until | date }}"')
    later = ("{{ area }} м², {{ city }}.", "{{ promo.code }}")
    assert codes(edited(handed, later, promos=PROMO)) == set()


def test_a_code_that_may_be_missing_is_asked_for(edited: Edit) -> None:
    assert codes(edited(said("{% if promo.code %}{{ promo.code }}{% endif %}"))) == set()
    assert codes(edited(said('{{ promo.code | default("-") }}'))) == set()
    assert codes(edited(said("{% if promo.code is defined %}{{ promo.code }}{% endif %}"))) == set()
    assert codes(edited(said("{% if not promo.code %}{{ promo.code }}{% endif %}"))) == {"promo-unset"}


def test_a_variable_hides_a_name_that_is_always_there(edited: Edit) -> None:
    free = edited(said("{{ season }}, {{ hour }}, {{ weekday }}, {{ had | join }}, {{ visited | join }}"))
    assert codes(free) == set()
    hidden = edited(said("{{ season }}"), settings="  season: {title: Сезон}\n")
    assert codes(hidden) == {"hides-name", "unset-variable", "variable-never-set"}


def test_a_variable_has_no_parts(edited: Edit) -> None:
    text = said('{{ product.title | default("") }}')
    assert "template-attribute" in codes(edited(text, settings="  product: {title: Товар}\n"))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('season == "winter"', set()),
        ('"guide" in had', set()),
        ('"giude" in had', {"never-so"}),
        ('"two" not in visited', set()),
        ('"twoo" in visited', {"never-so"}),
        ('weekday == "monday"', {"never-so"}),
        ('"whatsap" == channel', {"never-so"}),
        ('weekday in ["sat", "sun"]', set()),
        ('hour >= 9 and hour < 21', set()),
        ('stages.t == "new"', set()),
        ('stages.tt == "new"', {"unknown-tunnel"}),
    ],
)  # fmt: skip
def test_values_that_a_name_never_has(edited: Edit, condition: str, found: set[str]) -> None:
    branch = ("    to: three", f"    to: [{{when: '{condition}', to: three}}, three]")
    assert codes(edited(branch)) == found


@pytest.mark.parametrize(
    ("quiet", "found"),
    [
        ('{from: "21:00", to: "09:00"}', set()),
        ('{from: "21:00", to: "09:00", days: [sat, sun]}', set()),
        ('{from: "00:00", to: "24:00"}', {"quiet-never-opens"}),
        ('{from: "09:00", to: "09:00"}', {"quiet-never-opens"}),
        ('{from: "21:00", to: "09:00", days: [mon, tue, wed, thu, fri, sat, sun]}', {"quiet-never-opens"}),
    ],
)
def test_there_is_a_time_to_speak(edited: Edit, quiet: str, found: set[str]) -> None:
    assert codes(edited(settings=f"quiet: {quiet}\n")) == found


@pytest.mark.parametrize(("days", "found"), [("[mon]", set()), ("[]", {"days-never"}), ("[sat]", {"days-never"})])
def test_days_that_never_come(edited: Edit, days: str, found: set[str]) -> None:
    silence = ("{after: 1h, say: Вы здесь?}", f"{{after: 1h, say: Вы здесь?, days: {days}}}")
    quiet = 'quiet: {from: "21:00", to: "09:00", days: [sat, sun]}\n'
    assert codes(edited(silence, settings=quiet)) == found


@pytest.mark.parametrize("frequency", ["{messages: 0, per: 1d}", "{messages: 3, per: 0d}"])
def test_a_cap_lets_something_through(edited: Edit, frequency: str) -> None:
    assert codes(edited(settings=f"frequency: {frequency}\n")) <= {"bad-whole", "bad-duration"} != set()
