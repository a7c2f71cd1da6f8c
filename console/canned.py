"""Handlers: texts that operators send often, kept by managers, with the content's holes in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.accounts.audit import note
from console.accounts.passwords import new_id
from console.call import Call
from console.models.conversation import CannedPreview, CannedTexts, Hole, TextLanguage
from console.models.conversation import CannedText as Shown
from console.refusals import Refused
from records.bulk import add, table_of
from records.database import reading, writing
from records.tables import CannedText
from tunnel.engine.canned import example, filled_in, unknown_names
from tunnel.language.expressions import BadTemplate
from tunnel.language.templates import compile_text

if TYPE_CHECKING:
    from console.site import Console

MOST = 500
ALWAYS = (("name", "the customer's name", "имя клиента"), ("company", "the company's name", "название компании"))

_canned = table_of(CannedText)


async def texts(console: Console) -> Sequence[Row[Any]]:
    """All of them as they are kept (id, title, text, language), by title. Raises Away."""
    async with reading(console.records.engine) as connection:
        return (await connection.execute(select(_canned).order_by(_canned.c.title, _canned.c.id).limit(MOST))).all()


async def list_canned(console: Console, call: Call) -> CannedTexts:
    shown = [_shown(console, row.id, row.title, row.text, row.language) for row in await texts(console)]
    return CannedTexts(texts=shown, holes=_holes(console, call))


async def add_canned(console: Console, call: Call) -> Shown:
    shown = _written(console, call, new_id("c"))
    async with writing(console.records.engine) as connection:
        await add(connection, CannedText, [{"id": shown.id, **_columns(shown)}])
        await _note(console, call, connection, "canned.added", shown.id)
    return shown


async def change_canned(console: Console, call: Call) -> Shown:
    shown = _written(console, call, call.path["text"])
    async with writing(console.records.engine) as connection:
        changed = await connection.execute(update(_canned).where(_canned.c.id == shown.id).values(**_columns(shown)))
        if changed.rowcount != 1:
            raise Refused(404, "missing")
        await _note(console, call, connection, "canned.changed", shown.id)
    return shown


async def preview_canned(console: Console, call: Call) -> CannedPreview:
    definition, text = console.definition(), _sound(call.body.text)
    (filled,) = filled_in(definition, example(definition), console.clock(), [text])
    return CannedPreview(text=filled, unknown=unknown_names(definition, text))


async def end_canned(console: Console, call: Call) -> None:
    async with writing(console.records.engine) as connection:
        gone = await connection.execute(delete(_canned).where(_canned.c.id == call.path["text"]))
        if gone.rowcount != 1:
            raise Refused(404, "missing")
        await _note(console, call, connection, "canned.removed", call.path["text"])


async def _note(console: Console, call: Call, connection: AsyncConnection, what: str, subject: str) -> None:
    await note(connection, console.accounts.now(), what, user=call.visitor.id, address=call.address, subject=subject)


def _written(console: Console, call: Call, text_id: str) -> Shown:
    """What was asked for. Raises Refused(400)."""
    return _shown(console, text_id, call.body.title.strip(), _sound(call.body.text), call.body.language)


def _shown(console: Console, text_id: str, title: str, text: str, language: TextLanguage) -> Shown:
    try:
        unknown = unknown_names(console.definition(), text)
    except BadTemplate:  # an older release took it
        unknown = []
    return Shown(id=text_id, title=title, text=text, language=language, unknown=unknown)


def _columns(shown: Shown) -> dict[str, str]:
    return {"title": shown.title, "text": shown.text, "language": shown.language}


def _holes(console: Console, call: Call) -> list[Hole]:
    """The names that such texts use: who it is, who we are, what was asked."""
    russian = call.language == "ru"
    always = [Hole(name=name, title=ru if russian else en) for name, en, ru in ALWAYS]
    variables = console.definition().settings.variables.values()
    return always + [Hole(name=each.name, title=each.title or each.name) for each in variables]


def _sound(text: str) -> str:
    """Raises Refused(400) for a text whose holes cannot be read."""
    text = text.strip()
    try:
        compile_text(text, "canned")
    except BadTemplate as error:
        raise Refused(400, "bad_text", field="text", line=error.line) from None
    return text
