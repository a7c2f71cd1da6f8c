"""Presses: of the present buttons, of old ones, of forged ones, and the same one twice."""

from __future__ import annotations

from typing import NamedTuple

from tunnel.effects import Acknowledge
from tunnel.engine import answer, people
from tunnel.engine.compiled import AGAIN_KEY, ENDED_KEY, MANAGER_KEY, Offer
from tunnel.engine.hearing import again, hear_anywhere
from tunnel.engine.meeting import SAME_S, clean, echo, meet, rearm, revive
from tunnel.engine.question import answer_offers, ask_again, pending_plan, rung_offers, say_ended
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
    label = clean(event.label[:200]) or (work.label(found.offer) if found else "")
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


class Pressed(NamedTuple):
    """A choice that is still offered. key: of what offers it, "" for the step; number: of the visit, or the ladder."""

    offer: Offer
    key: str
    number: int


def _pressed(work: Work, token: str) -> Pressed | None:
    """The choice that a token names, if it is still offered."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    number, key, choice_key = number_of(parts[0]), parts[1], parts[2]
    plan = work.plan
    if plan is not None and key == plan.step.key:
        offers = (*plan.offers, *(offer for own in plan.reminders for offer in own))
        found = [] if work.session.ended else work.shown(offers)
    elif (rung := work.compiled.rungs.get(key)) is not None:
        given = 0 < number <= work.session.ladder_count and number not in work.session.taken
        found = rung_offers(work, rung) if given else []
    elif (answer_plan := work.compiled.answers_by_key.get(key)) is not None and plan is not None:
        known = number == work.session.visit or answer_plan is pending_plan(work)
        found = answer_offers(work, answer_plan) if known else []
    else:
        return None
    name = "" if plan is not None and key == plan.step.key else key
    return next((Pressed(offer, name, number) for offer in found if offer.choice.key == choice_key), None)


def number_of(text: str) -> int:
    """The number that begins a token; -1 for what is none."""
    try:
        return int(text, 36)
    except ValueError:
        return -1


def _take_press(work: Work, found: Pressed | None) -> None:
    if found is not None and (rung := work.compiled.rungs.get(found.key)) is not None:
        answer.take_rung(work, rung, found.number, found.offer, by="press")
    elif found is not None:
        answer.take(work, found.offer, by="press", answer=work.compiled.answers_by_key.get(found.key))
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
