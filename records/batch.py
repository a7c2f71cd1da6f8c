"""One batch under way: rows as they are changed by line after line, then written with few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from records.bulk import Row, add, table_of, upsert
from records.stems import stems
from records.tables import (
    Address,
    Base,
    Contact,
    ContactTag,
    Conversation,
    Lead,
    LeadStage,
    Message,
    Objection,
    Operator,
    Task,
    Visit,
)


class Batch:
    """The contacts concerned, loaded; and what becomes of them.

    Rows that have a key are dictionaries, changed in place and written whole; `late` are changes of rows that earlier
    batches wrote.
    """

    def __init__(self) -> None:
        self.contacts: dict[str, Row] = {}
        self.changed: set[str] = set()
        """Contacts to be written."""
        self.leads: dict[tuple[str, str], Row] = {}
        self.moved: set[tuple[str, str]] = set()
        """Leads to be written."""
        self.conversations: dict[tuple[str, int], Row] = {}
        self.addresses: dict[tuple[str, str, str], Row] = {}
        self.visits: dict[tuple[str, int], Row] = {}
        self.stages: dict[tuple[str, str, int], Row] = {}
        self.objections: dict[tuple[str, int], Row] = {}
        self.tags: dict[tuple[str, str], bool] = {}
        """(contact, tag) → worn or not, by the last word."""
        self.messages: list[Row] = []
        self.carried: dict[tuple[str, int], Row] = {}
        """(contact, row of the outbox) → the message of this batch that it carries."""
        self.outside: dict[tuple[str, str], Row] = {}
        """(contact, the channel's id) → the message of this batch."""
        self.appended: dict[type[Base], list[Row]] = {}
        self.late_visits: list[Row] = []
        self.late_stages: list[Row] = []
        self.late_conversations: list[Row] = []
        self.late_wins: list[Row] = []
        self.late_rows: list[Row] = []
        self.late_receipts: list[Row] = []
        self.late_tasks: list[Row] = []
        self.operators: dict[str, Row] = {}
        self.changes: dict[str, set[str]] = {}
        """Contact → what the stream tells of it."""

    async def load(self, connection: AsyncConnection, contacts: Sequence[str]) -> None:
        """Read what is known of these contacts."""
        for row in await connection.execute(select(table_of(Contact)).where(Contact.id.in_(contacts))):
            self.contacts[row.id] = dict(row._mapping)
        for row in await connection.execute(select(table_of(Lead)).where(Lead.contact.in_(contacts))):
            self.leads[row.contact, row.tunnel] = dict(row._mapping)

    def append(self, model: type[Base], **values: Any) -> None:
        """A row of a table that is only ever added to."""
        self.appended.setdefault(model, []).append(values)

    def change(self, contact: str, kind: str) -> None:
        """The stream tells of it."""
        self.changes.setdefault(contact, set()).add(kind)

    async def write(self, connection: AsyncConnection) -> None:
        """Write everything. The order matters nowhere but for messages, which get their numbers in order."""
        await upsert(connection, Contact, [self.contacts[contact] for contact in self.changed])
        await upsert(connection, Lead, [self.leads[key] for key in self.moved])
        await upsert(connection, Address, self.addresses.values(), keep=("first_at",))
        await upsert(connection, Conversation, self.conversations.values())
        await upsert(connection, Visit, self.visits.values())
        await upsert(connection, LeadStage, self.stages.values())
        await upsert(connection, Objection, self.objections.values())
        await upsert(connection, Operator, self.operators.values())
        for model, rows in self.appended.items():
            await add(connection, model, rows)
        await self._write_tags(connection)
        await self._write_late(connection)
        await insert_messages(connection, self.messages)

    async def _write_tags(self, connection: AsyncConnection) -> None:
        worn = [{"contact": contact, "tag": tag} for (contact, tag), on in self.tags.items() if on]
        lost = [{"b_contact": contact, "b_tag": tag} for (contact, tag), on in self.tags.items() if not on]
        await upsert(connection, ContactTag, worn)
        if lost:
            statement = delete(table_of(ContactTag)).where(
                ContactTag.contact == bindparam("b_contact"), ContactTag.tag == bindparam("b_tag")
            )
            await connection.execute(statement, lost)

    async def _write_late(self, connection: AsyncConnection) -> None:
        for statement, rows in (
            (_LEAVE_VISIT, self.late_visits),
            (_LEAVE_STAGE, self.late_stages),
            (_CLOSE, self.late_conversations),
            (_WIN, self.late_wins),
            (_ROW_STATUS, self.late_rows),
            (_RECEIPT, self.late_receipts),
            (_END_TASK, self.late_tasks),
        ):
            if rows:
                await connection.execute(statement, rows)


_LEAVE_VISIT = (
    update(table_of(Visit))
    .where(Visit.contact == bindparam("b_contact"), Visit.visit == bindparam("b_visit"))
    .values({name: bindparam(f"b_{name}") for name in ("left_at", "left_by", "label", "led_to", "seconds")})
)
_LEAVE_STAGE = (
    update(table_of(LeadStage))
    .where(
        LeadStage.contact == bindparam("b_contact"),
        LeadStage.tunnel == bindparam("b_tunnel"),
        LeadStage.move == bindparam("b_move"),
    )
    .values(left_at=bindparam("b_left_at"), led_to=bindparam("b_led_to"))
)
_CLOSE = (
    update(table_of(Conversation))
    .where(Conversation.contact == bindparam("b_contact"), Conversation.number == bindparam("b_number"))
    .values(closed_at=bindparam("b_closed_at"), closed_by=bindparam("b_closed_by"))
)
_OTHER = table_of(Objection).alias("other")
_WIN = (
    update(table_of(Objection))
    .where(
        Objection.contact == bindparam("b_contact"),
        Objection.won_at.is_(None),
        Objection.number
        == select(func.max(_OTHER.c.number))
        .where(
            _OTHER.c.contact == bindparam("b_contact"),
            _OTHER.c.name == bindparam("b_name"),
            _OTHER.c.number <= bindparam("b_until"),
        )
        .scalar_subquery(),
    )
    .values(won_at=bindparam("b_won_at"), label=bindparam("b_label"))
)
_END_TASK = (
    update(table_of(Task))
    .where(Task.event == bindparam("b_event"), Task.contact == bindparam("b_contact"), Task.done_at.is_(None))
    .values(done_at=bindparam("b_done_at"))
)
_STATUS: dict[str, Any] = {
    "status": bindparam("b_status"),
    "status_rank": bindparam("b_rank"),
    "status_at": bindparam("b_at"),
    "reason": bindparam("b_reason"),
}
_ROW_STATUS = (
    update(table_of(Message))
    .where(
        Message.contact == bindparam("b_contact"),
        Message.first_row <= bindparam("b_row"),
        Message.last_row >= bindparam("b_row"),
        Message.status_rank < bindparam("b_rank"),
    )
    .values({**_STATUS, "external_id": func.coalesce(func.nullif(bindparam("b_external_id"), ""), Message.external_id)})
)
_RECEIPT = (
    update(table_of(Message))
    .where(
        Message.contact == bindparam("b_contact"),
        Message.external_id == bindparam("b_external_id"),
        Message.direction == "out",
        Message.status_rank < bindparam("b_rank"),
    )
    .values(_STATUS)
)


async def insert_messages(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Insert messages. PostgreSQL indexes their words by itself; for SQLite it is done here."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        await add(connection, Message, rows)
        return
    last = (await connection.execute(select(func.coalesce(func.max(Message.id), 0)))).scalar_one()
    numbered = [{**row, "id": number} for number, row in enumerate(rows, last + 1)]
    await add(connection, Message, numbered)
    words = [(row["id"], stems(row["text"])) for row in numbered if row["text"]]
    if words:
        await connection.exec_driver_sql("INSERT INTO messages_search(rowid, words) VALUES (?, ?)", words)


def seconds_between(start: datetime | None, end: datetime) -> float | None:
    """How long, never less than nothing."""
    return None if start is None else max(0.0, (end - start).total_seconds())
