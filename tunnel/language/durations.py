"""Durations (`30m`, `1h`, `2d`, `1h30m`), times of day (`21:00`) and days of the week."""

from __future__ import annotations

import re
from datetime import time

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d{1,6}(?:\.\d{1,3})?[smhdw])+")
_PART = re.compile(r"([\d.]+)([smhdw])")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
LONGEST_S = 366 * 86400.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_duration(text: str) -> float:
    """`1h30m` → 5400.0 seconds. Raises ValueError: not a duration, nothing, over 366 days."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"not a duration: {text[:40]!r}")
    seconds = sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
    if not 0 < seconds <= LONGEST_S:
        raise ValueError(f"a duration is more than nothing and at most 366 days: {text[:40]!r}")
    return seconds


def parse_time(text: str) -> time:
    """`21:00` → a time of day; `24:00` is the day's last moment. Raises ValueError."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f"not a time of day: {text[:40]!r}")
    return time(int(found[1]), int(found[2])) if found[1] else time.max


def parse_day(text: str) -> int:
    """`mon` → 0 … `sun` → 6. Raises ValueError."""
    return DAYS.index(text)


def say_duration(seconds: float) -> str:
    """5400.0 → `1h30m`, exactly, largest units first."""
    parts = []
    left = round(seconds)
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, int(_UNITS_S[unit]))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
