"""`tunnel check --live` tells what failed while customers talked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bots.cli.group import tunnel
from state import Store
from tunnel.language import load

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture
def failed(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things failed with the sample as it is, one with an earlier revision of it."""
    monkeypatch.setenv("TUNNEL_REDIS_URL", redis_url)
    definition = load(CONTENT).definition
    assert definition is not None
    now = definition.revision

    async def fill() -> None:
        store = await Store.connect(redis_url)
        try:
            condition = ("siding/area", "tunnels/siding.yaml:40: a value of the wrong type")
            await store.count_faults(now, [condition, condition, ("siding/hello", "50 steps in one turn")])
            await store.count_faults("0" * 16, [("siding/area", "tunnels/siding.yaml:12: a division by zero")])
        finally:
            await store.close()

    asyncio.run(fill())


@pytest.mark.usefixtures("failed")
def test_the_most_frequent_comes_first_with_its_place() -> None:
    shown = CliRunner().invoke(tunnel, ["check", str(CONTENT), "--live", "--lang", "en"])
    assert shown.exit_code == 0
    lines = [line for line in shown.stdout.splitlines() if "failed at run time" in line]
    assert [line.partition(": ")[0] for line in lines] == [f"{CONTENT}/tunnels/siding.yaml:40:1", str(CONTENT)]
    assert "a value of the wrong type (step siding/area, 2×, last on 20" in lines[0]
    assert "50 steps in one turn (step siding/hello, 1×" in lines[1]
    assert "division" not in shown.stdout


@pytest.mark.usefixtures("failed")
def test_as_json() -> None:
    shown = CliRunner().invoke(tunnel, ["check", str(CONTENT), "--live", "--format", "json", "--lang", "en"])
    rows = [row for row in json.loads(shown.stdout) if row["code"] == "failed-at-run-time"]
    assert [(row["file"], row["line"], row["where"], row["count"], row["message"]) for row in rows] == [
        ("tunnels/siding.yaml", 40, "siding/area", 2, "a value of the wrong type"),
        ("", 1, "siding/hello", 1, "50 steps in one turn"),
    ]


def test_nothing_failed(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_REDIS_URL", redis_url)
    shown = CliRunner().invoke(tunnel, ["check", str(CONTENT), "--live", "--lang", "ru"])
    assert shown.exit_code == 0
    assert "в работе ничего не подвело" in shown.stderr


def test_redis_away_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_REDIS_URL", "redis://127.0.0.1:1")
    shown = CliRunner().invoke(tunnel, ["check", str(CONTENT), "--live"])
    assert shown.exit_code == 1
    assert "Redis" in shown.output
    assert "Traceback" not in shown.output


def test_without_live_no_redis_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_REDIS_URL", "redis://127.0.0.1:1")
    assert CliRunner().invoke(tunnel, ["check", str(CONTENT)]).exit_code == 0
