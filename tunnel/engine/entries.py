"""The ways into tunnels: a link's word, an entry's words, a bare start; and back in when a step is gone."""

from __future__ import annotations

from tunnel.engine import moves, parking
from tunnel.engine.said import Said
from tunnel.engine.words import MAX_CHARS
from tunnel.engine.work import Work
from tunnel.language.definition import Entry, Target


def entry_of(work: Work, said: Said, *, whole: bool) -> Entry | None:
    """The way in that a text names: a link's word as the whole message, or an entry's words. One whose condition does
    not hold is none.
    """
    word = said.raw.strip().casefold() if len(said.raw) <= MAX_CHARS else ""
    entry = work.definition.links.get(word) if word else None
    if entry is not None and work.holds(entry.when):
        work.record("touch", ref=word, source={})
        work.session.source = {"ref": word}
        return entry
    return next((one for one in work.compiled.entries_in(said.text, whole=whole) if work.holds(one.when)), None)


def enter_by(work: Work, entry: Entry) -> None:
    """Take a way in; for those who are already in that tunnel, the question again in full."""
    session = work.session
    if session.tunnel == entry.to.tunnel and work.plan is not None and not session.ended:
        moves.repeat(work)
    else:
        enter(work, entry.to)


def enter(work: Work, target: Target) -> None:
    """Go into a tunnel from outside: where it was left aside, or, if the way in leads to a step of its own, there."""
    place = parking.place_of(work, target.tunnel)
    if place is None or target != work.compiled.start_of(target.tunnel):
        moves.go(work, target)
    else:
        moves.take_up(work, place, by="entry")


def start_over(work: Work) -> None:
    """A bare start: the default tunnel for those outside, the question again for those inside."""
    if work.plan is not None and not work.session.ended:
        moves.repeat(work)
    else:
        begin(work)


def begin(work: Work) -> None:
    """Enter the default tunnel; events that came before the customer's first words are heard first."""
    if work.session.kept or work.facts.expected:
        work.begin_waits = True
        work.session.begins = not work.session.kept
        return
    work.session.begins = False
    default = work.definition.settings.default
    target = work.compiled.start_of(default) or work.compiled.start_of(next(iter(work.definition.tunnels), ""))
    if target is None:
        work.fault("there is no tunnel")
        return
    enter(work, target)


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
