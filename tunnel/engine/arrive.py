"""Words, numbers, pictures and notices of customers."""

from __future__ import annotations

from tunnel.engine import answer, asks, ladders, people, triggers
from tunnel.engine.hearing import hear_anywhere
from tunnel.engine.meeting import clean, echo, late, meet, rearm, repeated, revive, stops
from tunnel.engine.question import asks_phone
from tunnel.engine.said import Said
from tunnel.engine.starts import open_by, stands_at
from tunnel.engine.work import Work
from tunnel.events import Allowed, Attachment, Denied, Phone, Receipt, Start, Text


def text(work: Work, event: Text) -> None:
    raw = clean(event.text)
    meet(work, event)
    echo(work, event, raw)
    if repeated(work, event, raw):
        work.ignore("the same text again")
        return
    start = raw.strip().split(maxsplit=1)
    if start and start[0].casefold().split("@")[0] == "/start":
        open_by(work, start[1].strip() if len(start) > 1 else "", event.source)
        return
    said = Said(raw)
    if work.session.mode == "stopped" and stops(work, said):
        work.ignore("has stopped already")
        return
    revive(work)
    if work.session.mode in ("queued", "operator"):
        people.pass_on(work, raw, said=said)
    elif late(work, event) and not stops(work, said):
        work.ignore("sent before the present question")
    else:
        hear_anywhere(work, said)
    rearm(work)


def start(work: Work, event: Start) -> None:
    ref = clean(event.ref[:200]).strip()
    words = event.source.get("text", "")
    if words and stands_at(work, ref):
        # VK names the link with any message, perhaps for as long as the dialogue lasts: these words are an answer.
        text(work, _as_text(event, words))
        return
    meet(work, event)
    open_by(work, ref, event.source)


def _as_text(event: Start, words: str) -> Text:
    source = {name: value for name, value in event.source.items() if name != "text"} | {"ref": event.ref}
    return Text(
        id=event.id,
        at=event.at,
        sent_at=event.sent_at,
        address=event.address,
        profile=event.profile,
        callback_buttons=event.callback_buttons,
        source=source,
        text=words,
    )


def phone(work: Work, event: Phone) -> None:
    number = clean(event.phone[:60])
    meet(work, event)
    echo(work, event, number)
    revive(work)
    session = work.session
    plan = work.plan
    shown = asks.own_phone(number, work.ask_rules().region) if event.own else None
    if shown is not None:
        work.identify("phone", shown, proven=True)
    if session.mode in ("queued", "operator"):
        people.pass_on(work, number)
    elif plan is None or session.ended:
        hear_anywhere(work, Said(""))
    elif not asks_phone(work, plan):
        answer.not_understood(work, Said(""), plan, "attachment")
    elif not event.own:
        answer.not_understood(work, Said(""), plan, "not_own_phone")
    elif shown is None:
        answer.retry(work, plan, "")
    else:
        answer.keep_answer(work, plan, shown)
    rearm(work)


def attachment(work: Work, event: Attachment) -> None:
    caption = clean(event.text)
    album = event.group[:100]
    again = bool(album) and album == work.session.last_album
    meet(work, event)
    work.session.last_album = album
    echo(work, event, caption)
    revive(work)
    if work.session.mode in ("queued", "operator"):
        people.pass_on(work, caption, files=event.files)
    elif again:
        work.ignore("the same album")
    else:
        hear_anywhere(work, Said(caption), otherwise="attachment")
    rearm(work)


def denied(work: Work, event: Denied) -> None:
    meet(work, event, wrote=False)
    session = work.session
    before = session.mode
    work.cancel_timers()
    ladders.answered(work)
    if not work.switch("deny"):
        work.ignore("has denied already")
        return
    session.mode_before = before
    if before in ("queued", "operator"):
        work.desk("system", work.phrase("desk_blocked"))


def allowed(work: Work, event: Allowed) -> None:
    meet(work, event, wrote=False)
    if work.session.mode not in ("blocked", "stopped"):
        work.ignore("messages are allowed already")
    revive(work)


def receipt(work: Work, event: Receipt) -> None:
    work.record("receipt", message_id=event.message_id, status=event.status, error=event.error)
    if event.status == "read":
        triggers.read(work)
