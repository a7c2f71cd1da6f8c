"""How far the records are behind; told by the projector, and by every process that is asked for its metrics."""

from __future__ import annotations

from collections.abc import Sequence

from bots.metrics import JOURNAL_ENTRIES, PROJECTOR_LAG_SECONDS
from state import Waiting


def measure_journal(waiting: Sequence[Waiting], now: float) -> None:
    """Say how much of the journal waits for the records. now: Unix seconds."""
    JOURNAL_ENTRIES.set(sum(each.entries for each in waiting))
    oldest_at = min((each.oldest_at for each in waiting if each.entries), default=now)
    PROJECTOR_LAG_SECONDS.set(max(0.0, now - oldest_at))
