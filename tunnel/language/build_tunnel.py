"""Tunnels: models → definition."""

from __future__ import annotations

from collections.abc import Sequence

from tunnel.language.build import build_choices, build_days, build_handoff, build_media, short_key
from tunnel.language.build_events import build_actions, build_rules
from tunnel.language.definition import Ask, Branch, Entry, Silence, Stage, Step, Target, Tunnel
from tunnel.language.fields import Keys
from tunnel.language.scope import Scope
from tunnel.language.source import Text
from tunnel.language.tunnel_models import (
    AskKeys,
    BranchKeys,
    EnterKeys,
    SilenceKeys,
    StageKeys,
    StepKeys,
    TunnelKeys,
)

SPECIAL = frozenset({"end", "resume"})


def build_tunnel(keys: TunnelKeys, scope: Scope) -> Tunnel:
    """One tunnel."""
    name = str(keys.tunnel)
    stage_names = keys.declared("stages")
    for step_name in scope.steps.get(name, frozenset()) & SPECIAL:
        written = next(key for key in keys.steps if key == step_name)
        scope.report.add("special-step-name", written.at, name=step_name)
    scope.known("unknown-step", keys.start, scope.steps.get(name, frozenset()))
    steps: dict[str, Step] = {}
    for step_name, field in keys.steps.items():
        key = short_key(f"{name}/{step_name}", scope.keys)
        scope.keys.add(key)
        steps[str(step_name)] = scope.marks.put(
            _Steps(scope, name, stage_names).build(step_name, field, key), step_name.at
        )
    stages = {
        str(stage_name): _build_stage(stage_name, field, order, scope, name)
        for order, (stage_name, field) in enumerate((keys.stages or {}).items())
    }
    entries = (_build_entry(field, scope, name, str(keys.start)) for field in keys.enter or ())
    enter = tuple(entry for entry in entries if entry is not None)
    events = build_rules(keys, scope, stage_names)
    tunnel = Tunnel(name, str(keys.title or name), str(keys.start), steps, stages, enter, keys.tunnel.at.file, events)
    result: Tunnel = scope.marks.put(tunnel, keys.tunnel.at)
    return result


def _build_stage(name: Text, field: StageKeys, order: int, scope: Scope, tunnel: str) -> Stage:
    steps = scope.steps.get(tunnel, frozenset())
    for goal in (field.late, field.step):
        if goal is not None:
            scope.known("unknown-step", goal, steps)
    stage = Stage(
        name=str(name),
        title=str(field.title or name),
        order=order,
        result=str(field.result or ""),
        within_s=field.within,
        outcome=str(field.outcome or ""),  # type: ignore[arg-type]
        reasons=tuple(map(str, field.reasons or ())),
        step=str(field.step or ""),
        late=str(field.late or ""),
    )
    result: Stage = scope.marks.put(stage, name.at)
    return result


def _build_entry(field: EnterKeys, scope: Scope, tunnel: str, start: str) -> Entry | None:
    ways = [key for key in ("link", "words", "event") if field.has(key)]
    if len(ways) != 1:
        if not field.damaged:
            scope.report.add("entry-one-way", field.at)
        return None
    to = scope.target(field.to, tunnel) if field.to is not None else Target(tunnel, start)
    with scope.about(str(field.event or "")):
        when = scope.condition(field.when)
    if to is None:
        return None
    entry = Entry(to, str(field.link or ""), tuple(map(str, field.words or ())), str(field.event or ""), when)
    result: Entry = scope.marks.put(entry, field.at)
    return result


class _Steps:
    """Builds the steps of one tunnel."""

    def __init__(self, scope: Scope, tunnel: str, stages: frozenset[str]) -> None:
        self.scope = scope
        self.tunnel = tunnel
        self.stages = stages

    def build(self, name: Text, field: StepKeys, key: str) -> Step:
        scope = self.scope
        if field.stage is not None:
            scope.known("unknown-stage", field.stage, self.stages)
        if field.magnet is not None:
            scope.known("unknown-magnet", field.magnet, scope.magnets)
        if field.promo is not None:
            scope.known("unknown-promo", field.promo, scope.promos)
        if field.product is not None:
            scope.known("unknown-product", field.product, scope.products)
        return Step(
            tunnel=self.tunnel,
            name=str(name),
            key=key,
            stage=str(field.stage or ""),
            reason=str(field.reason or ""),
            set=scope.settings_of(field.set),
            do=build_actions(field.do, scope),
            magnet=str(field.magnet or ""),
            media=build_media(field.media, scope),
            say=scope.text(field.say),
            ask=self._ask(field.ask),
            choices=build_choices(field.choices, scope, self.tunnel),
            silence=tuple(self._silence(one) for one in field.silence or ()),
            then=build_actions(field.then, scope),
            to=self._branches(field.to),
            handoff=build_handoff(field.handoff, scope, self.tunnel),
            end=field.end,
            split=self._split(field),
            promo=str(field.promo or ""),
            template=scope.approved(field.template),
            product=str(field.product or ""),
            wait_s=field.wait,
        )

    def _split(self, field: StepKeys) -> dict[str, float]:
        arms = field.split.arms if field.split is not None else {}
        for arm in arms:
            self.scope.known("unknown-step", arm, self.scope.steps.get(self.tunnel, frozenset()))
        return {str(arm): weight for arm, weight in arms.items()}

    def _ask(self, field: AskKeys | None) -> Ask | None:
        if field is None:
            return None
        self.scope.writable(field.save)
        say = self.scope.said(field.say)
        ask = Ask(say, str(field.save), field.min, field.max, self.scope.text(field.retry), field.share)
        result: Ask = self.scope.marks.put(ask, field.save.at)
        return result

    def _silence(self, field: SilenceKeys) -> Silence:
        if not (field.say or field.to or field.damaged):
            self.scope.report.add("silence-does-nothing", field.at)
        silence = Silence(
            after_s=field.after,
            say=self.scope.text(field.say),
            choices=build_choices(field.choices, self.scope, self.tunnel),
            to=self.scope.target(field.to, self.tunnel),
            days=build_days(field.days),
            when=self.scope.condition(field.when),
            template=self.scope.approved(field.template),
        )
        result: Silence = self.scope.marks.put(silence, field.place("after"))
        return result

    def _branches(self, field: Text | BranchKeys | Sequence[Text | BranchKeys] | None) -> tuple[Branch, ...]:
        if field is None:
            return ()
        fields = [field] if isinstance(field, Text | Keys) else field
        return tuple(branch for one in fields if (branch := self._branch(one)) is not None)

    def _branch(self, field: Text | BranchKeys) -> Branch | None:
        goal, when = (field, None) if isinstance(field, Text) else (field.to, field.when)
        to = self.scope.target(goal, self.tunnel)
        condition = self.scope.condition(when)
        if to is None:
            return None
        result: Branch = self.scope.marks.put(Branch(to, condition), goal.at)
        return result
