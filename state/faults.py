"""How often the content failed at run time, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from state.keys import FAULTS
from state.link import Link

MESSAGE_CHARS = 300


@dataclass(frozen=True, slots=True)
class FaultCount:
    """One failure of the content. where: tunnel/step. last_at: Unix seconds."""

    revision: str
    where: str
    message: str
    count: int
    last_at: float


class Faults:
    """Counts, bounded to 200 failures; those of earlier revisions make room for the present one's."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def count_faults(self, revision: str, faults: Sequence[tuple[str, str]]) -> None:
        """Count (where, message) each. Raises Unavailable."""
        if not faults:
            return
        fields = [f"{revision}\0{where}\0{message[:MESSAGE_CHARS]}" for where, message in faults]
        args = (revision, repr(self._link.clock()), *fields)
        await self._link.run_at("faults_count", self._link.keys.whole(FAULTS), args)

    async def faults(self, revision: str = "") -> list[FaultCount]:
        """All that were counted (of one revision, if it is given), the most frequent first. Raises Unavailable."""
        flat = await self._link.call("HGETALL", self._link.keys.whole(FAULTS))
        pairs = flat.items() if isinstance(flat, dict) else zip(flat[::2], flat[1::2], strict=True)
        found = []
        for field, value in pairs:
            of, where, message = field.decode(errors="replace").split("\0", 2)
            count, last_at = value.split()
            if not revision or of == revision:
                found.append(FaultCount(of, where, message, int(count), float(last_at)))
        return sorted(found, key=lambda fault: (-fault.count, fault.where, fault.message))
