"""A step's own pause: so long after the visit began, it goes on by itself."""

from __future__ import annotations

from tunnel.engine import entries, gate, moves, timers
from tunnel.engine.gate import Due
from tunnel.engine.question import resume
from tunnel.engine.work import Work


def end(work: Work, due: Due) -> None:
    """A pause is over. A pause is never left out, for nothing else would lead on from its step: under the cap it waits.

    Where the content has changed meanwhile nobody is left standing: a step that now asks is asked, and one that is gone
    leads to the start.
    """
    session = work.session
    if session.mode != "bot" or session.ended or due.timer != timers.wait_of(session.visit):
        work.ignore("late timer")
        return
    gate.start(work, "wait", _go_on, due=due, patient=True)


def _go_on(work: Work) -> None:
    plan = work.plan
    if plan is None:
        entries.strand(work)
    elif plan.step.wait_s is None and plan.step.waits:
        resume(work)
        work.cancel_timers()
        timers.arm(work)
    else:
        moves.record_left(work, by="wait")
        moves.go(work, moves.onward(work, plan))
