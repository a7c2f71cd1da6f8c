"""Addresses, migrations, and a database that is away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from records import Away, Misaddressed, Records
from records.database import url_of
from records.tables import Base


@pytest.mark.parametrize(
    ("address", "driver", "database"),
    [
        ("", "sqlite+aiosqlite", "data/records.sqlite3"),
        ("sqlite:////var/lib/tunnel.db", "sqlite+aiosqlite", "/var/lib/tunnel.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg", "d"),
        ("postgresql://u:p@h:5433/d", "postgresql+asyncpg", "d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg", "d"),
    ],
)
def test_addresses(address: str, driver: str, database: str) -> None:
    url = url_of(address, Path("data"))
    assert (url.drivername, url.database) == (driver, database)


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "secret", "postgresql://u:secret@h", "://secret"])
def test_a_wrong_address_is_not_repeated(address: str) -> None:
    with pytest.raises(Misaddressed) as raised:
        url_of(address, Path("data"))
    assert "secret" not in str(raised.value)


async def test_migrations_make_what_the_models_say(records: Records) -> None:
    def differences(connection: Connection) -> list[Any]:
        def ours(name: str | None, kind: str, parents: Any) -> bool:
            foreign = (name or "").startswith(("messages_search", "journal_")) or name == "alembic_version"
            return not (kind == "table" and foreign)

        def ours_too(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return name not in ("words", "ix_messages_words")

        options = {"include_name": ours, "include_object": ours_too, "target_metadata": Base.metadata}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    async with records.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_several_processes_may_start_at_once(address: str, tmp_path: Path) -> None:
    several = [Records.open(address, tmp_path) for _ in range(4)]
    await asyncio.gather(*(each.migrate() for each in several))
    for each in several:
        assert await each.cursors() == {}
        await each.close()


async def test_a_database_that_is_away_is_said_so_without_its_password(tmp_path: Path) -> None:
    records = Records.open("postgresql://u:secret@127.0.0.1:1/d", tmp_path)
    with pytest.raises(Away) as raised:
        await records.migrate()
    assert "secret" not in str(raised.value)
    await records.close()


async def test_sqlite_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    records = Records.open(f"sqlite:///{tmp_path}/folder/records.sqlite3", tmp_path)
    with pytest.raises(Away):
        await records.migrate()
    await records.close()
