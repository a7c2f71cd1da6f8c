"""Starts the program in processes forked from one that has imported everything, so that hundreds of starts are cheap.

What runs is the real command line in a process of its own; only the time of importing is saved.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NoReturn

_context = get_context("forkserver")
_context.set_forkserver_preload(
    ["bench.faults.nursery", "bots.app", "bots.cli.run", "channels.vk.client", "aiogram.client.session.aiohttp"]
)

Prepare = Callable[[], None]
"""Called in the new process before the program; a function of a module, so that its name can be sent."""


def born(arguments: Sequence[str], env: dict[str, str], log: Path, prepare: Prepare | None) -> BaseProcess:
    """Start `tunnel <arguments>` with exactly this environment."""
    process = _context.Process(target=_live, args=(list(arguments), env, str(log), prepare), daemon=True)
    process.start()
    return process


def _live(arguments: list[str], env: dict[str, str], log: str, prepare: Prepare | None) -> NoReturn:
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # when the server that forked us ends, and it ends with the harness
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.environ.clear()
    os.environ.update(env)
    from bots.cli import tunnel

    if prepare is not None:
        prepare()
    tunnel.main(arguments, prog_name="tunnel")
    raise SystemExit(0)
