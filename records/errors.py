"""What can go wrong with the records.

RecordsError
├── Away          the database cannot serve now: wait and try again; nothing was written
├── Overtaken     somebody else has projected this stretch of the journal: read the cursors again
└── Misaddressed  the address of the database cannot be used
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class RecordsError(Exception):
    """Any error of the records. The text holds neither personal data nor a password."""


class Away(RecordsError):
    """The database cannot serve now."""


class Overtaken(RecordsError):
    """Somebody else has projected this stretch."""


class Misaddressed(RecordsError):
    """The address of the database cannot be used."""


# SQLSTATE classes: connection, authorisation, transaction state, resources, operator intervention, system.
_PASSING = ("08", "28", "25", "40", "53", "55", "57", "58", "XX")


def is_away(error: BaseException) -> bool:
    """Whether it is the database that fails, not what was written."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return not _is_refusal(error)
        return str(getattr(error.orig, "sqlstate", None) or "").startswith(_PASSING)
    return isinstance(error, OSError | PoolTimeout | TimeoutError)


def _is_refusal(error: DBAPIError) -> bool:
    """Whether it is asyncpg's way to refuse a value: it says InterfaceError of one it cannot encode."""
    return not error.connection_invalidated and "invalid input for query argument" in str(error.orig)


def away(error: BaseException) -> Away:
    """The same, said without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    name = type(cause).__name__
    if isinstance(error, SQLAlchemyError):
        return Away(f"the database does not serve: {name}")
    return Away(f"the database cannot be reached: {name}")
