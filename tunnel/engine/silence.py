"""Nobody answered: the reminders of a step, counted from its visit."""

from __future__ import annotations

from tunnel.engine import moves
from tunnel.engine.question import with_share
from tunnel.engine.timers import timer_of
from tunnel.engine.work import Work
from tunnel.events import Timer


def remind(work: Work, event: Timer) -> None:
    """A timer is due. One that was overtaken (another visit, people answer, the customer stopped) does nothing."""
    session = work.session
    index = _index(work, event.timer)
    plan = work.plan
    if index is None or plan is None or session.mode != "bot" or session.ended:
        work.ignore("late timer")
        return
    session.timers.remove(event.timer)
    silence = plan.step.silence[index]
    if _overtaken(work, index, event.due_at - silence.after_s):
        work.ignore("a later reminder is due as well")
        return
    if silence.say is not None:
        own = plan.reminders[index]
        session.pending = None
        session.offered = index + 1 if own else 0
        offers = work.shown(own or plan.offers)
        message = work.message(work.rich(silence.say), work.buttons(offers, plan.step.key))
        work.say(with_share(work, plan, message))
    if silence.to is not None:
        work.record(
            "left", tunnel=session.tunnel, step=session.step, visit=session.visit, by="silence", label=str(index)
        )
        moves.go(work, moves.along(work, f"silence{index}", silence.to))


def _index(work: Work, timer: str) -> int | None:
    """Which of the present step's reminders a timer is; None for one that is no longer wanted."""
    plan = work.plan
    if plan is None or timer not in work.session.timers:
        return None
    wanted = (timer_of(work.session.visit, index) for index in range(len(plan.step.silence)))
    return next((index for index, each in enumerate(wanted) if each == timer), None)


def _overtaken(work: Work, index: int, since: float) -> bool:
    """After an outage several reminders of one visit can be due at once; only the last of them is said."""
    plan = work.plan
    assert plan is not None
    visit = work.session.visit
    return since > 0 and any(
        timer_of(visit, later) in work.session.timers and since + silence.after_s <= work.now
        for later, silence in enumerate(plan.step.silence)
        if later > index
    )
