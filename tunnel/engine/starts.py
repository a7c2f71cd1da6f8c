"""The conversation was opened: barely, by a link, by a page."""

from __future__ import annotations

from tunnel.engine import entries, people
from tunnel.engine.meeting import kept_source, rearm, revive
from tunnel.engine.work import Work
from tunnel.language.definition import Target


def open_by(work: Work, ref: str, source: dict[str, str]) -> None:
    """The conversation was opened, perhaps by a link."""
    session = work.session
    session.source = kept_source(ref, source) or session.source
    work.record("touch", ref=ref[:64], source=kept_source("", source))
    revive(work)
    if session.mode == "operator" or (session.mode == "queued" and not people.may_leave(work)):
        people.opened(work, ref)
        return
    if session.mode == "queued":
        people.leave(work)
    target = target_of(work, ref)
    if target is None or (target.tunnel == session.tunnel and not session.ended):
        if work.plan is None and session.tunnel and not session.ended:
            entries.strand(work)
        else:
            entries.start_over(work)
    else:
        entries.enter(work, target)
    rearm(work)


def target_of(work: Work, ref: str) -> Target | None:
    """Where a link leads; in the web chat the page of a tunnel is a link too."""
    if not ref:
        return None
    entry = work.definition.links.get(ref.casefold())
    if entry is not None and work.holds(entry.when):
        return entry.to
    address = work.session.address
    return work.compiled.start_of(ref) if address is not None and address.channel == "web" else None


def stands_at(work: Work, ref: str) -> bool:
    """Whether a link leads nowhere new: to people who answer already, or to the tunnel that it led to before."""
    session = work.session
    if session.mode in ("queued", "operator"):
        return True
    if work.plan is None or session.ended:
        return False
    target = target_of(work, ref)
    known = session.source.get("ref", "") == ref[:64]
    return known or target is None or target.tunnel == session.tunnel
