"""One suite over both databases: SQLite in a file, PostgreSQL in a database of its own that goes with the test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from records import Records

SERVER = "postgresql://{user}@127.0.0.1:5432/{database}"
USERS = ("postgres", "root", "test")


def postgres_user() -> str | None:
    """Who may make databases here; None where there is no PostgreSQL."""

    async def may(user: str) -> bool:
        try:
            connection = await asyncpg.connect(SERVER.format(user=user, database="postgres"), timeout=3)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    return next((user for user in USERS if asyncio.run(may(user))), None)


@pytest.fixture(scope="session")
def postgres() -> str:
    user = postgres_user()
    if user is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no PostgreSQL answers on 127.0.0.1:5432")
        pytest.skip("needs a PostgreSQL on 127.0.0.1:5432")
    return user


async def execute(user: str, statement: str) -> None:
    connection = await asyncpg.connect(SERVER.format(user=user, database="postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty database."""
    name = f"tunnel_test_{uuid4().hex[:12]}"
    asyncio.run(execute(postgres, f"CREATE DATABASE {name}"))
    yield SERVER.format(user=postgres, database=name)
    asyncio.run(execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What TUNNEL_DATABASE_URL would say."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def records(address: str, tmp_path: Path) -> AsyncIterator[Records]:
    records = Records.open(address, tmp_path)
    await records.migrate()
    yield records
    await records.close()
