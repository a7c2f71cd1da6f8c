"""Events from outside: which there are, what they carry, and what the check says of rules, ladders and pauses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tunnel.language import Loaded, load
from tunnel.language.definition import EventKind
from tunnel.language.event_kinds import BUILT_IN

BASE = Path(__file__).parent / "base"
Edit = Callable[..., Loaded]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Load the base with events, with some edits of its tunnel, and with some files more."""

    def edit(*edits: tuple[str, str], events: str = "", **files: str) -> Loaded:
        directory = tmp_path / "content"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(BASE, directory)
        path = directory / "tunnels/t.yaml"
        text = path.read_text() + (f"events:\n{events}" if events else "")
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text)
        for name, more in files.items():
            (directory / f"{name}.yaml").write_text(more)
        return load(directory)

    return edit


def codes(loaded: Loaded) -> set[str]:
    return {one.code for one in loaded.findings} - {"fit-phone"}


def kind(loaded: Loaded, name: str) -> EventKind:
    assert loaded.definition is not None
    return loaded.definition.events[name]


def test_the_built_in_events_have_titles_in_both_languages(edited: Edit) -> None:
    assert kind(edited(), "order.paid").title == "Заказ оплачен"
    for built_in in BUILT_IN.values():
        assert built_in.ru
        assert built_in.en
        assert not any("\u0400" <= sign <= "\u04ff" for sign in built_in.en)


def test_a_name_that_content_uses_is_an_event_of_its_own_with_any_fields(edited: Edit) -> None:
    loaded = edited(
        events="  visit.done: {to: two}\n  cart.abandoned: {until: doors.sold, ladder: [{after: 1h, to: two}]}\n"
    )
    assert codes(loaded) == {"own-event"}
    for name in ("visit.done", "doors.sold"):
        assert kind(loaded, name).open
        assert kind(loaded, name).fields == {}


def test_declared_events_have_their_fields_checked(edited: Edit) -> None:
    declared = "events:\n  visit.done: {title: Замер, fields: {master: text}}\n"
    rule = '  visit.done: {set: {city: "{{ event.%s }}"}, to: two}\n'
    good = edited(events=rule % "master", company=declared)
    assert codes(good) == set()
    assert kind(good, "visit.done").used == {"master"}
    assert codes(edited(events=rule % "mastre", company=declared)) == {"event-field"}


def test_a_built_in_event_may_get_fields_more(edited: Edit) -> None:
    declared = "events:\n  order.paid: {fields: {gift: flag}}\n"
    loaded = edited(events="  order.paid: {when: event.gift, to: two}\n", company=declared)
    assert codes(loaded) == set()
    assert kind(loaded, "order.paid").fields["gift"] == "flag"
    assert kind(loaded, "order.paid").fields["total"] == "number"
    assert kind(loaded, "order.paid").title == "Заказ оплачен"


def test_fields_used_at_steps_are_kept_of_every_event(edited: Edit) -> None:
    loaded = edited(
        ("{{ area }} м², {{ city }}.", "{{ event.url | default('') }}"), events="  order.paid: {to: four}\n"
    )
    assert "url" in kind(loaded, "order.paid").used
    assert "url" in kind(loaded, "call.missed").used
    assert "items" not in kind(loaded, "order.paid").used


def test_an_events_conditions_and_texts_know_the_event_alone(edited: Edit) -> None:
    rule = "  order.paid: {when: area > 100, to: two}\n"
    assert codes(edited(events=rule)) == {"unset-variable"}
    rule = "  order.paid: {when: area and area > 100, set: {city: '{{ area }}'}, to: two}\n"
    assert codes(edited(events=rule)) == set()
    rung = '  cart.abandoned: {ladder: [{after: 1h, via: [vk], when: city, say: "{{ city }}"}]}\n'
    assert codes(edited(events=rung)) == set()
    assert codes(edited(events=rung.replace("when: city, ", ""))) == {"unset-variable"}


def test_what_a_rule_sets_is_known_where_it_leads(edited: Edit) -> None:
    closing = ("{{ area }} м², {{ city }}.", "{{ city }}")
    assert codes(edited(closing, events="  order.paid: {set: {city: Псков}, to: four}\n")) == set()
    assert codes(edited(closing, events="  order.paid: {to: four}\n")) == {"unset-variable"}


def test_an_event_is_known_at_the_steps_it_leads_to(edited: Edit) -> None:
    step = ("  four:\n", "  paid: {say: '{{ event.total | money }}', end: true}\n  four:\n")
    assert codes(edited(step, events="  order.paid: {to: paid}\n")) == set()
    by_choice = ("{label: Дальше, to: two}", "{label: Дальше, to: two}\n      - {label: Оплата, to: paid}")
    assert codes(edited(step, by_choice, events="  order.paid: {to: paid}\n")) == {"event-maybe-unset"}


def test_steps_are_reached_by_rules_rungs_and_their_choices(edited: Edit) -> None:
    steps = (
        "  four:\n",
        "".join(f"  {name}: {{say: Пока, end: true}}\n" for name in "abcd") + "  four:\n",
    )
    rules = (
        "  order.paid: {to: a}\n  cart.abandoned:\n    ladder:\n"
        "      - {after: 1h, via: [vk], say: Ау, choices: [{label: Да, to: b}]}\n      - {after: 2h, to: c}\n"
    )
    assert codes(edited(steps, events=rules)) == {"unreachable-step"}
    entry = ("  - words:", "  - {event: call.missed, to: d}\n  - words:")
    assert codes(edited(steps, entry, events=rules)) == set()


def test_rungs_are_checked_like_steps(edited: Edit) -> None:
    many = ", ".join(f"{{label: Путь {number}, to: two}}" for number in range(4))
    rung = f"  cart.abandoned: {{ladder: [{{after: 1h, via: [whatsapp, vk], say: Ау, choices: [{many}]}}]}}\n"
    assert codes(edited(events=rung)) == {"fit-list"}
    rung = "  cart.abandoned: {ladder: [{after: 1h, via: [vk], media: [{image: files/none.png}]}]}\n"
    assert codes(edited(events=rung)) == {"file-missing"}
    rung = '  cart.abandoned: {ladder: [{after: 1h, via: [vk], say: "{{ event.total | money }}, {{ city + 1 }}"}]}\n'
    assert "type-arithmetic" in codes(edited(events=rung))


@pytest.mark.parametrize(
    ("via", "found"),
    [("", {"window-ladder"}), (", via: [whatsapp]", {"window-ladder"}), (", via: [whatsapp, vk]", set())],
)
def test_a_ladder_may_meet_a_shut_window(edited: Edit, via: str, found: set[str]) -> None:
    assert codes(edited(events=f"  cart.abandoned: {{ladder: [{{after: 1h, say: Ау{via}}}]}}\n")) == found


def test_a_pause_goes_on_by_itself(edited: Edit) -> None:
    pause = ("{label: Дальше, to: two}", "{label: Дальше, to: five}")
    step = ("  four:\n", "  five: {say: Подождём., wait: 2h, to: two}\n  four:\n")
    assert codes(edited(pause, step)) == set()
    split = (step[0], "  five: {wait: 2h, split: {arms: {two: 1, four: 1}}}\n  four:\n")
    assert codes(edited(pause, split)) == {"unset-variable"}  # the step after next needs the answer
    both = ("{label: Дальше, to: two}", "{label: Дальше, to: two}\n      - {label: Потом, to: five}")
    assert codes(edited(both, (step[0], "  five: {say: Подождём., wait: 2h, end: true}\n  four:\n"))) == set()


def test_a_pause_breaks_a_loop_but_a_silent_customer_is_not_written_to_for_ever(edited: Edit) -> None:
    loop = ("    end: true\n", "    to: five\n  five: {wait: 2h, to: four}\n")
    assert codes(edited(loop)) == {"silence-loop"}


def test_a_pause_beside_choices_is_how_long_they_are_open(edited: Edit) -> None:
    pause = ("say: Привет!", "say: Привет!\n    wait: 2h\n    to: two")
    assert codes(edited(pause)) == set()
    asked = ("    to: three", "    wait: 2h\n    to: three")
    assert "conflict" in codes(edited(asked))


def test_two_entries_by_one_event(edited: Edit) -> None:
    def entries(first: str, second: str) -> set[str]:
        both = (
            "  - words:",
            f"  - {{event: call.missed, to: two{first}}}\n  - {{event: call.missed, to: one{second}}}\n  - words:",
        )
        return codes(edited(both))

    assert entries(", when: event.phone", "") == set()
    assert entries("", ", when: event.phone") == {"same-event"}
    assert entries(", when: event.phone", ", when: event.phone") == {"same-event"}


def test_stages_are_reached_by_events(edited: Edit) -> None:
    stages = ("steps:\n", "stages:\n  lost: {title: Отказ, outcome: lost, reasons: [дорого]}\nsteps:\n")
    assert codes(edited(stages, events="  order.cancelled: {stage: lost, reason: дорого}\n")) == set()
    assert codes(edited(stages, events="  order.cancelled: {stage: lost, reason: передумал}\n")) == {"reason-unknown"}
    assert codes(edited(stages, events="  order.cancelled: {reason: дорого, to: two}\n")) == {
        "reason-without-lost", "stage-never-reached"
    }  # fmt: skip


def test_a_ladder_may_speak_of_the_product_that_its_event_names(edited: Edit) -> None:
    rung = '  stock.back: {start: true, ladder: [{after: 1m, via: [vk], say: "%s снова есть"}]}\n'
    assert codes(edited(events=rung % "{{ product.title }}")) == {"product-maybe-unset"}
    assert codes(edited(events=rung % "{{ product.title | default(event.item) }}")) == set()
    assert "product" in kind(edited(events=rung % "{{ product.title | default(event.item) }}"), "stock.back").used


def test_a_code_of_one_ladder_may_be_spoken_of_in_another(edited: Edit) -> None:
    promos = 'promos:\n  back: {code: "A-{random:6}", discount: 5%, valid: 1d}\n'
    ladders = (
        "  cart.abandoned: {ladder: [{after: 1h, via: [vk], promo: back, say: Ау}]}\n"
        '  order.placed: {ladder: [{after: 1h, via: [vk], say: "{{ promo.code }}"}]}\n'
    )
    assert codes(edited(events=ladders, promos=promos)) == {"promo-maybe-unset"}
    assert codes(edited(events=ladders.replace("promo: back, ", ""), promos=promos)) == {"promo-unset"}


@pytest.mark.parametrize(("when", "found"), [
    ("event.total > 0", set()),
    ("event.total > \"0\"", {"type-compare"}),
    ("event.items > 0", {"type-compare"}),
    ("(event.items | length) > 0", set()),
    ("event.order > 5", {"type-compare"}),
])  # fmt: skip
def test_a_field_is_used_as_what_it_is(when: str, found: set[str], edited: Edit) -> None:
    assert codes(edited(events=f"  order.paid: {{when: '{when}', to: two}}\n")) == found
