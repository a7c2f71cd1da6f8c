"""Many callers, one round trip: what is asked in one tick of the event loop leaves together."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Coalescer(Generic[Item, Result]):
    """Gathers items and hands them to `carry` in batches, in order, one batch at a time.

    What comes while a batch is on its way forms the next one. An error of `carry` reaches every caller of that batch.
    """

    def __init__(self, carry: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], *, most: int = 256) -> None:
        self._carry = carry
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._carrier: asyncio.Task[None] | None = None

    async def one(self, item: Item) -> Result:
        """The result of one item."""
        return await self._put(item)

    async def many(self, items: Sequence[Item]) -> list[Result]:
        """The results of several, in order."""
        if len(items) == 1:  # as nearly always
            return [await self._put(items[0])]
        return list(await asyncio.gather(*[self._put(item) for item in items]))

    def _put(self, item: Item) -> asyncio.Future[Result]:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._carrier is None:
            # The task's first step comes after all that is ready to run now: they all get on.
            self._carrier = asyncio.create_task(self._run())
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._settle(batch)
        finally:
            self._carrier = None

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._carry([item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(_own(error))
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _own(error: Exception) -> Exception:
    """A copy: one exception raised in many tasks would gather the tracebacks of all of them."""
    own = copy.copy(error)
    own.__cause__ = error
    return own
