"""Events of customers: who answers, and what their words, presses, numbers and pictures lead to."""

from __future__ import annotations

from hashlib import blake2b
from math import floor

import msgspec

from tunnel.effects import Acknowledge, Echo
from tunnel.engine import answer, asks, moves, people, timers
from tunnel.engine.answer import Said
from tunnel.engine.compiled import AGAIN_KEY, ENDED_KEY, MANAGER_KEY, Offer
from tunnel.engine.modes import allow
from tunnel.engine.question import answer_offers, ask_again, asks_phone, pending_plan, say_ended
from tunnel.engine.work import Work
from tunnel.events import (
    Allowed,
    Attachment,
    Denied,
    FromCustomer,
    Phone,
    Press,
    Profile,
    Receipt,
    Start,
    Text,
)
from tunnel.language.definition import Target

SAME_S = 3.0
"""Within this time the same press, or the same text, is one."""
LATE_MARGIN_S = 3.0
"""How far the channel's clock may be behind ours before a text counts as sent before the present question."""
LATE_MOST_S = 8 * 86400.0
"""No channel delivers again for longer (WhatsApp: 7 days). A date further back is a wrong clock, and says nothing."""


def text(work: Work, event: Text) -> None:
    raw = _clean(event.text)
    _meet(work, event)
    _echo(work, event, raw)
    if _repeated(work, raw):
        work.ignore("the same text again")
        return
    start = raw.strip().split(maxsplit=1)
    if start and start[0].casefold().split("@")[0] == "/start":
        _start(work, start[1].strip() if len(start) > 1 else "", event.source)
        return
    said = Said(raw)
    if work.session.mode == "stopped" and _stops(work, said):
        work.ignore("has stopped already")
        return
    _revive(work)
    if work.session.mode in ("queued", "operator"):
        people.pass_on(work, raw, said=said)
    elif _late(work, event) and not _stops(work, said):
        work.ignore("sent before the present question")
    else:
        _hear(work, said)
    _rearm(work)


def press(work: Work, event: Press) -> None:
    if event.ack:
        work.effects.append(Acknowledge(address=event.address, ack=event.ack))
    session = work.session
    last, last_at = session.last_press, session.last_press_at
    _meet(work, event)
    token = _clean(event.token[:64])
    found = _pressed(work, token)
    label = _clean(event.label[:200]) or (work.label(found[0]) if found else "")
    _echo(work, event, label)
    if token and token == last and abs(work.at - last_at) < SAME_S:
        session.last_press, session.last_press_at = last, last_at
        work.ignore("the same press again")
        return
    session.last_press, session.last_press_at = token, work.at
    _revive(work)
    if session.mode in ("queued", "operator"):
        people.pass_on(work, label, remind_after_s=people.PRESS_REMIND_AFTER_S)
    elif not _press_after_end(work, token):
        _take_press(work, found)
    _rearm(work)


def start(work: Work, event: Start) -> None:
    _meet(work, event)
    _echo(work, event, "")
    _start(work, _clean(event.ref[:200]).strip(), event.source)


def phone(work: Work, event: Phone) -> None:
    number = _clean(event.phone[:60])
    _meet(work, event)
    _echo(work, event, number)
    _revive(work)
    session = work.session
    plan = work.plan
    if session.mode in ("queued", "operator"):
        people.pass_on(work, number)
    elif plan is None or session.ended:
        _hear(work, Said(""))
    elif not asks_phone(work, plan):
        answer.not_understood(work, Said(""), plan, "attachment")
    elif not event.own:
        answer.not_understood(work, Said(""), plan, "not_own_phone")
    else:
        shown = asks.own_phone(number, work.ask_rules().region)
        if shown is None:
            answer.retry(work, plan, "")
        else:
            answer.keep_answer(work, plan, shown)
    _rearm(work)


def attachment(work: Work, event: Attachment) -> None:
    caption = _clean(event.text)
    album = event.group[:100]
    again = bool(album) and album == work.session.last_album
    _meet(work, event)
    work.session.last_album = album
    _echo(work, event, caption)
    _revive(work)
    if work.session.mode in ("queued", "operator"):
        people.pass_on(work, caption, files=event.files)
    elif again:
        work.ignore("the same album")
    else:
        _hear(work, Said(caption), otherwise="attachment")
    _rearm(work)


def denied(work: Work, event: Denied) -> None:
    _meet(work, event, wrote=False)
    session = work.session
    before = session.mode
    work.cancel_timers()
    if not work.switch("deny"):
        work.ignore("has denied already")
        return
    session.mode_before = before
    if before in ("queued", "operator"):
        work.desk("system", work.phrase("desk_blocked"))


def allowed(work: Work, event: Allowed) -> None:
    _meet(work, event, wrote=False)
    if work.session.mode not in ("blocked", "stopped"):
        work.ignore("messages are allowed already")
    _revive(work)


def receipt(work: Work, event: Receipt) -> None:
    work.record("receipt", message_id=event.message_id, status=event.status, error=event.error)


# --- what all of them share


def _meet(work: Work, event: FromCustomer, *, wrote: bool = True) -> None:
    """Remember where the customer is, who they are and when they wrote."""
    session = work.session
    session.address = event.address
    session.callback_buttons = event.callback_buttons
    if event.profile is not None and event.profile != session.profile:
        session.profile = _merged(session.profile, event.profile)
    if not wrote:
        return
    session.inbound_at = work.at
    session.last_press = ""
    if event.source and not isinstance(event, Start):
        session.source = _source("", event.source)
        work.record("touch", ref="", source=dict(session.source))


def _merged(old: Profile, new: Profile) -> Profile:
    """What is told anew replaces what was known; what is not told stays."""
    told = {name: value[:200] for name in new.__struct_fields__ if (value := getattr(new, name))}
    return msgspec.structs.replace(old, **told)


def _echo(work: Work, event: FromCustomer, words: str) -> None:
    """The web chat's thread shows the customer's own words; elsewhere the messenger does."""
    if words and event.address.channel == "web":
        work.effects.append(Echo(address=event.address, text=words, event_id=event.id))


def _clean(text: str) -> str:
    """Without what no store can keep: null characters and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _repeated(work: Work, raw: str) -> bool:
    """Whether this is the same text within three seconds; either way it is remembered as the last one."""
    session = work.session
    mark = raw if len(raw) <= 64 else blake2b(raw.encode(), digest_size=16).hexdigest()
    same = mark == session.last_text and abs(work.at - session.last_text_at) < SAME_S
    session.last_text, session.last_text_at = mark, work.at
    return same


def _late(work: Work, event: Text) -> bool:
    """Whether the channel dates a text before the present visit (its dates are whole seconds, its clock its own)."""
    session = work.session
    late_s = floor(session.visit_at) - event.sent_at
    return session.visit > 0 and event.sent_at > 0 and LATE_MARGIN_S < late_s < LATE_MOST_S


def _stops(work: Work, said: Said) -> bool:
    return work.compiled.words.get(said.normal) == "stop"


def _revive(work: Work) -> None:
    """Who writes wants answers: out of `stopped`, or of `blocked` into what that interrupted."""
    session = work.session
    if session.mode == "stopped":
        work.revived = work.switch("revive")
        session.queue = session.operator = ""
    elif session.mode == "blocked":
        work.revived = work.switch(allow(session.mode_before))
        session.mode_before = "bot"
        if work.session.mode in ("queued", "operator"):
            work.desk("system", work.phrase("desk_allowed"))


def _rearm(work: Work) -> None:
    """Reminders were cancelled when the customer stopped; who comes back to the same question gets them again."""
    session = work.session
    if work.revived and session.mode == "bot" and not work.entered and not session.timers:
        timers.arm(work)


def _source(ref: str, source: dict[str, str]) -> dict[str, str]:
    kept = {key[:64]: value[:256] for key, value in list(source.items())[:20]}
    if ref:
        kept["ref"] = ref[:64]
    return kept


# --- texts


def _hear(work: Work, said: Said, otherwise: str = "") -> None:
    """Words for the bot, wherever the customer stands."""
    session = work.session
    plan = work.plan
    if session.ended:
        _hear_after_end(work, said)
    elif plan is not None:
        answer.hear(work, said, plan, otherwise)
    elif not _known_way(work, said):
        if session.tunnel:
            answer.strand(work)
        else:
            answer.begin(work)


def _known_way(work: Work, said: Said) -> bool:
    """A command or an entry, understood where there is no step to answer at."""
    if not said.normal:
        return False
    kind = work.compiled.word_in(said.text, said.normal)
    if kind in ("stop", "human"):
        return answer.command(work, said)
    entry = answer.entry_of(work, said, whole=False)
    if entry is None:
        return False
    answer.enter_by(work, entry)
    return True


def _hear_after_end(work: Work, said: Said) -> None:
    if work.session.told_ended and _choose_after_end(work, said):
        return
    if work.compiled.word_in(said.text, said.normal) == "start":
        answer.begin(work)
    elif not _known_way(work, said):
        say_ended(work)


def _choose_after_end(work: Work, said: Said) -> bool:
    """A typed number or label of "start again" and "talk to a manager"."""
    if said.normal in ("1", Said(work.phrase("again")).normal):
        _again(work)
    elif said.normal in ("2", Said(work.phrase("manager")).normal):
        answer.call_people(work)
    else:
        return False
    return True


def _again(work: Work) -> None:
    """Begin the tunnel that has ended again; the default one if it is gone."""
    target = work.compiled.start_of(work.session.tunnel)
    if target is None:
        answer.begin(work)
    else:
        moves.go(work, target)


# --- starts


def _start(work: Work, ref: str, source: dict[str, str]) -> None:
    """The conversation was opened, perhaps by a link."""
    session = work.session
    session.source = _source(ref, source) or session.source
    work.record("touch", ref=ref[:64], source=_source("", source))
    _revive(work)
    if session.mode == "operator" or (session.mode == "queued" and not people.may_leave(work)):
        people.opened(work, ref)
        return
    if session.mode == "queued":
        people.leave(work)
    target = _target_of(work, ref)
    if target is None or (target.tunnel == session.tunnel and not session.ended):
        if work.plan is None and session.tunnel and not session.ended:
            answer.strand(work)
        else:
            answer.start_over(work)
    else:
        moves.go(work, target)
    _rearm(work)


def _target_of(work: Work, ref: str) -> Target | None:
    """Where a link leads; in the web chat the page of a tunnel is a link too."""
    if not ref:
        return None
    entry = work.definition.links.get(ref.casefold())
    if entry is not None:
        return entry.to
    address = work.session.address
    return work.compiled.start_of(ref) if address is not None and address.channel == "web" else None


# --- presses


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
        _hear(work, Said(""))
    else:
        work.ignore("an old button")
        ask_again(work)


def _press_after_end(work: Work, token: str) -> bool:
    """The built-in buttons of an ended conversation."""
    parts = token.split(".")
    if len(parts) != 3 or parts[1] != ENDED_KEY or not work.session.ended:
        return False
    if parts[2] == AGAIN_KEY:
        _again(work)
    elif parts[2] == MANAGER_KEY:
        answer.call_people(work)
    else:
        say_ended(work)
    return True
