"""A console that nobody has used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.stand import Browser, Stand, a_stand
from tests.console.world import World
from tests.records.conftest import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@pytest.fixture
def database() -> str:
    """What TUNNEL_DATABASE_URL would say; modules that ask both databases have a fixture of their own."""
    return ""


@pytest.fixture
async def stand(redis_url: str, tmp_path: Path, database: str) -> AsyncIterator[Stand]:
    async with a_stand(redis_url, tmp_path, database=database) as stand:
        yield stand


@pytest.fixture
async def admin(stand: Stand) -> Browser:
    return await stand.admin()


@pytest.fixture
def world(stand: Stand) -> World:
    return World(stand)


@pytest.fixture
async def ivan(stand: Stand, admin: Browser) -> Browser:
    """An operator."""
    return await stand.invited(admin, "ivan", "operator")


@pytest.fixture
async def olga(stand: Stand, admin: Browser) -> Browser:
    """Another operator."""
    return await stand.invited(admin, "olga", "operator")
