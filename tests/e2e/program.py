"""The real program as a child process, driven from outside: environment in, HTTP and signals, nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from aiohttp import ClientError, ClientSession

ROOT = Path(__file__).resolve().parents[2]
CONTENT = Path(__file__).parent / "content"
READY_S = 120.0
"""How long a start may take where other programs use the machine; on a calm one it is two or three seconds."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """`tunnel run` in a process group of its own. `env` holds TUNNEL_… settings; the rest of ours does not reach it."""

    def __init__(self, folder: Path, env: dict[str, str], content: Path = CONTENT) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNNEL_") and name != "PORT"}
        self.env = {
            **kept,
            "TUNNEL_CONTENT": str(content),
            "TUNNEL_DATA": str(folder / "data"),
            "TUNNEL_PORT": str(self.port),
            "TUNNEL_LOG_FORMAT": "json",
            **env,
        }
        self.process: asyncio.subprocess.Process | None = None
        self.log_path = folder / "program.log"

    async def start(self, *args: str) -> None:
        """Start, and wait until /readyz says so."""
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bots.cli", "run", *args,
                env=self.env | {"PYTHONPATH": str(ROOT)}, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        async with ClientSession() as client:
            for _ in range(int(READY_S / 0.05)):
                if self.process.returncode is not None:
                    raise AssertionError(f"the program ended at once:\n{self.log}")
                try:
                    async with client.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return
                except ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"the program did not become ready:\n{self.log}")

    async def kill(self) -> None:
        """As a crash would: SIGKILL, no farewell."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(20):
            code = await self.process.wait()
        self.process = None
        return code

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")
