"""What a turn's records change of the sale: visits of steps, leads and stages, objections, gifts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from records.batch import seconds_between
from records.bulk import Row
from records.tables import Grant
from records.turn import Turn

Data = Mapping[str, Any]


# --- steps


def entered(turn: Turn, data: Data) -> None:
    contact = turn.contact
    led_to = f"{data['tunnel']}/{data['step']}"
    before = turn.batch.visits.get((turn.id, contact["visit"]))
    if not contact["visit_left"]:
        _leave(turn, by="onward", label="", led_to=led_to)
    elif before is not None and before["left_at"] == turn.at and not before["led_to"]:
        before["led_to"] = led_to
    elif turn.batch.late_visits:
        late = turn.batch.late_visits[-1]
        if late["b_contact"] == turn.id and late["b_visit"] == contact["visit"] and late["b_left_at"] == turn.at:
            late["b_led_to"] = late["b_led_to"] or led_to
    contact.update(tunnel=data["tunnel"], step=data["step"], visit=data["visit"], visit_at=turn.at, visit_left=False)
    turn.batch.visits[turn.id, data["visit"]] = {
        "contact": turn.id,
        "visit": data["visit"],
        "tunnel": data["tunnel"],
        "step": data["step"],
        "entered_at": turn.at,
        "left_at": None,
        "left_by": "",
        "label": "",
        "led_to": "",
        "seconds": None,
    }


def left(turn: Turn, data: Data) -> None:
    if data["visit"] == turn.contact["visit"] and not turn.contact["visit_left"]:
        _leave(turn, by=data["by"], label=data["label"], led_to="")


def ended(turn: Turn, data: Data) -> None:
    if not turn.contact["visit_left"]:
        _leave(turn, by="end", label="", led_to="")


def _leave(turn: Turn, *, by: str, label: str, led_to: str) -> None:
    contact = turn.contact
    contact["visit_left"] = True
    changes = {
        "left_at": turn.at,
        "left_by": by,
        "label": label,
        "led_to": led_to,
        "seconds": seconds_between(contact["visit_at"], turn.at),
    }
    visit = turn.batch.visits.get((turn.id, contact["visit"]))
    if visit is not None:
        visit.update(changes)
        return
    late = {"b_contact": turn.id, "b_visit": contact["visit"]}
    turn.batch.late_visits.append(late | {f"b_{name}": value for name, value in changes.items()})


# --- the sale


def stage(turn: Turn, data: Data) -> None:
    key = (turn.id, data["tunnel"])
    lead = turn.batch.leads.get(key)
    if lead is None:
        lead = turn.batch.leads[key] = {
            "contact": turn.id,
            "tunnel": data["tunnel"],
            "moves": 0,
            "value": None,
            "created_at": turn.at,
            "stage": "",
            "since": turn.at,
            "reason": "",
        }
    turn.batch.moved.add(key)
    reason = data.get("reason") or ""
    _leave_stage(turn, lead, data["after"])
    lead.update(stage=data["after"], since=turn.at, moves=lead["moves"] + 1, reason=reason)
    turn.batch.stages[(*key, lead["moves"])] = {
        "contact": turn.id,
        "tunnel": data["tunnel"],
        "move": lead["moves"],
        "stage": data["after"],
        "entered_at": turn.at,
        "left_at": None,
        "led_to": "",
        "reason": reason,
    }


def _leave_stage(turn: Turn, lead: Row, led_to: str) -> None:
    if lead["moves"] == 0:
        return
    here = turn.batch.stages.get((turn.id, lead["tunnel"], lead["moves"]))
    if here is not None:
        here.update(left_at=turn.at, led_to=led_to)
        return
    late = {"b_contact": turn.id, "b_tunnel": lead["tunnel"], "b_move": lead["moves"]}
    turn.batch.late_stages.append({**late, "b_left_at": turn.at, "b_led_to": led_to})


def objection(turn: Turn, data: Data) -> None:
    contact = turn.contact
    contact["objections"] += 1
    turn.batch.objections[turn.id, contact["objections"]] = {
        "contact": turn.id,
        "number": contact["objections"],
        "name": data["name"],
        "answer": data["answer"],
        "by": data["by"],
        "tunnel": data["tunnel"],
        "step": data["step"],
        "raised_at": turn.at,
        "won_at": None,
        "label": "",
    }


def won_back(turn: Turn, data: Data) -> None:
    label = data["label"]
    raised = [
        row for (contact, _), row in turn.batch.objections.items() if contact == turn.id and row["name"] == data["name"]
    ]
    if raised:
        raised[-1].update(won_at=turn.at, label=label)
        return
    late = {"b_contact": turn.id, "b_name": data["name"], "b_until": turn.contact["objections"]}
    turn.batch.late_wins.append({**late, "b_won_at": turn.at, "b_label": label})


def granted(turn: Turn, data: Data) -> None:
    place = {name: turn.contact[name] for name in ("tunnel", "step")}
    turn.batch.append(Grant, contact=turn.id, magnet=data["magnet"], at=turn.at, **place)
