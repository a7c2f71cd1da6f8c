"""What the web chat needs of a store: one ordered thread for each visitor."""

from __future__ import annotations

from typing import Protocol


class Threads(Protocol):
    """Threads by lane (`Address.lane`); `contact` (`events.contact_id`) tells in which partition a thread lies.

    A row has a positive number that rises within its thread, with gaps. Old rows may be trimmed from the front.
    """

    async def thread_append(self, lane: str, contact: str, row: int, blob: bytes) -> bool:
        """Add a row and wake whoever waits for it; False (and nothing changed) if the number is there already."""
        ...

    async def thread_read(self, lane: str, contact: str, after_row: int, count: int) -> list[tuple[int, bytes]]:
        """Up to `count` rows with numbers above `after_row`, in rising order."""
        ...

    async def thread_wait(self, lane: str, timeout_s: float) -> object:
        """Return once something may be new, or after `timeout_s` at the latest.

        Callers start the wait, then read, then await the wait; so it must listen from its first step on.
        """
        ...
