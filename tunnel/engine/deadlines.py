"""Deadlines of stages: a lead that stands at one for too long is journalled, and the stage's `late` step is entered."""

from __future__ import annotations

from tunnel.engine import gate, moves, timers
from tunnel.engine.gate import Due
from tunnel.engine.work import Work
from tunnel.language.definition import Target

TIE_S = 5.0
"""What is due so shortly before a deadline is due together with it."""


def overdue(work: Work, due: Due) -> None:
    """A lead has stood at its stage longer than `within`."""
    session = work.session
    tunnel = work.definition.tunnels.get(due.rest)
    stage = tunnel.stages.get(session.stages.get(due.rest, "")) if tunnel is not None else None
    if tunnel is None or stage is None:
        work.ignore("the stage is gone")
        return
    if _pause_is_over(work):
        work.arm(due.timer, work.now + 1)
        return
    if not due.waited:
        work.record("overdue", tunnel=tunnel.name, stage=stage.name, since=session.stage_at.get(tunnel.name, 0))
    if not stage.late:
        return
    if session.mode != "bot":
        why = session.mode if session.mode in ("stopped", "blocked") else "people"
        gate.hold(work, "late", gate.Refused(why))
        return
    target = Target(tunnel.name, stage.late)
    gate.start(work, "late", lambda given: moves.enter_aside(given, target, by="late"), due=due, talking=True)


def _pause_is_over(work: Work) -> bool:
    """Whether the present step's pause ends at this very moment: one of a day, in a stage of a day, is in time."""
    armed = work.session.timers.items()
    return any(timers.kind_of(timer) == timers.WAIT and 0 <= work.now - at < TIE_S for timer, at in armed)
