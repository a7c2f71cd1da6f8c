"""Presses: of the present buttons, of old ones, of forged ones, and the same one twice."""

from __future__ import annotations

from tunnel.effects import Acknowledge
from tunnel.engine import answer, people
from tunnel.engine.compiled import AGAIN_KEY, ENDED_KEY, MANAGER_KEY, Offer
from tunnel.engine.hearing import again, hear_anywhere
from tunnel.engine.meeting import SAME_S, clean, echo, meet, rearm, revive
from tunnel.engine.question import answer_offers, ask_again, pending_plan, say_ended
from tunnel.engine.said import Said
from tunnel.engine.work import Work
from tunnel.events import Press
from tunnel.session import mark


def press(work: Work, event: Press) -> None:
    if event.ack:
        work.effects.append(Acknowledge(address=event.address, ack=event.ack))
    session = work.session
    last, last_at = session.last_press, session.last_press_at
    meet(work, event)
    token = clean(event.token[:64])
    found = _pressed(work, token)
    label = clean(event.label[:200]) or (work.label(found[0]) if found else "")
    echo(work, event, label)
    pressed = mark(token) if token else 0
    if pressed and pressed == last and abs(work.at - last_at) < SAME_S:
        session.last_press, session.last_press_at = last, last_at
        work.ignore("the same press again")
        return
    session.last_press, session.last_press_at = pressed, work.at
    revive(work)
    if session.mode in ("queued", "operator"):
        people.pass_on(work, label, remind_after_s=people.PRESS_REMIND_AFTER_S)
    elif not _press_after_end(work, token):
        _take_press(work, found)
    rearm(work)


def _pressed(work: Work, token: str) -> tuple[Offer, str] | None:
    """The choice that a token names, if it is still offered where the contact stands, and the objection's key or ""."""
    parts = token.split(".")
    plan = work.plan
    if len(parts) != 3 or plan is None or work.session.ended:
        return None
    visit, step_key, choice_key = parts
    if step_key == plan.step.key:
        offers = (*plan.offers, *(offer for own in plan.reminders for offer in own))
        return next(((offer, "") for offer in work.shown(offers) if offer.choice.key == choice_key), None)
    answer_plan = work.compiled.answers_by_key.get(step_key)
    if answer_plan is None or not (_same_visit(work, visit) or answer_plan is pending_plan(work)):
        return None
    offers = tuple(answer_offers(work, answer_plan))
    return next(((offer, step_key) for offer in offers if offer.choice.key == choice_key), None)


def _same_visit(work: Work, visit: str) -> bool:
    try:
        return int(visit, 36) == work.session.visit
    except ValueError:
        return False


def _take_press(work: Work, found: tuple[Offer, str] | None) -> None:
    if found is not None:
        offer, key = found
        answer.take(work, offer, by="press", answer=work.compiled.answers_by_key.get(key) if key else None)
    elif work.session.ended or work.plan is None:
        hear_anywhere(work, Said(""))
    else:
        work.ignore("an old button")
        ask_again(work)


def _press_after_end(work: Work, token: str) -> bool:
    """The built-in buttons of an ended conversation."""
    parts = token.split(".")
    if len(parts) != 3 or parts[1] != ENDED_KEY or not work.session.ended:
        return False
    if parts[2] == AGAIN_KEY:
        again(work)
    elif parts[2] == MANAGER_KEY:
        answer.call_people(work)
    else:
        say_ended(work)
    return True
