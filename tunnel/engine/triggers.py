"""Events from outside the chat: which tunnels act on one, and what they do.

First the tunnel where the contact is, then those left aside, those with a lead, and rules with `start: true`; last the
ways in by an event. Each of them acts, but one event moves the conversation once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite

from tunnel.engine import actions, entries, gate, ladders, moves, parking, payloads, timers
from tunnel.engine.gate import Due, Later, Refused
from tunnel.engine.graph import END
from tunnel.engine.values import Scene
from tunnel.engine.work import Work
from tunnel.events import Trigger
from tunnel.language.definition import Entry, EventRule, Target
from tunnel.session import Kept, Ladder, Value

MAX_KEPT = 20
MESSAGE_READ = "message.read"
LINK_CLICKED = "link.clicked"
STAGE_CHANGED = "stage.changed"


def trigger(work: Work, event: Trigger) -> None:
    """An event came from outside. For a contact who has no address yet it is kept until they write."""
    session = work.session
    at = min(event.sent_at or work.at, work.now)  # when it happened, not when it reached us
    data = payloads.carried(work.definition, event.name, event.data)
    if event.name == LINK_CLICKED:
        work.record("clicked", link=str(data.get("link", ""))[:500])
    if event.name not in work.compiled.heard and event.name != STAGE_CHANGED:
        work.ignore("no tunnel has a rule for this event")
    elif session.address is None:
        _keep(work, Kept(event.name, at, data))
    else:
        act(work, event.name, data, at)
    _begin_at_last(work)


def _begin_at_last(work: Work) -> None:
    """The event for which the default tunnel waited has come: where it led nowhere, that tunnel begins."""
    session = work.session
    if session.begins and session.address is not None:
        session.begins = False
        if work.plan is None and session.mode == "bot":
            entries.begin(work)


def read(work: Work) -> None:
    """A message of ours was read: an event too, where content wants it. Its place is where the contact stands."""
    session = work.session
    if MESSAGE_READ in work.compiled.heard and session.address is not None:
        act(work, MESSAGE_READ, {"tunnel": session.tunnel, "step": session.step}, work.now)


def act(work: Work, name: str, data: dict[str, Value], at: float, *, moved: bool = False) -> None:
    """Let every tunnel act that has something for this event. moved: none may move the conversation (any more)."""
    ladders.ended_by(work, name)
    if name == STAGE_CHANGED:
        moved = _moved_elsewhere(work, data, moved=moved) or moved
    for rule in list(_rules(work, name)):
        moved = _act(work, rule, data, at, moved=moved) or moved
    for entry in () if moved else work.compiled.event_entries.get(name, ()):
        if _outside(work, entry.to.tunnel) and _holds(work, entry, data):
            payloads.remember(work, entry.to.tunnel, data)
            did = _move(work, entry.to.tunnel, name, entry.to, data)
            work.record("trigger", name=name, tunnel=entry.to.tunnel, did=did, fields=sorted(data))
            return


def _moved_elsewhere(work: Work, data: dict[str, Value], *, moved: bool) -> bool:
    """A manager has moved the lead where they keep their leads: it stands there here too, and its step begins."""
    session = work.session
    tunnel = work.definition.tunnels.get(str(data.get("tunnel", "")) or session.tunnel)
    stage = tunnel.stages.get(str(data.get("stage", ""))) if tunnel is not None else None
    if tunnel is None or stage is None or session.stages.get(tunnel.name) == stage.name:
        return False
    payloads.remember(work, tunnel.name, data)
    actions.put_at_stage(work, tunnel.name, stage, str(data.get("reason", "")))
    session.next_step = ""
    if not stage.step or moved:
        return False
    if session.mode in ("queued", "operator"):
        session.next_step = f"{tunnel.name}/{stage.step}"
        return False
    return _move(work, tunnel.name, STAGE_CHANGED, Target(tunnel.name, stage.step), data) in ("moved", "waits")


def _rules(work: Work, name: str) -> Iterator[EventRule]:
    """The rules for an event that concern this contact, the nearest tunnel's first."""
    session = work.session
    found = {rule.tunnel: rule for rule in work.compiled.rules.get(name, ())}
    near = [session.tunnel, *reversed(session.parked), *session.stages]
    for tunnel in dict.fromkeys(near):
        if (rule := found.pop(tunnel, None)) is not None:
            yield rule
    yield from (rule for rule in found.values() if rule.start)


def _act(work: Work, rule: EventRule, data: dict[str, Value], at: float, *, moved: bool) -> bool:
    """Do what a rule says; whether it has moved the conversation, or will when time is open."""
    if not _holds(work, rule, data):
        work.record("trigger", name=rule.event, tunnel=rule.tunnel, did="", fields=sorted(data))
        return False
    did = []
    payloads.remember(work, rule.tunnel, data)
    work.scene = Scene(rule.tunnel, data)
    if rule.set:
        actions.assign(work, rule.set)
    if rule.do:
        actions.perform(work, rule.do)
    if rule.stage:
        actions.move_stage(work, rule.stage, work_reason=rule.reason, tunnel=rule.tunnel)
        _pay(work, rule, data)
        did.append("stage")
    work.scene = None
    if rule.ladder and ladders.start(work, rule, data, at):
        did.append("ladder")
    moving = _move(work, rule.tunnel, rule.event, rule.to, data) if rule.to is not None and not moved else ""
    did += [moving] if moving else []
    work.record("trigger", name=rule.event, tunnel=rule.tunnel, did=",".join(did) or "done", fields=sorted(data))
    return moving in ("moved", "waits")


def _holds(work: Work, what: EventRule | Entry, data: Mapping[str, Value]) -> bool:
    work.scene = Scene(what.tunnel if isinstance(what, EventRule) else what.to.tunnel, data)
    holds = work.holds(what.when)
    work.scene = None
    return holds


def _pay(work: Work, rule: EventRule, data: Mapping[str, Value]) -> None:
    """A stage that wins the lead is a payment, where the event says how much."""
    stage = work.definition.tunnels[rule.tunnel].stages.get(rule.stage)
    value = data.get("total", data.get("value"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return
    if stage is None or stage.outcome != "won":
        return
    currency = str(data.get("currency", "")) or work.definition.settings.currency
    work.record(
        "money", tunnel=rule.tunnel, value=float(value), currency=currency, product=str(data.get("product", ""))
    )


def _outside(work: Work, tunnel: str) -> bool:
    session = work.session
    return (session.tunnel != tunnel or session.ended) and tunnel not in session.parked


# --- moving the conversation


def _move(work: Work, tunnel: str, name: str, target: Target, data: Mapping[str, Value]) -> str:
    """Take the contact to a step, unless people answer or the bot has to be silent: what became of it, in one word."""
    session = work.session
    if target.step == END and session.tunnel != tunnel:
        parking.drop(work, tunnel)
        return "done"
    if session.mode != "bot":
        gate.hold(work, "event", Refused("people" if session.mode in ("queued", "operator") else session.mode))
        return "held"
    if 0 <= work.now - session.inbound_at < gate.TALKING_S:
        moves.enter_aside(work, target, by="event", label=name)
        return "moved"
    number = session.ladder_count + 1
    due = Due(timers.rung_of(number, ladders.WAITING_MOVE), "", int(work.now))
    verdict = gate.start(work, "event", _enter(target, name), due=due)
    if isinstance(verdict, Later):
        earlier = [each for each in work.session.ladders if each.rung < 0 and each.tunnel == tunnel]
        ladders.stop(work, "replaced", earlier)
        ladders.keep(work, tunnel, name, data, work.now, rung=ladders.WAITING_MOVE)
        return "waits"
    return "moved" if isinstance(verdict, gate.Go) else "held"


def _enter(target: Target, name: str) -> Callable[[Work], None]:
    return lambda work: moves.enter_aside(work, target, by="event", label=name)


def due(work: Work, due: Due) -> None:
    """A timer of a ladder is due: its rung, or the move that waited for open time."""
    number, _, rung = due.rest.partition(":")
    ladder = ladders.numbered(work, int(number)) if number.isdecimal() else None
    if ladder is None or str(ladder.rung) != rung:
        work.ignore("late timer")
    elif ladder.rung >= 0:
        ladders.climb(work, ladder, due)
    else:
        _move_now(work, ladder, due)


def _move_now(work: Work, ladder: Ladder, due: Due) -> None:
    target = _target(work, ladder)
    if target is None or (target.tunnel, target.step) not in work.compiled.plans:
        ladders.stop(work, "gone from the content", [ladder])
        return
    mode = work.session.mode
    if mode != "bot":
        gate.hold(work, "event", Refused("people" if mode in ("queued", "operator") else mode))
    elif isinstance(gate.start(work, "event", _enter(target, ladder.event), due=due), Later):
        return
    ladders.stop(work, "", [ladder])


def _target(work: Work, ladder: Ladder) -> Target | None:
    """Where a move that waited was to lead."""
    tunnel = work.definition.tunnels.get(ladder.tunnel)
    if tunnel is not None and ladder.event == STAGE_CHANGED:
        stage = tunnel.stages.get(work.session.stages.get(tunnel.name, ""))
        if stage is not None and stage.step:
            return Target(tunnel.name, stage.step)
    rule = ladders.rule_of(work, ladder)
    if rule is not None and rule.to is not None:
        return rule.to
    found = work.compiled.event_entries.get(ladder.event, ())
    return next((entry.to for entry in found if entry.to.tunnel == ladder.tunnel), None)


# --- contacts who have not written yet


def _keep(work: Work, kept: Kept) -> None:
    session = work.session
    session.kept = [*session.kept, kept]
    while len(session.kept) > MAX_KEPT:
        payloads.drop_oldest(work)
    payloads.make_room(work)
    work.record("trigger", name=kept.name, tunnel="", did="kept", fields=sorted(kept.data))


def apply_kept(work: Work) -> None:
    """The contact can be reached at last: what came before acts now, in its order. Ladders are counted from now.

    Where their first words have led somewhere already, events move them no more; where neither leads anywhere, the
    default tunnel begins.
    """
    kept, work.session.kept = work.session.kept, []
    came_in = work.plan is not None
    for event in kept:
        act(work, event.name, dict(event.data), work.now, moved=came_in or work.plan is not None)
    if work.begin_waits and work.plan is None and work.session.mode == "bot":
        entries.begin(work)
