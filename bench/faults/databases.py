"""Databases for the records that can be taken away from the program, and looked into all the while."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import asyncpg

HOST, PORT = "127.0.0.1", 5432
USERS = ("postgres", "root", "test")


class Database(Protocol):
    """One that the program reaches at `address`, and we past it."""

    name: str
    address: str

    async def hang(self) -> None:
        """Answer nothing."""

    async def go(self) -> None:
        """Be away altogether."""

    async def come_back(self) -> None: ...

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        """Look into it, also while it is away."""


class Door:
    """A TCP proxy in front of a server, that can be held shut or taken away."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._open = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def start(self) -> None:
        self._open.set()
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def hold(self) -> None:
        """Let nothing through, but keep every connection, and take new ones."""
        self._open.clear()

    async def stop(self) -> None:
        """Take nothing, and break every connection."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        server = None
        try:
            inward, server = await asyncio.open_connection(*self._target)
            self._writers.add(server)
            await asyncio.gather(self._pass(reader, server), self._pass(inward, writer))
        except OSError:
            pass
        finally:
            for each in (writer, server):
                if each is not None:
                    self._writers.discard(each)
                    each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            await self._open.wait()
            writer.write(piece)
            await writer.drain()
        writer.transport.abort()


class Postgres:
    """A database of its own on the PostgreSQL of this machine, behind a door."""

    name = "PostgreSQL"

    def __init__(self, user: str, database: str, door: Door) -> None:
        self._door = door
        self._dsn = f"postgresql://{user}@{HOST}:{PORT}/{database}"
        self.address = f"postgresql://{user}@{HOST}:{door.port}/{database}"

    async def hang(self) -> None:
        self._door.hold()

    async def go(self) -> None:
        await self._door.stop()

    async def come_back(self) -> None:
        await self._door.start()

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        connection = await asyncpg.connect(self._dsn)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()


class Sqlite:
    """A file. It cannot hang, only be locked: by another program that writes all the while."""

    name = "SQLite"
    address = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: sqlite3.Connection | None = None

    async def hang(self) -> None:
        self._lock = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        self._lock.execute("BEGIN IMMEDIATE")

    async def go(self) -> None:
        """It stays locked."""

    async def come_back(self) -> None:
        assert self._lock is not None
        self._lock.close()

    async def rows(self, query: str) -> Sequence[Sequence[Any]]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=10)) as connection:
            return connection.execute(query).fetchall()


async def postgres_user() -> str | None:
    """Who may make databases on this machine's PostgreSQL; None where there is none."""
    for user in USERS:
        with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
            connection = await asyncpg.connect(host=HOST, port=PORT, user=user, database="postgres", timeout=3)
            await connection.close()
            return user
    return None


@asynccontextmanager
async def postgres(user: str) -> AsyncIterator[Postgres]:
    """An empty database, and the door to it; both go on leaving."""
    name = f"tunnel_faults_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(host=HOST, port=PORT, user=user, database="postgres")
    door = Door(HOST, PORT)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        await door.start()
        yield Postgres(user, name, door)
    finally:
        await door.stop()
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


def milliseconds(at: Any) -> int:
    """A time of the records: PostgreSQL gives it as one, SQLite as a text."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
