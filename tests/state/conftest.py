"""The store on every Redis server of this machine, with a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from state import Claim, Commit, Incoming, Store
from tests.conftest import REDIS_BINARIES, no_redis

NOW = 1_800_000_000.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session", params=sorted(REDIS_BINARIES) or [None], ids=lambda version: f"redis-{version}")
def redis_binary(request: pytest.FixtureRequest) -> Path:
    """Each server here in turn."""
    if request.param is None:
        no_redis()
    return REDIS_BINARIES[request.param]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(redis_url: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.connect(redis_url, partitions=16, clock=clock)
    yield store
    await store.close()


@pytest.fixture
async def other(redis_url: str, clock: Clock) -> AsyncIterator[Store]:
    """Another process's store."""
    store = await Store.connect(redis_url, partitions=16, clock=clock)
    yield store
    await store.close()


def partition_of(store: Store, contact: str) -> int:
    """Where a contact lives."""
    return store._link.keys.places.index(store._link.keys.place(contact))


async def listened_to(store: Store, listeners: int) -> None:
    """Wait until so many processes hear wake-ups."""
    while (await store._link.call("PUBSUB", "NUMSUB", store._link.keys.whole("wake")))[1] < listeners:
        await asyncio.sleep(0.001)


def event(contact: str, blob: bytes, *, dedupe: str | None = None, control: bool = False) -> Incoming:
    """An event; without `dedupe` the update is named after contact and blob."""
    return Incoming(contact, f"{contact}/{blob!r}" if dedupe is None else dedupe, blob, control)


def handled(claim: Claim, session: bytes = b"session", epoch: int = 0, **more: object) -> Commit:
    """A commit that handles everything claimed."""
    return Commit(claim, session, epoch, len(claim.control), len(claim.events), **more)  # type: ignore[arg-type]


async def turn(store: Store, contact: str, *, epoch: int = 0, **more: object) -> Claim:
    """Let one more event of a contact through, with these effects; the claim it was handled in."""
    await store.accept([Incoming(contact, "", b"x")])
    (claim,) = [claim for claim in await store.claim("turn", 100) if claim.contact == contact]
    assert await store.commit([handled(claim, epoch=epoch, **more)]) == [True]
    return claim
