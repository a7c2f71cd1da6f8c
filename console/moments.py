"""Times that come from outside: with a zone, and of years that clocks, sessions and databases all bear."""

from __future__ import annotations

from datetime import UTC, datetime

from console.refusals import Refused

FIRST, LAST = 1971, 2998
"""Years. The ends of the calendar are not moments that anybody means: another zone or a rounding leads out of it."""


def in_utc(at: datetime, field: str) -> datetime:
    """The same moment in UTC. Raises Refused(400) for one without a zone or of another age."""
    if at.tzinfo is None or not FIRST <= at.year <= LAST:
        raise Refused(400, "invalid", field=field, detail=f"RFC 3339, {FIRST}–{LAST}")
    return at.astimezone(UTC)


def read_moment(text: str, field: str) -> datetime:
    """A time written as RFC 3339, in UTC. Raises Refused(400)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "invalid", field=field, detail="RFC 3339") from None
    return in_utc(at, field)
