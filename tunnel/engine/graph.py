"""A tunnel's step graph, compiled once per revision with `transitions`.

States are steps, written "tunnel/step", with `END`; triggers are shared by all steps and say only how a step is left:
`choice0`, `choice1`… (a choice taken), `next0`… (a branch of `to`, after an answer or at once), `silence0`…,
`otherwise` (a handoff's `else`) and `arm0`… (a split's arms). Where an objection's answer, an entry, the `back` word or
an operator leads is not an edge of any step: those are jumps, checked against the states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from transitions import Machine

from tunnel.engine.modes import Cursor
from tunnel.language.definition import Handoff, Step, Target, Tunnel

END = "end"
"""The state after `to: end`. No step has this name (the language forbids it) or a name without a slash."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a step. `source` and `destination` are states."""

    trigger: str
    source: str
    destination: str


def state_of(target: Target) -> str:
    """The state that a target names."""
    return END if target.step == END else f"{target.tunnel}/{target.step}"


def edges(tunnel: Tunnel) -> Iterator[Edge]:
    """Every edge of a tunnel's steps, in the order of the content."""
    for step in tunnel.steps.values():
        source = f"{tunnel.name}/{step.name}"
        for trigger, target in _ways(step):
            if target.step != "resume":
                yield Edge(trigger, source, state_of(Target(target.tunnel or tunnel.name, target.step)))


def _ways(step: Step) -> Iterator[tuple[str, Target]]:
    for index, choice in enumerate(step.choices):
        if choice.to:
            yield f"choice{index}", choice.to
        elif choice.handoff:
            yield from _otherwise(choice.handoff, f"choice{index}")
    for index, branch in enumerate(step.to):
        yield f"next{index}", branch.to
    for index, silence in enumerate(step.silence):
        if silence.to:
            yield f"silence{index}", silence.to
        for own, choice in enumerate(silence.choices):
            if choice.to:
                yield f"silence{index}choice{own}", choice.to
            elif choice.handoff:
                yield from _otherwise(choice.handoff, f"silence{index}choice{own}")
    if step.handoff:
        yield from _otherwise(step.handoff, "otherwise")
    if step.split:
        for index, arm in enumerate(step.split):
            yield f"arm{index}", Target(step.tunnel, arm)


def _otherwise(handoff: Handoff, trigger: str) -> Iterator[tuple[str, Target]]:
    if handoff.otherwise:
        yield trigger, handoff.otherwise


class Graph:
    """The compiled graph of one tunnel."""

    def __init__(self, tunnel: Tunnel) -> None:
        self.tunnel = tunnel.name
        found = list(edges(tunnel))
        states = dict.fromkeys([f"{tunnel.name}/{name}" for name in tunnel.steps])
        states.update(dict.fromkeys(edge.destination for edge in found))
        states[END] = None
        self._targets = {state: Target(*state.split("/", 1)) for state in states if state != END}
        self._targets[END] = Target(tunnel.name, END)
        self._machine = Machine(model=None, states=list(states), initial=END, auto_transitions=False)
        for edge in found:
            self._machine.add_transition(edge.trigger, edge.source, edge.destination)
        self._followed: dict[tuple[str, str], Target] = {}
        """Where the machine led: it has neither conditions nor callbacks, so it leads there again, and an edge that was
        followed once costs a tenth of a microsecond instead of ten (docs/decisions/0006)."""

    def follow(self, source: str, trigger: str) -> Target | None:
        """Where `trigger` leads from the state `source`; None where the graph has no such edge."""
        edge = (source, trigger)
        found = self._followed.get(edge)
        if found is None and (found := self._walk(source, trigger)) is not None:
            self._followed[edge] = found
        return found

    def _walk(self, source: str, trigger: str) -> Target | None:
        event = self._machine.events.get(trigger)
        if event is None or source not in event.transitions:
            return None
        cursor = Cursor(source)
        event.trigger(cursor)
        return self._targets[cursor.state]
