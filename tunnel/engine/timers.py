"""The names of timers, and arming those of a visit.

A timer's name begins with its kind, a letter (it is stored twice for each contact):
`s:<visit>:<index>` a reminder, `w:<visit>` a step's own pause, `d:<tunnel>` the deadline of the lead's stage there,
`l:<ladder>:<rung>` a follow-up of a ladder. The first two belong to a visit and end with it; the others outlive it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tunnel.engine.work import Work

SILENCE: Final = "s"
WAIT: Final = "w"
DEADLINE: Final = "d"
LADDER: Final = "l"
VISIT: Final = (SILENCE, WAIT)
"""The kinds that end with a visit."""


def kind_of(timer: str) -> str:
    return timer.partition(":")[0]


def timer_of(visit: int, index: int) -> str:
    """A reminder: the `index`-th silence entry of the step, in this visit."""
    return f"{SILENCE}:{visit}:{index}"


def wait_of(visit: int) -> str:
    return f"{WAIT}:{visit}"


def rung_of(ladder: int, rung: int) -> str:
    """A ladder's rung, by the ladder's number and the rung's place from 0."""
    return f"{LADDER}:{ladder}:{rung}"


def deadline_of(tunnel: str) -> str:
    return f"{DEADLINE}:{tunnel}"


def arm(work: Work) -> None:
    """Arm what belongs to the present visit: reminders counted from now, the step's own pause from the visit's
    beginning (one that is over ends at once). What was armed before has to be cancelled before.
    """
    plan = work.plan
    session = work.session
    if plan is None or session.ended:
        return
    for index, silence in enumerate(plan.step.silence):
        work.arm(timer_of(session.visit, index), work.now + silence.after_s)
    if plan.step.wait_s is not None:
        since = session.visit_at if 0 < session.visit_at <= work.now else work.now
        work.arm(wait_of(session.visit), max(since + plan.step.wait_s, work.now))
