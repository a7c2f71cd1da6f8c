"""Measure speed and memory side by side, print one table, write bench/results/.

    python -m bench [--short] [--only road,latency,drain,memory,timers,stream] [--evidence] [--out DIR]

CPU time is the operating system's count for a side's program and its Redis; the customers and the stand-ins for the
messengers have a process of their own, which is not counted. Every Redis syncs its append-only file at every write.
Rounds of all sides alternate, and medians count; ratios are within one round or one run. Other work on the machine
shows in latencies more than in CPU times.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bench import report
from bench.drain import Drained, drain
from bench.latency import Latencies, listen
from bench.memory import compare
from bench.report import Row, Table, at_least, at_most
from bench.road import NEWCOMERS, Walks, client, walk, warm_up
from bench.sides import AIOGRAM, DIALOG, FLOOR, OURS, PROJECTED, ROOT, Side, start_all
from bench.stream import SHARES, Seen, watch
from bench.timers import ROUNDS, SHARE, Fired, fire
from bench.turns import Engine
from bots.scheduler import BATCH

PARTS = ("road", "latency", "drain", "memory", "timers", "stream")


@dataclass(frozen=True, slots=True)
class Form:
    """How much is done."""

    rounds: int = 5
    contacts: int = 2_000
    """Of each side, over all rounds."""
    concurrency: int = 64
    latency_s: float = 6.0
    """Of one round at one rate."""
    slow_latency_s: float = 10.0
    """The same at 100 a second, which has fewer events."""
    rates: tuple[int, ...] = (100, 500, 1_000, 2_000)
    drain_contacts: int = 40_000
    memory_contacts: int = 100_000
    timers: int = 1_000_000
    streams: int = 50
    stream_rate: int = 100
    stream_s: float = 20.0


FULL = Form()
SHORT = Form(
    rounds=1, contacts=8, concurrency=4, latency_s=0.3, slow_latency_s=0.3, rates=(50, 100), drain_contacts=130,
    memory_contacts=600, timers=2_000, streams=3, stream_rate=20, stream_s=0.5,
)  # fmt: skip
"""To see that everything runs: its figures mean nothing."""


@dataclass(slots=True)
class Findings:
    """All that was measured."""

    walks: dict[str, Walks] = field(default_factory=dict)
    engine_us: list[float] = field(default_factory=list)
    latencies: list[Latencies] = field(default_factory=list)
    drained: Drained | None = None
    memory: dict[str, float] = field(default_factory=dict)
    fired: Fired | None = None
    seen: Seen | None = None

    def details(self) -> dict[str, Any]:
        return {
            "road": {
                name: {"cpu us an event": walks.us, "events": walks.events, "calls": walks.calls}
                for name, walks in self.walks.items()
            },
            "engine us": self.engine_us,
            "latency": [each.summary() for each in self.latencies],
            "drain": self.drained.summary() if self.drained else None,
            "memory": self.memory,
            "timers": self.fired.summary() if self.fired else None,
            "stream": self.seen.summary() if self.seen else None,
        }


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", flush=True)


async def measure_road(sides: dict[str, Side], form: Form, findings: Findings) -> None:
    engine = Engine()
    findings.walks = {name: Walks() for name in sides}
    async with client() as orders:
        for number in range(1, form.rounds + 1):
            for name, side in sides.items():
                contacts = form.contacts // form.rounds
                await walk(orders, side, findings.walks[name], NEWCOMERS * number, contacts, form.concurrency)
            findings.engine_us.append(engine.us())
            latest = ", ".join(f"{name} {walks.us[-1]:.0f}" for name, walks in findings.walks.items())
            say(f"road, round {number}: CPU µs an event: {latest}; a turn {findings.engine_us[-1]:.0f}")


async def measure_latency(sides: dict[str, Side], form: Form, findings: Findings) -> None:
    plan = [Latencies(AIOGRAM, form.rates[0]), *(Latencies(OURS, rate) for rate in form.rates)]
    plan.append(Latencies(PROJECTED, form.rates[-2]))
    findings.latencies = plan
    numbers = itertools.count()
    async with client() as orders:
        for number in range(1, form.rounds + 1):
            for each in plan:
                seconds = form.slow_latency_s if each.rate == form.rates[0] else form.latency_s
                await listen(orders, sides[each.side], each, next(numbers), seconds)
            latest = ", ".join(f"{each.side} at {each.rate}/s {each.rounds[-1]['p99']:.1f}" for each in plan)
            say(f"latency, round {number}: p99 ms: {latest}")


async def measure(form: Form, parts: set[str]) -> Findings:
    findings = Findings()
    with tempfile.TemporaryDirectory(prefix="tn") as name:
        folder = Path(name)
        if parts & {"road", "latency"}:
            with ExitStack() as running:
                sides = start_all(running, folder)
                async with client() as orders:
                    await warm_up(orders, sides, min(30, form.contacts))
                if "road" in parts:
                    await measure_road(sides, form, findings)
                if "latency" in parts:
                    await measure_latency(sides, form, findings)
        if "drain" in parts:
            findings.drained = await drain(folder, form.drain_contacts)
            say(f"drain: {findings.drained.ratio:.2f} of the bare cycle")
        if "memory" in parts:
            findings.memory = await compare(folder, form.memory_contacts)
            say(f"memory: {findings.memory}")
        if "timers" in parts:
            findings.fired = await fire(folder, form.timers)
            say(f"timers: {findings.fired.ratio:.2f} of a plain claim")
        if "stream" in parts:
            findings.seen = await watch(folder, form.streams, form.stream_rate, form.stream_s)
            say(f"stream: {findings.seen.summary()}")
    return findings


# --- what it says


def road_rows(findings: Findings, name: str) -> list[Row]:
    """Of this program, with or without the projector, against the others."""
    walks = findings.walks
    judged = name == OURS
    ours = walks[name]
    rows = []
    for rival, key, goal in ((AIOGRAM, "aiogram", 15.0), (DIALOG, "dialog", None)):
        times = median(theirs / mine for theirs, mine in zip(walks[rival].us, ours.us, strict=True))
        shown = f"{times:.1f} times less: {ours.cost_us:.0f} against {walks[rival].cost_us:.0f} µs"
        what = f"whole road, CPU an event, against {rival}"
        if goal is not None and judged:
            rows.append(at_least(key, what, times, goal, shown, "15 times less"))
        else:
            rows.append(Row(key, what, shown))
    over = median(mine / floor for mine, floor in zip(ours.us, walks[FLOOR].us, strict=True))
    shown = f"{over:.1f} times: {ours.cost_us:.0f} over {walks[FLOOR].cost_us:.0f} µs"
    what = "whole road over a trivial aiohttp JSON handler"
    rows.append(at_most("floor", what, over, 4, shown, "at most 4 (aim 2.5)") if judged else Row("floor", what, shown))
    return rows


def engine_row(findings: Findings) -> Row:
    floor = findings.walks[FLOOR].us
    share = median(turn / handler for turn, handler in zip(findings.engine_us, floor, strict=True))
    shown = f"{share:.2f} of it: {median(findings.engine_us):.0f} over {median(floor):.0f} µs"
    what = "engine: a turn with its codecs, over the trivial handler"
    return at_most("engine", what, share, 0.5, shown, "at most half")


def drain_row(drained: Drained) -> Row:
    shown = (
        f"{drained.ratio:.2f} by CPU ({drained.us(drained.ours):.0f} against {drained.us(drained.bare):.0f} µs), "
        f"{drained.wall_ratio:.2f} by the clock ({drained.per_s(drained.ours):,.0f} events/s)"
    )
    what = f"a backlog of {drained.events:,} drained, over the bare Redis cycle"
    return at_least("drain", what, drained.ratio, 0.35, shown, "at least 0.35 (aim 0.6)")


def memory_row(sizes: dict[str, float], contacts: int) -> Row:
    ratio = sizes[OURS] / sizes[AIOGRAM]
    shown = f"{ratio:.2f}: {sizes[OURS]:.0f} against {sizes[AIOGRAM]:.0f} bytes"
    what = f"Redis memory of an idle contact over aiogram's ({contacts:,})"
    return at_most("memory", what, ratio, 0.6, shown, "at most 0.6")


def timers_rows(fired: Fired) -> list[Row]:
    what = f"{fired.timers:,} armed timers: due ones into inboxes, over a plain claim of as many"
    cpu = f"{fired.ratio:.2f} by CPU ({fired.us(fired.ours):.1f} against {fired.us(fired.plain):.1f} µs a timer)"
    clock = (
        f"{fired.wall_ratio:.2f} by the clock ({fired.per_s(fired.ours):,.0f} against "
        f"{fired.per_s(fired.plain):,.0f} timers/s)"
    )
    lower = min(fired.ratio, fired.wall_ratio)
    cost = (
        f"{fired.bytes_a_timer:.0f} bytes of Redis, {fired.arming_us:.1f} µs CPU more than a commit without; "
        f"{fired.ms('ours'):.1f} ms a call that moves {BATCH}"
    )
    return [
        at_least("timers", what, lower, 0.5, f"{cpu}, {clock}", "at least 0.5 by both"),
        Row("timer", "what a timer costs", cost),
    ]


def stream_row(seen: Seen) -> Row:
    what = f"a message's way to {seen.streams} open screens, {seen.rate} events/s: p50 / p95 / p99"
    shown = f"{' / '.join(f'{seen.ms(share):.0f}' for share in SHARES)} ms"
    if seen.unseen or seen.refused:
        shown += f", {seen.unseen:,} unseen, {seen.refused:,} refused of {seen.events:,}"
    if seen.starved:
        shown += f" (the customers' process came {seen.late_ms:.0f} ms late itself: the machine had no core for it)"
    sound = seen.ms("p95") <= 1000 and not seen.unseen and not seen.refused
    return Row("stream", what, shown, "p95 at most 1 s", sound)


def latency_row(latencies: Latencies, goal: str = "", met: bool | None = None) -> Row:
    figures = " / ".join(f"{latencies.ms(share):.1f}" for share in ("p50", "p99", "p99.9"))
    shown = f"{figures} ms"
    if latencies.unanswered or latencies.refused:
        shown += f", {latencies.unanswered:,} unanswered, {latencies.refused:,} refused of {latencies.events:,}"
    if saturated := latencies.saturated():
        shown += f" (saturated: {saturated})"
    what = f"latency, {latencies.side} at {latencies.rate:,} events/s: p50 / p99 / p99.9"
    return Row("latency", what, shown, goal, met)


def latency_rows(latencies: list[Latencies], rates: tuple[int, ...]) -> list[Row]:
    rival, judged = latencies[0], rates[-2]
    limit = rival.ms("p99")
    goal = f"p99 no worse than {rival.side}'s at {rival.rate}"
    rows = [latency_row(rival)]
    for each in latencies[1:]:
        if each.side != OURS:
            continue
        sound = each.ms("p99") <= limit and not each.unanswered and not each.refused
        rows.append(latency_row(each, goal, sound) if each.rate == judged else latency_row(each))
    return rows


def cores_rows(latencies: list[Latencies]) -> list[Row]:
    rows = []
    for each in latencies:
        shown = ", ".join(f"{name} {cores:.2f}" for name, cores in each.busy.items())
        late = each.generator_late_ms
        shown += f"; customers late {late['p50']:.1f} / {late['p99']:.1f} ms"
        rows.append(Row("cores", f"cores in use, {each.side} at {each.rate:,} events/s", shown))
    return rows


def tables(findings: Findings, form: Form) -> list[Table]:
    first: list[Row] = []
    second: list[Row] = []
    if findings.walks:
        first += [*road_rows(findings, OURS), engine_row(findings)]
        second += road_rows(findings, PROJECTED)
    if findings.drained:
        first.append(drain_row(findings.drained))
    if findings.latencies:
        first += latency_rows(findings.latencies, form.rates)
        second += [latency_row(each) for each in findings.latencies if each.side == PROJECTED]
    if findings.memory:
        first.append(memory_row(findings.memory, form.memory_contacts))
    if findings.fired:
        first += timers_rows(findings.fired)
    if findings.seen:
        first.append(stream_row(findings.seen))
    found = [Table("Speed", first), Table("With the projector into SQLite", second)]
    if findings.latencies:
        found.append(Table("What was busy meanwhile", cores_rows(findings.latencies)))
    return [table for table in found if table.rows]


def method(form: Form) -> str:
    """How it was done, for the page."""
    return (
        f"Ten-step tunnel (`bench/content`), {form.contacts:,} contacts of each side over {form.rounds} rounds, "
        f"{form.concurrency} at a time, buttons and typed answers 4:1; `appendfsync always`; CPU by the operating "
        "system's accounting, Redis counted in, the customers and the messenger's stand-in (a process of their own) "
        "not; rounds of all sides alternate, medians of the rounds' ratios. aiogram and aiogram-dialog run as their "
        "documentation has it, with uvloop; aiogram-dialog edits its message after a press, its default, so it makes "
        "no more calls. Latencies: an open load with moments drawn beforehand (Poisson), counted "
        "from the moment scheduled to the arrival of the call; p50 and p99 are medians of the rounds, p99.9 is of all "
        "rounds together; the customers' own lateness is included. The drain: one event a contact in each of five "
        f"waves of {form.drain_contacts:,}; its bare cycle is redis-py in pipelines of the worker's batch size. "
        f"The timers: a contact and a session each, armed by commits, due over a day; {ROUNDS} rounds "
        f"of {SHARE:.0%} of them for each of the two, in batches of {BATCH}; the plain claim "
        "is a script of ZRANGEBYSCORE and ZREM. "
        f"The screens: one process with every role, SQLite, {form.streams} streams of the console held open by "
        f"signed-in operators, {form.stream_rate} signed deliveries a second for {form.stream_s:.0f} s, each of "
        "somebody who writes once; from the moment scheduled to the arrival of the change in each of the streams."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="only to see that everything runs")
    parser.add_argument("--only", default="", help=f"parts, of {','.join(PARTS)}")
    parser.add_argument("--evidence", action="store_true", help="write the tables into docs/evidence.md, too")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results", help="where the results go")
    args = parser.parse_args()
    parts = set(args.only.split(",")) if args.only else set(PARTS)
    if unknown := parts - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if args.evidence and (args.short or parts != set(PARTS)):
        parser.error("--evidence wants everything measured in full")
    form = SHORT if args.short else FULL
    began = time.monotonic()
    findings = uvloop.run(measure(form, parts))
    found, about = tables(findings, form), report.machine()
    command = "make bench" + (" ARGS=--evidence" if args.evidence else "")
    text = report.markdown(found, about, command, method(form), time.monotonic() - began)
    print(report.printed(found))
    report.write(args.out, found, text, about, findings.details())
    if args.evidence:
        report.write_page(text)


if __name__ == "__main__":
    main()
