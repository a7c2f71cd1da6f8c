"""Handlers: texts that operators send often, kept by managers, with the content's holes in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.accounts.audit import note
from console.accounts.passwords import new_id
from console.call import Call
from console.models.conversation import CannedText as Shown
from console.models.conversation import CannedTexts
from console.refusals import Refused
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import CannedText
from tunnel.language.expressions import BadTemplate
from tunnel.language.templates import compile_text

if TYPE_CHECKING:
    from console.site import Console

MOST = 500

_canned = table_of(CannedText)


async def texts(console: Console) -> list[Shown]:
    """All of them, by title. Raises Away."""
    async with reading(console.records.engine) as connection:
        rows = (await connection.execute(select(_canned).order_by(_canned.c.title, _canned.c.id).limit(MOST))).all()
    return [Shown(id=row.id, title=row.title, text=row.text) for row in rows]


async def list_canned(console: Console, call: Call) -> CannedTexts:
    return CannedTexts(texts=await texts(console))


async def add_canned(console: Console, call: Call) -> Shown:
    shown = Shown(id=new_id("c"), title=call.body.title.strip(), text=_sound(call.body.text))
    async with writing(console.records.engine) as connection:
        await add(connection, CannedText, [{"id": shown.id, "title": shown.title, "text": shown.text}])
        await _note(console, call, connection, "canned.added", shown.id)
    return shown


async def change_canned(console: Console, call: Call) -> Shown:
    shown = Shown(id=call.path["text"], title=call.body.title.strip(), text=_sound(call.body.text))
    async with writing(console.records.engine) as connection:
        changed = await connection.execute(
            update(_canned).where(_canned.c.id == shown.id).values(title=shown.title, text=shown.text)
        )
        if changed.rowcount != 1:
            raise Refused(404, "missing")
        await _note(console, call, connection, "canned.changed", shown.id)
    return shown


async def end_canned(console: Console, call: Call) -> None:
    async with writing(console.records.engine) as connection:
        gone = await connection.execute(delete(_canned).where(_canned.c.id == call.path["text"]))
        if gone.rowcount != 1:
            raise Refused(404, "missing")
        await _note(console, call, connection, "canned.removed", call.path["text"])


async def _note(console: Console, call: Call, connection: AsyncConnection, what: str, subject: str) -> None:
    await note(connection, console.accounts.now(), what, user=call.visitor.id, address=call.address, subject=subject)


def _sound(text: str) -> str:
    """Raises Refused(400) for a text whose holes cannot be read."""
    text = text.strip()
    try:
        compile_text(text, "canned")
    except BadTemplate as error:
        raise Refused(400, "bad_text", field="text", line=error.line) from None
    return text
