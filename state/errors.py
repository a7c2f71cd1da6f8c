"""What can go wrong here.

StateError
├── Unavailable        Redis is away, loading, a read-only replica, out of memory…: try again later
│   └── Full           it answers, but has used 80 % of its memory: nothing new is accepted
├── Misconfigured      this Redis cannot be used as it is (password, version, eviction); the text says what to change
│   └── WrongPartitions    its data was laid out for another number of partitions
└── EmbeddedFailed     the embedded server cannot be started; the text says what to do
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions


class StateError(Exception):
    """Any error of this room. The text holds no key and no data."""


class Unavailable(StateError):
    """Redis cannot serve us now; nothing is known to be lost, and trying again later is right."""


class Full(Unavailable):
    """Redis has used so much of its memory that nothing new is accepted."""


class Misconfigured(StateError):
    """This Redis cannot be used as it is, now or later."""


class WrongPartitions(Misconfigured):
    """The data was laid out for another number of partitions."""


class EmbeddedFailed(StateError):
    """The embedded server cannot be started."""


_PASSING = ("OOM", "MISCONF", "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN", "BUSY")
"""Error codes that pass by themselves. Redis 6.2 wraps them in a script's own error text."""


def passing(error: exceptions.RedisError) -> bool:
    """Whether the error is Redis's present condition, not a mistake of ours."""
    if isinstance(error, exceptions.ResponseError):
        text = str(error)
        return any(text.startswith(code) or f"-{code} " in text for code in _PASSING) or isinstance(
            error, exceptions.BusyLoadingError | exceptions.ReadOnlyError | exceptions.OutOfMemoryError
        )
    return isinstance(
        error, exceptions.ConnectionError | exceptions.TimeoutError | exceptions.ClusterDownError
    ) and not isinstance(error, exceptions.AuthenticationError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn Redis's passing errors into Unavailable; a mistake of ours stays what it is."""
    try:
        yield
    except exceptions.RedisError as error:
        if _refused(error):
            raise Misconfigured(f"Redis refuses the user or the password of TUNNEL_REDIS_URL: {error}") from error
        if passing(error):
            raise Unavailable(f"Redis: {_told(error)}") from error
        raise
    except (OSError, TimeoutError, exceptions.RedisClusterException) as error:
        raise Unavailable(f"Redis: {_told(error)}") from error


def _refused(error: exceptions.RedisError) -> bool:
    # The client may tell a wrong password as a lost connection.
    kinds = exceptions.AuthenticationError | exceptions.NoPermissionError
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds) or "username-password pair" in str(error)


def _told(error: Exception) -> str:
    """What an operator needs to know; Redis's errors name hosts and conditions, no data."""
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__
