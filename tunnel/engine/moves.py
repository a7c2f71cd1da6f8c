"""Moving: entering steps until one waits, leaving them, stages, and the end."""

from __future__ import annotations

from tunnel.effects import Effect, Send
from tunnel.engine import actions, handoff, parking, promos, splits, timers
from tunnel.engine.compiled import StepPlan
from tunnel.engine.graph import END
from tunnel.engine.question import resume, step_message
from tunnel.engine.work import HISTORY_LENGTH, Work
from tunnel.language.definition import Handoff, Target

MAX_STEPS = 50
"""Steps entered in one turn; more is a loop in the content."""


def go(work: Work, target: Target | None, *, back: bool = False) -> None:
    """Enter a step, and the steps it leads on to, until one waits. None: the way has ended in people's hands.

    back: to a step visited before: its question and, in the same tunnel, its stage; none of its other effects again.
    """
    while target is not None:
        if target.step == END:
            finish(work)
            return
        if target.step == "resume":
            resume(work)
            return
        target = _enter(work, Target(target.tunnel or work.session.tunnel, target.step), back=back)
        back = False


def along(work: Work, trigger: str, target: Target) -> Target:
    """Leave the present step by an edge of its tunnel's graph. An edge it does not have is a jump to `target`."""
    session = work.session
    graph = work.compiled.graphs.get(session.tunnel)
    found = graph.follow(f"{session.tunnel}/{session.step}", trigger) if graph is not None and trigger else None
    return found or Target(target.tunnel or session.tunnel, target.step)


def _enter(work: Work, target: Target, *, back: bool) -> Target | None:
    plan = work.compiled.plans.get((target.tunnel, target.step))
    if plan is None:
        return _trouble(work, f"there is no step {target.tunnel}/{target.step}")
    if work.entered >= MAX_STEPS:
        _say_once(work)
        return _trouble(work, f"more than {MAX_STEPS} steps in one turn")
    work.scene = None
    if not back:
        _remember(work)
    crosses = target.tunnel != work.session.tunnel
    if crosses:
        parking.cross(work, target.tunnel)
    _stand(work, plan)
    step = plan.step
    if step.stage and not (back and crosses):  # a tunnel that was left aside may have moved on meanwhile
        actions.move_stage(work, step.stage, work_reason=step.reason)
    if not back:
        if step.set:
            actions.assign(work, step.set)
        if step.do:
            actions.perform(work, step.do)
        if step.magnet:
            actions.grant(work, step.magnet)
        if step.promo:
            promos.hand_out(work, step.promo, work.session.visit)
    if step.say is not None or step.ask is not None or step.media or step.choices:
        work.say(step_message(work, plan))
    if step.waits:
        timers.arm(work)
        return None
    return onward(work, plan)


def _remember(work: Work) -> None:
    """Keep the step that is left, if it asked something, for the `back` word."""
    plan = work.plan
    history = work.session.history
    if plan is None or not plan.step.asks or history[-1:] == [plan.step.key]:
        return
    history.append(plan.step.key)
    del history[:-HISTORY_LENGTH]


def _stand(work: Work, plan: StepPlan) -> None:
    session = work.session
    if session.timers:
        work.cancel_timers()
    session.tunnel = plan.step.tunnel
    session.step = plan.step.name
    session.visit += 1
    session.visit_at = work.now
    session.dated_at = work.dated_at
    session.visits[plan.step.key] = session.visits.get(plan.step.key, 0) + 1
    session.pending = None
    session.offered = 0
    session.ended = False
    session.told_ended = False
    work.entered += 1
    work.record("entered", tunnel=session.tunnel, step=session.step, visit=session.visit)


def onward(work: Work, plan: StepPlan) -> Target | None:
    """Where a step leads once nothing is waited for: a branch, people, or the end."""
    step = plan.step
    if step.split:
        index = splits.draw(work, step)
        return along(work, f"arm{index}", Target(step.tunnel, list(step.split)[index]))
    for branch, trigger in zip(step.to, plan.next, strict=True):
        if work.holds(branch.when):
            return along(work, trigger, branch.to)
    if step.to:
        return _trouble(work, "no branch holds")
    if step.handoff is not None:
        return hand_over(work, step.handoff, "otherwise")
    finish(work)  # `end: true`; a step that leads nowhere is an end too
    return None


def hand_over(work: Work, spec: Handoff, trigger: str) -> Target | None:
    """Give the conversation to people; where nobody is on duty and the content has an `else`, that is the way."""
    if spec.otherwise is not None and not handoff.on_duty(work, spec.queue):
        return along(work, trigger, spec.otherwise)
    handoff.queue_up(work, spec)
    return None


def _trouble(work: Work, why: str) -> Target | None:
    """The content has failed: it is reported, and the customer goes to people, not into silence."""
    work.fault(why)
    handoff.queue_up(work, Handoff(work.compiled.first_queue), trouble=True)
    return None


def _say_once(work: Work) -> None:
    """Of the messages that a loop of steps has made, leave each once."""
    kept: list[Effect] = []
    for effect in work.effects:
        if not (isinstance(effect, Send) and effect in kept):
            kept.append(effect)
    work.effects = kept


def finish(work: Work) -> None:
    """The tunnel ends here."""
    session = work.session
    work.cancel_timers()
    session.pending = None
    session.ended = True
    session.told_ended = False
    work.record("ended", tunnel=session.tunnel, step=session.step)


def go_back(work: Work) -> None:
    """To the previous step that waited; out of an objection to the question it interrupted; else the question again."""
    session = work.session
    plan = work.plan
    if session.pending is None or plan is None or not plan.step.asks:
        while session.history:
            step = work.definition.steps_by_key.get(session.history.pop())
            if step is not None and (step.tunnel, step.name) != (session.tunnel, session.step):
                record_left(work, by="back")
                go(work, Target(step.tunnel, step.name), back=True)
                return
        if take_up(work, parking.latest(work), by="back"):
            return
    resume(work)


def take_up(work: Work, place: Target | None, *, by: str) -> bool:
    """Go on where a tunnel was left: its question again. False where there is no such place."""
    if place is None:
        return False
    if not work.session.ended:
        record_left(work, by=by)
    go(work, place, back=True)
    return True


def record_left(work: Work, *, by: str, label: str = "") -> None:
    session = work.session
    if session.tunnel:
        work.record("left", tunnel=session.tunnel, step=session.step, visit=session.visit, by=by, label=label)


def enter_aside(work: Work, target: Target, *, by: str, label: str = "") -> None:
    """Enter a step that neither the customer nor the present step leads to: a late stage's, a manager's, an event's."""
    if not work.session.ended:
        record_left(work, by=by, label=label)
    go(work, target)


def go_on(work: Work, *, quietly: bool = False) -> None:
    """The bot answers again after people did: with the step of the stage where a manager has put the lead meanwhile;
    else the question is repeated in full, its reminders counted from now. quietly: a step that
    asks nothing and only waits is not repeated.
    """
    session = work.session
    tunnel, _, step = session.next_step.partition("/")
    session.next_step = ""
    if (tunnel, step) in work.compiled.plans:
        enter_aside(work, Target(tunnel, step), by="stage")
        return
    plan = work.plan
    if not (quietly and plan is not None and plan.step.waits and not plan.step.asks):
        repeat(work)
    if not work.entered:
        work.cancel_timers()
        timers.arm(work)


def repeat(work: Work) -> None:
    """The present question again, in full. Where the step asks nothing (people had the word): on from there."""
    plan = work.plan
    if plan is None or work.session.ended:
        return
    if plan.step.waits:
        resume(work)
    elif plan.step.to or plan.step.split:
        go(work, onward(work, plan))
    else:
        go_back(work)
        if not work.entered:
            go(work, work.compiled.start_of(plan.step.tunnel))
