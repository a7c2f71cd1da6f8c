"""The samples are what a shop may copy: they load, every dialogue goes as written, and each has its twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunnel.engine.scripts import run_script
from tunnel.language import load

ROOT = Path(__file__).parents[2]
SAMPLES = ("content", "samples/facade-en", "samples/watch-ru", "samples/watch-en")
TWINS = (("content", "samples/facade-en"), ("samples/watch-ru", "samples/watch-en"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_dialogue_goes_as_written(name: str) -> None:
    loaded = load(ROOT / name)
    assert loaded.definition is not None
    assert not loaded.errors
    assert len(loaded.scripts) >= 2
    assert [str(found) for script in loaded.scripts for found in run_script(loaded.definition, script)] == []


@pytest.mark.parametrize(("russian", "english"), TWINS)
def test_twins_have_the_same_shape(russian: str, english: str) -> None:
    first, second = (load(ROOT / name).definition for name in (russian, english))
    assert first is not None
    assert second is not None
    assert first.settings.language == "ru"
    assert second.settings.language == "en"
    for shape in (_steps, _stages, _events, lambda one: sorted(one.promos), lambda one: sorted(one.products)):
        assert shape(first) == shape(second)


def _steps(definition):  # type: ignore[no-untyped-def]
    return {(tunnel.name, step) for tunnel in definition.tunnels.values() for step in tunnel.steps}


def _stages(definition):  # type: ignore[no-untyped-def]
    return {tunnel.name: list(tunnel.stages) for tunnel in definition.tunnels.values()}


def _events(definition):  # type: ignore[no-untyped-def]
    return {(tunnel.name, event) for tunnel in definition.tunnels.values() for event in tunnel.events}


def test_every_folder_is_held_to_it() -> None:
    assert sorted(SAMPLES[1:]) == sorted(f"samples/{path.name}" for path in (ROOT / "samples").iterdir())
