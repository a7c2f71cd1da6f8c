"""What the proofs look at, and the ways from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from tunnel.language.definition import Choice, Condition, Definition, EventRule, Handoff, Rung, SetTo, Step, Target
from tunnel.language.limits import LIMITS
from tunnel.language.models import SettingsKeys, SharedKeys
from tunnel.language.scope import Scope
from tunnel.language.source import Place
from tunnel.language.tunnel_models import StepKeys, TunnelKeys

_HIDE_WAYS = (
    "unknown-step", "unknown-tunnel", "resume-outside", "choice-does-nothing", "same-name", "special-step-name",
)  # fmt: skip
"""Findings after which it is not known where steps lead."""

Node = tuple[str, str]
"""(tunnel, step)"""
WayKind = Literal["branch", "arm", "else", "choice", "silence", "wait", "objection"]


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a step to a step. `when` held and `set` was set on it."""

    start: Node
    to: Node
    kind: WayKind
    when: Condition | None = None
    set: tuple[SetTo, ...] = ()
    after_s: float = 0.0

    @property
    def instant(self) -> bool:
        """Whether it is gone without waiting for anybody, once the step itself is done waiting."""
        return self.kind in ("branch", "arm", "else")


@dataclass(frozen=True, slots=True)
class Gate:
    """A way in from outside. `what`: how an author would call it. `stage`: it opens when that stage is late. `event`:
    it opens when that event comes; `set` was set then. `promo`: a code was handed out just before.
    """

    to: Node
    what: str
    stage: str = ""
    event: str = ""
    set: frozenset[str] = frozenset()
    promo: bool = False


class Content:
    """The definition, the models it was built from, and where things stand."""

    def __init__(
        self,
        definition: Definition,
        settings: SettingsKeys,
        tunnels: Sequence[TunnelKeys],
        shared: Sequence[SharedKeys],
        scope: Scope,
    ) -> None:
        self.definition = definition
        self.settings = settings
        self.tunnels = tunnels
        self.shared = shared
        self.scope = scope
        self.report = scope.report
        self.root = Path(definition.directory)

    @property
    def followable(self) -> bool:
        """Whether no finding so far makes the ways through the content unknown."""
        hidden = self.scope.blind or self.report.form_failed
        return not hidden and not any(self.report.has(code) for code in _HIDE_WAYS)

    @cached_property
    def steps(self) -> dict[Node, Step]:
        """Every step."""
        return {
            (tunnel.name, step.name): step
            for tunnel in self.definition.tunnels.values()
            for step in tunnel.steps.values()
        }  # fmt: skip

    @cached_property
    def fields(self) -> dict[Node, StepKeys]:
        """The models of the steps, for places."""
        return {(str(one.tunnel), str(name)): keys for one in self.tunnels for name, keys in one.steps.items()}

    def place(self, step: Step, key: str = "") -> Place:
        """Where a step, or one of its keys, stands."""
        return self.fields[step.tunnel, step.name].key_place(key) if key else self.scope.marks.of(step)

    def channels(self, tunnel: str) -> tuple[str, ...]:
        """The channels that a tunnel is meant for."""
        keys = next((one for one in self.tunnels if one.tunnel == tunnel), None)
        written = keys.channels if keys is not None else None
        return tuple(map(str, written)) if written else tuple(LIMITS)

    @cached_property
    def channels_anywhere(self) -> tuple[str, ...]:
        """The channels that some tunnel is meant for: those of what tunnels share."""
        used = {channel for tunnel in self.definition.tunnels for channel in self.channels(tunnel)}
        return tuple(channel for channel in LIMITS if channel in used)

    @cached_property
    def rungs(self) -> list[tuple[Rung, tuple[str, ...]]]:
        """Every rung, with the channels that it may be said on."""
        return [
            (rung, tuple(channel for channel in self.channels(tunnel.name) if not rung.via or channel in rung.via))
            for tunnel in self.definition.tunnels.values()
            for rule in tunnel.events.values()
            for rung in rule.ladder
        ]

    @cached_property
    def ways(self) -> list[Way]:
        """Every way from a step to a step."""
        return [way for node, step in self.steps.items() for way in self._ways_of(node, step)]

    def _ways_of(self, node: Node, step: Step) -> Iterator[Way]:
        for choice in step.choices:
            yield from self._by_choice(node, choice, "choice")
        for silence in step.silence:
            if silence.to is not None and (to := self._node(silence.to, node)) is not None:
                yield Way(node, to, "silence", after_s=silence.after_s)
            for choice in silence.choices:
                yield from self._by_choice(node, choice, "choice")
        if step.waits:
            yield from self._by_objections(node)
        paused = step.wait_s is not None
        if step.choices and step.ask is None and not paused:
            return
        after_s = step.wait_s or 0.0
        for branch in step.to:
            if (to := self._node(branch.to, node)) is not None:
                yield Way(node, to, "wait" if paused else "branch", branch.when, after_s=after_s)
        for arm in step.split:
            yield Way(node, (node[0], arm), "wait" if paused else "arm", after_s=after_s)
        for way in self._by_handoff(node, step.handoff, "wait" if paused else "else"):
            yield replace(way, after_s=after_s)

    def _by_choice(self, node: Node, choice: Choice, kind: WayKind) -> Iterator[Way]:
        if choice.to is not None and (to := self._node(choice.to, node)) is not None:
            yield Way(node, to, kind, choice.when, choice.set)
        for way in self._by_handoff(node, choice.handoff, kind):
            yield Way(node, way.to, kind, choice.when, choice.set)

    def _by_handoff(self, node: Node, handoff: Handoff | None, kind: WayKind) -> Iterator[Way]:
        otherwise = handoff.otherwise if handoff is not None else None
        if otherwise is not None and (to := self._node(otherwise, node)) is not None:
            yield Way(node, to, kind)

    def _by_objections(self, node: Node) -> Iterator[Way]:
        """An objection can be raised at any step that waits; its answers lead to steps of the same tunnel."""
        for objection in self.definition.objections.values():
            for answer in objection.answers:
                for choice in answer.choices:
                    yield from self._by_choice(node, choice, "objection")
                if answer.to is not None and (to := self._node(answer.to, node)) is not None:
                    yield Way(node, to, "objection")
                yield from self._by_handoff(node, answer.handoff, "objection")

    def _node(self, target: Target, start: Node) -> Node | None:
        if target.step in ("end", "resume"):
            return None
        node = (target.tunnel or start[0], target.step)
        return node if node in self.steps else None

    @cached_property
    def gates(self) -> list[Gate]:
        """Every way in from outside."""
        gates = []
        for tunnel in self.definition.tunnels.values():
            gates.append(Gate((tunnel.name, tunnel.start), "start"))
            for entry in tunnel.enter:
                what = entry.link or entry.event or ", ".join(entry.words)
                gates.append(Gate((entry.to.tunnel, entry.to.step), what, event=entry.event))
            for stage in tunnel.stages.values():
                if stage.step:
                    gates.append(Gate((tunnel.name, stage.step), f"stages.{stage.name}.step"))
                if stage.late:
                    gates.append(Gate((tunnel.name, stage.late), f"stages.{stage.name}.late", stage.name))
            for rule in tunnel.events.values():
                gates += self._gates_of(rule)
        return [gate for gate in gates if gate.to in self.steps]

    def _gates_of(self, rule: EventRule) -> Iterator[Gate]:
        """The steps that an event leads to: by itself, by its ladder, and by the choices of that."""
        start = (rule.tunnel, "")
        known = frozenset(one.variable for one in rule.set)
        known |= {one.variable for action in rule.do for one in action.set}
        if rule.to is not None and (to := self._node(rule.to, start)) is not None:
            yield Gate(to, rule.event, event=rule.event, set=known)
        promo = False
        for rung in rule.ladder:
            promo = promo or bool(rung.promo)
            if rung.to is not None and (to := self._node(rung.to, start)) is not None:
                yield Gate(to, rule.event, event=rule.event, set=known, promo=promo)
            for choice in rung.choices:
                chosen = known | {one.variable for one in choice.set}
                for way in self._by_choice(start, choice, "choice"):
                    yield Gate(way.to, rule.event, event=rule.event, set=chosen, promo=promo)
