"""Objections: answered wherever they are raised; then the interrupted question, or where the answer leads."""

from __future__ import annotations

from tunnel.engine import moves
from tunnel.engine.question import answer_offers, media_of, resume
from tunnel.engine.work import Work
from tunnel.language.definition import Target
from tunnel.session import Pending


def raise_objection(work: Work, name: str, *, by: str) -> None:
    """Answer an objection: the first time with the first answer, after the last one with the last again."""
    session = work.session
    objection = work.definition.objections.get(name)
    if objection is None or not objection.answers:
        work.fault(f"there is no objection {name}")
        resume(work)
        return
    count = max(0, session.raised.get(name, 0))
    index = min(count, len(objection.answers) - 1)
    session.raised[name] = min(count + 1, 1_000_000)
    work.record("objection", name=name, answer=index, by=by, tunnel=session.tunnel, step=session.step)
    answer = objection.answers[index]
    plan = work.compiled.answers[name, index]
    goes = _goes(work, answer.to)
    offers = answer_offers(work, plan) if goes is None and answer.handoff is None else []
    session.pending = Pending(name, index) if offers else None
    text = work.rich(answer.say)
    work.say(work.message(text, work.buttons(offers, plan.key), media=media_of(answer.media)))
    if goes is not None:
        moves.record_left(work, by="objection", label=name)
        moves.go(work, goes)
    elif answer.handoff is not None:
        moves.go(work, moves.hand_over(work, answer.handoff, ""))
    elif not offers and work.plan is not None and work.plan.step.asks:
        resume(work)


def _goes(work: Work, target: Target | None) -> Target | None:
    """Where an objection's answer leads by itself; not where the present tunnel has no such step."""
    if target is None or target.step == "resume":
        return None
    here = Target(target.tunnel or work.session.tunnel, target.step)
    return here if target.step == "end" or (here.tunnel, here.step) in work.compiled.plans else None
