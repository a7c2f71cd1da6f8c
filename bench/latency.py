"""From an update's scheduled delivery to the arrival of the call that answers it, under an open load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from aiohttp import ClientSession

from bench.openloop import POOL
from bench.road import NEWCOMERS, order, settled
from bench.sides import Side

SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
MOST_LATE_MS = 5.0
"""A generator whose own p99 is above this has not enough CPU time: then the figures are the machine's, not a side's."""


def percentiles(values_us: list[int], shares: Mapping[str, float] = SHARES) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(values_us) or [0]
    return {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1000 for name, share in shares.items()}


@dataclass(slots=True)
class Latencies:
    """Rounds of one side at one rate."""

    side: str
    rate: int
    rounds: list[dict[str, float]] = field(default_factory=list)
    """Percentiles of each round, ms."""
    pooled_us: list[int] = field(default_factory=list)
    late_us: list[int] = field(default_factory=list)
    cores: list[dict[str, float]] = field(default_factory=list)
    """CPU-seconds a second, by process, of each round."""
    events: int = 0
    unanswered: int = 0
    refused: int = 0

    def ms(self, share: str) -> float:
        """The median of the rounds; of p99.9, which one round is too short for, that of all rounds together."""
        if share == "p99.9":
            return percentiles(self.pooled_us)[share]
        return median(each[share] for each in self.rounds)

    @property
    def busy(self) -> dict[str, float]:
        """Median cores in use, by process."""
        return {name: round(median(each[name] for each in self.cores), 2) for name in self.cores[0]}

    @property
    def generator_late_ms(self) -> dict[str, float]:
        return percentiles(self.late_us)

    def summary(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "rate": self.rate,
            "events": self.events,
            "unanswered": self.unanswered,
            "refused": self.refused,
            "ms": {share: self.ms(share) for share in SHARES},
            "rounds": self.rounds,
            "cores": self.busy,
            "generator late ms": self.generator_late_ms,
        }

    def saturated(self) -> str:
        """What was at its limit, if anything was."""
        reasons = [f"{name} fills its core" for name, cores in self.busy.items() if cores >= 0.9]
        if sum(self.busy.values()) >= 1.8 and not reasons:
            reasons.append("all cores of the machine are full")
        if not reasons and self.generator_late_ms["p99"] > MOST_LATE_MS:
            reasons.append("the customers' process came late itself: the machine had no core for it")
        return ", ".join(reasons)


async def listen(orders: ClientSession, side: Side, latencies: Latencies, number: int, seconds: float) -> None:
    """One round. `number`: another one for each, of all sides and rates; it seeds the moments and names the chats."""
    warm_s = min(seconds, max(0.5, POOL / latencies.rate))
    before = side.cpus_s()
    told = await order(
        orders, side, "open",
        first=500 * NEWCOMERS + number * NEWCOMERS,
        rate=latencies.rate, seconds=seconds, warm_s=warm_s, seed=number,
    )  # fmt: skip
    spent_s = {name: cpu_s - before[name] for name, cpu_s in side.cpus_s().items()}
    latencies.cores.append({name: cpu_s / (warm_s + seconds) for name, cpu_s in spent_s.items()})
    latencies.rounds.append(percentiles(told["latencies_us"]))
    latencies.pooled_us += told["latencies_us"]
    latencies.late_us += told["late_us"]
    latencies.events += told["events"]
    latencies.unanswered += told["unanswered"]
    latencies.refused += told["refused"]
    await settled(side)
