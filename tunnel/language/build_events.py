"""What events from outside the chat will do: read and checked by name, not built, until they act."""

from __future__ import annotations

from tunnel.language.build import build_choices
from tunnel.language.definition import Target
from tunnel.language.scope import Scope
from tunnel.language.source import Text
from tunnel.language.tunnel_models import EventKeys, RungKeys, TunnelKeys


def check_events(keys: TunnelKeys, scope: Scope) -> None:
    """Compile the texts of a tunnel's events, follow their names, and note the steps that they lead to."""
    tunnel = str(keys.tunnel)
    stages = frozenset(map(str, keys.stages or {}))
    for name, event in (keys.events or {}).items():
        _check_event(name, event, scope, tunnel, stages)
    for entry in keys.enter or ():
        if entry.event is not None:
            goal = entry.to if entry.to is not None else keys.start
            _gate(scope, scope.target(goal, tunnel), str(entry.event))


def _check_event(name: Text, event: EventKeys, scope: Scope, tunnel: str, stages: frozenset[str]) -> None:
    scope.condition(event.when)
    if event.stage is not None:
        scope.known("unknown-stage", event.stage, stages)
    _gate(scope, scope.target(event.to, tunnel), str(name))
    if not (event.to or event.stage or event.ladder or event.damaged):
        scope.report.add("event-does-nothing", name.at, name=name)
    for rung in event.ladder or ():
        _check_rung(name, rung, scope, tunnel)


def _check_rung(name: Text, rung: RungKeys, scope: Scope, tunnel: str) -> None:
    scope.text(rung.say)
    if rung.promo is not None:
        scope.known("unknown-promo", rung.promo, scope.promos)
    if not (rung.say or rung.to or rung.damaged):
        scope.report.add("silence-does-nothing", rung.at)
    _gate(scope, scope.target(rung.to, tunnel), str(name))
    for choice in build_choices(rung.choices, scope, tunnel):
        _gate(scope, choice.to, str(name))


def _gate(scope: Scope, target: Target | None, what: str) -> None:
    if target is not None and target.step != "end":
        scope.event_gates.append(((target.tunnel, target.step), what))
