from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.base import Roots
from channels.telegram import Telegram
from tests.fakes.telegram import DESK, TOKEN, FakeTelegram


class Ids:
    """Remembers file ids, as the store does."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}

    async def get(self, account: str, key: str) -> str | None:
        return self.known.get((account, key))

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None:
        self.known[account, key] = file_id

    async def forget(self, account: str, key: str) -> None:
        self.known.pop((account, key), None)


@pytest.fixture
def ids() -> Ids:
    return Ids()


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    roots = Roots(content=tmp_path / "content", data=tmp_path / "data")
    (roots.content / "files").mkdir(parents=True)
    roots.data.mkdir()
    (roots.content / "files" / "guide.pdf").write_bytes(b"%PDF-1.4 guide")
    (roots.content / "files" / "team.jpg").write_bytes(b"\xff\xd8 team")
    (roots.content / "files" / "tour.mp4").write_bytes(b"mp4 tour")
    return roots


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def telegram(fake: FakeTelegram, roots: Roots) -> AsyncIterator[Telegram]:
    channel = Telegram(TOKEN, secret="s3cret-word", api_url=fake.base_url, roots=roots, desk_chat=DESK)
    yield channel
    await channel.close()
