"""A Redis of our own: a real server as a child process on a unix socket, for one machine.

Nothing of it is reachable over the network. It runs in a session of its own, so that Ctrl-C reaches only the program,
which drains first and then ends it; where the program is killed, the kernel ends it (Linux), or the next start does.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Literal, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from state.binaries import find_server
from state.errors import EmbeddedFailed
from state.sockets import socket_path

Fsync = Literal["always", "everysec", "no"]

STOP_S = 10.0
POLL_S = 0.01

# Started as `python -c`, because code between fork and exec is not safe in a program with threads. It asks the kernel
# for a SIGTERM when the parent dies, sees whether it is dead already, and becomes the server.
_LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def dying_with_us(command: list[str]) -> list[str]:
    """A command whose process gets a SIGTERM when ours ends, however it ends (Linux; elsewhere the command itself).

    The kernel watches the thread that starts it, so only the main thread's lasts long enough.
    """
    if sys.platform == "linux" and threading.current_thread() is threading.main_thread():
        return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]
    return command


class EmbeddedRedis:
    """A server whose data lie in `<data>/redis`. Start it from the main thread: the kernel's signal hangs on that.

    Where another living program already runs it for the same data, that one is shared, and `stop` leaves it alone.
    maxmemory: bytes, 0 for no bound.
    """

    def __init__(self, data: Path, *, fsync: Fsync = "always", binary: Path | None = None, maxmemory: int = 0) -> None:
        self.directory = Path(data).absolute() / "redis"
        self._fsync = fsync
        self._binary = binary
        self._maxmemory = maxmemory
        self._socket = self.directory / "redis.sock"
        self._log = self.directory / "redis.log"
        self._lock: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{self._socket}"

    async def start(self) -> str:
        """Start the server, wait until it has loaded its data, and return its URL. Raises EmbeddedFailed."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._socket = socket_path(self.directory)
            alone = self._take_lock()
        except OSError as error:
            raise EmbeddedFailed(f"{self.directory} cannot be used: {error.strerror}") from error
        while not alone:
            if await self._answers():
                return self.url  # another program's
            await asyncio.sleep(POLL_S)
            alone = self._take_lock()
        try:
            await self._end_leftover()
            self._process = self._spawn()
            await self._wait_until_loaded(self._process)
        except BaseException:
            await self.stop()
            raise
        return self.url

    async def stop(self) -> None:
        """End the server in order, its data on disk; a shared one goes on. Never raises."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            if not await _gone(process, STOP_S):
                process.kill()
                process.wait()
        if self._lock is not None:
            if self._socket.parent != self.directory:
                with contextlib.suppress(OSError):
                    self._socket.parent.rmdir()
            self._lock.close()
            self._lock = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _take_lock(self) -> bool:
        """Whether this program now owns the data; the kernel takes the lock back when it ends, however it ends."""
        lock = (self.directory / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        binary = find_server(self.directory, self._binary)
        self._socket.unlink(missing_ok=True)
        command = dying_with_us([str(binary), *self._options()])
        with contextlib.suppress(FileNotFoundError):
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("wb") as log:
            try:
                return subprocess.Popen(  # noqa: S603  the command is ours
                    command,
                    cwd=self.directory,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise EmbeddedFailed(f"{binary} cannot be started: {error.strerror}") from error

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "pidfile": str(self.directory / "redis.pid"),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "aof-use-rdb-preamble": "yes",
            "aof-load-truncated": "yes",
            "maxmemory": str(self._maxmemory),
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    async def _wait_until_loaded(self, process: subprocess.Popen[bytes]) -> None:
        while not await self._answers():
            if process.poll() is not None:
                raise EmbeddedFailed(f"the embedded Redis did not start: {self._last_words()}")
            await asyncio.sleep(POLL_S)

    async def _answers(self) -> bool:
        """Whether a server listens and has loaded its data."""
        try:
            async with self._client() as redis:
                await redis.ping()
        except (RedisError, OSError):
            return False
        return True

    def _client(self) -> Redis:
        return Redis(unix_socket_path=str(self._socket), socket_timeout=2.0, protocol=2, retry=Retry(NoBackoff(), 0))

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return " / ".join(line.strip() for line in lines[-5:] if line.strip()) or f"see {self._log}"

    async def _end_leftover(self) -> None:
        """End a server that outlived its program. It may be ending by itself; two must never write the same files."""
        with contextlib.suppress(RedisError, OSError):
            async with self._client() as redis:
                await redis.shutdown(nosave=True)  # the append-only file is flushed all the same
        if await self._gone_at_last():
            return
        pid = self._leftover()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not await self._gone_at_last():
            raise EmbeddedFailed(f"a Redis left over in {self.directory} (process {pid}) cannot be ended: end it")

    async def _gone_at_last(self) -> bool:
        for _ in range(round(STOP_S / POLL_S)):
            if self._leftover() is None and not _listens(self._socket):
                return True
            await asyncio.sleep(POLL_S)
        return False

    def _leftover(self) -> int | None:
        """The process of an earlier start that still lives (Linux); by its directory, as numbers are used again."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.directory / "redis.pid").read_text())
            if Path(f"/proc/{pid}/cwd").readlink() == self.directory.resolve():
                return pid
        return None


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fsencode(path))
        except OSError:
            return False
    return True


async def _gone(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    for _ in range(round(timeout_s / POLL_S)):
        if process.poll() is not None:
            return True
        await asyncio.sleep(POLL_S)
    return False
