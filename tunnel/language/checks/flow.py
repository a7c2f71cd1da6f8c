"""A variable is set on every way to its use, or has a default.

For each step, the variables that are set whichever way it was reached: the intersection over all ways in, worked out
until nothing changes. What a text needs beyond that is reported, with the way on which it is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tunnel.language.checks.content import Content, Gate, Node, Way
from tunnel.language.checks.needs import needed, proven, tree_of
from tunnel.language.definition import (
    Action,
    Answer,
    Choice,
    Condition,
    EventRule,
    Handoff,
    SetTo,
    Step,
    Template,
)
from tunnel.language.expressions import always

PASSING = frozenset({"event", "promo", "product", "recommended"})
"""Names that have a value only after an event, a promo code handed out, a product shown: followed like variables."""

Names = frozenset[str]
_NOTHING: Names = frozenset()
_EVENT, _PROMO, _PRODUCT = frozenset({"event"}), frozenset({"promo"}), frozenset({"product", "recommended"})


def check_flow(content: Content) -> None:
    """Report uses of variables that may not be set yet, and variables that nothing sets."""
    flow = _Flow(content)
    flow.settle()
    for node, step in content.steps.items():
        if node in flow.known:
            flow.check_step(node, step)
    flow.check_objections()
    flow.check_events()
    flow.check_products()
    flow.check_settings()
    _check_never_set(content)


def _reached(starts: Iterable[Node], ways: Mapping[Node, list[Way]]) -> frozenset[Node]:
    reached: set[Node] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(way.to for way in ways.get(node, ()))
    return frozenset(reached)


def _on_gate(gate: Gate) -> Names:
    return gate.set | (_EVENT if gate.event else _NOTHING) | (_PROMO if gate.promo else _NOTHING)


def _set_names(sets: Iterable[SetTo]) -> Names:
    return frozenset(one.variable for one in sets)


def _done_names(actions: Iterable[Action]) -> Names:
    return frozenset(one.variable for action in actions for one in action.set)


@dataclass(frozen=True, slots=True)
class _Point:
    """A moment within a step: what is known then, and at which node."""

    node: Node | None
    known: Names

    def after(self, names: Names) -> _Point:
        return _Point(self.node, self.known | names)


class _Flow:
    def __init__(self, content: Content) -> None:
        self.content = content
        self.always = always(content.scope.declared) - PASSING
        self.known: dict[Node, Names] = {}
        """What is set whenever a step is entered."""
        self.ways: dict[Node, list[Way]] = {}
        for way in content.ways:
            self.ways.setdefault(way.start, []).append(way)

    def settle(self) -> None:
        """Work out `known`: start from the gates, follow every way, intersect, until nothing changes."""
        waiting = deque[Node]()
        late = [gate for gate in self.content.gates if gate.stage]
        for gate in self.content.gates:
            if not gate.stage:
                self._meet(gate.to, _on_gate(gate), waiting)
        while True:
            self._spread(waiting)
            for gate in late:
                names = self._at_stage(gate.to[0], gate.stage)
                if names is not None:
                    self._meet(gate.to, names, waiting)
            if not waiting:  # a stage that no step leads to: only a manager puts leads there
                for gate in late:
                    if gate.to not in self.known:
                        self._meet(gate.to, _NOTHING, waiting)
            if not waiting:
                return

    def _spread(self, waiting: deque[Node]) -> None:
        while waiting:
            for way in self.ways.get(waiting.popleft(), ()):
                self._meet(way.to, self.on_way(way), waiting)

    def _meet(self, node: Node, names: Names, waiting: deque[Node]) -> None:
        before = self.known.get(node)
        after = names if before is None else before & names
        if after != before:
            self.known[node] = after
            waiting.append(node)

    def _at_stage(self, tunnel: str, stage: str) -> Names | None:
        """What is set for a lead at `stage`, wherever the lead stands: all steps that move it there agree on it."""
        entered = [
            self.known[node] | self._on_entering(step)
            for node, step in self.content.steps.items()
            if node in self.known and step.tunnel == tunnel and step.stage == stage
        ]
        return frozenset.intersection(*entered) if entered else None

    def _on_entering(self, step: Step) -> Names:
        return _set_names(step.set) | _done_names(step.do) | (_PROMO if step.promo else _NOTHING)

    def on_way(self, way: Way) -> Names:
        """What is set at the end of a way."""
        step = self.content.steps[way.start]
        names = self.known[way.start] | self._on_entering(step)
        if way.instant and step.ask is not None:
            names |= {step.ask.save} | _done_names(step.then)
        if way.when is not None:
            names |= proven(tree_of(way.when))
        if way.to[0] != way.start[0]:  # another tunnel knows nothing of this one's events
            names -= _EVENT
        return (names | _set_names(way.set)) - _PRODUCT

    # --- uses ---

    def check_step(self, node: Node, step: Step) -> None:
        point = _Point(node, self.known[node])
        point = self._sets(point, step.set)
        point = self._actions(point, step.do)
        point = point.after((_PROMO if step.promo else _NOTHING) | self._shown(step.product))
        magnet = self.content.definition.magnets.get(step.magnet)
        self._text(point, magnet.say if magnet is not None else None)
        self._text(point, step.say)
        if step.ask is not None:
            self._text(point, step.ask.say)
            self._text(point, step.ask.retry)
        self._choices(point, step.choices)
        for silence in step.silence:
            self._condition(point, silence.when)
            reminded = point.after(proven(tree_of(silence.when))) if silence.when is not None else point
            self._text(reminded, silence.say)
            self._choices(reminded, silence.choices)
        if step.ask is not None:
            point = self._actions(point.after(frozenset({step.ask.save})), step.then)
        for branch in step.to:
            self._condition(point, branch.when)
        self._handoff(point, step.handoff)

    def check_objections(self) -> None:
        """An answer's texts know what is known at every step where it can be raised."""
        waiting = [
            _Point(node, self.known[node] | self._on_entering(step))
            for node, step in self.content.steps.items()
            if node in self.known and step.waits
        ]
        for objection in self.content.definition.objections.values():
            for answer in objection.answers:
                for point in waiting:
                    self._answer(point, answer)

    def _answer(self, point: _Point, answer: Answer) -> None:
        self._text(point, answer.say)
        self._choices(point, answer.choices)
        self._handoff(point, answer.handoff)

    def check_events(self) -> None:
        """What an event does, it does wherever the contact stands."""
        for tunnel in self.content.definition.tunnels.values():
            for entry in tunnel.enter:
                self._condition(_Point(None, _EVENT if entry.event else _NOTHING), entry.when)
            for rule in tunnel.events.values():
                self._rule(rule)

    def _rule(self, rule: EventRule) -> None:
        point = _Point(None, _EVENT)
        self._condition(point, rule.when)
        if rule.when is not None:
            point = point.after(proven(tree_of(rule.when)))
        point = self._actions(self._sets(point, rule.set), rule.do)
        for rung in rule.ladder:
            point = point.after(_PROMO) if rung.promo else point
            self._condition(point, rung.when)
            inside = point.after(proven(tree_of(rung.when))) if rung.when is not None else point
            inside = inside.after(self._shown(rung.product))
            self._text(inside, rung.say)
            self._choices(inside, rung.choices)

    def _shown(self, name: str) -> Names:
        """What a product that is shown makes known: itself, and what to recommend after it, if that is sure."""
        product = self.content.definition.products.get(name)
        if product is None:
            return _NOTHING
        sure = any(branch.when is None for branch in product.next)
        return _PRODUCT if sure else _PRODUCT - {"recommended"}

    def check_products(self) -> None:
        """A product is recommended wherever the contact stands."""
        for product in self.content.definition.products.values():
            for branch in product.next:
                self._condition(_Point(None, _NOTHING), branch.when)

    def check_settings(self) -> None:
        """The `unknown` text is said anywhere."""
        self._text(_Point(None, _NOTHING), self.content.definition.settings.unknown)

    def _choices(self, point: _Point, choices: Iterable[Choice]) -> None:
        for choice in choices:
            self._condition(point, choice.when)
            inside = point.after(proven(tree_of(choice.when))) if choice.when is not None else point
            self._text(inside, choice.label)
            inside = self._sets(inside, choice.set)
            self._handoff(inside, choice.handoff)

    def _handoff(self, point: _Point, handoff: Handoff | None) -> None:
        if handoff is not None:
            self._text(point, handoff.note)
            self._text(point, handoff.say)

    def _actions(self, point: _Point, actions: Iterable[Action]) -> _Point:
        for action in actions:
            self._text(point, action.text)
            point = self._sets(point, action.set)
        return point

    def _sets(self, point: _Point, sets: Iterable[SetTo]) -> _Point:
        for one in sets:
            if not isinstance(one.value, str | float | bool | list):
                self._text(point, one.value)
            point = point.after(frozenset({one.variable}))
        return point

    def _text(self, point: _Point, template: Template | None) -> None:
        if template is not None:
            self._missing(point, template, needed(tree_of(template), point.known | self.always))

    def _condition(self, point: _Point, condition: Condition | None) -> None:
        if condition is not None:
            self._missing(point, condition, needed(tree_of(condition), point.known | self.always, asked=True))

    def _missing(self, point: _Point, used: Template | Condition, names: Names) -> None:
        source = self.content.scope.source_of(used)
        declared = self.content.scope.declared
        for name in sorted(names & (declared | PASSING)):
            place = self.content.scope.locate(source, name)
            code = "unset-variable" if name in declared else self._passing_code(point.node, name)
            if self.content.report.once(code, place, name):
                self.content.report.add(code, place, name=name, way=self.way_without(point.node, name))

    def _passing_code(self, node: Node | None, name: str) -> str:
        """Whether it can be there at all, or only on some of the ways here."""
        if name == "recommended":
            return "recommended-maybe-unset"
        possible = node in self.possible[name] if node is not None else self._possible_anywhere(name)
        return f"{name}-maybe-unset" if possible else f"{name}-unset"

    def _possible_anywhere(self, name: str) -> bool:
        """Whether it can be there for somebody, wherever they stand."""
        tunnels = self.content.definition.tunnels.values()
        if name == "promo":
            handed = any(rung.promo for rung, _ in self.content.rungs)
            return handed or any(step.promo for step in self.content.steps.values())
        return any(tunnel.events or any(entry.event for entry in tunnel.enter) for tunnel in tunnels)

    @cached_property
    def possible(self) -> Mapping[str, frozenset[Node]]:
        """Where there may be an event, a promo code, a product: the steps that some way leads to from one."""
        events = {gate.to for gate in self.content.gates if gate.event}
        promos = {node for node, step in self.content.steps.items() if step.promo}
        promos |= {gate.to for gate in self.content.gates if gate.promo}
        within = {start: [way for way in ways if way.to[0] == way.start[0]] for start, ways in self.ways.items()}
        met = _reached(events, within)
        return {"event": met, "product": met, "promo": _reached(promos, self.ways)}

    def way_without(self, node: Node | None, name: str) -> str:
        """A way to `node` on which `name` is not set: "siding → hello → price"."""
        if node is None:
            return "…"
        path = [node[1]]
        seen = {node}
        while True:
            gate = next((gate for gate in self.content.gates if gate.to == node), None)
            if gate is not None:
                return " → ".join([gate.what, *reversed(path)])
            back = next(
                (
                    way
                    for way in self.content.ways
                    if way.to == node and way.start in self.known and way.start not in seen
                    and name not in self.on_way(way)
                ),
                None,
            )  # fmt: skip
            if back is None:
                return " → ".join(reversed(path))
            node = back.start
            seen.add(node)
            path.append(node[1])


def _check_never_set(content: Content) -> None:
    """A variable that no step sets is probably a leftover, or a forgotten question."""
    for name in content.settings.variables or {}:
        if str(name) in content.scope.variables and str(name) not in content.scope.written:
            content.report.add("variable-never-set", name.at, name=name)
