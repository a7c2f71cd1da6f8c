"""Handler: the contact beside the thread."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.call import Call
from console.lists import names_of, owner_of
from console.models import conversation as models
from console.talk import contact_row, session_of
from console.titles import Titles, step_title
from records.bulk import table_of
from records.database import reading
from records.feed import bounds
from records.tables import (
    Address,
    Base,
    ContactTag,
    Grant,
    Lead,
    LeadStage,
    Note,
    Objection,
    Task,
    Touch,
    Visit,
)
from records.tables.base import moment
from tunnel.language.definition import Definition

if TYPE_CHECKING:
    from console.site import Console

MOST = 200
"""Of one kind: touches, notes, tasks…; the latest."""


async def card(console: Console, call: Call) -> models.Card:
    contact = await contact_row(console, call)
    session = await session_of(console, contact["id"])
    async with reading(console.records.engine) as connection:
        _, newest = await bounds(connection)
        rows = {
            model: await _rows(connection, model, contact["id"], when)
            for model, when in (
                (Address, "last_at"),
                (ContactTag, "tag"),
                (Touch, "at"),
                (Lead, "since"),
                (LeadStage, "entered_at"),
                (Visit, "entered_at"),
                (Grant, "at"),
                (Objection, "raised_at"),
                (Task, "made_at"),
                (Note, "at"),
            )
        }
        who = {row["operator"] for row in rows[Task]} | {row["by"] for row in rows[Note]} - {"bot"}
        names = await names_of(connection, who)
    definition = console.definition()
    titles = Titles(definition)
    variables = session.variables if session is not None else contact["variables"]
    return models.Card(
        **{name: contact[name] for name in ("id", "phone", "email", "language", "timezone", "first_at", "last_at")},
        name=(session.name if session is not None else "") or contact["name"],
        addresses=[
            models.ReachAddress(**{name: row[name] for name in models.ReachAddress.__struct_fields__})
            for row in rows[Address]
        ],
        variables=_variables(definition, variables, contact),
        tags=sorted(session.tags if session is not None else [row["tag"] for row in rows[ContactTag]]),
        touches=[
            models.Touch(at=row["at"], channel=row["channel"], ref=row["ref"], source=_texts(row["source"]))
            for row in rows[Touch]
        ],
        leads=_leads(console, rows[Lead], rows[LeadStage], rows[Visit]),
        gifts=_gifts(titles, rows[Grant], session.promos if session is not None else {}),
        objections=[
            models.ObjectionRaised(name=row["name"], at=row["raised_at"], won_at=row["won_at"])
            for row in rows[Objection]
        ],
        tasks=[
            models.Task(
                id=row["event"],
                operator=owner_of(row["operator"], names),
                **{name: row[name] for name in ("title", "made_at", "due_at", "done_at")},
            )
            for row in rows[Task]
        ],
        notes=[
            models.NoteItem(
                id=f"note:{row['id']}",
                at=row["at"],
                operator=None if row["by"] == "bot" else owner_of(row["by"], names),
                text=row["text"],
            )
            for row in rows[Note]
        ],
        feed=newest,
    )


async def _rows(connection: AsyncConnection, model: type[Base], contact: str, when: str) -> list[dict[str, Any]]:
    table = table_of(model)
    latest_first = (table.c[when].desc(), *(column.desc() for column in table.primary_key))
    statement = select(table).where(table.c.contact == contact).order_by(*latest_first).limit(MOST)
    return [dict(row._mapping) for row in reversed((await connection.execute(statement)).all())]


def _texts(source: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in source.items()}


def _variables(definition: Definition, values: dict[str, Any], contact: dict[str, Any]) -> list[models.Variable]:
    """Those that are not shown already: a phone or an e-mail is who the contact is, unless it is another one."""
    declared = definition.settings.variables
    shown = {
        name
        for name, variable in declared.items()
        if variable.type in ("phone", "email") and str(values.get(name) or "").lower() in ("", contact[variable.type])
    }
    known = [
        models.Variable(
            name=name, title=variable.title, type=variable.type, unit=variable.unit, known=True, value=values.get(name)
        )
        for name, variable in declared.items()
        if name not in shown
    ]
    others = [
        models.Variable(name=name, title=name, type="text", unit="", known=False, value=value)
        for name, value in values.items()
        if name not in declared
    ]
    return known + others


def _gifts(titles: Titles, grants: list[dict[str, Any]], promos: dict[str, tuple[str, float]]) -> list[models.Gift]:
    magnets = [
        models.Gift(kind="magnet", name=titles.magnet(row["magnet"]), at=row["at"], code="", until=None)
        for row in grants
    ]
    codes = [
        models.Gift(kind="promo", name=name, at=None, code=code, until=moment(until) if until else None)
        for name, (code, until) in promos.items()
        if code
    ]
    return magnets + codes


def _leads(
    console: Console, leads: list[dict[str, Any]], stays: list[dict[str, Any]], visits: list[dict[str, Any]]
) -> list[models.Lead]:
    definition, titles, now = console.definition(), Titles(console.definition()), console.accounts.now()
    by_tunnel = {lead["tunnel"]: lead for lead in leads}
    tunnels = dict.fromkeys([*by_tunnel, *(visit["tunnel"] for visit in visits)])
    found = []
    for name in tunnels:
        lead = by_tunnel.get(name)
        found.append(
            models.Lead(
                tunnel=name,
                tunnel_title=titles.tunnel(name),
                stage=titles.standing(name, lead["stage"], lead["since"]) if lead else None,
                stages=[_stay(titles, row, now) for row in stays if row["tunnel"] == name],
                steps=_steps(definition, name, [visit for visit in visits if visit["tunnel"] == name]),
                value=float(lead["value"]) if lead and lead["value"] is not None else None,
                reason=lead["reason"] if lead else "",
            )
        )
    return found


def _stay(titles: Titles, row: dict[str, Any], now: datetime) -> models.Stay:
    return models.Stay(
        stage=row["stage"],
        title=titles.stage(row["tunnel"], row["stage"]),
        entered_at=row["entered_at"],
        left_at=row["left_at"],
        seconds=max(0.0, ((row["left_at"] or now) - row["entered_at"]).total_seconds()),
        reason=row["reason"],
    )


def _steps(definition: Definition, tunnel: str, visits: list[dict[str, Any]]) -> list[models.StepPassed]:
    """The tunnel's steps in its order; of one that the content no longer has, what is known."""
    here: dict[str, list[datetime]] = {}
    for visit in visits:
        here.setdefault(visit["step"], []).append(visit["entered_at"])
    known = definition.tunnels.get(tunnel)
    steps = dict.fromkeys([*(known.steps if known else ()), *here])
    return [
        models.StepPassed(
            step=name,
            title=step_title(known.steps[name]) if known and name in known.steps else name,
            visits=len(here.get(name, ())),
            last_at=max(here[name]) if name in here else None,
        )
        for name in steps
    ]
