"""A content directory that uses every key there is: all of it is read and built."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tunnel.effects import Effect, Fault, Record
from tunnel.engine.player import Player
from tunnel.engine.scripts import run_scripts
from tunnel.events import Event
from tunnel.language import load, schema
from tunnel.language.definition import Frequency, Promo, Quiet, SetTo, Target
from tunnel.language.event_kinds import BUILT_IN
from tunnel.language.fields import Keys, known_keys
from tunnel.language.schema import FILES
from tunnel.messages import Message

HERE = Path(__file__).parent
EVERY_KEY = HERE / "every_key"
SAMPLE = HERE.parents[2] / "content"
KINDS = {"settings.yaml": "settings", "tunnels": "tunnel", "scripts": "script"}


def test_it_loads_without_a_mistake() -> None:
    found = [(one.severity, one.code) for one in load(EVERY_KEY).findings]
    assert {code for severity, code in found if severity == "error"} == set()
    assert {code for severity, code in found if severity == "warning"} == {"window", "window-ladder"}


def test_what_was_written_is_what_is_built() -> None:
    found = load(EVERY_KEY).definition
    assert found is not None
    assert list(found.settings.queues) == ["sales", "night", "service"]
    assert found.settings.variables["phone"].personal
    assert found.settings.variables["rooms"].unit == "шт."
    tunnel = found.tunnels["windows"]
    assert tunnel.enter[1].to == Target("windows", "rooms")
    assert tunnel.stages["offer"].within_s == 3 * 86400.0
    assert tunnel.stages["offer"].late == "remind"
    steps = tunnel.steps
    assert steps["hello"].choices[0].set == (SetTo("wish", "тепло"), SetTo("ready", True))
    assert steps["hello"].silence[0].choices[0].label.render({}) == "Считать"
    assert steps["big"].set == (SetTo("ready", False),)
    assert steps["big"].handoff is not None
    assert steps["big"].handoff.otherwise == Target("windows", "test")
    assert steps["test"].split == {"cheap": 1.0, "dear": 2.0}
    assert [(file.kind, file.name) for file in steps["cheap"].media] == [
        ("image", "Окно"),
        ("document", ""),
        ("document", ""),
    ]
    assert [action.tag or action.untag for action in steps["rooms"].then[:2]] == ["считал", "новичок"]
    assert steps["lost"].reason == "дорого"
    assert found.magnets["page"].link == "https://example.com/guide"
    answers = found.objections["price"].answers
    assert answers[1].to == Target("", "rooms")
    assert answers[2].handoff is not None


def test_what_acts_in_time_is_built() -> None:
    found = load(EVERY_KEY).definition
    assert found is not None
    settings, tunnel = found.settings, found.tunnels["windows"]
    assert settings.quiet == Quiet(time(21), time(9), frozenset({5, 6}))
    assert settings.frequency == Frequency(3, 86400.0)
    assert settings.currency == "RUB"
    silence = tunnel.steps["hello"].silence[1]
    assert silence.days == frozenset(range(5))
    assert silence.when is not None
    assert silence.when.holds({"channel": "vk"})
    assert tunnel.steps["care"].wait_s == 30 * 86400.0
    assert tunnel.steps["care"].waits
    assert (tunnel.steps["sill"].promo, tunnel.steps["sill"].product) == ("back", "sill")


def test_events_are_built() -> None:
    found = load(EVERY_KEY).definition
    assert found is not None
    tunnel = found.tunnels["windows"]
    entry = tunnel.enter[2]
    assert (entry.event, entry.to) == ("form.submitted", Target("windows", "rooms"))
    assert entry.when is not None
    assert entry.when.holds({"event": {"form": "windows"}})
    assert list(tunnel.events) == ["cart.abandoned", "order.paid", "order.cancelled", "visit.done"]
    rule = tunnel.events["cart.abandoned"]
    assert (rule.start, rule.until, rule.tunnel) == (True, "order.paid", "windows")
    assert [rung.after_s for rung in rule.ladder] == [3600.0, 86400.0, 2 * 86400.0, 3 * 86400.0]
    assert len({rung.key for rung in rule.ladder}) == 4
    assert rule.ladder[1].promo == "back"
    assert rule.ladder[2].via == ("whatsapp", "telegram")
    assert rule.ladder[2].days == frozenset({1, 2})
    assert rule.ladder[2].to == Target("windows", "remind")
    assert rule.ladder[2].when is not None
    assert rule.ladder[3].product == "sill"
    assert [file.path for file in rule.ladder[3].media] == ["files/a.png"]
    lost = tunnel.events["order.cancelled"]
    assert (lost.stage, lost.reason, lost.to) == ("lost", "дорого", Target("windows", "thanks"))
    assert [one.variable for one in lost.set] == ["wish"]
    assert [one.tag for one in lost.do] == ["отказ"]


def test_events_are_known_with_their_fields() -> None:
    found = load(EVERY_KEY).definition
    assert found is not None
    assert set(found.events) >= {*BUILT_IN, "visit.done", "doors.asked"}
    assert found.events["cart.abandoned"].title == "Корзина брошена"
    assert found.events["cart.abandoned"].fields == {"items": "list", "total": "number", "url": "text"}
    assert found.events["cart.abandoned"].used >= {"items", "total"}
    assert not found.events["cart.abandoned"].open
    assert found.events["form.submitted"].used >= {"form"}
    assert found.events["form.submitted"].open
    assert found.events["visit.done"].title == "Замер сделан"
    assert found.events["visit.done"].fields == {
        "master": "text", "sum": "number", "date": "date", "parts": "list", "agreed": "flag"
    }  # fmt: skip
    assert not found.events["visit.done"].open
    assert found.events["doors.asked"].open
    assert "items" not in found.events["order.paid"].used
    assert "total" in found.events["order.paid"].used


def test_promos_and_products_are_built() -> None:
    found = load(EVERY_KEY).definition
    assert found is not None
    assert found.promos["back"] == Promo("back", "WIN-{random:6}", "10%", 3 * 86400.0, 500)
    sill = found.products["sill"]
    assert (sill.title, sill.price, sill.link) == ("Подоконник", 2500.0, "https://example.com/sill")
    assert sill.image is not None
    assert sill.image.path == "files/a.png"
    assert [branch.to.step for branch in sill.next] == ["blinds"]
    window = found.products["window"]
    assert window.tags == ("окна",)
    assert [branch.to.step for branch in window.next] == ["blinds", "sill"]
    assert found.products["blinds"].price is None


def test_it_is_played_by_its_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is entered, every rule acts, every rung is said, and nothing fails at run time."""
    facts: list[Effect] = []
    apply = Player.apply

    def listening(self: Player, event: Event) -> list[Message]:
        before = len(self.effects)
        said = apply(self, event)
        facts.extend(self.effects[before:])
        return said

    monkeypatch.setattr(Player, "apply", listening)
    loaded = load(EVERY_KEY)
    assert loaded.definition is not None
    assert [str(one) for one in run_scripts(loaded.definition, loaded.scripts)] == []
    assert [one for one in facts if isinstance(one, Fault)] == []
    records = [(one.what, one.data) for one in facts if isinstance(one, Record)]
    tunnel = loaded.definition.tunnels["windows"]
    assert {data["step"] for what, data in records if what == "entered"} == set(tunnel.steps)
    acted = {data["name"] for what, data in records if what == "trigger" and data["did"]}
    assert acted == {*tunnel.events, "form.submitted"}
    said = {data["rung"] for what, data in records if what == "ladder" and data["did"] == "said"}
    assert said >= {0, 1, 3}
    assert {data["name"] for what, data in records if what == "objection"} == {"price"}
    assert {data["link"] for what, data in records if what == "clicked"} == {"https://example.com"}


def keys_used(node: Any, model: type[Keys] | None = None) -> set[tuple[str, str]]:
    """(model, key) of every mapping below a map that `load` has read."""
    found: set[tuple[str, str]] = set()
    if isinstance(node, dict):
        own = getattr(node, "model", None)
        for key, value in node.items():
            if own is not None:
                found.add((own.__name__, str(key)))
            found |= keys_used(value)
    elif isinstance(node, list):
        for value in node:
            found |= keys_used(value)
    return found


def every_model() -> set[type[Keys]]:
    found: set[type[Keys]] = set()
    waiting: list[type[Keys]] = [Keys]
    while waiting:
        waiting += (below := waiting.pop().__subclasses__())
        found |= set(below)
    return found


def test_every_key_is_used() -> None:
    """So a key cannot be added to the models without being tried here."""
    from tunnel.language.findings import Report
    from tunnel.language.read import read_yaml, validate

    used: set[tuple[str, str]] = set()
    for path in EVERY_KEY.rglob("*.yaml"):
        data = read_yaml(path.read_bytes(), path.name, Report(), {})
        assert data is not None
        assert validate(FILES[kind_of(path)], data, Report()) is not None  # type: ignore[index]
        used |= keys_used(data)
    known = {(model.__name__, key) for model in every_model() for key in known_keys(model)}
    assert known == used


def kind_of(path: Path) -> str:
    return KINDS.get(path.name) or KINDS.get(path.parent.name) or "shared"


@pytest.mark.parametrize(
    "path", sorted([*EVERY_KEY.rglob("*.yaml"), *SAMPLE.rglob("*.yaml")]), ids=lambda path: path.name
)
def test_the_json_schema_takes_what_the_check_takes(path: Path) -> None:
    data = YAML(typ="safe").load(path.read_text())
    for document in (schema(kind_of(path)), schema()):  # type: ignore[arg-type]
        assert [error.message for error in Draft202012Validator(document).iter_errors(data)] == []


def test_the_json_schema_is_one_and_refuses_unknown_keys() -> None:
    for kind in (None, *FILES):
        Draft202012Validator.check_schema(schema(kind))
    errors = list(
        Draft202012Validator(schema("tunnel")).iter_errors({"tunnel": "t", "start": "a", "steps": {}, "stpes": 1})
    )
    assert len(errors) == 1
    assert "stpes" in errors[0].message


def test_every_key_is_described() -> None:
    for name, model in schema()["$defs"].items():
        assert model.get("description"), name
        for key, field in model["properties"].items():
            assert field.get("description"), f"{name}.{key}"
            assert "title" not in field
