"""Bytes of Redis that an idle contact costs, against aiogram's layout with the same variables.

Idle: the conversation stands at a step and nothing has happened for over eight days, so that what expires (updates
seen, the latest words) is gone; the armed timer is counted. Both on a Redis of their own, over `--contacts` contacts.

    python -m bench.memory [--contacts 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.redis import RedisStorage
from redis.asyncio import Redis

from bench.sides import AIOGRAM, CONTENT, OURS, start_redis
from state import Commit, Incoming, Store
from tunnel.engine.player import Player, noon
from tunnel.events import Address, contact_id
from tunnel.language import load
from tunnel.session import encode_session

BATCH = 500


async def used_bytes(url: str) -> int:
    """Of the data alone: asked over a connection of its own, when there are no others."""
    async with Redis.from_url(url) as redis:
        return int((await redis.info("memory"))["used_memory"])


async def ours(url: str, contacts: int) -> float:
    """Sessions as the engine leaves them in the middle of the tunnel, written by the store's own commit."""
    definition = load(CONTENT).definition
    assert definition is not None
    player = Player(definition, "telegram", noon(definition))
    player.start("ten")
    for _ in range(3):
        player.press(player.shown[0].label)
    before = await used_bytes(url)
    store = await Store.connect(url)
    for first in range(0, contacts, BATCH):
        people = [
            Address("telegram", "1", str(10_000_000 + number)) for number in range(first, min(first + BATCH, contacts))
        ]
        await store.accept([Incoming(contact_id(person), "", b"e") for person in people])
        session = player.session
        commits = []
        while len(commits) < len(people):
            for claim in await store.claim("bench", BATCH):
                session.contact, session.address = claim.contact, people[len(commits)]
                session.addresses = {"telegram": session.address}
                timer = next(iter(session.timers.items()))
                commits.append(Commit(claim, encode_session(session), 0, 0, 1, arm=(timer,)))
        await store.commit(commits)
    await store.close()
    return (await used_bytes(url) - before) / contacts


async def aiograms(url: str, contacts: int) -> float:
    """A state and its data, as RedisStorage writes them; no timer, for aiogram has none."""
    before = await used_bytes(url)
    storage = RedisStorage.from_url(url, connection_kwargs={"max_connections": 2 * BATCH})
    for first in range(0, contacts, BATCH):
        people = range(10_000_000 + first, 10_000_000 + min(first + BATCH, contacts))
        keys = [StorageKey(bot_id=1, chat_id=person, user_id=person) for person in people]
        await asyncio.gather(*(storage.set_state(key, "Ten:step4") for key in keys))
        await asyncio.gather(*(storage.set_data(key, {"object": "first 3"}) for key in keys))
    await storage.close()
    return (await used_bytes(url) - before) / contacts


async def compare(folder: Path, contacts: int) -> dict[str, float]:
    """Bytes an idle contact, by side."""
    found = {}
    for name, measure in ((OURS, ours), (AIOGRAM, aiograms)):
        with ExitStack() as stack:
            url, _ = start_redis(stack, folder / f"memory-{name.partition(' ')[0]}")
            found[name] = await measure(url, contacts)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tn") as folder:
        found = asyncio.run(compare(Path(folder), args.contacts))
    for name, size in found.items():
        print(f"{name:<18}{size:>8.0f} bytes an idle contact")
    print(f"ratio: {found[OURS] / found[AIOGRAM]:.2f}")


if __name__ == "__main__":
    main()
