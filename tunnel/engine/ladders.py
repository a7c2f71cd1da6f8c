"""Ladders: follow-ups after an event, across channels, until the customer answers or the event that ends them comes.

One timer at a time: each rung arms the next, counted from the event. A ladder belongs to a tunnel and an event; the
same event again begins it anew. A move that waits for open time (`rung` < 0) lies among them (see `triggers`).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tunnel.engine import gate, moves, promos, timers
from tunnel.engine.gate import Due, Go, Later, Refused
from tunnel.engine.payloads import remember
from tunnel.engine.question import media_of
from tunnel.engine.values import Scene, contact_zone, local_time
from tunnel.engine.work import Work
from tunnel.events import Address
from tunnel.language.definition import EventRule, Rung, Target
from tunnel.session import Ladder, Pending, Value

MAX_LADDERS = 10
OUTAGE_S = 60.0
"""A rung that comes so late comes after an outage; then only the last of those that are due is said."""
MAX_RUNGS = 1000
"""A promo code is reserved for a visit: below zero those numbers are rungs of ladders, so many for each."""
WAITING_MOVE = -1
"""Stands for a rung: the event's move to a step waits for open time."""


def start(work: Work, rule: EventRule, data: Mapping[str, Value], at: float) -> bool:
    """Begin a ladder, counted from `at` (Unix seconds). Not for those who have stopped or blocked the bot."""
    session = work.session
    if session.mode in ("stopped", "blocked"):
        gate.hold(work, "ladder", Refused(session.mode))
        return False
    stop(work, "replaced", [each for each in session.ladders if _same(each, rule.tunnel, rule.event)])
    past = [index for index, rung in enumerate(rule.ladder) if at + rung.after_s <= work.now]
    first = past[-1] if past else 0  # an event that reached us late: what should have been said before it is not
    ladder = keep(work, rule.tunnel, rule.event, data, at, rung=first)
    _note(work, ladder, "started")
    work.arm(timers.rung_of(ladder.number, first), max(at + rule.ladder[first].after_s, work.now))
    return True


def keep(work: Work, tunnel: str, event: str, data: Mapping[str, Value], at: float, *, rung: int) -> Ladder:
    """Remember a ladder, or a move that waits; of too many the oldest stops."""
    session = work.session
    stop(work, "too many", session.ladders[: max(0, len(session.ladders) - MAX_LADDERS + 1)])
    session.ladder_count += 1
    ladder = Ladder(session.ladder_count, tunnel, event, at, rung, dict(data))
    session.ladders = [*session.ladders, ladder]
    session.events = {name: carried for name, carried in session.events.items() if name != tunnel}
    return ladder


def answered(work: Work) -> None:
    """The customer has answered, wherever: what follows up on their silence stops."""
    stop(work, "answer", [ladder for ladder in work.session.ladders if ladder.rung >= 0])


def ended_by(work: Work, event: str) -> None:
    """An event came that ends ladders, and moves that wait."""
    ladders = work.session.ladders
    if ladders:
        stop(work, "until", [each for each in ladders if (rule := rule_of(work, each)) and rule.until == event])


def stop(work: Work, why: str, ladders: list[Ladder]) -> None:
    """End ladders before their time. What their event carried stays what their tunnel's texts read."""
    for ladder in ladders:
        work.cancel(timers.rung_of(ladder.number, ladder.rung))
        if ladder.rung >= 0:
            work.record("ladder", tunnel=ladder.tunnel, event=ladder.event, rung=ladder.rung, did="stopped", why=why)
        _forget(work, ladder)


def rule_of(work: Work, ladder: Ladder) -> EventRule | None:
    """The rule that a ladder follows; None where the content has it no more."""
    tunnel = work.definition.tunnels.get(ladder.tunnel)
    return tunnel.events.get(ladder.event) if tunnel is not None else None


def numbered(work: Work, number: int) -> Ladder | None:
    return next((ladder for ladder in work.session.ladders if ladder.number == number), None)


# --- a rung is due


def climb(work: Work, ladder: Ladder, due: Due) -> None:
    """The rung of a ladder is due: it is said, put off or left out; then the next one is armed."""
    rule = rule_of(work, ladder)
    if rule is None or ladder.rung >= len(rule.ladder):
        stop(work, "gone from the content", [ladder])
        return
    rung = rule.ladder[ladder.rung]
    why = _left_out(work, ladder, rule, due)
    if why:
        _note(work, ladder, "skipped", why)
    elif isinstance(_say_or_go(work, ladder, rung, due), Later):
        return
    following = numbered(work, ladder.number)
    if following is not None:
        _next(work, following, rule)


def _left_out(work: Work, ladder: Ladder, rule: EventRule, due: Due) -> str:
    """Why a rung is passed over; "" where it is not."""
    rung = rule.ladder[ladder.rung]
    later = rule.ladder[ladder.rung + 1 :]
    late = work.now - due.at > OUTAGE_S or _was_open(work, ladder, rung)
    if late and not due.waited and later and ladder.since + later[0].after_s <= work.now:
        return "a later rung is due as well"
    work.scene = Scene(ladder.tunnel, ladder.data, rung.product)
    holds = work.holds(rung.when)
    work.scene = None
    return "" if holds else "when"


def _was_open(work: Work, ladder: Ladder, rung: Rung) -> bool:
    """Whether a rung could have been said in its own time; one that fell into closed time waits, and is not late."""
    local = local_time(ladder.since + rung.after_s, contact_zone(work.definition, work.session))
    return gate.is_open(work.definition.settings.quiet, rung.days, local)


def _say_or_go(work: Work, ladder: Ladder, rung: Rung, due: Due) -> gate.Verdict:
    """Put a rung before the gate. What it says is not tried before, so that no promo code is taken in vain."""
    verdict: gate.Verdict
    if work.session.mode != "bot":
        verdict = Refused("people" if work.session.mode in ("queued", "operator") else work.session.mode)
    elif _address(work, rung) is None:
        verdict = Refused("channel")
    elif rung.say is None and not rung.media:
        target = rung.to
        return gate.start(work, "ladder", lambda given: _go(given, target, ladder), due=due, days=rung.days)
    else:
        verdict = gate.check(work, rung.days, due)
    if not isinstance(verdict, Go):
        gate.hold(work, "ladder", verdict, due)
        return verdict
    work.proactive = True
    if _say(work, ladder, rung) and rung.to is not None:
        _go(work, rung.to, ladder)
    work.proactive = False
    return verdict


def _say(work: Work, ladder: Ladder, rung: Rung) -> bool:
    """Say a rung. False where it has nothing to say: its text failed, or wants a promo code and none is left."""
    plan = work.compiled.rungs[rung.key]
    work.scene = Scene(ladder.tunnel, ladder.data, rung.product)
    if rung.promo:
        promos.hand_out(work, rung.promo, -(ladder.number * MAX_RUNGS + ladder.rung))
    text = work.rich(rung.say)
    said = bool(text.plain) or rung.say is None
    if said:
        offers = work.shown(plan.offers)
        buttons = work.buttons(offers, rung.key, ladder.number)
        work.say(
            work.message(text, buttons, media=media_of(rung.media), template=rung.template),
            address=_address(work, rung),
        )
        if offers:
            work.session.pending = Pending("", ladder.number, rung.key)
    work.scene = None
    _note(work, ladder, "said" if said else "skipped", "" if said else "promo" if work.out_of_promos else "text")
    return said


def _go(work: Work, target: Target | None, ladder: Ladder) -> None:
    if target is not None:
        moves.enter_aside(work, target, by="ladder", label=ladder.event)


def _next(work: Work, ladder: Ladder, rule: EventRule) -> None:
    following = ladder.rung + 1
    if following >= len(rule.ladder):
        _note(work, ladder, "ended")
        _forget(work, ladder)
        return
    session = work.session
    session.ladders = [replace(each, rung=following) if each is ladder else each for each in session.ladders]
    at = max(ladder.since + rule.ladder[following].after_s, work.now)
    work.arm(timers.rung_of(ladder.number, following), at)


def _address(work: Work, rung: Rung) -> Address | None:
    """Where a rung goes: the first of its channels where the contact is known and it gets through; without any
    channels, where they wrote last.
    """
    session = work.session
    if not rung.via or session.address is None:
        return session.address
    known = session.addresses | {session.address.channel: session.address}
    there = [known[channel] for channel in rung.via if channel in known]
    open_now = (address for address in there if rung.template or not work.window_shut(address))
    return next(open_now, there[0] if there else None)


def _forget(work: Work, ladder: Ladder) -> None:
    session = work.session
    session.ladders = [each for each in session.ladders if each.number != ladder.number]
    if ladder.tunnel not in session.events and not any(each.tunnel == ladder.tunnel for each in session.ladders):
        remember(work, ladder.tunnel, ladder.data)


def _note(work: Work, ladder: Ladder, did: str, why: str = "") -> None:
    work.record("ladder", tunnel=ladder.tunnel, event=ladder.event, rung=ladder.rung, did=did, why=why)


def _same(ladder: Ladder, tunnel: str, event: str) -> bool:
    return ladder.rung >= 0 and (ladder.tunnel, ladder.event) == (tunnel, event)
