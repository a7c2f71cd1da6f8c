"""The names of a step's reminders, and arming them."""

from __future__ import annotations

from tunnel.engine.work import Work


def timer_of(visit: int, index: int) -> str:
    return f"silence:{visit}:{index}"


def arm(work: Work) -> None:
    """Arm the present step's reminders anew, counted from now."""
    plan = work.plan
    if plan is None or work.session.ended:
        return
    work.cancel_timers()
    for index, silence in enumerate(plan.step.silence):
        work.arm(timer_of(work.session.visit, index), work.now + silence.after_s)
