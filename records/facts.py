"""What a turn's records tell of the world outside the chat, and what the tunnel made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from records.tables import Fact, OutsideEvent, Payment
from records.turn import Turn
from tunnel.effects import Effect, Identify
from tunnel.events import Trigger

Data = Mapping[str, Any]
REDEEMED = "promo.redeemed"


def came(turn: Turn, event: Trigger) -> None:
    """An event came from outside. The shop's word that a code was used is one, too."""
    turn.batch.append(
        OutsideEvent, contact=turn.id, at=turn.at, name=event.name, data=dict(event.data), origin=event.origin
    )
    if event.name == REDEEMED:
        told = {name: event.data[name] for name in ("order", "total") if name in event.data}
        name, code = str(event.data.get("promo", "")), str(event.data.get("code", ""))
        _add(turn, "promo", name=name, part=code, did="redeemed", data=told)


def identified(turn: Turn, effect: Effect) -> None:
    assert isinstance(effect, Identify)
    turn.contact[effect.kind] = effect.value


def trigger(turn: Turn, data: Data) -> None:
    _add(turn, "trigger", tunnel=data["tunnel"], name=data["name"], did=data["did"])


def ladder(turn: Turn, data: Data) -> None:
    place = {"tunnel": data["tunnel"], "name": data["event"], "part": str(data["rung"])}
    _add(turn, "ladder", **place, did=data["did"], why=data["why"])


def held(turn: Turn, data: Data) -> None:
    until = {"until": data["until"]} if data["until"] else {}
    _add(turn, "held", name=data["what"], why=data["why"], data=until)


def promo(turn: Turn, data: Data) -> None:
    did = "given" if data["code"] else "none"
    _add(turn, "promo", name=data["promo"], part=data["code"], did=did, data={"until": data["until"]})


def arm(turn: Turn, data: Data) -> None:
    _add(turn, "arm", tunnel=data["tunnel"], name=data["step"], part=data["arm"])


def parked(turn: Turn, data: Data) -> None:
    _add(turn, "parked", tunnel=data["tunnel"], name=data["step"], did=data["did"])


def overdue(turn: Turn, data: Data) -> None:
    _add(turn, "overdue", tunnel=data["tunnel"], name=data["stage"], data={"since": data["since"]})


def clicked(turn: Turn, data: Data) -> None:
    _add(turn, "clicked", name=data["link"])


def money(turn: Turn, data: Data) -> None:
    """A payment; the lead is worth all of its payments together."""
    turn.batch.append(Payment, contact=turn.id, at=turn.at, **{name: data[name] for name in _PAID})
    key = (turn.id, data["tunnel"])
    lead = turn.batch.leads.get(key)
    if lead is not None:
        lead["value"] = float(lead["value"] or 0) + float(data["value"])
        turn.batch.moved.add(key)


_PAID = ("tunnel", "value", "currency", "product")


def _add(turn: Turn, what: str, **told: Any) -> None:
    """A fact; one that names no tunnel happened in the one where the contact stands."""
    empty: dict[str, Any] = {"name": "", "part": "", "did": "", "why": "", "data": {}}
    place = {"tunnel": turn.contact["tunnel"]}
    turn.batch.append(Fact, contact=turn.id, at=turn.at, what=what, **{**place, **empty, **told})
