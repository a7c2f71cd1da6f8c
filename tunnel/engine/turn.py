"""One event applied to one session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tunnel.effects import Acknowledge, Facts, Needs, Turn
from tunnel.engine import arrive, due, handoff, operators, people, presses, triggers
from tunnel.engine.compiled import compiled
from tunnel.engine.work import Wanted, Work
from tunnel.events import (
    AddTask,
    Allowed,
    Assign,
    Attachment,
    Close,
    Colleague,
    Denied,
    EndTask,
    Event,
    FromCustomer,
    FromOperator,
    MoveStage,
    Note,
    Phone,
    Press,
    Receipt,
    Release,
    Say,
    SendStep,
    SetDetail,
    SetVariable,
    Snooze,
    Start,
    Tags,
    Take,
    Text,
    Timer,
    Trigger,
)
from tunnel.language.definition import Definition, Handoff
from tunnel.session import Session

HANDLERS: Mapping[type[Event], Callable[[Work, Any], None]] = MappingProxyType(
    {
        Text: arrive.text,
        Press: presses.press,
        Start: arrive.start,
        Phone: arrive.phone,
        Attachment: arrive.attachment,
        Denied: arrive.denied,
        Allowed: arrive.allowed,
        Receipt: arrive.receipt,
        Colleague: people.colleague,
        Take: people.take,
        Say: people.say,
        Release: people.release,
        Close: people.close,
        MoveStage: people.move_stage,
        Assign: operators.assign,
        Snooze: operators.snooze,
        Note: operators.note,
        SendStep: operators.send_step,
        SetVariable: operators.set_variable,
        SetDetail: operators.set_detail,
        Tags: operators.tags,
        AddTask: operators.add_task,
        EndTask: operators.end_task,
        Timer: due.fire,
        Trigger: triggers.trigger,
    }
)
"""Every kind of event and what handles it: the engine's table of contents."""


BROKEN = "the engine failed"
"""Begins the report of a mistake of ours."""


def turn(definition: Definition, session: Session, event: Event, facts: Facts) -> Turn | Needs:
    """Apply one event to a session: the session to store, and the effects to commit with it, in order.

    Needs instead where a fact is wanted that only the outside can give; the same call with it goes on.

    Pure and total: the given session is left as it is, the same arguments give the same turn, and nothing raises,
    whatever the session or the event hold. `facts.now` is Unix seconds, UTC.
    """
    ready = compiled(definition)
    work = Work(ready, session, event, facts)
    try:
        if not (isinstance(event, FromOperator) and operators.refused(work, event)):
            HANDLERS[type(event)](work, event)
        if work.session.kept and work.session.mode not in ("stopped", "blocked") and work.session.address is not None:
            triggers.apply_kept(work)
    except Wanted as wanted:
        return wanted.needs
    except Exception as error:  # a mistake of ours: the customer goes to people, and it is reported, not hidden
        work = Work(ready, session, event, facts)
        _rescue(work, event, error)
    operators.count(work, session, event)
    return Turn(work.session, tuple(work.effects))


def _rescue(work: Work, event: Event, error: Exception) -> None:
    """Undo what a failing turn had done, report the failure without the customer's data, and call people."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    if isinstance(event, Press) and event.ack:
        work.effects.append(Acknowledge(address=event.address, ack=event.ack))
    work.fault(f"{BROKEN}: {type(error).__name__} in {place}")
    if isinstance(event, FromCustomer) and work.session.mode == "bot":
        work.session.address = event.address
        handoff.queue_up(work, Handoff(work.compiled.first_queue), trouble=True)


def prepare(definition: Definition) -> None:
    """Compile a definition before its first turn (a few tenths of a second, most of it the Russian dictionary)."""
    compiled(definition)


def new_session(contact: str) -> Session:
    """The session of a contact who has not written yet. `contact`: as `events.contact_id` makes it."""
    return Session(contact=contact)
