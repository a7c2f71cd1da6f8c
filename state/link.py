"""The connection to Redis, and how scripts run over it: one call on a single Redis, one a partition on a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any
from uuid import uuid4

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from state.errors import WrongPartitions, translated
from state.keys import META, READY, Keys

Argument = str | bytes | int | float

CONNECTIONS = 32
TIMEOUT_S = 5.0


@cache
def _source(name: str) -> str:
    return files("state").joinpath("scripts", f"{name}.lua").read_text(encoding="utf-8")


class Link:
    """One process's way to Redis. `origin` tells this process from others in wake-ups."""

    def __init__(self, redis: Redis | RedisCluster, keys: Keys, *, clustered: bool, clock: Callable[[], float]) -> None:
        self.redis: Any = redis
        self.keys = keys
        self.clustered = clustered
        self.clock = clock
        self.origin = uuid4().hex
        self.all_partitions = tuple(range(keys.partitions))
        self._scripts: dict[str, tuple[str, str]] = {}

    def partition(self, contact: str) -> int:
        """Where a contact lives."""
        return self.keys.partition(contact)

    async def run(self, name: str, partition: int, args: Sequence[Argument]) -> Any:
        """Run scripts/<name>.lua in the slot of `partition`. Raises Unavailable."""
        return await self.run_at(name, self.keys.of(partition, READY), args)

    async def run_at(self, name: str, key: str, args: Sequence[Argument]) -> Any:
        """Run scripts/<name>.lua where `key` (its KEYS[1]) lies. Raises Unavailable."""
        source, digest = self._script(name)
        try:
            return await self.call("EVALSHA", digest, 1, key, *args)
        except NoScriptError:  # the first time, or the server was started anew
            return await self.call("EVAL", source, 1, key, *args)

    async def over(self, name: str, head: Sequence[Argument], partitions: Sequence[int]) -> list[Any]:
        """Run a script that ends with the partitions to look at; the replies, one of each call."""
        if not self.clustered:
            return [await self.run(name, partitions[0], [*head, *partitions])]
        return list(await asyncio.gather(*(self.run(name, p, [*head, p]) for p in partitions)))

    async def over_items(
        self, name: str, head: Sequence[Argument], items: Sequence[tuple[int, Sequence[Argument]]]
    ) -> list[bool]:
        """Run a script over (partition, arguments); True for each item that it marked '1', in the order given."""
        if not items:
            return []
        if not self.clustered:
            reply = await self.run(name, items[0][0], [*head, *(argument for _, part in items for argument in part)])
            return [mark == _ONE for mark in reply]
        groups: dict[int, list[int]] = {}
        for index, (partition, _) in enumerate(items):
            groups.setdefault(partition, []).append(index)
        replies = await asyncio.gather(
            *(
                self.run(name, p, [*head, *(a for index in group for a in items[index][1])])
                for p, group in groups.items()
            )
        )
        marks = {
            i: mark
            for group, reply in zip(groups.values(), replies, strict=True)
            for i, mark in zip(group, reply, strict=True)
        }
        return [marks[index] == _ONE for index in range(len(items))]

    async def call(self, *command: Argument, timeout_s: float = TIMEOUT_S) -> Any:
        """Run one command. Raises Unavailable."""
        with translated():
            async with asyncio.timeout(timeout_s):
                return await self.redis.execute_command(*command)

    async def stream(self, key: str, start: str, end: str, count: int) -> list[tuple[str, list[tuple[bytes, bytes]]]]:
        """Entries of a stream with their fields, in order. Raises Unavailable."""
        # A script, because redis-py makes dicts of XRANGE's entries, and ours repeat field names.
        reply = await self.run_at("stream_read", key, (start, end, count))
        return [(entry.decode(), list(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in reply]

    async def info(self, section: str) -> dict[str, Any]:
        """INFO of one section (on a cluster: of the fullest node). Raises Unavailable."""
        with translated():
            async with asyncio.timeout(TIMEOUT_S):
                if not self.clustered:
                    return dict(await self.redis.info(section))
                replies = await self.redis.info(section, target_nodes=RedisCluster.PRIMARIES)
        nodes = replies.values() if all(isinstance(node, dict) for node in replies.values()) else [replies]
        return dict(max(nodes, key=lambda node: node.get("used_memory", 0) / (node.get("maxmemory") or 1)))

    async def close(self) -> None:
        """Close every connection."""
        await self.redis.aclose()

    async def check_layout(self) -> None:
        """Fix the number of partitions, or find it fixed already. Raises WrongPartitions, Unavailable."""
        meta = self.keys.whole(META)
        await self.call("HSETNX", meta, "partitions", self.keys.partitions)
        stored = int(await self.call("HGET", meta, "partitions"))
        if stored != self.keys.partitions:
            raise WrongPartitions(
                f"the data in Redis is laid out in {stored} partitions, the program was told {self.keys.partitions}: "
                f"start it with {stored}, or with an empty Redis"
            )

    def _script(self, name: str) -> tuple[str, str]:
        script = self._scripts.get(name)
        if script is None:
            source = "\n".join((self.keys.lua(), _source("lib"), _source(name)))
            script = self._scripts[name] = (source, sha1(source.encode(), usedforsecurity=False).hexdigest())
        return script


_ONE = ord("1")


def open_redis(url: str, *, clustered: bool) -> Redis | RedisCluster:
    """A client for redis://, rediss:// or unix:// (nothing is sent yet). It never repeats a command by itself.

    Time is bounded in `Link.call`: the client's own socket_timeout makes a task for each command it writes, and in
    Python 3.11 that can swallow a cancellation (github.com/python/cpython/issues/86296).
    """
    retry = Retry(NoBackoff(), 0)
    if clustered:
        return RedisCluster.from_url(url, retry=retry, socket_timeout=None, protocol=2, max_connections=CONNECTIONS)
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_S,
        socket_timeout=None,
        socket_connect_timeout=TIMEOUT_S,
        retry=retry,
        protocol=2,
        health_check_interval=0,
    )
    return Redis.from_pool(pool)  # which it then closes, too


def milliseconds(seconds: float) -> int:
    """Unix seconds → the scores' unit, rounded to the nearest."""
    return round(seconds * 1000)
