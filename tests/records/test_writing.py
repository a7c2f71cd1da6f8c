"""Exactly once, in order, with what cannot be written set aside."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from records import Away, Overtaken, Records, Slice
from records.tables import Contact, Cursor, JournalLine, Message, SetAside
from tests.records.journal import IVAN, OLGA, Journal, record, start, text, turn


async def test_the_journal_is_kept_as_it_was_written(records: Records) -> None:
    journal = Journal(records)
    entry = journal.entry(OLGA, turn(start()), turn(text("привет")))
    await journal.write(entry)
    lines = await journal.rows(JournalLine)
    assert [(each["line"], each["body"], each["contact"]) for each in lines] == [
        (0, entry.lines[0], OLGA),
        (1, entry.lines[1], OLGA),
    ]
    (cursor,) = await journal.rows(Cursor)
    assert (cursor["partition"], cursor["entry"]) == (0, entry.id)
    assert await records.cursors() == {0: entry.id}


async def test_a_stretch_is_written_once(records: Records) -> None:
    journal = Journal(records)
    entry = journal.entry(OLGA, turn(text("привет")))
    await journal.write(entry)
    with pytest.raises(Overtaken):
        await records.write([Slice(0, "0", [entry])], {}, {})
    assert len(await journal.rows(Message)) == 1


async def test_of_two_projectors_one_gets_on(records: Records) -> None:
    journal = Journal(records)
    await journal.happened(turn(start()))
    one = Slice(0, journal.cursor, [journal.entry(OLGA, turn(text("привет")))])
    results = await asyncio.gather(*(records.write([one], {}, {}) for _ in range(3)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Overtaken", "Overtaken", "int"]
    assert len(await journal.rows(Message)) == 2


async def test_a_poisoned_entry_does_not_stop_the_rest(records: Records) -> None:
    journal = Journal(records)
    poison = journal.entry(IVAN, msgspec.msgpack.encode({"what": "never heard of"}))
    worse = journal.entry(IVAN, turn(start(), record("entered", tunnel="siding")))
    good = journal.entry(OLGA, turn(text("привет")))
    assert await journal.write(poison, worse, good) == 2
    assert [each["text"] for each in await journal.rows(Message)] == ["привет"]
    letters = await journal.rows(SetAside)
    assert [(each["entry"], each["contact"], each["cause"]) for each in letters] == [
        (poison.id, IVAN, "ValueError"),
        (worse.id, IVAN, "KeyError"),
    ]
    assert len(await journal.rows(JournalLine)) == 3
    assert (await records.cursors())[0] == good.id


async def test_half_a_poisoned_entry_is_not_written(records: Records) -> None:
    journal = Journal(records)
    await journal.write(journal.entry(OLGA, turn(text("раз")), b"\xc1"))
    assert await journal.rows(Message) == []
    assert await journal.rows(Contact) == []


async def test_what_a_database_cannot_hold_is_cleaned(records: Records) -> None:
    journal = Journal(records)
    assert await journal.write(journal.entry(OLGA, turn(text("при\x00вет")))) == 0
    (message,) = await journal.rows(Message)
    assert message["text"].replace("\x00", "") == "привет"


async def test_a_server_that_dies_in_the_middle_is_away(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(connection: AsyncConnection, *_: object) -> None:
        await connection.execute(sql("SELECT pg_terminate_backend(pg_backend_pid())"))

    records = Records.open(postgres_url, tmp_path)
    await records.migrate()
    journal = Journal(records)
    entry = journal.entry(OLGA, turn(text("привет")))
    with monkeypatch.context() as dying:
        dying.setattr("records.records.keep_snapshots", killed)
        with pytest.raises(Away):
            await journal.write(entry)
    assert await journal.rows(JournalLine) == []
    await journal.write(entry)
    assert len(await journal.rows(Message)) == 1
    await records.close()


async def test_a_busy_sqlite_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.database.BUSY_S", 0.05)
    records = Records.open("", tmp_path)
    await records.migrate()
    journal = Journal(records)
    with sqlite3.connect(tmp_path / "records.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Away):
            await journal.happened(turn(text("привет")))
        other.execute("ROLLBACK")
    other.close()
    assert await journal.happened(turn(text("привет"))) == 0
    await records.close()
