"""Handler: everything said and done with one contact, over all channels, in one thread.

A page never cuts a moment in two: what one turn did has one time, and is shown together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.call import Call
from console.lists import names_of, owner_of
from console.models.conversation import ActItem, MessageItem, NoteItem, SharedFile, Thread, ThreadItem, ThreadQuery
from console.moments import read_moment
from console.remedies import remedy_for
from console.routes import PREFIX
from console.talk import known
from console.titles import Titles
from console.words import Language
from records.bulk import table_of
from records.database import reading
from records.feed import bounds
from records.tables import Act, Base, Consent, Grant, LeadStage, Message, Note, Objection, OutsideEvent, Touch, Visit

if TYPE_CHECKING:
    from console.site import Console

Row = Mapping[str, Any]
SLACK = timedelta(minutes=2)
NOT_FILES = frozenset({"location", "contact", "other"})
INLINE = frozenset({"image", "sticker", "video", "audio", "voice"})


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows become items, for one reader."""

    contact: str
    titles: Titles
    language: Language
    names: Mapping[str, str]

    def message(self, row: Row) -> MessageItem:
        details = row["details"]
        files = details.get("files") or details.get("media") or []
        return MessageItem(
            **{name: row[name] for name in ("id", "at", "direction", "by", "kind", "channel", "text", "status")},
            **{name: row[name] for name in ("status_at", "reason", "event", "tunnel", "step")},
            operator=owner_of(row["operator"], self.names),
            files=[self.file(row["id"], place, file) for place, file in enumerate(files)],
            buttons=list(details.get("buttons") or []),
            remedy=remedy_for(row["status"], row["reason"], self.language),
        )

    def file(self, message: int, place: int, file: Any) -> SharedFile:
        if isinstance(file, str):  # of what we said: "kind: path"
            kind, _, path = file.partition(": ")
            file = {"kind": kind, "name": path.rpartition("/")[2], "ref": path}
        kind = str(file.get("kind", "other"))
        held = file.get("ref") and kind not in NOT_FILES
        return SharedFile(
            kind=kind,
            name=str(file.get("name") or kind),
            mime=str(file.get("mime", "")),
            size_bytes=int(file.get("size_bytes", 0)),
            url=f"{PREFIX}/conversations/{quote(self.contact)}/files/{message}/{place}" if held else "",
            inline=kind in INLINE,
        )

    def note(self, row: Row) -> NoteItem:
        by = "" if row["by"] == "bot" else row["by"]
        return NoteItem(id=f"note:{row['id']}", at=row["at"], operator=owner_of(by, self.names), text=row["text"])

    def act(self, row: Row) -> ActItem:
        data = dict(row["data"])
        if row["kind"] == "set":
            data["names"] = ", ".join(map(self.titles.variable, str(data.get("names", "")).split(", ")))
        elif row["kind"] == "won_back":
            data["name"] = self.titles.objection(str(data.get("name", "")))
        return self._act(f"act:{row['id']}", row["at"], row["kind"], data, row["operator"])

    def entered(self, row: Row) -> ActItem:
        title = self.titles.step(row["tunnel"], row["step"])
        data = {"tunnel": row["tunnel"], "tunnel_title": self.titles.tunnel(row["tunnel"]), "step": row["step"]}
        return self._act(f"entered:{row['visit']}", row["entered_at"], "entered", {**data, "title": title})

    def left(self, row: Row) -> ActItem:
        data = {"tunnel": row["tunnel"], "step": row["step"], "by": row["left_by"], "label": row["label"]}
        return self._act(f"left:{row['visit']}", row["left_at"], "left", {**data, "led_to": row["led_to"]})

    def objection(self, row: Row) -> ActItem:
        data = {
            "name": self.titles.objection(row["name"]),
            "by": row["by"],
            "answer": str(row["answer"]),
            "won": row["label"],
        }
        return self._act(f"objection:{row['number']}", row["raised_at"], "objection", data)

    def stage(self, row: Row) -> ActItem:
        title = self.titles.stage(row["tunnel"], row["stage"])
        data = {"tunnel": row["tunnel"], "after": row["stage"], "title": title, "reason": row["reason"]}
        return self._act(f"stage:{row['tunnel']}:{row['move']}", row["entered_at"], "stage", data)

    def granted(self, row: Row) -> ActItem:
        return self._act(f"granted:{row['id']}", row["at"], "granted", {"magnet": self.titles.magnet(row["magnet"])})

    def touch(self, row: Row) -> ActItem:
        source = ", ".join(f"{name}={value}" for name, value in row["source"].items())
        return self._act(f"touch:{row['id']}", row["at"], "touch", {"ref": row["ref"], "source": source})

    def consent(self, row: Row) -> ActItem:
        data = {"given": "yes" if row["given"] else "no", "how": row["how"], "channel": row["channel"]}
        return self._act(f"consent:{row['id']}", row["at"], "consent", data)

    def outside(self, row: Row) -> ActItem:
        return self._act(f"outside:{row['id']}", row["at"], "outside", {"name": row["name"]})

    def _act(self, id_: str, at: datetime, kind: str, data: Mapping[str, Any], operator: str = "") -> ActItem:
        shown = {name: str(value) for name, value in data.items()}
        return ActItem(id=id_, at=at, kind=kind, operator=owner_of(operator, self.names), data=shown)


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the thread. when: the column of its time. rank: what comes first of one moment."""

    model: type[Base]
    when: str
    item: Callable[[Reader, Row], ThreadItem]
    rank: int
    changed: str = ""
    """The column that tells of later changes."""


SOURCES = (
    Source(Touch, "at", Reader.touch, 0),
    Source(OutsideEvent, "at", Reader.outside, 0),
    Source(Message, "at", Reader.message, 1, "status_at"),
    Source(Consent, "at", Reader.consent, 2),
    Source(Visit, "left_at", Reader.left, 3),
    Source(Objection, "raised_at", Reader.objection, 4, "won_at"),
    Source(Act, "at", Reader.act, 5),
    Source(LeadStage, "entered_at", Reader.stage, 6),
    Source(Visit, "entered_at", Reader.entered, 7),
    Source(Grant, "at", Reader.granted, 8),
    Source(Note, "at", Reader.note, 9),
)
OUT_RANK = 10
"""What is said stands behind what led to it."""


async def thread(console: Console, call: Call) -> Thread:
    contact = await known(console, call)
    asked: ThreadQuery = call.query
    before, since = _moment(asked.before, "before"), _moment(asked.since, "since")
    async with reading(console.records.engine) as connection:
        _, newest = await bounds(connection)
        found: list[tuple[Source, Row]] = []
        for source in SOURCES:
            rows = await _rows(connection, source, contact, before, since, asked.limit)
            found += [(source, row) for row in rows]
        names = await names_of(connection, {_who(row) for _, row in found})
    reader = Reader(contact, Titles(console.definition()), call.language, names)
    found.sort(key=lambda one: (one[1][one[0].when], _rank(*one), one[1].get("id") or 0))
    kept = found if since is not None else _whole_moments(found, asked.limit)
    latest = [row[source.changed or source.when] or row[source.when] for source, row in found]
    more = len(kept) < len(found) or (since is None and len(found) >= asked.limit)
    return Thread(
        items=[source.item(reader, row) for source, row in kept],
        before=kept[0][1][kept[0][0].when].isoformat() if kept and more else "",
        since=_since(latest, since).isoformat(),
        feed=newest,
    )


async def _rows(
    connection: AsyncConnection,
    source: Source,
    contact: str,
    before: datetime | None,
    since: datetime | None,
    limit: int,
) -> list[Row]:
    table = table_of(source.model)
    when = table.c[source.when]
    statement = select(table).where(table.c.contact == contact, when.is_not(None))
    if before is not None:
        statement = statement.where(when < before)
    if since is not None:  # the moment itself too: what happened in it may not all have been there
        changed = table.c[source.changed] if source.changed else when
        statement = statement.where((when >= since) | (changed >= since)).limit(1000)
    else:
        statement = statement.order_by(when.desc()).limit(limit + 1)
    return [row._mapping for row in (await connection.execute(statement)).all()]  # type: ignore[misc]


def _whole_moments(found: list[tuple[Source, Row]], limit: int) -> list[tuple[Source, Row]]:
    """The latest `limit`, and whatever else happened in the moment where that begins.

    A moment with more than `limit` rows of one table could lack some of them: no turn makes so many.
    """
    if len(found) <= limit:
        return found
    source, row = found[-limit]
    first = row[source.when]
    return [one for one in found if one[1][one[0].when] >= first]


def _since(latest: list[datetime], asked: datetime | None) -> datetime:
    """Not quite the latest change: a sender's clock may be behind a worker's, and its word may come in later."""
    if not latest:
        return asked or datetime.fromtimestamp(0, UTC)
    found = max(latest) - SLACK
    return found if asked is None else max(found, asked)


def _rank(source: Source, row: Row) -> int:
    return OUT_RANK if source.model is Message and row["direction"] == "out" else source.rank


def _who(row: Row) -> str:
    who = str(row.get("operator") or row.get("by") or "")
    return "" if who in ("bot", "customer", "operator") else who


def _moment(text: str, field: str) -> datetime | None:
    # A plus that was not escaped in the address comes as a space.
    return read_moment(text.replace(" ", "+"), field) if text else None
