"""What a turn changes of the console's view: who waits for a person, what was done, what the stream tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from records.bulk import Row
from records.tables import Act, Note, Task
from records.tables.base import moment
from records.turn import Turn
from tunnel.events import Event, FromOperator

Data = Mapping[str, Any]
SHOWN_CHARS = 200
"""Of the last message, in lists."""

WAITING_MODES = ("queued", "operator")
KEPT = frozenset(
    {"assigned", "snoozed", "woken", "tagged", "set", "held", "ladder", "promo", "parked", "money", "clicked", "arm"}
)
"""Records that become rows of `acts` as they are."""
KINDS = {
    **dict.fromkeys(("mode", "version", "assigned", "snoozed", "woken"), "state"),
    **dict.fromkeys(
        ("tagged", "set", "detail", "stage", "granted", "promo", "money", "objection", "entered", "ended"), "contact"
    ),
    "receipt": "status",
    "note": "note",
    "task": "task",
    "task_done": "task",
}
"""Record → what the stream calls the change."""


def blank() -> Row:
    """The columns of a contact that this module keeps, of one who is new."""
    return {
        **dict.fromkeys(("channel", "last_text", "last_by"), ""),
        **dict.fromkeys(("unanswered_since", "answered_at", "snoozed_until", "spoke_at"), None),
        "version": 0,
    }


def record(turn: Turn, what: str, data: Data) -> None:
    """Keep one record."""
    if what in KINDS:
        turn.batch.change(turn.id, KINDS[what])
    if what in _RECORDS:
        _RECORDS[what](turn, data)
    elif what in KEPT:
        act(turn, what, data)


def act(turn: Turn, kind: str, data: Data) -> None:
    """A row of the thread."""
    operator = str(data.get("operator", "")) or _operator(turn.event)
    kept = {name: _text(value) for name, value in data.items() if name != "operator"}
    turn.batch.append(Act, contact=turn.id, at=turn.at, kind=kind, operator=operator, data=kept)


def _operator(event: Event) -> str:
    return event.operator if isinstance(event, FromOperator) else ""


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _mode(turn: Turn, data: Data) -> None:
    who = {"before": data["before"], "after": data["after"], "operator": data["operator"]}
    act(turn, "mode", who)


def _version(turn: Turn, data: Data) -> None:
    turn.contact["version"] = data["version"]
    turn.contact["operator"] = data["operator"] if data["mode"] in ("operator", "blocked") else ""
    turn.contact["snoozed_until"] = None


def _snoozed(turn: Turn, data: Data) -> None:
    turn.contact["snoozed_until"] = moment(data["until"])
    act(turn, "snoozed", {"until": turn.contact["snoozed_until"].isoformat(), "operator": data["operator"]})


def _woken(turn: Turn, data: Data) -> None:
    turn.contact["snoozed_until"] = None
    act(turn, "woken", data)


def _detail(turn: Turn, data: Data) -> None:
    """What was corrected; the value stands on the card."""
    act(turn, "detail", {"detail": data["detail"], "operator": data["operator"]})


def _note(turn: Turn, data: Data) -> None:
    turn.batch.append(Note, contact=turn.id, at=turn.at, by=data["operator"], text=data["text"])


def _task(turn: Turn, data: Data) -> None:
    turn.batch.append(
        Task,
        contact=turn.id,
        tunnel=turn.contact["tunnel"],
        title=data["title"],
        operator=data["of"],
        made_at=turn.at,
        due_at=moment(data["due_at"]) if data["due_at"] else None,
        done_at=None,
        event=data["id"],
    )
    act(turn, "task", {"title": data["title"], "operator": data["operator"]})


def _task_done(turn: Turn, data: Data) -> None:
    for row in turn.batch.appended.get(Task, ()):
        if row["event"] == data["id"]:
            row["done_at"] = turn.at
    turn.batch.late_tasks.append({"b_event": data["id"], "b_contact": turn.id, "b_done_at": turn.at})
    act(turn, "task_done", {"id": data["id"], "operator": data["operator"]})


_RECORDS = {
    "mode": _mode,
    "version": _version,
    "snoozed": _snoozed,
    "woken": _woken,
    "note": _note,
    "task": _task,
    "task_done": _task_done,
    "detail": _detail,
}


def settle(turn: Turn, said_before: int) -> None:
    """After a turn: what was said in it (the batch's messages from `said_before` on), and who waits now."""
    contact = turn.contact
    for message in turn.batch.messages[said_before:]:
        contact["spoke_at"] = turn.at
        contact["last_by"] = message["by"]
        contact["last_text"] = (message["text"] or _files(message["details"]))[:SHOWN_CHARS]
        if message["by"] == "customer":
            contact["channel"] = message["channel"]
            contact["unanswered_since"] = contact["unanswered_since"] or turn.at
        elif message["by"] == "operator":
            contact["answered_at"] = turn.at
            contact["unanswered_since"] = None
        contact["channel"] = contact["channel"] or message["channel"]
        turn.batch.change(turn.id, "message")
    if contact["mode"] not in WAITING_MODES:
        contact["unanswered_since"] = None
    elif contact["mode"] == "queued":
        contact["unanswered_since"] = contact["unanswered_since"] or contact["waiting_since"] or turn.at
    if isinstance(turn.event, FromOperator) and turn.event.operator_name:
        turn.batch.operators[turn.event.operator] = {"id": turn.event.operator, "name": turn.event.operator_name}


def _files(details: Data) -> str:
    files = details.get("files") or ()
    if files:
        return ", ".join(f"[{file.get('name') or file.get('kind')}]" for file in files)
    return ", ".join(f"[{str(media).partition(':')[0]}]" for media in details.get("media") or ())
