"""Words for the bot, wherever the customer stands: at a step, outside, after the end, or where the step is gone."""

from __future__ import annotations

from tunnel.engine import answer, entries, moves, parking
from tunnel.engine.question import say_ended
from tunnel.engine.said import Said
from tunnel.engine.work import Work


def hear_anywhere(work: Work, said: Said, otherwise: str = "") -> None:
    """Words for the bot, wherever the customer stands."""
    session = work.session
    plan = work.plan
    if plan is not None and not session.ended:
        answer.hear(work, said, plan, otherwise)
    elif answer.pending_choice(work, said):
        return
    elif session.ended:
        _hear_after_end(work, said)
    elif not _known_way(work, said):
        if session.tunnel:
            entries.strand(work)
        else:
            entries.begin(work)


def _known_way(work: Work, said: Said) -> bool:
    """A command or an entry, understood where there is no step to answer at."""
    if not said.normal:
        return False
    kind = work.compiled.word_in(said.text, said.normal)
    if kind in ("stop", "human"):
        return answer.command(work, said)
    entry = entries.entry_of(work, said, whole=False)
    if entry is None:
        return False
    entries.enter_by(work, entry)
    return True


def _hear_after_end(work: Work, said: Said) -> None:
    if work.session.told_ended and _choose_after_end(work, said):
        return
    kind = work.compiled.word_in(said.text, said.normal)
    if kind == "back" and moves.take_up(work, parking.latest(work), by="back"):
        return
    if kind == "start":
        entries.begin(work)
    elif not _known_way(work, said):
        say_ended(work)


def _choose_after_end(work: Work, said: Said) -> bool:
    """A typed number or label of "start again" and "talk to a manager"."""
    if said.normal in ("1", Said(work.phrase("again")).normal):
        again(work)
    elif said.normal in ("2", Said(work.phrase("manager")).normal):
        answer.call_people(work)
    else:
        return False
    return True


def again(work: Work) -> None:
    """Begin the tunnel that has ended again; the default one if it is gone."""
    target = work.compiled.start_of(work.session.tunnel)
    if target is None:
        entries.begin(work)
    else:
        moves.go(work, target)
