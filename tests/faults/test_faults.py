"""Short forms of `make faults`: counts and order, no times. Several rows play at once, each with its own program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.faults import kills, records, takeover, troubles
from bench.faults.__main__ import ROWS
from bench.faults.stage import Result

SHORT: dict[str, Callable[[], Awaitable[Result]]] = {
    "8": lambda: troubles.poisoned(200, 60, 60),
    "6": lambda: troubles.messenger(6, 2, hang_s=0.3),
    "1": lambda: kills.workers(3, 160, 60),
    "1b": lambda: kills.stalls(1, 160, 60, stall_s=6.0),
    "2": lambda: kills.webhooks(3, 160, 60),
    "3a": lambda: kills.redis("always", 2, 120, 60),
    "3e": lambda: kills.redis("everysec", 2, 120, 60),
    "4": lambda: kills.outage(2, 40),
    "5": lambda: records.away(3, 40),
    "5b": lambda: records.locked(3, 40),
    "7": lambda: troubles.thrice(20, 8, over_s=1.0),
    "9": lambda: kills.stops(3, 160, 60),
    "10": lambda: takeover.interleavings(150, 50),
}
AT_ONCE = 4
"""Most of a row's time is waiting: for leases, idle claims and messengers that hang."""
NEVER = ("lost", "twice", "out of order", "unanswered", "strange", "unexplained repeats")


@pytest.fixture(scope="module")
def results(redis_binary: Path) -> dict[str, Result | BaseException]:
    """What became of each row."""

    async def play() -> list[Result | BaseException]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: Callable[[], Awaitable[Result]]) -> Result:
            async with gate:
                return await row()

        return await asyncio.gather(*(one(row) for row in SHORT.values()), return_exceptions=True)

    return dict(zip(SHORT, asyncio.run(play()), strict=True))


def counts(results: dict[str, Result | BaseException], row: str) -> dict[str, object]:
    result = results[row]
    if isinstance(result, BaseException):
        raise result
    return result.counts


def test_every_row_has_a_short_form() -> None:
    assert set(SHORT) == set(ROWS)


@pytest.mark.parametrize("row", [row for row in SHORT if row != "10"])
def test_nothing_is_lost_doubled_or_out_of_order(results: dict[str, Result | BaseException], row: str) -> None:
    found = counts(results, row)
    assert found["accepted"] == found["events"]
    assert found["accepted"] == found["turns"] + found["set aside"]  # type: ignore[operator]
    assert {name: found[name] for name in NEVER} == dict.fromkeys(NEVER, 0), results[row].examples  # type: ignore[union-attr]
    assert "vk" not in found["repeated sends"]  # type: ignore[operator]
    assert found["log"] == []


@pytest.mark.parametrize("row", ["2", "7", "8", "9"])
def test_nothing_is_sent_twice_where_no_send_was_cut_off(results: dict[str, Result | BaseException], row: str) -> None:
    assert counts(results, row)["repeated sends"] == {}


def test_a_kill_repeats_at_most_what_was_on_the_wire(results: dict[str, Result | BaseException]) -> None:
    found = counts(results, "1")
    assert sum(found["repeated sends"].values()) <= found["in_flight"]  # type: ignore[attr-defined, operator]


def test_nothing_is_accepted_while_redis_is_away(results: dict[str, Result | BaseException]) -> None:
    assert set(counts(results, "4")["statuses"]) == {"200", "503"}  # type: ignore[call-overload]


@pytest.mark.parametrize("row", ["5", "5b"])
def test_with_sql_away_answers_go_on_and_every_row_comes_once(
    results: dict[str, Result | BaseException], row: str
) -> None:
    found = counts(results, row)
    assert set(found["statuses"]) == {"200"}  # type: ignore[call-overload]
    assert found["answered_meanwhile"] > 0  # type: ignore[operator]
    assert found["entries_behind"] > 0  # type: ignore[operator]
    assert (found["missing"], found["doubled"]) == (0, 0), results[row].examples  # type: ignore[union-attr]
    assert all(found["rows"].values())  # type: ignore[attr-defined]


def test_a_messengers_time_is_obeyed(results: dict[str, Result | BaseException]) -> None:
    found = counts(results, "6")
    assert {"429", "500", "hang"} <= set(found["outcomes"])  # type: ignore[call-overload]
    assert found["sent_during_pauses"] == 0


def test_poison_is_set_aside_after_five_tries_and_people_are_told(results: dict[str, Result | BaseException]) -> None:
    found = counts(results, "8")
    assert found["poison"] == found["letters"] == found["set aside"] == found["answered_after_replay"] == 3
    assert found["tries"] == [5]
    assert found["posts_to_operators"] >= 3  # type: ignore[operator]


def test_a_stop_is_orderly(results: dict[str, Result | BaseException]) -> None:
    assert counts(results, "9")["codes"] == [0]


def test_a_takeover_silences_the_bot_and_one_operator_wins(results: dict[str, Result | BaseException]) -> None:
    result = results["10"]
    assert isinstance(result, Result)
    assert result.examples == []
    assert result.passed
