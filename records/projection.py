"""What one line of the journal changes in the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from records import attention, facts, sales
from records.batch import Batch
from records.bulk import Row
from records.lines import Line
from records.rows import new_contact
from records.said import hear, say
from records.stems import folded
from records.tables import Consent, Note, Touch
from records.tables.base import moment
from records.turn import Turn
from tunnel.effects import Arm, Cancel, Desk, Effect, Facts, Identify, Record, Send
from tunnel.events import (
    Allowed,
    Attachment,
    Close,
    Colleague,
    Denied,
    Event,
    FromCustomer,
    Phone,
    Press,
    Start,
    Text,
    Timer,
    Trigger,
)

RANKS = {"queued": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5, "dropped": 6, "failed": 6}
"""Of a message's statuses: one of a higher rank replaces one of a lower."""

SAME_TIMER_S = 0.1
"""The store keeps due times to the millisecond, we to the microsecond."""

HEARD = (Text, Press, Start, Phone, Attachment)


def project(batch: Batch, contact: str, line: Line) -> None:
    """Write one line into the batch. Raises ValueError for a line that is neither a turn nor a row's fate."""
    if line.what in RANKS:
        _row_fate(batch, contact, line)
    elif line.event is not None and line.facts is not None:
        _turn(batch, contact, line, line.event, line.facts)
    else:
        raise ValueError(f"a line of an unknown kind: {line.what[:40]!r}")


def _turn(batch: Batch, contact: str, line: Line, event: Event, facts: Facts) -> None:
    at = moment(facts.now)
    known = batch.contacts.get(contact)
    if known is None:
        known = batch.contacts[contact] = new_contact(contact, at)
    batch.changed.add(contact)
    turn = Turn(batch, known, event, at, list(line.sends))
    known["last_at"] = max(known["last_at"], at)
    said_before = len(batch.messages)
    _meet(turn)
    for effect in line.effects:
        _EFFECTS.get(type(effect), _nothing)(turn, effect)
    if isinstance(event, Close):
        _close(turn, event.operator)
    attention.settle(turn, said_before)


# --- the event


def _meet(turn: Turn) -> None:
    event, contact = turn.event, turn.contact
    if isinstance(event, FromCustomer):
        _from_customer(turn, event)
    elif isinstance(event, Timer):
        _fire(contact, event)
    elif isinstance(event, Trigger):
        facts.came(turn, event)


def _fire(contact: Row, event: Timer) -> None:
    """A timer is not armed any more. One that was armed anew after it had left for the inbox still is, for later."""
    armed_for = contact["timers"].get(event.timer)
    if armed_for is not None and armed_for - event.due_at < SAME_TIMER_S:
        contact["timers"] = {name: due for name, due in contact["timers"].items() if name != event.timer}


def _from_customer(turn: Turn, event: FromCustomer) -> None:
    contact = turn.contact
    channel, account, external_id = event.address.channel, event.address.account, event.address.external_id
    reachable = not isinstance(event, Denied)
    known = turn.batch.addresses.get((channel, account, external_id))
    turn.batch.addresses[channel, account, external_id] = {
        "channel": channel,
        "account": account,
        "external_id": external_id,
        "contact": turn.id,
        "first_at": known["first_at"] if known else turn.at,
        "last_at": turn.at,
        "reachable": reachable,
        "reason": event.reason if isinstance(event, Denied) else "",
    }
    if event.profile is not None:
        told = {name: getattr(event.profile, name) for name in ("name", "sex", "language", "timezone")}
        if contact["renamed"]:
            del told["name"]
        contact.update({name: value for name, value in told.items() if value})
        contact["name_folded"] = folded(contact["name"])
    if isinstance(event, Denied | Allowed):
        how = event.reason if isinstance(event, Denied) else "allowed"
        turn.batch.append(Consent, contact=turn.id, at=turn.at, channel=channel, given=reachable, how=how)
    if isinstance(event, Phone):
        contact["phone"] = phone_digits(event.phone)
    if isinstance(event, HEARD):
        contact["inbound_at"] = turn.at
    if isinstance(event, HEARD) or (isinstance(event, Colleague) and event.text):
        _open(turn, channel)
        hear(turn.batch, contact, event, turn.at)


def phone_digits(number: str) -> str:
    """A phone number as it is searched: its digits after a plus."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return f"+{digits}" if digits else ""


def _open(turn: Turn, channel: str) -> None:
    contact = turn.contact
    if contact["conversing"]:
        return
    contact["conversing"] = True
    contact["conversation"] += 1
    turn.batch.conversations[turn.id, contact["conversation"]] = {
        "contact": turn.id,
        "number": contact["conversation"],
        "channel": channel,
        "opened_at": turn.at,
        "closed_at": None,
        "closed_by": "",
    }


def _close(turn: Turn, operator: str) -> None:
    contact = turn.contact
    if not contact["conversing"]:
        return
    contact["conversing"] = False
    number = contact["conversation"]
    open_here = turn.batch.conversations.get((turn.id, number))
    if open_here is not None:
        open_here.update(closed_at=turn.at, closed_by=operator)
        return
    late = {"b_contact": turn.id, "b_number": number, "b_closed_at": turn.at, "b_closed_by": operator}
    turn.batch.late_conversations.append(late)


# --- the effects


def _nothing(turn: Turn, effect: Effect) -> None:
    """Effects that leave no trace here: echoes, acknowledgements, faults of the content."""


def _send(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Send)
    if not turn.contact["conversing"]:
        _open(turn, effect.address.channel)
    rows = turn.sends.pop(0) if turn.sends else None
    say(turn.batch, turn.contact, effect, turn.at, turn.event, rows)


def _arm(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Arm)
    turn.contact["timers"] = {**turn.contact["timers"], effect.timer: effect.at}


def _cancel(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Cancel)
    turn.contact["timers"] = {name: due for name, due in turn.contact["timers"].items() if name != effect.timer}


def _desk(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Desk)
    if effect.kind == "handoff":
        turn.contact["queue"] = effect.queue
        if effect.text:
            turn.batch.append(Note, contact=turn.id, at=turn.at, by="bot", text=effect.text)


def _record(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Record)
    _RECORDS.get(effect.what, _no_record)(turn, effect.data)
    attention.record(turn, effect.what, effect.data)


def _no_record(turn: Turn, data: Mapping[str, Any]) -> None:
    """Records that the tables do not count: ignored, set, unknown, stranded."""


_EFFECTS: dict[type, Callable[[Turn, Effect], None]] = {
    Send: _send,
    Arm: _arm,
    Cancel: _cancel,
    Desk: _desk,
    Identify: facts.identified,
    Record: _record,
}


# --- records: people


def _touch(turn: Turn, data: Mapping[str, Any]) -> None:
    source = {str(name): str(value) for name, value in data["source"].items()}
    channel = turn.event.address.channel if isinstance(turn.event, FromCustomer) else ""
    marks = {name: source.get(name, "") for name in ("utm_source", "utm_medium", "utm_campaign")}
    ref = data["ref"]
    turn.batch.append(Touch, contact=turn.id, at=turn.at, channel=channel, ref=ref, source=source, **marks)


def _mode(turn: Turn, data: Mapping[str, Any]) -> None:
    contact, before, after = turn.contact, data["before"], data["after"]
    contact.update(mode=after, operator=data["operator"] if after == "operator" else "")
    contact["waiting_since"] = (contact["waiting_since"] or turn.at) if after == "queued" else None
    if after in ("bot", "stopped"):
        contact["queue"] = ""
    if (after == "stopped") != (before == "stopped") and "blocked" not in (before, after):
        channel = turn.event.address.channel if isinstance(turn.event, FromCustomer) else ""
        how = "stopped" if after == "stopped" else "resumed"
        turn.batch.append(Consent, contact=turn.id, at=turn.at, channel=channel, given=after != "stopped", how=how)


def _detail(turn: Turn, data: Mapping[str, Any]) -> None:
    contact, detail = turn.contact, data["detail"]
    contact[detail] = data["value"]
    if detail == "name":
        contact["name_folded"] = folded(data["value"])
        contact["renamed"] = data["given"]


def _tagged(turn: Turn, data: Mapping[str, Any]) -> None:
    for tag in data["removed"]:
        turn.batch.tags[turn.id, tag] = False
    for tag in data["added"]:
        turn.batch.tags[turn.id, tag] = True


def _receipt(turn: Turn, data: Mapping[str, Any]) -> None:
    rank = RANKS.get(data["status"], 0)
    change = {"status": data["status"], "status_rank": rank, "status_at": turn.at, "reason": data["error"]}
    known = turn.batch.outside.get((turn.id, data["message_id"]))
    if known is not None:
        if known["status_rank"] < rank:
            known.update(change)
        return
    turn.batch.late_receipts.append(_late(change) | {"b_contact": turn.id, "b_external_id": data["message_id"]})


_RECORDS: dict[str, Callable[[Turn, Mapping[str, Any]], None]] = {
    "entered": sales.entered,
    "left": sales.left,
    "ended": sales.ended,
    "stage": sales.stage,
    "objection": sales.objection,
    "won_back": sales.won_back,
    "granted": sales.granted,
    "touch": _touch,
    "mode": _mode,
    "tagged": _tagged,
    "detail": _detail,
    "receipt": _receipt,
    "trigger": facts.trigger,
    "ladder": facts.ladder,
    "held": facts.held,
    "promo": facts.promo,
    "arm": facts.arm,
    "parked": facts.parked,
    "overdue": facts.overdue,
    "clicked": facts.clicked,
    "money": facts.money,
}


# --- what became of the outbox's rows


def _row_fate(batch: Batch, contact: str, line: Line) -> None:
    rank = RANKS[line.what]
    change = {"status": line.what, "status_rank": rank, "status_at": moment(line.at), "reason": line.why}
    batch.change(contact, "status")
    known = batch.carried.get((contact, line.row))
    if known is not None:
        if known["status_rank"] < rank:
            known.update(change, external_id=known["external_id"] or line.id)
            batch.outside[contact, line.id] = known
        return
    batch.late_rows.append(_late(change) | {"b_contact": contact, "b_row": line.row, "b_external_id": line.id})


def _late(change: Mapping[str, Any]) -> Row:
    return {
        "b_status": change["status"],
        "b_rank": change["status_rank"],
        "b_at": change["status_at"],
        "b_reason": change["reason"],
    }
