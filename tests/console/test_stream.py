"""The stream of changes: nothing missing, nothing twice, also after a lost connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientResponse
from sqlalchemy import update

from console.routes import PREFIX
from console.stream import TABS
from records.bulk import table_of
from records.database import writing
from records.feed import feed_bounds, trim_feed
from records.tables import Change
from tests.bots.stage import contact
from tests.console.stand import Browser, Stand
from tests.console.world import World, do


@dataclass
class Told:
    name: str
    number: int
    data: dict


class Tab:
    def __init__(self, response: ClientResponse) -> None:
        self._response = response

    async def next(self, name: str = "change") -> Told:
        """The next event of that name."""
        async with asyncio.timeout(10):
            while True:
                told = await self._one()
                if told.name == name:
                    return told

    async def _one(self) -> Told:
        fields: dict[str, str] = {}
        while True:
            line = (await self._response.content.readline()).decode()
            assert line, "the stream has ended"
            field, _, value = line.rstrip("\n").partition(": ")
            if not line.strip():
                if fields:
                    return Told(fields.get("event", ""), int(fields.get("id", 0)), json.loads(fields.get("data", "{}")))
            elif field:
                fields[field] = value


@asynccontextmanager
async def tab(browser: Browser, last: int | str | None = None) -> AsyncIterator[Tab]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with browser.session.get(browser.base + PREFIX + "/events", headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        yield Tab(response)


@pytest.fixture
async def fed(stand: Stand) -> AsyncIterator[None]:
    """The hub reads the feed."""
    running = asyncio.create_task(stand.console.run())
    yield
    stand.console.close()
    await running


@pytest.mark.usefixtures("fed")
async def test_a_word_reaches_every_tab(world: World, ivan: Browser, olga: Browser) -> None:
    async with tab(ivan) as one, tab(olga) as two:
        await one.next("ready")
        await two.next("ready")
        who = await world.starts("7")
        first, second = await one.next(), await two.next()
        assert (first.data["contact"], first.number) == (who, second.number)
        assert "message" in first.data["kinds"]
        async with world.alive():
            await do(ivan, who, "take", version=0)
        await world.project()
        state = await two.next()
        assert (state.data["mode"], state.data["owner"]["name"], state.data["version"]) == ("operator", "Ivan", 1)


@pytest.mark.usefixtures("fed")
async def test_after_a_lost_connection_all_comes_once_and_in_order(world: World, ivan: Browser) -> None:
    people = [str(number) for number in range(30)]
    heard: list[int] = []
    last: int | None = None
    for batch in range(0, 30, 10):
        async with tab(ivan, last) as stream:
            if last is None:
                last = (await stream.next("ready")).number
            for person in people[batch : batch + 5]:
                await world.starts(person)
            for _ in range(3):  # then the connection breaks, in the middle
                told = await stream.next()
                heard.append(told.number)
                last = told.number
        for person in people[batch + 5 : batch + 10]:
            await world.starts(person)
    _, newest = await feed_bounds(world.stand.console.records.engine)
    async with tab(ivan, last) as stream:
        while heard[-1] < newest:
            heard.append((await stream.next()).number)
    assert heard == list(range(heard[0], newest + 1))
    assert len(heard) == 30


@pytest.mark.usefixtures("fed")
async def test_who_has_missed_what_is_gone_is_told_to_begin_anew(world: World, ivan: Browser) -> None:
    await world.starts("7")
    engine = world.stand.console.records.engine
    async with writing(engine) as connection:
        await connection.execute(update(table_of(Change)).values(at=datetime.now(UTC) - timedelta(days=2)))
    await world.starts("8")
    await trim_feed(engine)
    oldest, newest = await feed_bounds(engine)
    assert oldest > 1
    async with tab(ivan, 0) as stream:
        assert (await stream.next("reset")).data == {"feed": newest}
    async with tab(ivan, newest + 5) as stream:
        assert (await stream.next("reset")).data == {"feed": newest}
    async with tab(ivan, oldest - 1) as stream:
        assert (await stream.next()).data["contact"] == contact("8")


@pytest.mark.usefixtures("fed")
async def test_who_lacks_more_than_is_worth_telling_begins_anew(
    world: World, ivan: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.hub.MOST_MISSED", 5)
    for person in range(8):
        await world.starts(str(person))
    _, newest = await feed_bounds(world.stand.console.records.engine)
    async with tab(ivan, newest - 5) as stream:
        assert (await stream.next()).number == newest - 4
    async with tab(ivan, newest - 6) as stream:
        assert (await stream.next("reset")).data == {"feed": newest}


@pytest.mark.usefixtures("fed")
@pytest.mark.parametrize("last", ["abc", "-1", "1.5", "٣", "9" * 30, "0x1"])
async def test_a_forged_number_begins_anew(world: World, ivan: Browser, last: str) -> None:
    await world.starts("7")
    async with tab(ivan, last) as stream:
        await stream.next("reset")


@pytest.mark.usefixtures("fed")
async def test_streams_whose_line_is_cut_do_not_count(stand: Stand, ivan: Browser) -> None:
    url = ivan.base + PREFIX + "/events"
    for _ in range(2):
        open_streams = [await ivan.session.get(url) for _ in range(TABS)]
        assert [each.status for each in open_streams] == [200] * TABS
        async with ivan.session.get(url) as one_more:
            assert one_more.status == 429
        for each in open_streams:
            each.close()
        for _ in range(500):
            if stand.console.hub.tabs_of(ivan.user["id"]) == 0:
                break
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("fed")
async def test_who_is_here_is_known_and_an_ended_session_ends_its_streams(
    stand: Stand, admin: Browser, ivan: Browser
) -> None:
    async with tab(admin) as mine:
        await mine.next("presence")
        async with tab(ivan) as theirs:
            await theirs.next("ready")
            while ivan.user["id"] not in (await mine.next("presence")).data["online"]:
                pass
            online = {each["id"]: each["online"] for each in (await admin.get("/colleagues"))["colleagues"]}
            assert online == {admin.user["id"]: True, ivan.user["id"]: True}
            await admin.call("PATCH", f"/users/{ivan.user['id']}", {"disabled": True})
            await theirs.next("ended")
        while ivan.user["id"] in (await mine.next("presence")).data["online"]:
            pass
