"""Bytes of Redis that an idle contact costs, against aiogram's layout with the same variables.

Idle: the conversation stands at a step and nothing has happened for over eight days, so that what expires (updates
seen, the latest words) is gone; the armed timer is counted. Both on a Redis of their own, over `--contacts` contacts.

    python -m bench.memory [--contacts 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path

from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.redis import RedisStorage
from redis.asyncio import Redis

from bench.road import start_redis
from state import Commit, Incoming, Store
from tunnel.engine.player import Player, noon
from tunnel.events import Address, contact_id
from tunnel.language import load
from tunnel.session import encode_session

CONTENT = Path(__file__).parent / "content"
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
        people = [Address("telegram", "1", str(10_000_000 + number)) for number in range(first, first + BATCH)]
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
        keys = [
            StorageKey(bot_id=1, chat_id=10_000_000 + n, user_id=10_000_000 + n) for n in range(first, first + BATCH)
        ]
        await asyncio.gather(*(storage.set_state(key, "Ten:step4") for key in keys))
        await asyncio.gather(*(storage.set_data(key, {"object": "first 3"}) for key in keys))
    await storage.close()
    return (await used_bytes(url) - before) / contacts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        results = []
        for name, measure in (("messenger tunnel", ours), ("aiogram", aiograms)):
            place = Path(folder, name.partition(" ")[0])
            place.mkdir()
            url, _ = start_redis(stack, place)
            results.append(asyncio.run(measure(url, args.contacts)))
            print(f"{name:<18}{results[-1]:>8.0f} bytes an idle contact")
    ratio = results[0] / results[1]
    print(f"ratio: {ratio:.2f}")
    target = Path(__file__).parent / "results" / "memory.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"contacts": args.contacts, "bytes": results, "ratio": ratio}) + "\n")


if __name__ == "__main__":
    main()
