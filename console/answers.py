"""Handler: what could be answered, and the objection that the customer's last word raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from console.call import Call
from console.canned import texts
from console.models.conversation import Answers, CannedAnswer, Suggestion
from console.talk import known, session_of
from records.bulk import table_of
from records.database import reading
from records.tables import Message
from tunnel.engine.canned import filled_in, objection_answers, objection_raised
from tunnel.session import Session

if TYPE_CHECKING:
    from console.site import Console

_messages = table_of(Message)


async def answers(console: Console, call: Call) -> Answers:
    contact = await known(console, call)
    session = await session_of(console, contact) or Session(contact=contact)
    definition = console.definition()
    theirs = session.profile.language.partition("-")[0] or definition.settings.language
    written = sorted(await texts(console), key=lambda each: each.language not in ("", theirs))
    filled = filled_in(definition, session, console.clock(), [each.text for each in written])
    ours = [
        CannedAnswer(id=each.id, title=each.title, text=text, from_objection="")
        for each, text in zip(written, filled, strict=True)
        if text
    ]
    canned = [
        CannedAnswer(id=f"{name}/{number}", title=definition.objections[name].title, text=text, from_objection=name)
        for name, number, text in objection_answers(definition, session, console.clock())
    ]
    last = await _last_words(console, contact)
    raised = objection_raised(definition, last) if last else None
    suggestion = None
    if raised is not None:
        suggestion = Suggestion(
            objection=definition.objections[raised].title,
            message=last,
            answers=[answer for answer in canned if answer.from_objection == raised],
        )
    return Answers(answers=ours + canned, suggestion=suggestion)


async def _last_words(console: Console, contact: str) -> str:
    """What the customer said last, where nobody has answered since."""
    statement = (
        select(_messages.c.direction, _messages.c.text)
        .where(_messages.c.contact == contact)
        .order_by(_messages.c.at.desc(), _messages.c.id.desc())
        .limit(1)
    )
    async with reading(console.records.engine) as connection:
        row = (await connection.execute(statement)).first()
    return str(row.text) if row is not None and row.direction == "in" else ""
