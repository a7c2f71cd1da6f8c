"""The connection to Redis, and how scripts run over it: one call on a single Redis, one a partition on a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from itertools import chain
from typing import Any
from uuid import uuid4

from hiredis import pack_command
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from state.binaries import OLDEST
from state.errors import Misconfigured, WrongPartitions, translated
from state.keys import META, READY, Keys
from state.line import Line

Argument = str | bytes | int | float

CONNECTIONS = 32
TIMEOUT_S = 5.0


@cache
def _source(name: str) -> str:
    return files("state").joinpath("scripts", f"{name}.lua").read_text(encoding="utf-8")


class Link:
    """One process's way to Redis. `origin` tells it from others in wake-ups; `listens`: 1 while it hears them."""

    def __init__(self, redis: Redis | RedisCluster, keys: Keys, *, clustered: bool, clock: Callable[[], float]) -> None:
        self.redis: Any = redis
        self.keys = keys
        self.clustered = clustered
        self.clock = clock
        self.origin = uuid4().hex
        self.listens = 0
        self._scripts: dict[str, tuple[str, str]] = {}
        self._line = Line(redis.connection_pool, TIMEOUT_S) if isinstance(redis, Redis) else None

    @property
    def teller(self) -> tuple[str, int]:
        """What scripts that wake others begin with: who tells, and how many listeners are its own (-1: not known)."""
        return self.origin, -1 if self.clustered else self.listens

    async def run(self, name: str, place: str, args: Sequence[Argument]) -> Any:
        """Run scripts/<name>.lua in the slot of `place`. Raises Unavailable."""
        return await self.run_at(name, place + READY, args)

    async def run_at(self, name: str, key: str, args: Sequence[Argument]) -> Any:
        """Run scripts/<name>.lua where `key` (its KEYS[1]) lies. Raises Unavailable."""
        source, digest = self._script(name)
        try:
            return await self.call("EVALSHA", digest, 1, key, *args)
        except NoScriptError:  # the first time, or the server was started anew
            return await self.call("EVAL", source, 1, key, *args)

    async def over(self, name: str, head: Sequence[Argument], places: Sequence[str]) -> list[Any]:
        """Run a script that ends with the places to look at; the replies, one of each call. Raises Unavailable."""
        if not self.clustered:
            return [await self.run(name, places[0], [*head, *places])]
        return list(await asyncio.gather(*(self.run(name, place, [*head, place]) for place in places)))

    async def over_items(self, name: str, head: Sequence[Argument], items: Sequence[Sequence[Argument]]) -> list[bool]:
        """Run a script over items, each beginning with its place; False for each that it marked '0', in their order.

        Raises Unavailable.
        """
        return [mark != _NO for mark in await self.marks(name, head, items)]

    async def marks(self, name: str, head: Sequence[Argument], items: Sequence[Sequence[Argument]]) -> Sequence[int]:
        """Run a script over items, each beginning with its place; the byte with which it marked each, in their order.

        Raises Unavailable.
        """
        if not items:
            return b""
        if not self.clustered:
            args = [*head, *chain.from_iterable(items)]
            return bytes(await self.run(name, str(items[0][0]), args))
        groups: dict[Argument, list[int]] = {}
        for index, item in enumerate(items):
            groups.setdefault(item[0], []).append(index)
        replies = await asyncio.gather(
            *(
                self.run(name, str(items[group[0]][0]), [*head, *(part for index in group for part in items[index])])
                for group in groups.values()
            )
        )
        marks = bytearray(len(items))
        for group, reply in zip(groups.values(), replies, strict=True):
            for index, mark in zip(group, reply, strict=True):
                marks[index] = mark
        return marks

    async def replies(self, name: str, head: Sequence[Argument], items: Sequence[Sequence[Argument]]) -> list[Any]:
        """Run a script over items, each beginning with its place; what it answers to each, in the order given.

        Raises Unavailable.
        """
        if not items:
            return []
        groups: dict[Argument, list[int]] = {}
        for index, item in enumerate(items):
            groups.setdefault(item[0] if self.clustered else "", []).append(index)
        found: list[Any] = [None] * len(items)
        for group in groups.values():
            args = [*head, *(part for index in group for part in items[index])]
            for index, reply in zip(group, await self.run(name, str(items[group[0]][0]), args), strict=True):
                found[index] = reply
        return found

    async def call(self, *command: Argument, timeout_s: float = TIMEOUT_S) -> Any:
        """Run one command. Raises Unavailable."""
        if self._line is not None and command[0] in _SCRIPTS:
            try:
                return await self._line.call(*command)
            except Exception:
                with translated():
                    raise
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
        if self._line is not None:
            await self._line.close()
        await self.redis.aclose()

    async def check_version(self) -> None:
        """Raises Misconfigured if this Redis is too old, Unavailable."""
        version = str((await self.info("server"))["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise Misconfigured(f"this is Redis {version}; {'.'.join(map(str, OLDEST))} or later is needed")

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


_NO = ord("0")
_SCRIPTS = frozenset({"EVALSHA", "EVAL"})
"""They have a line of their own: they are nearly all that is called, and redis-py makes nothing of their replies."""


class _Packing(AbstractConnection):
    """Writes commands with hiredis: for a batch of hundreds of arguments eight times as fast as redis-py's own loop."""

    def pack_command(self, *args: Any) -> list[bytes]:
        command, *rest = args
        return [pack_command((*command.split(), *rest))]


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
    pool.connection_class = type("PackedConnection", (_Packing, pool.connection_class), {})
    return Redis.from_pool(pool)  # which it then closes, too


def milliseconds(seconds: float) -> int:
    """Unix seconds → the scores' unit, rounded to the nearest."""
    return round(seconds * 1000)
