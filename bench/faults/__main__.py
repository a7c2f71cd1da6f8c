"""Let everything fail that can, and say what became of it.

    python -m bench.faults [--scale 0.1] [--only 1,3,10]

Prints a line a fault. At full scale it also keeps the results in bench/faults/results.json (a run of some rows leaves
the others as they were) and writes the table of docs/evidence.md. Ends with 1 if a row failed. All of it takes half an
hour.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from bench.faults import kills, records, takeover, troubles
from bench.faults.evidence import write_page
from bench.faults.processes import ROOT, redis_binary
from bench.faults.stage import Result

RESULTS = ROOT / "bench" / "faults" / "results.json"

Row = Callable[[float], Awaitable[Result]]


def some(count: int, scale: float) -> int:
    return max(1, round(count * scale))


ROWS: dict[str, Row] = {
    "1": lambda scale: kills.workers(some(100, scale), some(20_000, scale)),
    "1b": lambda scale: kills.stalls(some(30, scale), some(8_000, scale)),
    "2": lambda scale: kills.webhooks(some(100, scale), some(20_000, scale)),
    "3a": lambda scale: kills.redis("always", some(20, scale), some(4_000, scale)),
    "3e": lambda scale: kills.redis("everysec", some(20, scale), some(4_000, scale)),
    "4": lambda scale: kills.outage(max(8.0, 60 * scale)),
    "5": lambda scale: records.away(max(8.0, 60 * scale)),
    "5b": lambda scale: records.locked(max(8.0, 60 * scale)),
    "6": lambda scale: troubles.messenger(max(5, some(30, scale)), 3),
    "7": lambda scale: troubles.thrice(some(100, scale), 20),
    "8": lambda scale: troubles.poisoned(some(20_000, scale)),
    "9": lambda scale: kills.stops(some(50, scale), some(10_000, scale)),
    "10": lambda scale: takeover.interleavings(some(10_000, scale), some(1_000, scale)),
}
"""What each row of the table is, at a scale of 1 the full form."""


def machine() -> dict[str, Any]:
    server = subprocess.run([redis_binary(), "--version"], capture_output=True, text=True, check=True).stdout
    redis = next((word[2:] for word in server.split() if word.startswith("v=")), "?")
    return {"python": platform.python_version(), "redis": redis, "cpus": os.cpu_count(), "system": platform.platform()}


async def play(wanted: list[str], scale: float) -> bool:
    """Run the rows; whether all of them passed."""
    kept: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    about = machine()
    passed = True
    for name in wanted:
        began = time.time()
        try:
            result = await ROWS[name](scale)
        except Exception as error:  # the other rows are worth knowing all the same
            result = Result(f"row {name}", "", False, {"error": f"{type(error).__name__}: {error}"})
        passed = passed and result.passed
        print(f"{'passed' if result.passed else 'FAILED'}  {result.fault}: {json.dumps(result.counts)}", flush=True)
        for example in result.examples:
            print(f"        {example}", flush=True)
        if scale != 1:
            continue
        day = time.strftime("%Y-%m-%d", time.gmtime(began))
        kept[name] = {**asdict(result), "date": day, "machine": about}
        kept = {name: kept[name] for name in ROWS if name in kept}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
        write_page(kept)
    return passed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the kills and events")
    parser.add_argument("--only", default="", help=f"rows, of {','.join(ROWS)}")
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    sys.exit(not asyncio.run(play(wanted, args.scale)))


if __name__ == "__main__":
    main()
