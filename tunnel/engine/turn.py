"""One event applied to one session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tunnel.effects import Facts, Needs, Turn
from tunnel.engine import arrive, people, presses, silence
from tunnel.engine.compiled import compiled
from tunnel.engine.work import Work
from tunnel.events import (
    Allowed,
    Attachment,
    Close,
    Colleague,
    Denied,
    Event,
    Phone,
    Press,
    Receipt,
    Release,
    Say,
    Start,
    Take,
    Text,
    Timer,
    Trigger,
)
from tunnel.language.definition import Definition
from tunnel.session import Session


def _trigger(work: Work, _event: Trigger) -> None:
    work.ignore("triggers do not act in this release")


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
        Timer: silence.remind,
        Trigger: _trigger,
    }
)
"""Every kind of event and what handles it: the engine's table of contents."""


def turn(definition: Definition, session: Session, event: Event, facts: Facts) -> Turn | Needs:
    """Apply one event to a session: the session to store, and the effects to commit with it, in order.

    Pure and total: the given session is left as it is, the same arguments give the same turn, and nothing raises,
    whatever the session or the event hold. `facts.now` is Unix seconds, UTC.
    """
    work = Work(compiled(definition), session, event, facts)
    HANDLERS[type(event)](work, event)
    return Turn(work.session, tuple(work.effects))


def new_session(contact: str) -> Session:
    """The session of a contact who has not written yet. `contact`: as `events.contact_id` makes it."""
    return Session(contact=contact)
