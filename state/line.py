"""One connection to Redis for all scripts: commands leave when they are given, replies come back in their order.

redis-py's pool, locks, retries and streams cost more CPU than the rest of a call (docs/decisions/0017). redis-py still
opens the connection, with TLS, password and database; from then on its transport is ours.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from hiredis import Reader, pack_command
from redis._parsers.base import BaseParser
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import InvalidResponse, RedisError

_PARTIAL = object()


class Line:
    """Connects at the first command, and again after every trouble."""

    def __init__(self, pool: ConnectionPool, timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self._wire: _Wire | None = None
        self._connecting = asyncio.Lock()

    async def call(self, *command: Any) -> Any:
        """Run one command. Raises RedisError, OSError, TimeoutError; whether it was run is then not known."""
        wire = self._wire
        if wire is None or not wire.usable:
            wire = await self._connect()
        return await wire.ask(pack_command(command))

    async def close(self) -> None:
        """Close the connection; commands on the way fail."""
        if self._wire is not None:
            await self._wire.close()

    async def _connect(self) -> _Wire:
        async with asyncio.timeout(self._timeout_s), self._connecting:
            if self._wire is not None:
                if self._wire.usable:  # somebody else was faster
                    return self._wire
                await self._wire.close()
                self._wire = None
            connection = self._pool.connection_class(**self._pool.connection_kwargs)
            try:
                await connection.connect()  # type: ignore[no-untyped-call]
                self._wire = _Wire(connection, self._timeout_s)
            except BaseException:
                await connection.disconnect(nowait=True)
                raise
            return self._wire


class _Wire(asyncio.Protocol):
    """One connection, from its opening to its first trouble."""

    def __init__(self, connection: AbstractConnection, timeout_s: float) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        """For each command on the way who waits for it, and until when."""
        self._watch: asyncio.TimerHandle | None = None
        self._reader = Reader(protocolError=InvalidResponse, replyError=BaseParser.parse_error, notEnoughData=_PARTIAL)
        writer = connection._writer
        if writer is None:
            raise Lost("closed at once")
        self._transport = writer.transport
        self.usable = not self._transport.is_closing()
        self._transport.set_protocol(self)

    def ask(self, command: bytes) -> asyncio.Future[Any]:
        """Send a packed command; its reply, or the error that Redis answered."""
        reply: asyncio.Future[Any] = self._loop.create_future()
        until = self._loop.time() + self._timeout_s
        self._waiting.append((reply, until))
        if self._watch is None:
            self._watch = self._loop.call_at(until, self._look)
        self._transport.write(command)
        return reply

    async def close(self) -> None:
        self._fail(Lost("closed"))
        await self._connection.disconnect(nowait=True)

    def _look(self) -> None:
        """Replies come in order, so if the oldest command is in time, all are."""
        self._watch = None
        if not self._waiting:
            return
        until = self._waiting[0][1]
        if until > self._loop.time():
            self._watch = self._loop.call_at(until, self._look)
        else:
            self._fail(TimeoutError("no reply"))

    def _fail(self, cause: Exception) -> None:
        self.usable = False
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        while self._waiting:
            reply, _ = self._waiting.popleft()
            if not reply.done():
                reply.set_exception(type(cause)(*cause.args))  # one for each: a traceback grows in every task
        self._transport.abort()

    # Called by the event loop.

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not _PARTIAL:
                if not self._waiting:
                    raise InvalidResponse("a reply to nothing")
                reply, _ = self._waiting.popleft()
                if reply.done():  # who asked does not wait any more
                    continue
                if isinstance(answer, Exception):
                    reply.set_exception(answer)
                else:
                    reply.set_result(answer)
        except RedisError as error:
            self._fail(Lost(f"Redis's answer cannot be read: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(Lost(str(error) if error else "Connection closed by server."))
