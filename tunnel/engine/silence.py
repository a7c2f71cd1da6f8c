"""Nobody answered: the reminders of a step, counted from its visit."""

from __future__ import annotations

from tunnel.engine import gate, moves
from tunnel.engine.gate import Due
from tunnel.engine.question import with_share
from tunnel.engine.timers import timer_of
from tunnel.engine.work import Work


def remind(work: Work, due: Due) -> None:
    """A reminder is due. One that was overtaken (another visit, people answer, the customer stopped) does nothing."""
    session = work.session
    index = _index(work, due.timer)
    plan = work.plan
    if index is None or plan is None or session.mode != "bot" or session.ended:
        work.ignore("late timer")
        return
    if not due.waited and _overtaken(work, index):
        work.ignore("a later reminder is due as well")
        return
    silence = plan.step.silence[index]
    if not work.holds(silence.when):
        work.ignore("the reminder's condition does not hold")
        return
    gate.start(work, "silence", lambda given: _remind(given, index), due=due, days=silence.days)


def _remind(work: Work, index: int) -> None:
    session = work.session
    plan = work.plan
    assert plan is not None
    silence = plan.step.silence[index]
    if silence.say is not None:
        own = plan.reminders[index]
        session.pending = None
        session.offered = index + 1 if own else 0
        offers = work.shown(own or plan.offers)
        message = work.message(work.rich(silence.say), work.buttons(offers, plan.step.key), template=silence.template)
        work.say(with_share(work, plan, message))
    if silence.to is not None:
        moves.record_left(work, by="silence", label=str(index))
        moves.go(work, moves.along(work, f"silence{index}", silence.to))


def _index(work: Work, timer: str) -> int | None:
    """Which of the present step's reminders a timer is; None for one that is no longer wanted."""
    plan = work.plan
    if plan is None:
        return None
    wanted = (timer_of(work.session.visit, index) for index in range(len(plan.step.silence)))
    return next((index for index, each in enumerate(wanted) if each == timer), None)


def _overtaken(work: Work, index: int) -> bool:
    """After an outage several reminders of one visit can be due at once; only the last of them is said."""
    plan = work.plan
    assert plan is not None
    session = work.session
    later = (timer_of(session.visit, each) for each in range(index + 1, len(plan.step.silence)))
    return any(session.timers.get(timer, work.now + 1) <= work.now for timer in later)
