"""The stand-in, which finds fault with every call that the specification does not allow."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.vk import FakeVk


@pytest.fixture
async def fake() -> AsyncIterator[FakeVk]:
    fake = FakeVk()
    await fake.start()
    yield fake
    await fake.stop()
    assert fake.errors == []
