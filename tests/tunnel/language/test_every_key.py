"""A content directory that uses every key there is: all of it is read, and what does not act yet says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tunnel.language import load, schema
from tunnel.language.definition import SetTo, Target
from tunnel.language.fields import Keys, known_keys
from tunnel.language.schema import FILES

HERE = Path(__file__).parent
EVERY_KEY = HERE / "every_key"
SAMPLE = HERE.parents[2] / "content"
KINDS = {"settings.yaml": "settings", "tunnels": "tunnel", "scripts": "script"}


def test_it_loads_without_errors_and_warns_of_each_key_that_does_not_act() -> None:
    loaded = load(EVERY_KEY)
    assert [str(one) for one in loaded.errors] == []
    warned = {one.message.split("»")[0].strip("«") for one in loaded.findings if one.code == "inactive"}
    assert warned == {"promos", "quiet", "frequency", "event", "events", "within", "late", "step"}
    assert [one.code for one in loaded.findings if one.severity == "warning" and one.code != "inactive"] == [
        "inactive-split"
    ]


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
