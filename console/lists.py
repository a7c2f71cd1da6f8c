"""Handlers: lists of conversations, their counts, search."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.accounts.accounts import users
from console.call import Call
from console.models import inbox
from console.models.inbox import Owner, Row
from console.moments import read_moment
from console.refusals import Refused
from console.titles import Titles
from records.bulk import table_of
from records.database import reading
from records.feed import bounds
from records.search import find_contacts, find_messages
from records.tables import Contact, ContactTag, Lead, Message, Operator, Seen

if TYPE_CHECKING:
    from console.site import Console

MOST_UNREAD = 99
HELD = ("operator", "blocked")
"""Modes in which somebody may hold a conversation: who is blocked by the customer is to see it, and to close it."""

_contacts, _messages, _tags, _leads, _seen, _operators = map(
    table_of, (Contact, Message, ContactTag, Lead, Seen, Operator)
)


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended: the last row's waiting time ("" behind those who wait), its last message, its id."""

    waiting: str
    spoke: str
    id: str


async def inbox_page(console: Console, call: Call) -> inbox.Page:
    asked: inbox.InboxQuery = call.query
    now = console.accounts.now()
    wait = waiting_column(now)
    conditions = [_contacts.c.spoke_at.is_not(None), *_view(asked.view, call.visitor.id, wait), *_filters(asked)]
    if asked.cursor:
        conditions.append(_behind(_read_cursor(asked.cursor), wait))
    statement = (
        select(_contacts, wait.label("wait"))
        .where(*conditions)
        .order_by(wait.is_(None), wait, _contacts.c.spoke_at.desc(), _contacts.c.id)
        .limit(asked.limit + 1)
    )
    async with reading(console.records.engine) as connection:
        _, newest = await bounds(connection)
        found = (await connection.execute(statement)).all()
        rows = await rows_of(connection, console, call.visitor.id, [dict(row._mapping) for row in found[: asked.limit]])
    more = found[asked.limit - 1] if len(found) > asked.limit else None
    return inbox.Page(rows=rows, next=_cursor(more) if more is not None else "", feed=newest)


async def counts(console: Console, call: Call) -> inbox.Counts:
    wait = waiting_column(console.accounts.now())
    views = ("waiting", "mine", "unassigned", "bot", "all")
    columns = [
        func.coalesce(func.sum(case((and_(True, *_view(view, call.visitor.id, wait)), 1), else_=0)), 0).label(view)
        for view in views
    ]
    statement = select(*columns).where(_contacts.c.spoke_at.is_not(None))
    async with reading(console.records.engine) as connection:
        row = (await connection.execute(statement)).one()
    return inbox.Counts(**{view: int(row._mapping[view]) for view in views})


async def search(console: Console, call: Call) -> inbox.Found:
    asked: inbox.SearchQuery = call.query
    engine = console.records.engine
    people = await find_contacts(engine, asked.q, asked.limit)
    messages = await find_messages(engine, asked.q, asked.limit)
    ids = [person.id for person in people]
    async with reading(engine) as connection:
        found = await connection.execute(
            select(_contacts, waiting_column(console.accounts.now()).label("wait")).where(_contacts.c.id.in_(ids))
        )
        known = {row.id: dict(row._mapping) for row in found}
        rows = await rows_of(connection, console, call.visitor.id, [known[each] for each in ids if each in known])
    return inbox.Found(
        people=rows,
        messages=[
            inbox.FoundMessage(contact=one.contact, name=one.name, at=one.at, by=one.by, text=one.text)
            for one in messages
        ],
    )


def waiting_column(now: datetime) -> Any:
    """Since when a person is waited for, by those who are not put off; null for nobody."""
    awake = or_(_contacts.c.snoozed_until.is_(None), _contacts.c.snoozed_until <= now)
    waits = and_(_contacts.c.mode.in_(("queued", "operator")), awake)
    return case((waits, _contacts.c.unanswered_since), else_=None)


def _view(view: str, user: str, wait: Any) -> list[ColumnElement[bool]]:
    if view == "waiting":
        return [wait.is_not(None)]
    if view == "mine":
        return [_contacts.c.mode.in_(HELD), _contacts.c.operator == user]
    if view == "unassigned":
        return [_contacts.c.mode == "queued"]
    return [_contacts.c.mode == "bot"] if view == "bot" else []


def _filters(asked: inbox.InboxQuery) -> list[ColumnElement[bool]]:
    found = []
    if asked.channel:
        found.append(_contacts.c.channel == asked.channel)
    if asked.queue:
        found.append(_contacts.c.queue == asked.queue)
    if asked.tag:
        found.append(_contacts.c.id.in_(select(_tags.c.contact).where(_tags.c.tag == asked.tag)))
    if asked.stage:
        tunnel, _, stage = asked.stage.partition("/")
        found.append(
            _contacts.c.id.in_(select(_leads.c.contact).where(_leads.c.tunnel == tunnel, _leads.c.stage == stage))
        )
    return found


def _behind(cursor: _Cursor, wait: Any) -> ColumnElement[bool]:
    spoke = datetime.fromisoformat(cursor.spoke)
    later = or_(_contacts.c.spoke_at < spoke, and_(_contacts.c.spoke_at == spoke, _contacts.c.id > cursor.id))
    if not cursor.waiting:
        return and_(wait.is_(None), later)
    since = datetime.fromisoformat(cursor.waiting)
    column = _contacts.c.unanswered_since  # the case's own type is unknown to SQLite
    waits = and_(wait.is_not(None), or_(column > since, and_(column == since, later)))
    return or_(wait.is_(None), waits)


def _cursor(row: Any) -> str:
    waiting = row.unanswered_since.isoformat() if row.wait is not None else ""
    packed = msgspec.json.encode(_Cursor(waiting, row.spoke_at.isoformat(), row.id))
    return base64.urlsafe_b64encode(packed).decode()


def _read_cursor(text: str) -> _Cursor:
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text), type=_Cursor)
        for moment in (cursor.spoke, cursor.waiting or cursor.spoke):
            read_moment(moment, "cursor")
        if "\x00" in cursor.id:
            raise ValueError("no id")
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise Refused(400, "invalid", field="cursor", detail="cursor") from None
    return cursor


async def rows_of(
    connection: AsyncConnection, console: Console, user: str, found: Sequence[Mapping[str, Any]]
) -> list[Row]:
    """Rows of a list, of contacts' rows with their `wait`."""
    ids = [row["id"] for row in found]
    titles = Titles(console.definition())
    tags: dict[str, list[str]] = {}
    for contact, tag in await connection.execute(select(_tags).where(_tags.c.contact.in_(ids)).order_by(_tags.c.tag)):
        tags.setdefault(contact, []).append(tag)
    stages: dict[str, list[inbox.Stage]] = {}
    leads = select(_leads.c.contact, _leads.c.tunnel, _leads.c.stage, _leads.c.since).where(_leads.c.contact.in_(ids))
    for lead in await connection.execute(leads.order_by(_leads.c.tunnel)):
        stages.setdefault(lead.contact, []).append(titles.standing(lead.tunnel, lead.stage, lead.since))
    unread = await unread_of(connection, user, ids)
    names = await names_of(connection, {row["operator"] for row in found})
    return [
        Row(
            **{name: row[name] for name in ("id", "name", "channel", "mode", "queue", "version", "snoozed_until")},
            **{name: row[name] for name in ("last_text", "last_by")},
            queue_title=titles.queue(row["queue"]),
            owner=owner_of(row["operator"], names) if row["mode"] in HELD else None,
            waiting_since=row["unanswered_since"] if row["wait"] is not None else None,
            last_at=row["spoke_at"] or row["last_at"],
            unread=unread.get(row["id"], 0),
            stages=stages.get(row["id"], []),
            tags=tags.get(row["id"], []),
        )
        for row in found
    ]


async def unread_of(connection: AsyncConnection, user: str, ids: Sequence[str]) -> dict[str, int]:
    """What customers said since this person looked, or anybody answered."""
    statement = (
        select(_messages.c.contact, func.count())
        .join(_contacts, _contacts.c.id == _messages.c.contact)
        .outerjoin(_seen, and_(_seen.c.contact == _messages.c.contact, _seen.c.user == user))
        .where(
            _messages.c.contact.in_(ids),
            _messages.c.direction == "in",
            _messages.c.kind != "start",
            or_(_seen.c.at.is_(None), _messages.c.at > _seen.c.at),
            or_(_contacts.c.answered_at.is_(None), _messages.c.at > _contacts.c.answered_at),
        )
        .group_by(_messages.c.contact)
    )
    return {contact: min(number, MOST_UNREAD) for contact, number in await connection.execute(statement)}


async def names_of(connection: AsyncConnection, ids: set[str]) -> dict[str, str]:
    """What operators are called: by their account, else as they were called last."""
    wanted = [each for each in ids if each]
    if not wanted:
        return {}
    known = await connection.execute(select(_operators.c.id, _operators.c.name).where(_operators.c.id.in_(wanted)))
    names = {row.id: row.name for row in known}
    accounts = await connection.execute(select(users.c.id, users.c.name).where(users.c.id.in_(wanted)))
    return names | {row.id: row.name for row in accounts}


def owner_of(operator: str, names: Mapping[str, str]) -> Owner | None:
    """Somebody who answers, by their name."""
    return Owner(id=operator, name=names.get(operator) or operator) if operator else None
