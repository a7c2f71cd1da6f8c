"""Row 5: SQL is away under load. Customers notice nothing; afterwards everything is there, once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.faults.customers import START
from bench.faults.databases import Database, Postgres, Sqlite, postgres, postgres_user
from bench.faults.history import ECHO, check, quiet
from bench.faults.processes import PATIENCE_S
from bench.faults.stage import WHOLE, Result, Stage, result, stage
from bench.faults.written import compare, history_of_redis, journal_of_sql

PEOPLE = 40
DRAIN_TIME_S = 300.0
FRESH_S = 3.0
"""The projector keeps up when nothing older than this waits for it."""
ALL_ROLES = ((*WHOLE[0], "projector"),)
"""In one process: so a database that hangs could hold up everything."""


async def away(away_s: float = 60.0, rate: float = 60.0) -> Result:
    """PostgreSQL hangs for the first half of the time, and is gone for the second; where there is none, SQLite."""
    user = await postgres_user()
    if user is None:
        return await locked(away_s, rate)
    async with postgres(user) as database, _stage(database) as town:
        return await _play(town, database, away_s, rate, f"5 SQL (PostgreSQL) away for {away_s:g} s")


async def locked(away_s: float = 60.0, rate: float = 60.0) -> Result:
    """SQLite is locked by another program."""
    async with stage(ALL_ROLES) as town:
        database = Sqlite(town.program.folder / "data" / "records.sqlite3")
        return await _play(town, database, away_s, rate, f"5b SQL (SQLite) locked for {away_s:g} s")


@asynccontextmanager
async def _stage(database: Postgres) -> AsyncIterator[Stage]:
    async with stage(ALL_ROLES, env={"TUNNEL_DATABASE_URL": database.address}) as town:
        yield town


async def _play(town: Stage, database: Database, away_s: float, rate: float, fault: str) -> Result:
    began = time.monotonic()
    load = asyncio.create_task(town.customers.run(PEOPLE, 1, rate))
    await _until_projected(database)
    await asyncio.sleep(min(5.0, away_s))
    gone_at = time.time()
    await database.hang()
    await asyncio.sleep(away_s / 2)
    await database.go()
    await asyncio.sleep(away_s / 2)
    behind = sum(each.entries for each in await town.store.journal_waiting())
    await database.come_back()
    back_at = time.time()
    drained_s = await _drained(town, FRESH_S)
    town.customers.enough.set()
    await load
    await quiet(town.store)
    await _drained(town, 0.0)
    history = await check(town.store, town.customers, town.world, written=await journal_of_sql(database))
    rows = await compare(history_of_redis(town.program.folder), database)
    longest_s, answered = _waits(town, gone_at, back_at)
    wrong = [item for each in rows for item in (*each.missing, *each.doubled)]
    fits = (
        not wrong
        and drained_s < DRAIN_TIME_S
        and answered > 0
        and longest_s < 5
        and set(town.customers.statuses) == {"200"}
    )
    outcome = result(
        fault,
        "answers go on; the backlog is drained; 0 rows missing or doubled",
        history,
        fits and town.program.processes[0].starts == 1,
        began,
        statuses=dict(town.customers.statuses),
        answered_meanwhile=answered,
        longest_wait_meanwhile_s=round(longest_s, 2),
        entries_behind=behind,
        drained_s=round(drained_s, 1),
        rows={each.kind: each.expected for each in rows},
        missing=sum(len(each.missing) for each in rows),
        doubled=sum(len(each.doubled) for each in rows),
        log=town.program.unexpected(),
    )
    outcome.examples += [item[:200] for item in wrong[:5]]
    return outcome


async def _until_projected(database: Database) -> None:
    """The records are in use."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await database.rows("SELECT count(*) FROM journal"))[0][0]:
                    return
            except Exception as error:  # the tables are not made yet; each driver says so in its own way
                if "journal" not in str(error):
                    raise
            await asyncio.sleep(0.1)


async def _drained(town: Stage, fresh_s: float) -> float:
    """Wait until nothing older waits for the projector (0: nothing at all); how long that took."""
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):  # what the records do not hold by then shows as missing
        async with asyncio.timeout(DRAIN_TIME_S):
            while True:
                waiting = [each for each in await town.store.journal_waiting() if each.entries]
                if all(time.time() - each.oldest_at < fresh_s for each in waiting):
                    break
                await asyncio.sleep(0.1)
    return time.monotonic() - began


def _waits(town: Stage, since: float, until: float) -> tuple[float, int]:
    """The longest wait for an answer of the events accepted meanwhile, and how many were answered before the end."""
    answers: dict[str, float] = {}
    for call in town.world.calls:
        if call.delivered and call.text.startswith(ECHO):
            answers.setdefault(call.text.removeprefix(ECHO), call.at)
    longest_s, answered = 0.0, 0
    for person in town.customers.people:
        for event in person.events:
            if event.text == START or event.accepted_at is None or not since <= event.accepted_at < until:
                continue
            at = answers.get(event.text, float("inf"))
            longest_s = max(longest_s, at - event.accepted_at)
            answered += at < until
    return longest_s, answered
