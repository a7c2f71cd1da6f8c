"""Numbers of one tunnel in a period: who came, where they went on, where they fell silent, how long it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.database import reading
from records.report_outside import OutsideNumbers, count_outside
from records.tables import Contact, Lead, LeadStage, Objection, Visit

SILENT_AFTER = timedelta(days=1)
"""Who has not answered a question for so long counts as silent."""
IN_PEOPLES_HANDS = ("queued", "operator")


@dataclass(slots=True)
class StepNumbers:
    """One step. left: (how, label) → how many; median_s: from entering to leaving."""

    step: str
    entered: int = 0
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    led_to: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(tunnel/step, how, label) → how many."""
    silent: int = 0
    """Led on by a reminder, or still there and silent for a day."""
    median_s: float | None = None


@dataclass(slots=True)
class StageNumbers:
    """One stage. here: leads that stand there now; overdue: of these, for longer than the stage allows."""

    stage: str
    entered: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """Next stage → how many."""
    here: int = 0
    overdue: int = 0
    median_s: float | None = None
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class ObjectionNumbers:
    """One answer to one objection."""

    name: str
    answer: int
    raised: int
    won: int


@dataclass(slots=True)
class Report:
    """One tunnel in [since, until)."""

    tunnel: str
    since: datetime
    until: datetime
    contacts: int = 0
    """People who entered any step in the period."""
    steps: dict[str, StepNumbers] = field(default_factory=dict)
    stages: dict[str, StageNumbers] = field(default_factory=dict)
    objections: list[ObjectionNumbers] = field(default_factory=list)
    outside: OutsideNumbers = field(default_factory=OutsideNumbers)


async def report(
    engine: AsyncEngine, tunnel: str, since: datetime, until: datetime, within_s: Mapping[str, float]
) -> Report:
    """Count. within_s: how long each stage may take. Raises Away."""
    found = Report(tunnel, since, until)
    async with reading(engine) as connection:
        await _count_steps(connection, found)
        await _count_stages(connection, found, within_s)
        await _count_objections(connection, found)
        found.outside = await count_outside(connection, tunnel, since, until)
    return found


async def _count_steps(connection: AsyncConnection, found: Report) -> None:
    period = and_(Visit.tunnel == found.tunnel, Visit.entered_at >= found.since, Visit.entered_at < found.until)
    people = await connection.execute(select(func.count(distinct(Visit.contact))).where(period))
    found.contacts = people.scalar_one()
    columns = (Visit.step, Visit.left_by, Visit.label, Visit.led_to)
    for row in await _rows(connection, select(*columns, func.count().label("many")).where(period).group_by(*columns)):
        numbers = found.steps.setdefault(row.step, StepNumbers(row.step))
        numbers.entered += row.many
        if row.left_by:
            numbers.left[row.left_by, row.label] += row.many
            if row.left_by == "silence":
                numbers.silent += row.many
        if row.led_to:
            numbers.led_to[row.led_to, row.left_by, row.label] += row.many
    silent = (
        select(Visit.step, func.count().label("many"))
        .join(Contact, Contact.id == Visit.contact)
        .where(period, Visit.left_at.is_(None), Visit.entered_at < found.until - SILENT_AFTER)
        .where(or_(Contact.inbound_at.is_(None), Contact.inbound_at < found.until - SILENT_AFTER))
        .where(Contact.mode.not_in(IN_PEOPLES_HANDS))
        .group_by(Visit.step)
    )
    for row in await _rows(connection, silent):
        found.steps[row.step].silent += row.many
    for step, seconds in (await _medians(connection, Visit.step, Visit.seconds, period)).items():
        found.steps[step].median_s = seconds


async def _count_stages(connection: AsyncConnection, found: Report, within_s: Mapping[str, float]) -> None:
    def of(stage: str) -> StageNumbers:
        return found.stages.setdefault(stage, StageNumbers(stage))

    period = and_(
        LeadStage.tunnel == found.tunnel, LeadStage.entered_at >= found.since, LeadStage.entered_at < found.until
    )
    columns = (LeadStage.stage, LeadStage.led_to, LeadStage.reason)
    for row in await _rows(connection, select(*columns, func.count().label("many")).where(period).group_by(*columns)):
        numbers = of(row.stage)
        numbers.entered += row.many
        if row.led_to:
            numbers.left[row.led_to] += row.many
        if row.reason:
            numbers.reasons[row.reason] += row.many
    stays = select(LeadStage.stage, LeadStage.entered_at, LeadStage.left_at).where(
        period, LeadStage.left_at.is_not(None)
    )
    seconds: dict[str, list[float]] = {}
    for row in await _rows(connection, stays):
        seconds.setdefault(row.stage, []).append((row.left_at - row.entered_at).total_seconds())
    for stage, each in seconds.items():
        of(stage).median_s = _median(each)
    here = select(Lead.stage, func.count().label("many")).where(Lead.tunnel == found.tunnel).group_by(Lead.stage)
    for row in await _rows(connection, here):
        of(row.stage).here = row.many
    for stage, allowed_s in within_s.items():
        late = select(func.count()).where(
            Lead.tunnel == found.tunnel, Lead.stage == stage, Lead.since < found.until - timedelta(seconds=allowed_s)
        )
        if stage in found.stages:
            of(stage).overdue = (await connection.execute(late)).scalar_one()


async def _count_objections(connection: AsyncConnection, found: Report) -> None:
    columns = (Objection.name, Objection.answer)
    counted = (
        select(*columns, func.count().label("raised"), func.count(Objection.won_at).label("won"))
        .where(Objection.tunnel == found.tunnel)
        .where(Objection.raised_at >= found.since, Objection.raised_at < found.until)
        .group_by(*columns)
        .order_by(*columns)
    )
    rows = await _rows(connection, counted)
    found.objections = [ObjectionNumbers(row.name, row.answer, row.raised, row.won) for row in rows]


async def _medians(
    connection: AsyncConnection, group: Any, value: Any, condition: ColumnElement[bool]
) -> dict[str, float]:
    """The median of each group, counted by the database; the same on both."""
    ranked = (
        select(
            group.label("name"),
            value.label("value"),
            func.row_number().over(partition_by=group, order_by=value).label("place"),
            func.count().over(partition_by=group).label("many"),
        )
        .where(condition, value.is_not(None))
        .subquery()
    )
    middle: Select[Any] = (
        select(ranked.c.name, func.avg(ranked.c.value).label("median"))
        .where(2 * ranked.c.place >= ranked.c.many, 2 * ranked.c.place <= ranked.c.many + 2)
        .group_by(ranked.c.name)
    )
    return {row.name: float(row.median) for row in await _rows(connection, middle)}


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Any]:
    return (await connection.execute(statement)).all()


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
