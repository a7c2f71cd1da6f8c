"""What a customer's words or press mean at the step where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from tunnel.engine import actions, asks, handoff, matching, moves
from tunnel.engine.compiled import AnswerPlan, Offer, StepPlan
from tunnel.engine.phrases import ORDINALS
from tunnel.engine.question import answer_offers, ask_again, media_of, pending_plan, resume, with_share
from tunnel.engine.words import MAX_CHARS, normal, tokens, word
from tunnel.engine.work import Work
from tunnel.language.definition import Entry, Handoff, Target
from tunnel.messages import Message, RichText, Span
from tunnel.session import Pending


class Said:
    """What a customer wrote: as written, evened out, and taken apart when that is needed."""

    __slots__ = ("_text", "normal", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.normal = normal(raw)
        self._text: matching.Text | None = None

    @property
    def text(self) -> matching.Text:
        if self._text is None:
            self._text = matching.read_text(self.raw)
        return self._text


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
    entry = entry_of(work, said, whole=plan.step.ask is not None)
    if entry is not None:
        enter_by(work, entry)
        return
    not_understood(work, said, plan, otherwise)


def not_understood(work: Work, said: Said, plan: StepPlan, otherwise: str) -> None:
    """Say so kindly, with the question and its choices again; at an `ask`, what a right answer looks like."""
    work.record("unknown", tunnel=work.session.tunnel, step=work.session.step)
    ask = plan.step.ask
    if otherwise:
        ask_again(work, RichText(work.phrase(otherwise)))
    elif ask is not None and pending_plan(work) is None:
        retry(work, plan, said.raw)
    else:
        ask_again(work, work.rich(work.definition.settings.unknown))


# --- choices


def _choice(work: Work, said: Said, plan: StepPlan) -> bool:
    answer = pending_plan(work)
    if answer is not None:
        offer = chosen(work, said, answer_offers(work, answer))
        if offer is not None:
            take(work, offer, by="text", answer=answer)
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
    if not offers or not said.normal:
        return None
    for offer in offers:
        if said.normal == (offer.normal if offer.label is not None else normal(work.label(offer))):
            return offer
    number = _number(said.normal)
    if number is not None:
        return offers[number - 1] if 1 <= number <= len(offers) else None
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
    if choice.to is not None:
        _leave_by_choice(work, offer, choice.to, by=by, answer=answer)
    elif choice.objection:
        raise_objection(work, choice.objection, by="button")
    elif choice.handoff is not None:
        moves.record_left(work, by=by, label=label)
        moves.go(work, moves.hand_over(work, choice.handoff, offer.trigger))
    elif choice.link:
        work.say(Message(text=RichText(label, (Span("link", 0, len(label), choice.link),))))
    else:
        resume(work)


def _leave_by_choice(work: Work, offer: Offer, target: Target, *, by: str, answer: AnswerPlan | None) -> None:
    label = work.label(offer)
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
        start_over(work)
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


def start_over(work: Work) -> None:
    """A bare start: the default tunnel for those outside, the question again for those inside."""
    if work.plan is not None and not work.session.ended:
        moves.repeat(work)
    else:
        begin(work)


def begin(work: Work) -> None:
    """Enter the default tunnel."""
    default = work.definition.settings.default
    target = work.compiled.start_of(default) or work.compiled.start_of(next(iter(work.definition.tunnels), ""))
    if target is None:
        work.fault("there is no tunnel")
    moves.go(work, target)


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
    moves.record_left(work, by="answer")
    work.cancel_timers()
    if plan.step.then:
        actions.perform(work, plan.step.then)
    target = moves.onward(work, plan)
    moves.go(work, target)


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


# --- objections


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
    elif not offers:
        resume(work)


def _goes(work: Work, target: Target | None) -> Target | None:
    """Where an objection's answer leads by itself; not where the present tunnel has no such step."""
    if target is None or target.step == "resume":
        return None
    here = Target(target.tunnel or work.session.tunnel, target.step)
    return here if target.step == "end" or (here.tunnel, here.step) in work.compiled.plans else None


# --- entries


def entry_of(work: Work, said: Said, *, whole: bool) -> Entry | None:
    """The way in that a text names: a link's word as the whole message, or an entry's words."""
    word = said.raw.strip().casefold() if len(said.raw) <= MAX_CHARS else ""
    entry = work.definition.links.get(word) if word else None
    if entry is not None:
        work.record("touch", ref=word, source={})
        work.session.source = {"ref": word}
        return entry
    return work.compiled.entry_in(said.text, whole=whole)


def enter_by(work: Work, entry: Entry) -> None:
    """Take a way in; for those who are already in that tunnel, the question again in full."""
    session = work.session
    if session.tunnel == entry.to.tunnel and work.plan is not None and not session.ended:
        moves.repeat(work)
    else:
        moves.go(work, entry.to)


def strand(work: Work) -> None:
    """The step where the contact stood is gone from the content: start where that tunnel, or the default, starts."""
    session = work.session
    work.record("stranded", tunnel=session.tunnel, step=session.step)
    work.cancel_timers()
    target = work.compiled.start_of(session.tunnel)
    work.tell("stranded")
    if target is not None:
        moves.go(work, target)
    else:
        begin(work)
