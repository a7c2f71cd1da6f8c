"""Handlers: how one conversation stands, what has been read, what the pickers offer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from console.call import Call
from console.lists import names_of, unread_of
from console.models import conversation as models
from console.models.commands import Seen as SeenRequest
from console.models.inbox import Owner
from console.moments import in_utc
from console.refusals import Refused
from console.remedies import window_remedy
from console.titles import Titles, step_title
from console.uploads import LIMITS, MOST_FILES
from console.words import Language
from records.bulk import table_of, upsert
from records.database import reading, writing
from records.feed import bounds
from records.tables import Contact, ContactTag, Seen
from tunnel.engine.operators import holds
from tunnel.session import Session, decode_session

if TYPE_CHECKING:
    from console.site import Console

_CONTACT = re.compile(r"[0-9A-Za-z_-]{1,64}")
_contacts, _tags = table_of(Contact), table_of(ContactTag)


async def known(console: Console, call: Call) -> str:
    """The contact of the path. Raises Refused(404) for one that the records do not have, Away."""
    return str((await contact_row(console, call))["id"])


async def contact_row(console: Console, call: Call) -> dict[str, Any]:
    """The same, with its row."""
    contact = call.path["contact"]
    if _CONTACT.fullmatch(contact):
        async with reading(console.records.engine) as connection:
            row = (await connection.execute(select(_contacts).where(_contacts.c.id == contact))).first()
        if row is not None:
            return dict(row._mapping)
    raise Refused(404, "missing")


async def session_of(console: Console, contact: str) -> Session | None:
    """The session as it is now; None for a contact that Redis does not have, or whose session cannot be read.

    Raises Unavailable.
    """
    stored = await console.store.session(contact)
    if stored is None:
        return None
    try:
        return decode_session(stored[1], contact)
    except msgspec.MsgspecError:
        return None


def owner_in(session: Session) -> Owner | None:
    """Who holds the conversation now, also one whose customer has blocked the bot meanwhile."""
    if not holds(session):
        return None
    return Owner(id=session.operator, name=session.operator_name or session.operator)


async def conversation(console: Console, call: Call) -> models.Conversation:
    row = await contact_row(console, call)
    session = await session_of(console, row["id"]) or Session(contact=row["id"])
    titles = Titles(console.definition())
    async with reading(console.records.engine) as connection:
        _, newest = await bounds(connection)
        unread = await unread_of(connection, call.visitor.id, [row["id"]])
        names = await names_of(connection, {session.operator})
    owner = owner_in(session)
    place = None
    if session.tunnel:
        place = models.Place(
            tunnel=session.tunnel,
            tunnel_title=titles.tunnel(session.tunnel),
            step=session.step,
            title=titles.step(session.tunnel, session.step),
            since=_moment(session.visit_at),
        )
    return models.Conversation(
        id=row["id"],
        name=session.name or row["name"],
        channel=session.address.channel if session.address else row["channel"],
        mode=session.mode,
        queue=session.queue,
        queue_title=titles.queue(session.queue),
        owner=Owner(id=owner.id, name=names.get(owner.id, owner.name)) if owner else None,
        version=session.version,
        waiting_since=row["unanswered_since"] if session.mode in ("queued", "operator") else None,
        snoozed_until=_moment(session.snoozed_until),
        unread=unread.get(row["id"], 0),
        place=place,
        window=window_of(console, session, call.language),
        feed=newest,
    )


def window_of(console: Console, session: Session, language: Language) -> models.Window:
    """What the channel allows just now."""
    address = session.address
    window_s = console.windows.get((address.channel, address.account)) if address else None
    until = None
    reason = ""
    if address is None:
        reason = "nowhere"
    elif session.mode == "blocked":
        reason = "blocked"
    elif window_s is None:
        reason = "off"
    elif window_s > 0:
        until = _moment(session.inbound_at + window_s)
        if session.inbound_at + window_s <= console.clock():
            reason = "shut"
    return models.Window(
        open=not reason,
        until=until,
        reason=reason,  # type: ignore[arg-type]
        remedy=window_remedy(reason, language),
    )


async def seen(console: Console, call: Call) -> None:
    contact = await known(console, call)
    asked: SeenRequest = call.body
    at = min(in_utc(asked.at, "at"), console.accounts.now())
    async with writing(console.records.engine) as connection:
        await upsert(connection, Seen, [{"user": call.visitor.id, "contact": contact, "at": at}])


async def content(console: Console, call: Call) -> models.Content:
    definition = console.definition()
    async with reading(console.records.engine) as connection:
        tags = (await connection.execute(select(_tags.c.tag).distinct().order_by(_tags.c.tag).limit(500))).scalars()
        worn = list(tags)
    return models.Content(
        company=definition.settings.company,
        revision=definition.revision,
        tunnels=[
            models.TunnelChoice(
                tunnel=name,
                title=tunnel.title,
                steps=[
                    models.StepChoice(
                        step=step.name, title=step_title(step), approved=step.template in definition.templates
                    )
                    for step in tunnel.steps.values()
                ],
                stages=[models.StageChoice(stage=stage.name, title=stage.title) for stage in tunnel.stages.values()],
            )
            for name, tunnel in definition.tunnels.items()
        ],
        queues=[
            models.QueueChoice(queue=queue.name, title=queue.title) for queue in definition.settings.queues.values()
        ],
        tags=worn,
        uploads=models.UploadLimits(files=MOST_FILES, types=LIMITS),
    )


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
