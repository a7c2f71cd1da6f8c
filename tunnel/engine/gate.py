"""May the bot start something by itself now? Quiet times, weekdays, the frequency cap, and the order of what waits.

Whatever the bot says without a customer's word goes through here: reminders, late stages, pauses that are over,
ladders, events from outside. docs/decisions/0013 says how closed time and the cap are treated, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil, floor, inf
from zoneinfo import ZoneInfo

from tunnel.effects import Send
from tunnel.engine.values import contact_zone, local_time
from tunnel.engine.work import MAX_CAP, Wanted, Work
from tunnel.language.definition import Quiet

LINE_S = 300
"""What waits for one opening leaves second by second; a line is never longer."""
LOOK_AHEAD_DAYS = 9
"""Openings repeat every week; a day more on each side for clocks that are put forward or back."""
TALKING_S = 300.0
"""So long after the customer's last word they may still be talking."""


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is due now. `at`: what it was first armed for, whole Unix seconds; `waited`: closed time put it off.

    `rest` is its name without the kind.
    """

    timer: str
    rest: str
    at: int
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """It may be started."""


@dataclass(frozen=True, slots=True)
class Later:
    """It has to wait until `at` (Unix seconds), because of `why`: quiet, days, order, talking."""

    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It is left out, because of `why`: frequency, days. `at`: when there would be room again, 0 if never."""

    why: str
    at: float = 0.0


Verdict = Go | Later | Refused


def check(work: Work, days: frozenset[int] | None = None, due: Due | None = None) -> Verdict:
    """Whether the bot may start something now. `days`: only on these weekdays (0 is Monday) on the contact's clock.

    due: the timer that wants it, so that it does not overtake what waits already.
    """
    settings = work.definition.settings
    if settings.quiet is not None or days is not None:
        zone = contact_zone(work.definition, work.session)
        opening = next_opening(settings.quiet, days, zone, work.now)
        if opening is None:
            return Refused("days")
        if opening > work.now:
            closed = next_opening(settings.quiet, None, zone, work.now) != work.now
            return Later(opening, "quiet" if closed else "days")
    if due is not None and work.session.waiting:
        ahead = _ahead(work, due)
        if ahead is not None:
            return Later(ahead, "order")
    return _room(work)


def start(
    work: Work,
    what: str,
    act: Callable[[Work], None],
    *,
    due: Due | None = None,
    days: frozenset[int] | None = None,
    talking: bool = False,
    patient: bool = False,
) -> Verdict:
    """Do `act` if the bot may start something now; else put its timer off, or leave it out, and journal why.

    What sends nothing to the customer is done in any case. what: the journal's word for it.
    talking: wait also for a customer who has just written. patient: wait for room under the cap, instead
    of leaving out. `act` is given the Work to act on.
    """
    verdict = _wanted(work, days, due, talking=talking)
    if isinstance(verdict, Go):
        work.proactive = True
        act(work)
        work.proactive = False
        return verdict
    trial = work.trial()
    if not _speaks(trial, act):
        work.adopt(trial)
        return Go()
    if patient and isinstance(verdict, Refused) and verdict.at > work.now:
        verdict = Later(verdict.at, verdict.why)
    hold(work, what, verdict, due)
    return verdict


def _speaks(trial: Work, act: Callable[[Work], None]) -> bool:
    """Try something: whether it says anything to the customer. A promo code is something to be said, too."""
    done = len(trial.effects)
    try:
        act(trial)
    except Wanted:
        return True
    return any(isinstance(effect, Send) for effect in trial.effects[done:])


def hold(work: Work, what: str, verdict: Later | Refused, due: Due | None = None) -> None:
    """Journal that something was put off or left out; a timer that has to wait is armed for its place in the line."""
    if isinstance(verdict, Later) and due is not None:
        until = _line_up(work, due, verdict.at)
    else:
        until = verdict.at if isinstance(verdict, Later) else 0.0
    work.record("held", what=what, why=verdict.why, until=until)


def _wanted(work: Work, days: frozenset[int] | None, due: Due | None, *, talking: bool) -> Verdict:
    verdict = check(work, days, due)
    if talking and isinstance(verdict, Go):
        quiet_at = work.session.inbound_at + TALKING_S
        if work.now < quiet_at <= work.now + TALKING_S:
            return Later(quiet_at, "talking")
    return verdict


# --- order


def _ahead(work: Work, due: Due) -> float | None:
    """When what was due before `due` leaves, if `due` has to stand behind it.

    Within one series nothing overtakes; else only what waits for this very opening stands in the same line.
    """
    session = work.session
    series = due.timer.rpartition(":")[0]
    latest = None
    for timer, first_at in session.waiting.items():
        at = session.timers.get(timer, 0)
        if first_at >= due.at or timer == due.timer or at < work.now - LINE_S:
            continue  # later, or itself, or lost long ago: nothing to wait for
        if at <= work.now + LINE_S or timer.rpartition(":")[0] == series:
            latest = max(at, latest or 0)
    return None if latest is None else max(float(latest), work.now + 1)


def _line_up(work: Work, due: Due, opening: float) -> float:
    """Arm a timer for its place among those that wait for the same opening, in the order in which they were due."""
    session = work.session
    begins = ceil(opening) if opening > work.now else floor(work.now) + 1  # never sooner, or it would come in vain
    session.waiting[due.timer] = due.at
    line = [
        timer
        for timer in session.waiting
        if timer == due.timer or begins <= session.timers.get(timer, 0) < begins + LINE_S
    ]
    line.sort(key=session.waiting.__getitem__)
    for place, timer in enumerate(line):
        if session.timers.get(timer) != begins + place:
            work.arm(timer, begins + place)
    return float(session.timers[due.timer])


# --- the cap


def _room(work: Work) -> Verdict:
    frequency = work.definition.settings.frequency
    if frequency is None:
        return Go()
    recent = sorted(at for at in work.session.proactive if abs(work.now - at) < frequency.per_s)
    most = min(frequency.messages, MAX_CAP)
    if len(recent) < most:
        return Go()
    until = recent[len(recent) - most] + frequency.per_s if most > 0 else 0.0
    return Refused("frequency", until)


# --- open and closed time


def is_open(quiet: Quiet | None, days: frozenset[int] | None, local: datetime) -> bool:
    """Whether the bot may start something at a local time."""
    if days is not None and local.weekday() not in days:
        return False
    if quiet is None:
        return True
    return local.weekday() not in quiet.days and not _is_night(quiet, local.time())


def _is_night(quiet: Quiet, clock: time) -> bool:
    if quiet.start <= quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def next_opening(quiet: Quiet | None, days: frozenset[int] | None, zone: ZoneInfo, now: float) -> float | None:
    """The first open moment at or after `now` (Unix seconds), on the clock of `zone`; None if there is none."""
    local = local_time(now, zone)
    if is_open(quiet, days, local):
        return now
    found = (at for at in _turns(quiet, local) if at > now and is_open(quiet, days, local_time(at, zone)))
    earliest = min(found, default=inf)
    return earliest if earliest < inf else None


def _turns(quiet: Quiet | None, local: datetime) -> Iterator[float]:
    """The moments when closed time may end: midnights and the ends of nights; an hour that comes twice counts twice."""
    for days in range(LOOK_AHEAD_DAYS):
        midnight = (local + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        for moment in (midnight, midnight.replace(hour=quiet.end.hour, minute=quiet.end.minute) if quiet else midnight):
            yield moment.timestamp()
            yield moment.replace(fold=1).timestamp()
