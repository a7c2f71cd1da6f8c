"""The part of a report that tells of events from outside, follow-ups, promo codes, arms and money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.tables import Fact, Payment, Visit

WENT_ON = ("press", "text", "answer", "button", "onward", "end")
"""Ways of leaving a step that the customer chose, or that it led to by itself."""


@dataclass(slots=True)
class EventNumbers:
    """One event in a tunnel, and its ladder. won_back: ladders that the awaited event ended (`until`)."""

    event: str
    came: int = 0
    started: int = 0
    said: int = 0
    answered: int = 0
    won_back: int = 0
    rungs: Counter[str] = field(default_factory=Counter)
    """Rung, from "0" → how often it was said."""


@dataclass(slots=True)
class ArmNumbers:
    """One arm of a split. went_on: of those whom it was drawn for, how many left its step forward."""

    step: str
    arm: str
    entered: int
    went_on: int = 0


@dataclass(slots=True)
class PromoNumbers:
    """One promo. none_left: how often there was no code to give. total: the orders' sum, where shops said it."""

    promo: str
    given: int = 0
    redeemed: int = 0
    none_left: int = 0
    total: float = 0.0


@dataclass(slots=True)
class MoneyNumbers:
    """Payments in one currency."""

    currency: str
    payments: int
    people: int
    total: float


@dataclass(slots=True)
class OutsideNumbers:
    """All of it, of one tunnel in a period."""

    events: dict[str, EventNumbers] = field(default_factory=dict)
    arms: list[ArmNumbers] = field(default_factory=list)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(what, why) → how often."""
    promos: list[PromoNumbers] = field(default_factory=list)
    links: Counter[str] = field(default_factory=Counter)
    """Tracked link → how often it was opened."""
    money: list[MoneyNumbers] = field(default_factory=list)


async def count_outside(connection: AsyncConnection, tunnel: str, since: datetime, until: datetime) -> OutsideNumbers:
    """Count one tunnel's facts in [since, until). A code counts as redeemed whenever that was."""
    found = OutsideNumbers()
    period = and_(Fact.tunnel == tunnel, Fact.at >= since, Fact.at < until)
    await _count_facts(connection, found, period)
    await _count_arms(connection, found, tunnel, period)
    await _count_promos(connection, found, period)
    paid = and_(Payment.tunnel == tunnel, Payment.at >= since, Payment.at < until)
    sums = (func.count().label("many"), func.count(distinct(Payment.contact)).label("people"))
    total = func.sum(Payment.value).label("total")
    for row in await _rows(connection, select(Payment.currency, *sums, total).where(paid).group_by(Payment.currency)):
        found.money.append(MoneyNumbers(row.currency, row.many, row.people, float(row.total)))
    return found


async def _count_facts(connection: AsyncConnection, found: OutsideNumbers, period: ColumnElement[bool]) -> None:
    columns = (Fact.what, Fact.name, Fact.part, Fact.did, Fact.why)
    counted = ("trigger", "ladder", "held", "clicked")
    statement = select(*columns, func.count().label("many")).where(period, Fact.what.in_(counted)).group_by(*columns)
    for row in await _rows(connection, statement):
        if row.what == "held":
            found.held[row.name, row.why] += row.many
        elif row.what == "clicked":
            found.links[row.name] += row.many
        else:
            numbers = found.events.setdefault(row.name, EventNumbers(row.name))
            _add(numbers, row)


def _add(numbers: EventNumbers, row: Any) -> None:
    if row.what == "trigger":
        numbers.came += row.many
    elif row.did == "started":
        numbers.started += row.many
    elif row.did == "said":
        numbers.said += row.many
        numbers.rungs[row.part] += row.many
    elif row.did == "stopped" and row.why == "answer":
        numbers.answered += row.many
    elif row.did == "stopped" and row.why == "until":
        numbers.won_back += row.many


async def _count_arms(
    connection: AsyncConnection, found: OutsideNumbers, tunnel: str, period: ColumnElement[bool]
) -> None:
    on = and_(
        Visit.contact == Fact.contact,
        Visit.tunnel == tunnel,
        Visit.step == Fact.part,
        Visit.entered_at >= Fact.at,
        Visit.left_by.in_(WENT_ON),
    )
    statement = (
        select(
            *(Fact.name, Fact.part),
            func.count(distinct(Fact.contact)).label("entered"),
            func.count(distinct(Visit.contact)).label("went_on"),
        )
        .join(Visit, on, isouter=True)
        .where(period, Fact.what == "arm")
        .group_by(Fact.name, Fact.part)
        .order_by(Fact.name, Fact.part)
    )
    rows = await _rows(connection, statement)
    found.arms = [ArmNumbers(row.name, row.part, row.entered, row.went_on) for row in rows]


async def _count_promos(connection: AsyncConnection, found: OutsideNumbers, period: ColumnElement[bool]) -> None:
    given = (
        select(Fact.name, Fact.part, Fact.did).where(period, Fact.what == "promo", Fact.did != "redeemed").subquery()
    )
    used = Fact.__table__.alias("used")
    total = used.c.data["total"].as_float()
    statement = (
        select(
            given.c.name,
            func.sum(case((given.c.did == "given", 1), else_=0)).label("given"),
            func.sum(case((given.c.did == "none", 1), else_=0)).label("none_left"),
            func.count(used.c.id).label("redeemed"),
            func.coalesce(func.sum(total), 0.0).label("total"),
        )
        .join(
            used,
            and_(given.c.part != "", used.c.what == "promo", used.c.part == given.c.part, used.c.did == "redeemed"),
            isouter=True,
        )
        .group_by(given.c.name)
        .order_by(given.c.name)
    )
    found.promos = [
        PromoNumbers(row.name, int(row.given), row.redeemed, int(row.none_left), float(row.total))
        for row in await _rows(connection, statement)
    ]


async def _rows(connection: AsyncConnection, statement: Any) -> Sequence[Any]:
    return (await connection.execute(statement)).all()
