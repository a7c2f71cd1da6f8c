"""Asking: a step's question with its choices, an objection's answer, and asking the same again."""

from __future__ import annotations

from msgspec import structs

from tunnel.base36 import base36
from tunnel.engine.compiled import AGAIN_KEY, ENDED_KEY, MANAGER_KEY, AnswerPlan, Offer, RungPlan, StepPlan
from tunnel.engine.values import Scene, event_of
from tunnel.engine.work import Work, joined
from tunnel.language.definition import MediaFile
from tunnel.messages import Button, Media, Message, RichText


def media_of(files: tuple[MediaFile, ...]) -> tuple[Media, ...]:
    return tuple(Media(kind=file.kind, path=file.path, name=file.name) for file in files)


def step_message(work: Work, plan: StepPlan, *, before: RichText | None = None, media: bool = True) -> Message:
    """A step's one message: media, text and choices. `before`: words that go in front of the question."""
    step = plan.step
    text = work.rich(step.say)
    if step.ask is not None:
        text = joined(text, work.rich(step.ask.say)) if step.say is not None else work.rich(step.ask.say)
    if before is not None:
        text = joined(before, text)
    message = work.message(
        text,
        work.buttons(work.shown(plan.offers), step.key) if plan.offers else (),
        media=media_of(step.media) if media and step.media else (),
        template=step.template,
    )
    return with_share(work, plan, message)


def with_share(work: Work, plan: StepPlan, message: Message) -> Message:
    """Add the channel's own "send my number" button where the step asks for a phone that way."""
    ask = plan.step.ask
    if ask is None or not ask.share or not asks_phone(work, plan):
        return message
    return structs.replace(message, ask_phone=work.phrase("share"))


def asks_phone(work: Work, plan: StepPlan) -> bool:
    """Whether the step asks for a variable of type phone."""
    ask = plan.step.ask
    variable = work.definition.settings.variables.get(ask.save) if ask else None
    return variable is not None and variable.type == "phone"


def resume(work: Work, *, before: RichText | None = None) -> None:
    """Repeat the interrupted question in full: no new visit, none of the step's effects again."""
    work.session.pending = None
    work.session.offered = 0
    plan = work.plan
    if work.session.ended:
        say_ended(work)
    elif plan is not None:
        work.say(step_message(work, plan, before=before))


def ask_again(work: Work, before: RichText | None = None) -> None:
    """Show what the customer is asked at the moment, after the words `before`, as one message."""
    session = work.session
    plan = work.plan
    answer = pending_plan(work)
    if session.ended:
        say_ended(work)
    elif answer is not None:
        text = work.rich(work.definition.objections[answer.objection].answers[answer.index].say)
        text = joined(before, text) if before is not None else text
        work.say(work.message(text, work.buttons(answer_offers(work, answer), answer.key)))
    elif (rung := pending_rung(work)) is not None and (offers := rung_offers(work, rung)):
        assert session.pending is not None
        work.scene = Scene(rung.tunnel, event_of(session, rung.tunnel), rung.rung.product)
        text = joined(*(each for each in (before, work.rich(rung.rung.say)) if each is not None))
        work.say(work.message(text, work.buttons(offers, rung.rung.key, session.pending.answer)))
        work.scene = None
    elif plan is not None:
        session.offered = 0
        work.say(step_message(work, plan, before=before, media=False))
    elif before is not None:
        work.say(Message(text=before))


def pending_plan(work: Work) -> AnswerPlan | None:
    """The objection's answer that waits for a choice; None if none does, or the content no longer has it."""
    pending = work.session.pending
    return work.compiled.answers.get((pending.objection, pending.answer)) if pending is not None else None


def pending_rung(work: Work) -> RungPlan | None:
    """The rung of a ladder whose choices wait; None if none does, or the content no longer has it."""
    pending = work.session.pending
    return work.compiled.rungs.get(pending.rung) if pending is not None and pending.rung else None


def rung_offers(work: Work, plan: RungPlan) -> list[Offer]:
    """The rung's choices that can be taken now."""
    work.scene = Scene(plan.tunnel, event_of(work.session, plan.tunnel), plan.rung.product)
    found = work.shown(plan.offers)
    work.scene = None
    return found


def answer_offers(work: Work, answer: AnswerPlan) -> list[Offer]:
    """The answer's choices that can be taken here: a step that the present tunnel has not is not offered."""
    return [offer for offer in work.shown(answer.offers) if leads_somewhere(work, offer)]


def leads_somewhere(work: Work, offer: Offer) -> bool:
    target = offer.choice.to
    if target is None or target.step in ("resume", "end"):
        return True
    return (target.tunnel or work.session.tunnel, target.step) in work.compiled.plans


def ended_buttons(work: Work) -> tuple[Button, ...]:
    """The buttons "start again" and, where there are people, "talk to a manager"."""
    prefix = f"{base36(work.session.visit)}.{ENDED_KEY}."
    again = Button(label=work.phrase("again"), token=prefix + AGAIN_KEY)
    if not people_exist(work):
        return (again,)
    return again, Button(label=work.phrase("manager"), token=prefix + MANAGER_KEY)


def people_exist(work: Work) -> bool:
    return bool(work.compiled.first_queue) or work.facts.desk


def say_ended(work: Work) -> None:
    """After the end of a tunnel: start again, or talk to a manager?"""
    work.session.told_ended = True
    key = "ended" if people_exist(work) else "ended_alone"
    work.say(Message(text=RichText(work.phrase(key)), buttons=ended_buttons(work)))
