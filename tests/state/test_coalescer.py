"""Many callers, one round trip."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from state.coalescer import Coalescer


class Road:
    """Doubles numbers; keeps the batches; can be held up and can fail."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None

    async def carry(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return [item * 2 for item in items]


async def test_callers_of_one_tick_share_a_batch() -> None:
    road = Road()
    coalescer = Coalescer(road.carry)
    assert await asyncio.gather(*(coalescer.one(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert await coalescer.many([5, 6]) == [10, 12]
    assert road.batches == [[0, 1, 2, 3, 4], [5, 6]]


async def test_what_comes_while_a_batch_is_out_forms_the_next() -> None:
    road = Road()
    road.open.clear()
    coalescer = Coalescer(road.carry)
    first = asyncio.create_task(coalescer.one(1))
    while not road.batches:
        await asyncio.sleep(0)
    rest = [asyncio.create_task(coalescer.one(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    road.open.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6]
    assert road.batches == [[1], [2, 3]]


async def test_a_batch_is_bounded() -> None:
    road = Road()
    coalescer = Coalescer(road.carry, most=2)
    assert await coalescer.many([1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert road.batches == [[1, 2], [3, 4], [5]]


async def test_an_error_reaches_each_caller_and_ends_with_the_batch() -> None:
    road = Road()
    road.error = ValueError("broken")
    coalescer = Coalescer(road.carry)
    results = await asyncio.gather(coalescer.one(1), coalescer.one(2), return_exceptions=True)
    assert [(type(result), str(result)) for result in results] == [(ValueError, "broken")] * 2
    assert results[0] is not results[1]
    road.error = None
    assert await coalescer.one(3) == 6


async def test_a_caller_that_went_away_does_not_disturb_the_others() -> None:
    road = Road()
    road.open.clear()
    coalescer = Coalescer(road.carry)
    gone, stays = asyncio.create_task(coalescer.one(1)), asyncio.create_task(coalescer.one(2))
    while not road.batches:
        await asyncio.sleep(0)
    gone.cancel()
    road.open.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
