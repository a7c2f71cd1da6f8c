"""From a real Redis into a real SQLite; the suite of the records runs over PostgreSQL too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Gauge
from redis import Redis
from sqlalchemy import select

from bots.intake import Intake
from bots.metrics import JOURNAL_ENTRIES, PROJECTOR_LAG_SECONDS
from bots.projector import Projector
from bots.restoring import give_back
from bots.sender import AccountSender
from bots.worker import Worker
from channels.base import BadMessage
from records import Away, Records
from records.tables import Base, Contact, JournalLine, Message, Visit
from state import Store, identity_of
from tests.bots.conftest import Clock
from tests.bots.stage import NOW, RecordingChannel, address, contact, content, start, text
from tunnel.events import Phone


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    records = Records.open("", tmp_path)
    await records.migrate()
    yield records
    await records.close()


@pytest.fixture
def projector(store: Store, records: Records, clock: Clock) -> Projector:
    definition = content().definition
    return Projector(store, records, lambda: definition, clock)


async def rows(records: Records, model: type[Base]) -> list[dict[str, Any]]:
    async with records.engine.connect() as connection:
        table = model.__table__
        found = await connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found]


async def handle(store: Store, intake: Intake, worker: Worker, *events: Any) -> None:
    await intake.accept_events("telegram", list(events))
    while claims := await store.claim("w1", 64, 0):
        await worker.handle(claims)


def value(gauge: Gauge) -> float:
    return gauge.collect()[0].samples[0].value  # type: ignore[no-any-return]


async def waiting(store: Store) -> int:
    return sum(each.entries for each in await store.journal_waiting())


async def test_turns_reach_the_tables_and_leave_the_journal(
    store: Store, intake: Intake, worker: Worker, projector: Projector, records: Records
) -> None:
    await handle(store, intake, worker, start(), start("s2", "8"))
    await handle(store, intake, worker, text("t1", "Дом"))
    assert await waiting(store) == 3
    assert await projector.project() is False
    assert await waiting(store) == 0
    assert {row["id"] for row in await rows(records, Contact)} == {contact(), contact("8")}
    assert len(await rows(records, JournalLine)) == 3
    assert [row["step"] for row in await rows(records, Visit)].count("hello") == 2


async def test_sessions_are_given_back_to_an_emptied_redis(
    store: Store, intake: Intake, worker: Worker, projector: Projector, records: Records, redis_url: str
) -> None:
    shared = Phone(id="p1", at=NOW, address=address("8"), phone="79160000001", own=True)
    await handle(store, intake, worker, start(), start("s2", "8"), shared)
    await projector.project()
    before = await store.session(contact())
    with Redis.from_url(redis_url) as redis:
        timers = {key: redis.zrange(key, 0, -1, withscores=True) for key in redis.keys("*:timers")}
        redis.flushall()
    await handle(store, intake, worker, start("s3", "8"))
    assert await give_back(records, store) == (1, 1)
    assert await store.contact_of(identity_of("phone", "+79160000001")) == contact("8")
    assert await store.session(contact()) == before
    await handle(store, intake, worker, text("t1", "Дом"))
    assert (await store.session(contact()))[0] == 2  # type: ignore[index]
    assert timers
    with Redis.from_url(redis_url) as redis:
        assert any(redis.zcard(key) for key in timers)


async def test_with_sql_away_nothing_is_lost(
    store: Store,
    intake: Intake,
    worker: Worker,
    projector: Projector,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await handle(store, intake, worker, start())

    async def away(*_: Any) -> int:
        raise Away("the database does not serve")

    with monkeypatch.context() as broken:
        broken.setattr(records, "write", away)
        with pytest.raises(Away):
            await projector.project()
    await handle(store, intake, worker, text("t1", "Дом"))
    assert await waiting(store) == 2
    await projector.project()
    texts = [row["text"] for row in await rows(records, Message) if row["by"] == "customer"]
    assert texts == ["", "Дом"]


async def test_a_kill_between_commit_and_trim_writes_nothing_twice(
    store: Store,
    intake: Intake,
    worker: Worker,
    projector: Projector,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await handle(store, intake, worker, start())

    async def killed(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as killing:
        killing.setattr(store, "journal_trim", killed)
        with pytest.raises(asyncio.CancelledError):
            await projector.project()
    assert await waiting(store) == 1
    another = Projector(store, records, projector._definition, projector._clock)
    await another.project()
    assert await waiting(store) == 0
    assert len(await rows(records, JournalLine)) == 1
    assert len(await rows(records, Message)) == 2


async def test_small_batches_keep_the_order(
    store: Store,
    intake: Intake,
    worker: Worker,
    projector: Projector,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bots.projector.ENTRIES", 2)
    for number in range(7):
        await handle(store, intake, worker, text(f"t{number}", f"раз {number}"))
    rounds = 0
    while await projector.project():
        rounds += 1
    assert rounds == 3
    heard = [row["text"] for row in await rows(records, Message) if row["by"] == "customer"]
    assert heard == [f"раз {number}" for number in range(7)]


async def test_the_lag_is_measured(
    store: Store, intake: Intake, worker: Worker, projector: Projector, clock: Clock
) -> None:
    await handle(store, intake, worker, start())
    (oldest_at,) = (each.oldest_at for each in await store.journal_waiting() if each.entries)
    clock.now = oldest_at + 90
    await projector.project()
    assert (value(JOURNAL_ENTRIES), round(value(PROJECTOR_LAG_SECONDS))) == (1, 90)
    await projector.project()
    assert (value(JOURNAL_ENTRIES), value(PROJECTOR_LAG_SECONDS)) == (0, 0)


async def test_it_runs_until_it_is_told_to_stop(
    store: Store, intake: Intake, worker: Worker, projector: Projector, records: Records
) -> None:
    await handle(store, intake, worker, start())
    running = asyncio.create_task(projector.run())
    while await waiting(store):
        await asyncio.sleep(0.01)
    projector.stop()
    await running
    assert len(await rows(records, Contact)) == 1


async def test_messages_know_what_became_of_them(
    store: Store,
    intake: Intake,
    worker: Worker,
    sender: AccountSender,
    channel: RecordingChannel,
    projector: Projector,
    records: Records,
) -> None:
    await handle(store, intake, worker, start())
    channel.troubles.append(BadMessage("no such thing", code="400"))
    await handle(store, intake, worker, start("s2", "8"))
    sending = asyncio.create_task(sender.run())
    while await waiting(store) < 4:
        await asyncio.sleep(0.01)
    sender.stop()
    await sending
    await projector.project()
    said = [row for row in await rows(records, Message) if row["direction"] == "out"]
    fates = sorted((row["status"], row["reason"], bool(row["external_id"])) for row in said)
    assert fates == [("failed", "no such thing", False), ("sent", "", True)]
