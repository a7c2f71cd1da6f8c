from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from channels.web import Limits
from tests.channels.web.client import Browser, events, rows, text
from tests.channels.web.stand import Stand, make_roots, say


async def test_the_stream_begins_with_the_history(stand: Stand, browser: Browser) -> None:
    await browser.post({"id": "00000001", "kind": "start"})
    await browser.post(text("Дом", "00000002"))
    response = await browser.stream()
    assert response.status == 200
    assert response.content_type == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"
    read = await events(response, "ready")
    assert [row for row, _ in rows(read)] == [3, 6, 9]
    assert json.loads(read[1]["data"])["by"] == "you"
    assert json.loads(read[1]["data"])["event"] == "00000002"
    assert json.loads(read[-1]["data"]) == {"empty": False}
    response.close()


async def test_an_empty_thread_says_so(browser: Browser) -> None:
    response = await browser.stream()
    read = await events(response, "ready")
    assert json.loads(read[-1]["data"]) == {"empty": True}
    response.close()


async def test_news_arrives_on_an_open_stream(stand: Stand, browser: Browser) -> None:
    response = await browser.stream()
    await events(response, "ready")
    await browser.post(text("Привет"))
    assert rows(await events(response, "message")) == [(3, "Привет")]
    response.close()


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_stream_goes_on_from_the_last_row_seen(stand: Stand, browser: Browser, by_header: bool) -> None:
    await browser.post(text("раз", "00000001"))
    await browser.post(text("два", "00000002"))
    response = await (browser.stream(Last_Event_ID="6") if by_header else browser.stream(after=6))
    read = await events(response, "ready")
    assert [row for row, _ in rows(read)] == [9, 12]
    response.close()


async def test_a_page_that_knows_more_than_the_store_starts_over(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    response = await browser.stream(after=900)
    read = await events(response, "ready")
    assert read[0]["event"] == "reset"
    assert [row for row, _ in rows(read)] == [3, 6]
    response.close()


@pytest.mark.parametrize("odd", ["-1", "x", "9" * 30, "٣"])
async def test_an_odd_position_means_the_beginning(stand: Stand, browser: Browser, odd: str) -> None:
    await browser.post(text("раз"))
    url = f"{stand.url}/api/chat/siding/stream"
    response = await browser.session.get(url, params={"after": odd})
    assert [row for row, _ in rows(await events(response, "ready"))] == [3, 6]
    response.close()


async def test_nobody_reads_another_visitors_thread(stand: Stand, browser: Browser) -> None:
    await browser.post(text("тайна"))
    other = Browser(stand)
    await other.open()
    response = await other.stream()
    assert rows(await events(response, "ready")) == []
    response.close()
    await other.close()


async def test_a_quiet_stream_beats(tmp_path: Path) -> None:
    stand = Stand(make_roots(tmp_path), limits=Limits(beat_s=0.01))
    await stand.start()
    browser = Browser(stand)
    await browser.open()
    response = await browser.stream()
    assert (await events(response, "beat"))[-1]["event"] == "beat"
    response.close()
    await browser.close()
    await stand.stop()


async def test_a_stop_ends_the_streams_and_the_next_goes_on(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    response = await browser.stream()
    await events(response, "ready")
    await stand.stop()
    assert await events(response, "never") == []
    await stand.start()
    await browser.post(text("два", "00000002"))
    response = await browser.stream(after=6)
    assert [row for row, _ in rows(await events(response, "ready"))] == [9, 12]
    response.close()


async def test_a_store_that_is_away_refuses_the_stream(stand: Stand, browser: Browser) -> None:
    stand.threads.away = True
    response = await browser.stream()
    assert response.status == 503
    assert response.headers["Retry-After"]


async def test_a_store_that_goes_away_ends_the_stream(stand: Stand, browser: Browser) -> None:
    response = await browser.stream()
    await events(response, "ready")
    await browser.post(text("раз"))
    await events(response, "message")
    stand.threads.away = True
    stand.threads.wake_all()
    assert all(event["event"] == "message" for event in await events(response, "never"))


async def test_one_visitor_has_only_so_many_streams(stand: Stand, browser: Browser) -> None:
    opened = [await browser.stream() for _ in range(8)]
    assert [response.status for response in opened] == [200] * 8
    assert (await browser.stream()).status == 429
    for response in opened:
        response.close()


async def test_a_row_of_a_newer_release_does_not_stop_the_thread(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    [lane] = stand.threads.rows
    await stand.threads.thread_append(lane, "", 7, b"\xc1")
    await browser.post(text("два", "00000002"))
    response = await browser.stream()
    assert [row for row, _ in rows(await events(response, "ready"))] == [3, 6, 9, 12]
    response.close()


async def test_a_message_that_waits_long_is_not_overslept(stand: Stand, browser: Browser) -> None:
    """Rows that come at any moment between two reads are seen without waiting for the next beat."""
    response = await browser.stream()
    await events(response, "ready")
    await browser.post({"id": "00000001", "kind": "start"})
    address = stand.bot.events[0].address
    for number in range(50):
        await stand.bot.tell(address, say(f"{number}"))
        await asyncio.sleep(0)
    read: list[tuple[int, str]] = []
    while not read or read[-1][1] != "49":
        read += rows(await events(response, "message"))
    assert [words for _, words in read[1:]] == [str(number) for number in range(50)]
    response.close()
