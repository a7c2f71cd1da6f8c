"""Several tunnels at once: one in the foreground, the others left aside with their place."""

from __future__ import annotations

from tunnel.engine.work import Work
from tunnel.language.definition import Target

MAX_PARKED = 20


def cross(work: Work, tunnel: str) -> None:
    """The contact goes over to `tunnel`: what they leave, unless it has ended, is left aside with its place."""
    session = work.session
    parked = {name: place for name, place in session.parked.items() if name not in (tunnel, session.tunnel)}
    if tunnel in session.parked:
        work.record("parked", tunnel=tunnel, step=_step(session.parked[tunnel]), did="taken up")
    step = _left_at(work)
    if step:
        parked[session.tunnel] = [step, work.now]
        work.record("parked", tunnel=session.tunnel, step=step, did="left")
    for name in list(parked)[:-MAX_PARKED]:
        del parked[name]
    session.parked = parked


def drop(work: Work, tunnel: str) -> None:
    """A tunnel that was left aside is over."""
    session = work.session
    if tunnel in session.parked:
        work.record("parked", tunnel=tunnel, step=_step(session.parked[tunnel]), did="dropped")
        session.parked = {name: place for name, place in session.parked.items() if name != tunnel}


def place_of(work: Work, tunnel: str) -> Target | None:
    """Where a tunnel was left; its start where the content has that step no more; None if it is not left aside."""
    place = work.session.parked.get(tunnel)
    if place is None:
        return None
    step = _step(place)
    return Target(tunnel, step) if (tunnel, step) in work.compiled.plans else work.compiled.start_of(tunnel)


def latest(work: Work) -> Target | None:
    """The place in the tunnel that was left last; None if none is."""
    found = (place_of(work, tunnel) for tunnel in reversed(work.session.parked))
    return next((place for place in found if place is not None), None)


def _left_at(work: Work) -> str:
    """The step to come back to: the present one if it waits, else the last one of its tunnel that did; "" for none."""
    session = work.session
    plan = work.plan
    if plan is None or session.ended:
        return ""
    if plan.step.waits:
        return session.step
    steps = (work.definition.steps_by_key.get(key) for key in reversed(session.history))
    return next((step.name for step in steps if step is not None and step.tunnel == session.tunnel), "")


def _step(place: list[object]) -> str:
    return str(place[0]) if place else ""
