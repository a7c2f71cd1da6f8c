"""The journal table is enough to make every other table anew."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import update

import records.rebuild as rebuilding
from records import Records
from records.rebuild import rebuild
from records.search import find_messages
from records.tables import DERIVED, Act, Contact, Message, Note, Operator, SetAside, Task
from tests.records.journal import (
    IVAN,
    IVANS,
    NOW,
    OLGA,
    Journal,
    entered,
    fate,
    left,
    record,
    send,
    start,
    text,
    turn,
)
from tests.records.test_search import snapshot
from tunnel.effects import Desk
from tunnel.events import AddTask
from tunnel.events import Note as NoteEvent


async def told(journal: Journal) -> None:
    place = {"tunnel": "siding", "step": "hello", "by": "text"}
    touch = record("touch", ref="siding", source={"utm_source": "vk"})
    stage = record("stage", tunnel="siding", before="", after="new", reason="")
    await journal.write(
        journal.entry(OLGA, turn(start(), touch, stage, entered("hello", 1), send("Здравствуйте"), sends=[(1, 1)])),
        journal.entry(IVAN, turn(start(name="Иван", address=IVANS), entered("hello", 1))),
        snapshots={OLGA: snapshot(OLGA, area="120")},
    )
    await journal.happened(
        fate("sent", 1, known_as="w1"),
        turn(text("дорого"), record("objection", name="expensive", answer=0, **place)),
        turn(text("дом"), left("hello", 1), entered("floors", 2), Desk(kind="handoff", text="звонить"), now=NOW + 60),
    )


async def content(journal: Journal) -> dict[str, list[dict[str, Any]]]:
    return {
        model.__tablename__: [
            {name: value for name, value in row.items() if name != "id" or model is Contact}
            for row in await journal.rows(model)
        ]
        for model in DERIVED
    }


@pytest.mark.parametrize("page", [1, 2, 3, 2000])
async def test_the_tables_are_the_same_as_before(records: Records, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", page)
    journal = Journal(records)
    await told(journal)
    before = await content(journal)
    assert before["contacts"][0]["variables"] == {"area": "120"}
    async with records.engine.begin() as connection:
        await connection.execute(update(Contact).values(name="wrong"))
    done = await rebuild(records.engine, {})
    assert (done.lines, done.set_aside) == (5, 0)
    assert await content(journal) == before
    assert [one.text for one in await find_messages(records.engine, "дом")] == ["дом"]


async def test_people_s_notes_and_tasks_are_made_anew(records: Records) -> None:
    journal = Journal(records)
    await told(journal)
    who = {"id": "o1", "at": NOW, "operator": "u1", "operator_name": "Иван"}
    await journal.happened(turn(NoteEvent(**who, text="своё"), record("note", text="своё", operator="u1")))
    task = {"id": "o2", "title": "Позвонить", "due_at": NOW + 60, "of": "u1", "operator": "u1"}
    await journal.happened(turn(AddTask(**who | {"id": "o2"}, title="Позвонить", of="u1"), record("task", **task)))
    before = [await journal.rows(model) for model in (Note, Task, Act, Operator)]
    await rebuild(records.engine, {})
    after = [await journal.rows(model) for model in (Note, Task, Act, Operator)]
    assert [[strip(row) for row in rows] for rows in after] == [[strip(row) for row in rows] for rows in before]
    assert sorted(row["text"] for row in after[0]) == ["звонить", "своё"]
    assert after[3] == [{"id": "u1", "name": "Иван"}]


def strip(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


async def test_what_was_set_aside_is_tried_again(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(records)
    odd = msgspec.msgpack.encode({"what": "of the next release"})
    assert await journal.write(journal.entry(OLGA, turn(text("раз")), odd), journal.entry(OLGA, turn(text("два")))) == 1
    assert [row["text"] for row in await journal.rows(Message)] == ["два"]
    assert (await rebuild(records.engine, {})).set_aside == 1
    assert len(await journal.rows(SetAside)) == 1
    monkeypatch.setattr("records.records.project", lambda batch, contact, line: None)
    assert (await rebuild(records.engine, {})).set_aside == 0
    assert await journal.rows(SetAside) == []


async def test_the_projector_goes_on_after_it(records: Records) -> None:
    journal = Journal(records)
    await told(journal)
    await rebuild(records.engine, {})
    await journal.happened(turn(text("ещё"), now=NOW + 120))
    assert [row["text"] for row in await journal.rows(Message)][-1] == "ещё"
