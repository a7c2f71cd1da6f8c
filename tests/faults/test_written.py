"""The checker of the records sees what is missing, doubled or changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench.faults.databases import Sqlite
from bench.faults.written import Entry, compare, history_of_redis, journal_of_sql
from records import Records
from tests.conftest import running_redis
from tests.records.journal import OLGA, Journal, entered, fate, send, start, text, turn

LINES = (
    turn(start(), entered("hello", 1), send("Hello"), sends=((1, 1),)),
    turn(text("120"), entered("area", 2), send("Thanks"), sends=((2, 1),)),
    fate("sent", 1),
    fate("sent", 2),
)


@pytest.fixture
async def entries(tmp_path: Path) -> list[Entry]:
    """Redis's history, which the records hold too."""
    records = Records.open("", tmp_path)
    await records.migrate()
    journal = Journal(records)
    written = [journal.entry(OLGA, line) for line in LINES]
    assert await journal.write(*written) == 0
    await records.close()
    return [Entry(0, entry.id, entry.contact, tuple(entry.lines)) for entry in written]


async def wrong(tmp_path: Path, entries: list[Entry]) -> dict[str, tuple[int, int]]:
    found = await compare(entries, Sqlite(tmp_path / "records.sqlite3"))
    return {each.kind: (len(each.missing), len(each.doubled)) for each in found if each.missing or each.doubled}


async def test_a_true_copy_is_sound(tmp_path: Path, entries: list[Entry]) -> None:
    assert await wrong(tmp_path, entries) == {}
    assert await journal_of_sql(Sqlite(tmp_path / "records.sqlite3")) == entries


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM visits WHERE visit = 2", {"visits": (1, 0)}),
        ("DELETE FROM messages WHERE direction = 'in' AND event = 't1'", {"messages": (1, 0)}),
        ("UPDATE messages SET status = 'queued' WHERE first_row = 2", {"sent": (1, 0)}),
        ("UPDATE journal SET seq = 7 WHERE rowid = 1", {"journal": (1, 1)}),
        (
            "INSERT INTO visits SELECT contact, 9, tunnel, step, entered_at, left_at, left_by, label, led_to, seconds"
            " FROM visits WHERE visit = 1",
            {"visits": (0, 1)},
        ),
    ],
)
async def test_what_differs_is_found(
    tmp_path: Path, entries: list[Entry], statement: str, expected: dict[str, tuple[int, int]]
) -> None:
    with sqlite3.connect(tmp_path / "records.sqlite3") as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()
    assert await wrong(tmp_path, entries) == expected


async def test_what_redis_has_forgotten_is_still_in_its_file(tmp_path: Path, redis_binary: Path) -> None:
    from redis import Redis

    kept = ("--appendonly", "yes", "--dir", str(tmp_path))
    with running_redis(redis_binary, *kept) as url, Redis.from_url(url) as redis:
        for number, line in enumerate(LINES):
            redis.execute_command("XADD", "tn:{3}:journal", f"5-{number}", "c", OLGA, "l", line, "l", b"again")
        redis.execute_command("XTRIM", "tn:{3}:journal", "MAXLEN", 0)
    assert history_of_redis(tmp_path) == [
        Entry(3, f"5-{number}", OLGA, (line, b"again")) for number, line in enumerate(LINES)
    ]
