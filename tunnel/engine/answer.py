"""What a customer's words or press mean at the step where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tunnel.engine import actions, asks, entries, handoff, matching, moves
from tunnel.engine.compiled import AnswerPlan, Offer, RungPlan, StepPlan
from tunnel.engine.objections import raise_objection
from tunnel.engine.phrases import ORDINALS
from tunnel.engine.question import (
    answer_offers,
    ask_again,
    asks_phone,
    pending_plan,
    pending_rung,
    people_exist,
    resume,
    rung_offers,
    with_share,
)
from tunnel.engine.said import Said
from tunnel.engine.values import Scene, event_of
from tunnel.engine.words import normal, tokens, word
from tunnel.engine.work import Work
from tunnel.language.definition import Handoff, Target, VariableType
from tunnel.messages import Message, RichText, Span

MAX_TAKEN = 20


def hear(work: Work, said: Said, plan: StepPlan, otherwise: str = "") -> None:
    """Free text at a step, tried in the order of the content language.

    otherwise: the phrase for what is not understood; "" for the content's own `unknown` (or the ask's `retry`).
    """
    if _choice(work, said, plan) or command(work, said) or _answered(work, said, plan):
        return
    objection = work.compiled.objection_in(said.text)
    if objection is not None:
        raise_objection(work, objection, by="text")
        return
    entry = entries.entry_of(work, said, whole=plan.step.ask is not None)
    if entry is not None:
        entries.enter_by(work, entry)
        return
    not_understood(work, said, plan, otherwise)


def not_understood(work: Work, said: Said, plan: StepPlan, otherwise: str) -> None:
    """Say so kindly, with the question and its choices again; at an `ask`, what a right answer looks like."""
    work.record("unknown", tunnel=work.session.tunnel, step=work.session.step)
    ask = plan.step.ask
    if not plan.step.asks and pending_plan(work) is None:
        pausing(work)
    elif otherwise:
        ask_again(work, RichText(work.phrase(otherwise)))
    elif ask is not None and pending_plan(work) is None:
        retry(work, plan, said.raw)
    else:
        ask_again(work, work.rich(work.definition.settings.unknown))


def pausing(work: Work) -> None:
    """At a step that asks nothing there is no question to repeat: the bot says that it will go on by itself."""
    human = next(iter(work.definition.settings.human), "")
    if human and people_exist(work):
        work.tell("pausing", human=human)
    else:
        work.tell("pausing_alone")


# --- choices


def pending_choice(work: Work, said: Said) -> bool:
    """Whether the text names a choice of the objection's answer, or of the ladder's rung, that waits; it is taken."""
    rung = pending_rung(work)
    answer = pending_plan(work)
    if rung is not None:
        offer = chosen(work, said, rung_offers(work, rung))
        if offer is not None:
            assert work.session.pending is not None
            take_rung(work, rung, work.session.pending.answer, offer, by="text")
            return True
    elif answer is not None:
        offer = chosen(work, said, answer_offers(work, answer))
        if offer is not None:
            take(work, offer, by="text", answer=answer)
            return True
    return False


def _choice(work: Work, said: Said, plan: StepPlan) -> bool:
    if pending_choice(work, said):
        return True
    for offers in _offered(work, plan):
        offer = chosen(work, said, work.shown(offers))
        if offer is not None:
            take(work, offer, by="text")
            return True
    return False


def _offered(work: Work, plan: StepPlan) -> Sequence[Sequence[Offer]]:
    """The step's choices, after those that a reminder showed instead of them."""
    shown = work.session.offered
    if 0 < shown <= len(plan.reminders):
        return plan.reminders[shown - 1], plan.offers
    return (plan.offers,)


def chosen(work: Work, said: Said, offers: Sequence[Offer]) -> Offer | None:
    """The choice that a text names: by its label, its number, or a label with a slip of the finger."""
    if not offers:
        return None
    if not said.normal:  # a label may be an emoji alone
        signs = said.raw.strip()
        return next((offer for offer in offers if signs and signs == work.label(offer)), None)
    for number, offer in enumerate(offers, start=1):
        label = offer.normal if offer.label is not None else normal(work.label(offer))
        if said.normal in (label, f"{number} {label}"):  # «2. Баню», as a numbered text shows it
            return offer
    typed = _number(said.normal)
    if typed is not None:
        return offers[typed - 1] if 1 <= typed <= len(offers) else None
    return _nearest(work, said, offers)


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if len(text) <= 3 else None
    return ORDINALS.get(text)


def _nearest(work: Work, said: Said, offers: Sequence[Offer]) -> Offer | None:
    """The one label that is nearest; none if two are equally near."""
    found: list[tuple[int, Offer]] = []
    for offer in offers:
        words = offer.words or tuple(word(token) for token in tokens(work.label(offer)))
        distance = matching.like(words, said.text.words)
        if distance is not None:
            found.append((distance, offer))
    found.sort(key=lambda pair: pair[0])
    if not found or (len(found) > 1 and found[0][0] == found[1][0]):
        return None
    return found[0][1]


def take(work: Work, offer: Offer, *, by: str, answer: AnswerPlan | None = None) -> None:
    """Do what a choice says. `answer`: the objection's answer that it was offered with."""
    choice = offer.choice
    label = work.label(offer)
    if choice.set:
        actions.assign(work, choice.set)
    work.scene = None
    if choice.to is not None:
        _leave_by_choice(work, offer, choice.to, label, by=by, answer=answer)
    elif choice.objection:
        raise_objection(work, choice.objection, by="button")
    elif choice.handoff is not None:
        moves.record_left(work, by=by, label=label)
        moves.go(work, moves.hand_over(work, choice.handoff, offer.trigger))
    elif choice.link:
        work.say(Message(text=RichText(label, (Span("link", 0, len(label), choice.link),))))
    else:
        resume(work)


def take_rung(work: Work, plan: RungPlan, number: int, offer: Offer, *, by: str) -> None:
    """Do what a choice of a ladder's rung says. `number`: the ladder's, whose buttons are old then."""
    session = work.session
    session.taken = [*session.taken, number][-MAX_TAKEN:]
    session.pending = None
    work.scene = Scene(plan.tunnel, event_of(session, plan.tunnel), plan.rung.product)
    take(work, offer, by=by)
    work.scene = None


def _leave_by_choice(
    work: Work, offer: Offer, target: Target, label: str, *, by: str, answer: AnswerPlan | None
) -> None:
    if answer is not None and target.step != "end":
        work.record("won_back", name=answer.objection, answer=answer.index, label=label)
    if target.step == "resume":
        resume(work)
        return
    moves.record_left(work, by=by, label=label)
    moves.go(work, moves.along(work, offer.trigger, target))


# --- words


def command(work: Work, said: Said) -> bool:
    """The stop, human, back and start words, when they are the whole message."""
    kind = work.compiled.word_in(said.text, said.normal) if said.normal else ""
    if kind == "stop":
        stop(work)
    elif kind == "human":
        call_people(work)
    elif kind == "back":
        moves.go_back(work)
    elif kind == "start":
        entries.start_over(work)
    return bool(kind)


def stop(work: Work) -> None:
    """The customer wants no more messages: one short confirmation, then nothing."""
    session = work.session
    with_people = session.mode in ("queued", "operator")
    work.cancel_timers()
    work.tell("stopped")
    if with_people:
        work.desk("system", work.phrase("desk_stopped"))
    work.switch("stop")
    session.operator = ""


def call_people(work: Work) -> None:
    if work.compiled.first_queue or work.facts.desk:
        handoff.queue_up(work, Handoff(work.compiled.first_queue))
    else:
        ask_again(work, RichText(work.phrase("no_people")))


# --- answers


def _answered(work: Work, said: Said, plan: StepPlan) -> bool:
    """Whether the text answers the step's `ask`; then it is kept and the way goes on."""
    ask = plan.step.ask
    if ask is None:
        return False
    variable = work.definition.settings.variables.get(ask.save)
    kind = variable.type if variable else "text"
    value = asks.read(kind, said.raw, work.ask_rules(ask.minimum, ask.maximum))
    if isinstance(value, asks.Wrong):
        return False
    keep_answer(work, plan, value)
    return True


def keep_answer(work: Work, plan: StepPlan, value: str | float | bool | list[str]) -> None:
    """Keep an answer, do what follows on it, and go on."""
    ask = plan.step.ask
    assert ask is not None
    answer = pending_plan(work)
    if answer is not None:
        work.record("won_back", name=answer.objection, answer=answer.index, label="")
        work.session.pending = None
    work.session.variables[ask.save] = value
    work.record("set", names=[ask.save])
    variable = work.definition.settings.variables.get(ask.save)
    if variable is not None and isinstance(value, str):
        identify(work, variable.type, value)
    if not work.session.profile.timezone and isinstance(value, str) and asks_phone(work, plan):
        work.session.profile = replace(work.session.profile, timezone=asks.zone_of(value))
    moves.record_left(work, by="answer")
    work.cancel_timers()
    if plan.step.then:
        actions.perform(work, plan.step.then)
    target = moves.onward(work, plan)
    moves.go(work, target)


def identify(work: Work, kind: VariableType, value: str) -> None:
    """A phone or an e-mail that somebody typed says who the contact is."""
    if kind == "phone":
        work.identify("phone", value)
    elif kind == "email":
        work.identify("email", value.lower())


def retry(work: Work, plan: StepPlan, raw: str) -> None:
    """Say what a right answer looks like; the question stays."""
    ask = plan.step.ask
    assert ask is not None
    variable = work.definition.settings.variables.get(ask.save)
    wrong = asks.read(variable.type if variable else "text", raw, work.ask_rules(ask.minimum, ask.maximum))
    key = wrong.phrase if isinstance(wrong, asks.Wrong) else "retry_text"
    text = work.rich(ask.retry) if ask.retry is not None and key != "too_long" else RichText()
    if not text.plain:
        text = RichText(work.wrong(wrong) if isinstance(wrong, asks.Wrong) else work.phrase(key))
    message = work.message(text, work.buttons(work.shown(plan.offers), plan.step.key))
    work.say(with_share(work, plan, message))
