from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.web.client import Browser
from tests.channels.web.stand import Stand, make_roots


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    made = Stand(make_roots(tmp_path))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def browser(stand: Stand) -> AsyncIterator[Browser]:
    made = Browser(stand)
    await made.open()
    yield made
    await made.close()
