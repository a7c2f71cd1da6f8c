"""The conversation in people's hands: what customers write goes to the operators, and operators' own events."""

from __future__ import annotations

from pathlib import PurePath

from tunnel.engine import actions, gate, handoff, moves
from tunnel.engine.answer import stop
from tunnel.engine.entries import enter_by, entry_of
from tunnel.engine.meeting import clean
from tunnel.engine.said import Said
from tunnel.engine.work import Work
from tunnel.events import Close, Colleague, File, FromOperator, MoveStage, Release, Say, Take
from tunnel.language.definition import Target
from tunnel.messages import Media, MediaKind, Message, RichText

_MEDIA: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio", "voice": "audio"}


# --- the customer, while people answer


PRESS_REMIND_AFTER_S = 60.0
"""A press asks the bot for something; who waits for people is told so again sooner than after words."""


def pass_on(
    work: Work,
    words: str,
    *,
    said: Said | None = None,
    files: tuple[File, ...] = (),
    remind_after_s: float = handoff.REMIND_AFTER_S,
) -> None:
    """Give the operators what a customer wrote. The stop word works here too, and a way back while nobody has taken."""
    if said is not None and said.normal and _own_way(work, said):
        return
    if words or files:
        work.desk("customer", words, files=files)
    handoff.reassure(work, remind_after_s)


def _own_way(work: Work, said: Said) -> bool:
    kind = work.compiled.words.get(said.normal, "")
    if kind == "stop":
        stop(work)
        return True
    if work.session.mode != "queued":
        return False
    if kind == "back":
        leave(work)
        moves.go_on(work)
        return True
    entry = entry_of(work, said, whole=True) if may_leave(work) else None
    if entry is None:
        return False
    leave(work)
    enter_by(work, entry)
    return True


def may_leave(work: Work) -> bool:
    """Whether a link or an entry's words lead out of the queue: only while nobody is there who could answer."""
    return not handoff.on_duty(work, work.session.queue)


def leave(work: Work) -> None:
    """Back from the queue to the bot, by the customer's own wish."""
    work.desk("system", work.phrase("desk_left"))
    work.switch("release")
    work.session.queue = ""


def opened(work: Work, ref: str) -> None:
    """The customer came by a link while people answer: that is theirs to know."""
    work.desk("system", work.phrase("desk_opened", ref=f": {ref[:64]}" if ref else ""))
    handoff.reassure(work)


# --- the operators


def take(work: Work, event: Take) -> None:
    session = work.session
    if session.mode == "operator" and session.operator == event.operator:
        work.ignore("is theirs already")
        return
    hold(work, event.operator, event.operator_name)
    work.desk("system", work.phrase("desk_taken", operator=name_of(work, event)))


def say(work: Work, event: Say) -> None:
    """An operator's words go to the customer as they are; who writes has thereby taken the conversation."""
    if not event.text.strip() and not event.files:
        work.ignore("nothing said")
        return
    if not speaks(work, event):
        return
    media = tuple(
        Media(
            kind=_MEDIA.get(file.kind, "document"), path=file.ref, name=file.name or PurePath(file.ref).name, data=True
        )
        for file in event.files
        if file.ref
    )
    work.say(Message(text=RichText(plain=event.text.strip()), media=media), by="operator")
    if event.version is not None:  # said in the console: the messenger's group, where there is one, shows it too
        names = [f"📎 {each.name}" for each in media]
        words = "\n".join(filter(None, [event.text.strip(), *names]))
        work.desk("system", work.phrase("desk_said", operator=name_of(work, event), text=words))


def speaks(work: Work, event: FromOperator) -> bool:
    """An operator is about to say something, which takes the conversation. False: the customer cannot be reached."""
    session = work.session
    if session.mode == "blocked" or session.address is None:
        refuse(work, "blocked")
        work.desk("system", work.phrase("desk_unreachable"))
        return False
    if session.mode != "operator":
        hold(work, event.operator, event.operator_name)
        work.desk("system", work.phrase("desk_taken", operator=name_of(work, event)))
    elif session.operator != event.operator:
        work.desk("system", work.phrase("desk_joined", operator=name_of(work, event)))
    return True


def release(work: Work, event: Release) -> None:
    """An operator gives the conversation back, at a step or where it was."""
    session = work.session
    if session.mode == "blocked" and session.mode_before in ("queued", "operator"):
        _release_blocked(work, event)
        return
    if session.mode not in ("bot", "queued", "operator") or (session.mode == "bot" and not event.step):
        work.ignore("nothing to give back")
        return
    target = step_named(work, event.step) if event.step else None
    if event.step and target is None and event.version is not None:
        refuse(work, "no_step")  # the content has changed since: in the console another can be chosen
        return
    if event.step and target is None:
        work.desk("system", work.phrase("desk_no_step", step=event.step[:100]))
    else:
        work.desk("system", work.phrase("desk_returned", operator=name_of(work, event)))
    work.switch("release", operator=event.operator)
    session.operator = session.queue = ""
    if target is not None:
        session.next_step = ""
        moves.go(work, target)
    else:
        moves.go_on(work, quietly=True)


def _release_blocked(work: Work, event: Release) -> None:
    """Nothing can be said now; whoever allows messages again is the bot's."""
    session = work.session
    if event.step:
        refuse(work, "blocked")
        return
    session.mode_before = "bot"
    session.operator = session.queue = ""
    work.desk("system", work.phrase("desk_returned", operator=name_of(work, event)))


def move_stage(work: Work, event: MoveStage) -> None:
    """An operator moves the lead, also back and out of a won stage: whoever moves a card by hand knows why.

    What the stage starts is started at once where the bot answers, and once the conversation is the bot's again where
    people do. It is the operator's doing: neither quiet times nor the cap hold it.
    """
    session = work.session
    name = event.tunnel or session.tunnel or work.definition.settings.default
    tunnel = work.definition.tunnels.get(name)
    stage = tunnel.stages.get(event.stage) if tunnel is not None else None
    if tunnel is None or stage is None:
        work.desk("system", work.phrase("desk_no_stage", stage=f"{event.tunnel or name}/{event.stage}"[:100]))
        refuse(work, "no_stage")
        return
    if session.stages.get(name) == stage.name:
        work.ignore("stands there already")
        return
    actions.put_at_stage(work, name, stage, clean(event.reason[:500]), event.operator)
    work.desk("system", work.phrase("desk_stage", operator=name_of(work, event), stage=stage.title))
    session.next_step = ""
    if not stage.step:
        return
    if session.mode in ("queued", "operator"):
        session.next_step = f"{name}/{stage.step}"
    elif session.mode != "bot" or session.address is None:
        why = session.mode if session.mode != "bot" else "unreachable"
        gate.hold(work, "stage", gate.Refused(why))
    else:
        moves.enter_aside(work, Target(name, stage.step), by="stage")


def close(work: Work, event: Close) -> None:
    """An operator ends the conversation: what the customer writes next begins anew, kindly."""
    session = work.session
    work.cancel_timers()
    work.desk("system", work.phrase("desk_closed", operator=name_of(work, event)))
    work.switch("close", operator=event.operator)
    session.mode_before = "bot"  # of who has blocked us: nobody waits for them any more
    session.operator = session.queue = session.next_step = ""
    session.pending = None
    session.ended = bool(session.tunnel)
    session.told_ended = False


def colleague(work: Work, event: Colleague) -> None:
    """Somebody of the company answered in the messenger itself: the bot keeps silent, as after a `take`."""
    session = work.session
    session.address = event.address
    who = event.operator or event.address.channel
    if session.mode != "operator" or session.operator != who:
        hold(work, who)
    work.desk("system", work.phrase("desk_colleague", operator=event.operator or work.phrase("operator")))


def hold(work: Work, operator: str, operator_name: str = "") -> None:
    """A person answers from now on. A higher epoch keeps what the bot had not yet sent from being sent."""
    session = work.session
    work.cancel_timers()
    session.epoch += 1
    session.operator = operator
    session.operator_name = operator_name[:200]
    session.pending = None
    session.queue = session.queue or work.compiled.first_queue
    if session.mode == "blocked":
        session.mode_before = "operator"
    else:
        work.switch("take", operator=operator)


def refuse(work: Work, why: str) -> None:
    """Nothing is done: the record tells why, and how it stands."""
    session = work.session
    work.record("refused", why=why, mode=session.mode, operator=session.operator, version=session.version)


def name_of(work: Work, event: FromOperator) -> str:
    return event.operator_name or event.operator or work.phrase("operator")


def step_named(work: Work, name: str) -> Target | None:
    """«step» of the present tunnel, or «tunnel/step»; a tunnel's name alone is its start."""
    tunnel, _, step = name.strip().rpartition("/")
    tunnel = tunnel or work.session.tunnel or work.definition.settings.default
    if (tunnel, step) in work.compiled.plans:
        return Target(tunnel, step)
    return work.compiled.start_of(name.strip())
