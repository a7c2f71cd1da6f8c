"""What became of operators' commands: told to the process that waits, kept for one that asks again.

Written after the commit, not with it: should the process end between the two, the command has taken effect all the same
and whoever waits finds the session changed; only the answer is less exact.
"""

from __future__ import annotations

from collections.abc import Sequence

from state.keys import OUTCOME, OUTCOME_TTL_S, TOLD
from state.link import Link
from state.wakeups import Wakeups


class Outcomes:
    """By the event's id."""

    def __init__(self, link: Link, wakeups: Wakeups) -> None:
        self._link = link
        self._wakeups = wakeups

    async def tell_outcomes(self, outcomes: Sequence[tuple[str, bytes]]) -> None:
        """Keep outcomes (id, blob) for a while, and wake who waits for them. Raises Unavailable."""
        for event_id, blob in outcomes:
            await self._link.call("SET", self._key(event_id), blob, "EX", OUTCOME_TTL_S)
        ids = [event_id for event_id, _ in outcomes]
        if ids:
            await self._link.call("PUBLISH", self._link.keys.whole(TOLD), "\n".join([self._link.origin, *ids]))
            self._wakeups.outcomes_came(ids)

    async def outcome(self, event_id: str) -> bytes | None:
        """What became of a command; None if that is not known (yet). Raises Unavailable."""
        found: bytes | None = await self._link.call("GET", self._key(event_id))
        return found

    async def outcome_wait(self, event_id: str, timeout_s: float) -> bool:
        """Return True once the outcome may be there, False after `timeout_s`."""
        return await self._wakeups.outcome_wait(event_id, timeout_s)

    def _key(self, event_id: str) -> str:
        return self._link.keys.whole(OUTCOME, event_id)
