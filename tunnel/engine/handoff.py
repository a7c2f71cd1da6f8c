"""Giving the conversation to people: who is on duty, what the customer is told, when people are back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tunnel.engine.values import contact_zone, local_time
from tunnel.engine.work import Work, joined
from tunnel.language.definition import Handoff, Hours
from tunnel.messages import Message, RichText

REMIND_AFTER_S = 3600.0
"""How long a waiting customer who writes again is left without a word that people will answer."""


def on_duty(work: Work, queue: str) -> bool:
    """Within the queue's hours, and operators can be reached at all."""
    return work.facts.desk and _open(work, queue)


def _open(work: Work, queue: str) -> bool:
    hours = _hours(work, queue)
    return hours is None or is_open(hours, local_time(work.now, work.definition.settings.timezone))


def _hours(work: Work, queue: str) -> Hours | None:
    queues = work.definition.settings.queues
    found = queues.get(queue) or queues.get(work.compiled.first_queue)
    return found.hours if found else None


def is_open(hours: Hours, local: datetime) -> bool:
    """Whether the hours hold at a local time. An end that is not after the start lies on the next day."""
    clock = local.time()
    if hours.start < hours.end:
        return local.weekday() in hours.days and hours.start <= clock < hours.end
    yesterday = (local.weekday() - 1) % 7
    return (local.weekday() in hours.days and clock >= hours.start) or (yesterday in hours.days and clock < hours.end)


def next_opening(hours: Hours, local: datetime) -> datetime | None:
    """The next moment when the hours begin, on the same clock; None if they never do."""
    for days in range(8):
        day = local.date() + timedelta(days=days)
        opening = datetime.combine(day, hours.start, tzinfo=local.tzinfo)
        if day.weekday() in hours.days and opening > local:
            return opening
    return None


def queue_up(work: Work, spec: Handoff, *, trouble: bool = False) -> None:
    """Put the contact in a queue: the bot falls silent, the operators get the note, the customer is told."""
    session = work.session
    known = work.definition.settings.queues
    session.queue = spec.queue if spec.queue in known else work.compiled.first_queue
    work.cancel_timers()
    work.say(Message(text=_told(work, spec, trouble=trouble)))
    session.told_queue = work.now
    work.switch("queue")
    note = work.plain(spec.note)
    where = work.where if trouble else _title(work)
    work.desk("handoff", note or work.phrase("desk_trouble" if trouble else "desk_handoff", where=where))


def _title(work: Work) -> str:
    """The tunnel as people call it: at which step, the console and the desk tell by themselves."""
    tunnel = work.definition.tunnels.get(work.session.tunnel)
    return tunnel.title if tunnel else work.where


def _told(work: Work, spec: Handoff, *, trouble: bool) -> RichText:
    said = work.rich(spec.say)
    if trouble:
        said = RichText(work.phrase("trouble"))
    if on_duty(work, work.session.queue):
        return said if said.plain else RichText(work.phrase("handoff"))
    return joined(said, RichText(absence(work, work.session.queue)))


def absence(work: Work, queue: str) -> str:
    """Why nobody answers at once, and when people are back, on the contact's own clock."""
    hours = _hours(work, queue)
    company = local_time(work.now, work.definition.settings.timezone)
    opening = next_opening(hours, company) if hours and not is_open(hours, company) else None
    if opening is None:
        return work.phrase("nobody")
    zone = contact_zone(work.definition, work.session)
    return work.phrase(
        "back_at", when=_moment(work, opening.astimezone(UTC).astimezone(zone), company.astimezone(zone))
    )


def _moment(work: Work, opening: datetime, local: datetime) -> str:
    days = (opening.date() - local.date()).days
    key = {0: "today", 1: "tomorrow"}.get(days, f"weekday_{opening.weekday()}")
    return work.phrase(key, time=f"{opening:%H:%M}")


def reassure(work: Work, after_s: float = REMIND_AFTER_S) -> None:
    """A customer who waits has written: once in a long while, say that people will answer."""
    session = work.session
    if session.mode != "queued" or work.now - session.told_queue < after_s:
        return
    session.told_queue = work.now
    if on_duty(work, session.queue):
        work.tell("still_queued")
    else:
        work.say(Message(text=RichText(absence(work, session.queue))))
