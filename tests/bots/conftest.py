"""A store on a real Redis, and the parts of the program around a channel that remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bots.intake import Intake
from bots.sender import AccountSender, ChannelDeliverer, Pace
from bots.turns import Turner
from bots.worker import Worker
from state import Store
from tests.bots.stage import ACCOUNT, NOW, RecordingChannel, content


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


@pytest.fixture
async def store(redis_url: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.connect(redis_url, clock=clock)
    yield store
    await store.close()


@pytest.fixture
def intake(store: Store, clock: Clock) -> Intake:
    return Intake(store, clock)


@pytest.fixture
def turner(channel: RecordingChannel) -> Turner:
    return Turner(content().definition, {ACCOUNT: channel}, echo=lambda text, event_id: None)  # type: ignore[arg-type, return-value]


@pytest.fixture
def worker(store: Store, turner: Turner, channel: RecordingChannel, clock: Clock) -> Worker:
    return Worker("w1", store, lambda: turner, {ACCOUNT: channel}, desk=False, clock=clock)


@pytest.fixture
def sender(store: Store, intake: Intake, channel: RecordingChannel, clock: Clock) -> AccountSender:
    return AccountSender(ACCOUNT, ChannelDeliverer(channel, store.files), store, intake, pace=Pace(), clock=clock)
