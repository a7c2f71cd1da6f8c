"""Meeting a customer: who and where they are, and whether what came is new, late or the same again."""

from __future__ import annotations

from math import floor

import msgspec

from tunnel.effects import Echo
from tunnel.engine import asks, ladders, timers
from tunnel.engine.modes import allow
from tunnel.engine.said import Said
from tunnel.engine.work import WINDOWED, Work
from tunnel.events import Address, FromCustomer, Profile, Start, Text
from tunnel.session import mark

SAME_S = 3.0
"""Within this time the same press, or the same text, is one."""
LATE_MARGIN_S = 3.0
"""How far the channel's clock may be behind ours before a text counts as sent before the present question."""
LATE_MOST_S = 8 * 86400.0
"""No channel delivers again for longer (WhatsApp: 7 days). A date further back is a wrong clock, and says nothing."""


def meet(work: Work, event: FromCustomer, *, wrote: bool = True) -> None:
    """Remember where the customer is, who they are and when they wrote."""
    session = work.session
    if event.address != session.address:
        _move_house(work, event.address)
    session.address = event.address
    session.callback_buttons = event.callback_buttons
    if event.profile is not None and event.profile != session.profile:
        session.profile = _merged(session.profile, event.profile)
    if _behind(event, floor(work.now)):
        work.dated_at = int(event.sent_at)
    if not wrote:
        return
    session.inbound_at = work.at
    if event.address.channel in WINDOWED:
        session.heard = {**session.heard, event.address.channel: int(work.at)}
    if session.ladders:
        ladders.answered(work)
    session.last_press = 0
    if event.source and not isinstance(event, Start):
        session.source = kept_source("", event.source)
        work.record("touch", ref="", source=dict(session.source))


def _move_house(work: Work, address: Address) -> None:
    """The contact is met at another address: the former ones stay known, and a number in WhatsApp is theirs."""
    session = work.session
    if session.address is not None and session.address.channel != address.channel:
        session.addresses = {**session.addresses, session.address.channel: session.address}
    number = asks.number_of(address, work.definition.settings.timezone.key or "")
    if number is not None:
        work.identify("phone", number, proven=True)


def _merged(old: Profile, new: Profile) -> Profile:
    """What is told anew replaces what was known; what is not told stays."""
    told = {name: value[:200] for name in new.__struct_fields__ if (value := getattr(new, name))}
    return msgspec.structs.replace(old, **told)


def echo(work: Work, event: FromCustomer, words: str) -> None:
    """The web chat's thread shows the customer's own words; elsewhere the messenger does."""
    if words and event.address.channel == "web":
        work.effects.append(Echo(address=event.address, text=words, event_id=event.id))


def clean(text: str) -> str:
    """Without what no store can keep: null characters and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def repeated(work: Work, event: Text, raw: str) -> bool:
    """Whether this is the same text within three seconds; either way it is remembered as the last one.

    By when it was accepted: what waited while no worker ran was not written in one moment.
    """
    session = work.session
    at = event.at or work.at
    found = mark(raw)
    same = found == session.last_text and abs(at - session.last_text_at) < SAME_S
    session.last_text, session.last_text_at = found, at
    return same


def late(work: Work, event: Text) -> bool:
    """Whether the channel dates a text before the present visit (its dates are whole seconds, its clock its own).

    An outage swallows no word: neither what was accepted before the visit and waited for us, nor what the channel
    brings late in its order, behind the words that began the visit.
    """
    session = work.session
    waited = event.at < floor(session.visit_at) + 1
    return session.visit > 0 and not waited and _behind(event, session.dated_at or floor(session.visit_at))


def _behind(event: FromCustomer, moment: int) -> bool:
    """Whether the channel dates an event so long before a moment that neither whole seconds nor clocks explain it."""
    return event.sent_at > 0 and LATE_MARGIN_S < moment - event.sent_at < LATE_MOST_S


def stops(work: Work, said: Said) -> bool:
    return work.compiled.words.get(said.normal) == "stop"


def revive(work: Work) -> None:
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


def rearm(work: Work) -> None:
    """Reminders were cancelled when the customer stopped; who comes back to the same question gets them again."""
    session = work.session
    if work.revived and session.mode == "bot" and not work.entered and not _visit_armed(work):
        timers.arm(work)


def _visit_armed(work: Work) -> bool:
    return any(timers.kind_of(timer) in timers.VISIT for timer in work.session.timers)


def kept_source(ref: str, source: dict[str, str]) -> dict[str, str]:
    """What is remembered of where a customer came from; the words that came with a link are not part of it."""
    kept = {key[:64]: value[:256] for key, value in list(source.items())[:20] if key != "text"}
    if ref:
        kept["ref"] = ref[:64]
    return kept
