"""The connection to SQL: which database, how it is opened, and its tables brought up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from records.errors import Misaddressed, away, is_away

DRIVERS = {
    **dict.fromkeys(("postgresql", "postgres", "postgresql+asyncpg"), "postgresql+asyncpg"),
    **dict.fromkeys(("sqlite", "sqlite+aiosqlite"), "sqlite+aiosqlite"),
}
BUSY_S = 15.0
"""How long one writer waits for another on SQLite."""
MIGRATION_LOCK = 0x74756E6E  # any number of our own

_json = msgspec.json.Encoder()


def url_of(address: str, data: Path) -> URL:
    """The setting TUNNEL_DATABASE_URL as SQLAlchemy takes it; empty: SQLite in the directory `data`.

    Raises Misaddressed, without the address, which may hold a password.
    """
    if not address:
        return URL.create("sqlite+aiosqlite", database=str(data / "records.sqlite3"))
    try:
        url = make_url(address)
    except ArgumentError:
        raise Misaddressed("not the address of a database") from None
    driver = DRIVERS.get(url.drivername)
    if driver is None or not url.database:
        raise Misaddressed("write postgresql://user:password@host/database or sqlite:///path")
    return url.set(drivername=driver)


def open_engine(url: URL) -> AsyncEngine:
    """An engine; nothing is connected yet."""
    options: dict[str, Any] = {"json_serializer": lambda value: _json.encode(value).decode()}
    options["json_deserializer"] = msgspec.json.decode
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, connect_args={"timeout": BUSY_S}, **options)
        event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
        event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
        return engine
    timeouts = {
        "timeout": 5,
        "command_timeout": 120,
        "server_settings": {"application_name": "tunnel", "timezone": "UTC"},
    }
    return create_async_engine(
        url, pool_pre_ping=True, pool_size=4, connect_args=timeouts, hide_parameters=True, **options
    )


def _on_sqlite_connect(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, so that savepoints work
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    # A writer takes the lock at once: one that upgrades later can meet another in the same position.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that writes. Raises Away while the database cannot serve."""
    try:
        async with engine.execution_options(writes=True).begin() as connection:
            yield connection
    except Exception as error:
        if is_away(error):
            raise away(error) from error
        raise


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that sees one state of the tables. Raises Away while the database cannot serve."""
    try:
        async with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    except Exception as error:
        if is_away(error):
            raise away(error) from error
        raise


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date; where several processes start at once, one after the other. Raises Away."""
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        try:
            await asyncio.to_thread(Path(engine.url.database).parent.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise away(error) from error
    async with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Alembic over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
