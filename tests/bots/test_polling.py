"""An update is confirmed to the messenger only once it is durable."""

from __future__ import annotations

import asyncio

import pytest

from bots.intake import Intake
from bots.polling import Poller
from channels.base import Parsed, Unreadable
from state import Store, Unavailable
from tests.bots.conftest import Clock
from tests.bots.stage import RecordingChannel


async def test_the_cursor_moves_after_the_updates_are_kept(
    store: Store, intake: Intake, channel: RecordingChannel, clock: Clock
) -> None:
    poller = Poller(channel, store, intake, clock)
    channel.polls.extend([([b"a", b"b"], "12"), ([], "12")])
    await poller.poll_once()
    assert len((await store.claim("w1", 10))[0].events) == 2
    await poller.poll_once()
    assert channel.cursors == [None, "12"]


async def test_what_could_not_be_kept_is_asked_for_again(
    store: Store, intake: Intake, channel: RecordingChannel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poller = Poller(channel, store, intake, clock)

    async def away(channel: str, parsed: Parsed) -> list[bool]:
        raise Unavailable("Redis is away")

    channel.polls.extend([([b"a"], "12"), ([b"a"], "12")])
    with monkeypatch.context() as patch:
        patch.setattr(intake, "accept", away)
        with pytest.raises(Unavailable):
            await poller.poll_once()
    await poller.poll_once()
    assert channel.cursors == [None, None]
    assert len((await store.claim("w1", 10))[0].events) == 1


async def test_an_unreadable_update_is_set_aside_and_not_asked_for_for_ever(
    store: Store, intake: Intake, channel: RecordingChannel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(body: bytes, now: float) -> Parsed:
        raise Unreadable("no update")

    monkeypatch.setattr(channel, "parse", parse)
    channel.polls.append(([b"?"], "12"))
    await Poller(channel, store, intake, clock).poll_once()
    (letter,) = await store.dead_letters()
    assert (letter.blob, letter.cause) == (b"?", "telegram: no update")
    assert await store.get_cursor("telegram:1") == "12"


async def test_a_poller_stops_in_the_middle_of_a_long_poll(
    store: Store, intake: Intake, channel: RecordingChannel, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def poll(cursor: str | None) -> tuple[list[bytes], str | None]:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(channel, "poll", poll)
    poller = Poller(channel, store, intake, clock)
    running = asyncio.create_task(poller.run())
    await asked.wait()
    poller.stop()
    await running
