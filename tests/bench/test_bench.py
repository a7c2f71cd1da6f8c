"""The short form of `make bench`: it runs, and every side does the same work. Counts, never time."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.__main__ import SHORT, stream_row
from bench.drain import WAVES
from bench.openloop import OpenLoop
from bench.report import Row, Table
from bench.shortfalls import SHORTFALLS
from bench.sides import AIOGRAM, DIALOG, FLOOR, OURS, PROJECTED
from bench.stream import Reader, Seen
from bench.timers import ROUNDS, SHARE
from bench.world import ANSWERS, SAYS, TYPED, World

ROOT = Path(__file__).parents[2]
LONGEST_S = 400
EVENTS = SHORT.contacts * (ANSWERS + 1)
PRESSES = SHORT.contacts * (ANSWERS - len(TYPED))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path) -> Path:
    """Where the results of one short run lie."""
    folder = tmp_path_factory.mktemp("bench")
    faulthandler.cancel_dump_traceback_later()  # six programs start: on a busy machine that takes minutes
    env = {name: value for name, value in os.environ.items() if not name.startswith("TUNNEL_")}
    command = [sys.executable, "-m", "bench", "--short", "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return folder


@pytest.fixture(scope="module")
def result(short: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((short / "bench.json").read_text())
    return found


def test_every_row_is_there(short: Path, result: dict[str, Any]) -> None:
    first, second, _ = result["tables"]
    keys = ["aiogram", "dialog", "floor", "engine", "drain", *["latency"] * (1 + len(SHORT.rates)), "memory"]
    keys += ["timers", "timer", "stream"]
    assert [row["key"] for row in first["rows"]] == keys
    assert [row["key"] for row in second["rows"]] == ["aiogram", "dialog", "floor", "latency"]
    goals = {row["key"] for row in first["rows"] if row["goal"]}
    assert goals == set(SHORTFALLS)
    assert all(row["what"] in (short / "bench.md").read_text() for row in first["rows"])


@pytest.mark.parametrize("side", [OURS, PROJECTED, AIOGRAM, DIALOG])
def test_every_side_does_the_same_work(result: dict[str, Any], side: str) -> None:
    road = result["details"]["road"][side]
    assert road["events"] == EVENTS
    assert sum(road["calls"].get(method, 0) for method in SAYS) == EVENTS
    assert road["calls"]["answerCallbackQuery"] == PRESSES


def test_the_floor_takes_as_many_and_calls_nobody(result: dict[str, Any]) -> None:
    floor = result["details"]["road"][FLOOR]
    assert (floor["events"], floor["calls"]) == (EVENTS, {})


def test_every_event_of_an_open_load_is_answered(result: dict[str, Any]) -> None:
    for latency in result["details"]["latency"]:
        assert (latency["unanswered"], latency["refused"]) == (0, 0), latency
        assert latency["events"] > 0


def test_the_whole_backlog_is_drained(result: dict[str, Any]) -> None:
    assert result["details"]["drain"]["events"] == WAVES * SHORT.drain_contacts


def test_due_timers_become_events_and_nothing_else_does(result: dict[str, Any]) -> None:
    timers = result["details"]["timers"]
    assert timers["timers"] == SHORT.timers
    assert timers["fired"] == timers["ready"] == ROUNDS * SHARE * SHORT.timers


def test_every_stream_is_told_of_every_message(result: dict[str, Any]) -> None:
    stream = result["details"]["stream"]
    assert stream["streams"] == SHORT.streams
    assert stream["events"] > 0
    assert (stream["unseen"], stream["refused"]) == (0, 0), stream


def test_a_reader_counts_the_first_change_with_a_message() -> None:
    reader = Reader()
    change = b'id: 7\nevent: change\ndata: {"contact":"c","kinds":["%s"],"at":"x","mode":"bot"}'
    reader.hear(b'id: 6\nevent: ready\ndata: {"feed":6}', 1.0)
    reader.hear(change % b"status", 2.0)
    reader.hear(change % b"message", 3.0)
    reader.hear(change % b"message", 4.0)
    reader.hear(b": beat", 5.0)
    assert reader.ready.is_set()
    assert reader.seen == {"c": 3.0}


@pytest.mark.parametrize(("ms", "unseen", "met"), [(999, 0, True), (1001, 0, False), (5, 1, False)])
def test_a_screen_that_misses_a_message_misses_the_goal(ms: int, unseen: int, met: bool) -> None:
    seen = Seen(streams=2, rate=10, events=20, unseen=unseen, latencies_us=[ms * 1000] * 40)
    row = stream_row(seen)
    assert row.met is met
    assert f"{ms} / {ms} / {ms} ms" in row.result


async def test_an_answer_that_comes_late_counts_from_when_its_event_was_due() -> None:
    world = World()
    world.post = lambda customer, update: asyncio.sleep(0)  # type: ignore[method-assign, assignment]
    order = {"rate": 1000.0, "seconds": 0.05, "warm_s": 0.0, "seed": 1, "first": 1}
    loop = OpenLoop(world, order)
    world.hear = loop.hear
    customer = loop.newcomer()
    customer.due_at = loop.counted_from + 1e-9 - 10
    loop.counted_from -= 20
    loop.waiting[customer.chat] = customer
    loop.hear(customer, {}, 1)
    assert loop.latencies_s[0] >= 10
    assert loop.ready == [customer]
    loop.hear(customer, {}, 2)  # one event, one latency
    assert len(loop.latencies_s) == 1


def test_the_page_keeps_what_people_wrote_and_says_why_a_row_falls_short(tmp_path: Path) -> None:
    page = tmp_path / "evidence.md"
    page.write_text(f"before\n{report.BEGIN}\nyesterday's table\n{report.END}\nafter\n")
    rows = [Row("memory", "Memory", "2", "1", False), Row("drain", "Drain", "2", "1", True)]
    text = report.markdown([Table("Speed", rows)], report.machine(), "make bench", "Method.", 60.0)
    report.write_page(text, page)
    written = page.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "yesterday" not in written
    assert f"- *Memory*: {SHORTFALLS['memory']}" in written
    assert SHORTFALLS["drain"] not in written


def test_the_evidence_has_a_place_for_the_tables() -> None:
    page = report.PAGE.read_text()
    assert page.index(report.BEGIN) < page.index(report.END)
