"""How often one visitor, or one network address, may ask. In memory: each process counts for itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket's size and refill."""

    burst: float
    per_s: float


class Buckets:
    """One bucket for each key; full ones are forgotten, so memory is bounded by who asked lately."""

    def __init__(self, rate: Rate, *, remembered: int = 20_000) -> None:
        self._rate = rate
        self._remembered = remembered
        self._level: dict[str, tuple[float, float]] = {}

    def wait_s(self, key: str, now: float) -> float:
        """Take one token: 0 if there was one, else the seconds until there is."""
        level, at = self._level.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + max(0.0, now - at) * self._rate.per_s)
        taken = level >= 1
        if len(self._level) >= self._remembered:
            self._forget(now)
        self._level[key] = (level - 1 if taken else level, now)  # re-inserted: the oldest keys come first
        return 0.0 if taken else (1 - level) / self._rate.per_s

    def _forget(self, now: float) -> None:
        full_s = self._rate.burst / self._rate.per_s
        for key in list(self._level):
            if len(self._level) < self._remembered and now - self._level[key][1] < full_s:
                break
            del self._level[key]
