"""How long to wait before trying again."""

from __future__ import annotations

import asyncio
import random

FIRST_S = 0.5
LONGEST_S = 60.0


def retry_delay_s(tries: int) -> float:
    """Seconds before the next try after `tries` failed ones: doubling from half a second to a minute, ±20 %.

    The spread keeps many lanes that failed together from coming back together.
    """
    return min(LONGEST_S, FIRST_S * 2.0 ** min(tries, 10)) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


class Backoff:
    """Waits longer after each failure in a row, up to two seconds."""

    def __init__(self, first_s: float = 0.1, longest_s: float = 2.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def reset(self) -> None:
        """Something worked."""
        self._next_s = self._first_s

    def next_s(self) -> float:
        """How long to wait now, in seconds; longer the next time."""
        now_s, self._next_s = self._next_s, min(self._longest_s, self._next_s * 2)
        return now_s

    async def wait(self) -> None:
        """Wait, and longer the next time."""
        await asyncio.sleep(self.next_s())
