"""Timers that are due: the fence against late, early and doubled ones, and what each kind does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tunnel.engine import deadlines, pauses, silence, timers, triggers
from tunnel.engine.gate import Due
from tunnel.engine.work import Work
from tunnel.events import Timer

EARLY_S = 1.0
"""A timer may come this much before its time: clocks of two machines are never quite the same."""
SKEW_S = 300.0
"""As far as this the scheduler's clock may be ahead of the worker's; more is a clock that was put back."""

KINDS: Mapping[str, Callable[[Work, Due], None]] = MappingProxyType(
    {
        timers.SILENCE: silence.remind,
        timers.WAIT: pauses.end,
        timers.DEADLINE: deadlines.overdue,
        timers.LADDER: triggers.due,
    }
)
"""What each kind of timer does."""


def fire(work: Work, event: Timer) -> None:
    """A timer is due. One that is not armed (any more) does nothing; one that comes too early is armed again."""
    session = work.session
    kind, _, rest = event.timer.partition(":")
    armed = session.timers.get(event.timer)
    act = KINDS.get(kind)
    if armed is None or act is None:
        work.ignore("late timer")
        return
    if armed - work.now > EARLY_S:
        ahead_s = event.at - work.now  # by as much the scheduler would come too early again
        work.wake(event.timer, armed + (ahead_s if 0 < ahead_s <= SKEW_S else 0.0))
        work.ignore("early timer")
        return
    del session.timers[event.timer]
    waited = event.timer in session.waiting
    act(work, Due(event.timer, rest, session.waiting.pop(event.timer, armed), waited))
