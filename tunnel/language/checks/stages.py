"""No dummy stages: each has a result and a deadline, or is an outcome."""

from __future__ import annotations

from tunnel.language.checks.content import Content
from tunnel.language.tunnel_models import EventKeys, StageKeys, StepKeys, TunnelKeys


def check_stages(content: Content) -> None:
    """Report incomplete stages, stages nobody reaches, and reasons that do not belong."""
    for keys in content.tunnels:
        for name, stage in (keys.stages or {}).items():
            _check_stage(content, str(name), stage)
        _check_reasons(content, keys)
        _check_reached(content, keys)


def _check_stage(content: Content, name: str, stage: StageKeys) -> None:
    if stage.outcome is not None:
        for key in ("result", "within", "late"):
            if stage.has(key):
                content.report.add("stage-final", stage.key_place(key), name=name, key=key)
        return
    missing = [key for key in ("result", "within") if not stage.has(key)]
    if missing and not stage.damaged:
        content.report.add("stage-incomplete", stage.at, name=name, missing=", ".join(missing))
    if stage.reasons is not None:
        content.report.add("reason-without-lost", stage.key_place("reasons"))


def _check_reasons(content: Content, keys: TunnelKeys) -> None:
    stages = keys.stages or {}
    movers: list[StepKeys | EventKeys] = [*keys.steps.values(), *(keys.events or {}).values()]
    for mover in movers:
        if mover.reason is None:
            continue
        stage = next((one for name, one in stages.items() if name == mover.stage), None)
        if stage is None or stage.outcome != "lost":
            content.report.add("reason-without-lost", mover.reason.at)
        elif stage.reasons is not None and mover.reason not in stage.reasons:
            content.report.add("reason-unknown", mover.reason.at, name=mover.reason, stage=mover.stage)


def _check_reached(content: Content, keys: TunnelKeys) -> None:
    moved = {str(step.stage) for step in keys.steps.values()}
    moved |= {str(event.stage) for event in (keys.events or {}).values()}
    for name in keys.stages or {}:
        if name not in moved:
            content.report.add("stage-never-reached", name.at, name=name)
