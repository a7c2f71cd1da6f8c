"""Many rows with one statement.

SQLAlchemy makes the statement, once; the values are put in place here. Its own way prepares the parameters of each row
anew, which was a quarter of the projector's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from records.tables import Base

Row = dict[str, Any]
_Places = tuple[tuple[str, Callable[[Any], Any] | None], ...]
"""Columns in the statement's order, each with what makes its values fit for the driver."""


def table_of(model: type[Base]) -> Table:
    """The table behind a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


async def add(connection: AsyncConnection, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    if rows:
        await _execute(connection, rows, *_statement(connection.dialect, model, tuple(rows[0]), None))


async def upsert(
    connection: AsyncConnection, model: type[Base], rows: Iterable[Row], *, keep: tuple[str, ...] = ()
) -> None:
    """Insert rows, or replace those that exist with the same key. keep: columns that stay as they are."""
    given = list(rows)
    if given:
        await _execute(connection, given, *_statement(connection.dialect, model, tuple(given[0]), keep))


async def _execute(connection: AsyncConnection, rows: Sequence[Row], statement: str, places: _Places) -> None:
    pick = itemgetter(*(name for name, _ in places))
    fits = [(place, fit) for place, (_, fit) in enumerate(places) if fit is not None]
    values = [list(pick(row)) for row in rows]
    for place, fit in fits:
        for value in values:
            value[place] = fit(value[place])
    await connection.exec_driver_sql(statement, [tuple(value) for value in values])


@cache
def _statement(
    dialect: Dialect, model: type[Base], columns: tuple[str, ...], keep: tuple[str, ...] | None
) -> tuple[str, _Places]:
    table = table_of(model)
    insert: Any = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if keep is not None:
        key = [column.name for column in table.primary_key]
        changed = {name: statement.excluded[name] for name in columns if name not in key and name not in keep}
        if changed:
            statement = statement.on_conflict_do_update(index_elements=key, set_=changed)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=key)
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    places = tuple((name, _fit(table, name, dialect)) for name in compiled.positiontup)
    return str(compiled), places


def _fit(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    kind = table.c[name].type
    return kind.dialect_impl(dialect).bind_processor(dialect)
