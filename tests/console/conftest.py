"""A console that nobody has used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.stand import Browser, Stand, a_stand


@pytest.fixture
async def stand(redis_url: str, tmp_path: Path) -> AsyncIterator[Stand]:
    async with a_stand(redis_url, tmp_path) as stand:
        yield stand


@pytest.fixture
async def admin(stand: Stand) -> Browser:
    return await stand.admin()
