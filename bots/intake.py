"""What a channel delivered → what waits durably in an inbox: the door for webhooks, polling and the web chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from bots.metrics import updates
from channels.base import DeskPost, Parsed, SetAside
from state import DeadLetter, Incoming, Store
from tunnel.events import (
    Close,
    CustomerEvent,
    Event,
    MoveStage,
    Release,
    Say,
    Take,
    contact_id,
    encode_event,
    is_control,
)

log = structlog.get_logger(__name__)


class DeskIntake(Protocol):
    """The operators' desk, as far as intake needs it."""

    async def contact_of(self, thread: int) -> str | None: ...
    async def fetch(self, post: DeskPost) -> DeskPost: ...
    async def hint(self, thread: int) -> None: ...


class Intake:
    """Puts events into inboxes. When a call returns, everything given to it is durable."""

    def __init__(self, store: Store, clock: Callable[[], float], desk: DeskIntake | None = None) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk

    async def accept(self, channel: str, parsed: Parsed) -> list[bool]:
        """Take in one parsed body; True for each customer event that was new. Raises state.Unavailable."""
        fresh = await self.accept_events(channel, parsed.events) if parsed.events else []
        for post in parsed.desk:
            await self._accept_post(post)
        for piece in parsed.set_aside:
            await self.set_aside(channel, piece)
        if not (parsed.events or parsed.desk or parsed.set_aside):
            updates(channel, "ignored").inc()
        return fresh

    async def accept_events(self, channel: str, events: Sequence[CustomerEvent]) -> list[bool]:
        """Put customers' events into their inboxes; True for each that was new. Raises state.Unavailable."""
        fresh = await self._store.accept([_incoming(contact_id(event.address), event) for event in events])
        accepted = sum(fresh)
        updates(channel, "accepted").inc(accepted)
        if accepted < len(fresh):
            updates(channel, "duplicate").inc(len(fresh) - accepted)
        return fresh

    async def accept_for(self, contact: str, event: Event) -> bool:
        """Put an event of ours (an operator's, a refused send) into a contact's inbox. Raises state.Unavailable."""
        return (await self._store.accept([_incoming(contact, event)]))[0]

    async def set_aside(self, channel: str, piece: SetAside) -> None:
        """Keep what is authentic but unreadable, with its cause. Raises state.Unavailable."""
        updates(channel, "unreadable").inc()
        log.warning("update set aside", channel=channel, cause=piece.cause)
        letter = DeadLetter(where="webhook", cause=f"{channel}: {piece.cause}", blob=piece.raw, at=self._clock())
        await self._store.set_aside(letter)

    async def _accept_post(self, post: DeskPost) -> None:
        contact = await self._desk.contact_of(post.thread) if self._desk else None
        if self._desk is None or contact is None:
            updates("desk", "ignored").inc()
            return
        if post.files:
            post = await self._desk.fetch(post)
        event = event_of(post, self._clock())
        if event is None:
            await self._desk.hint(post.thread)
            return
        updates("desk", "accepted" if await self.accept_for(contact, event) else "duplicate").inc()


def event_of(post: DeskPost, now: float) -> Event | None:
    """What an operator's post means to the tunnel; None for a command that we do not have."""
    who = {"id": post.id, "at": now, "operator": post.operator, "operator_name": post.operator_name}
    if post.command in ("take", "take!"):
        return Take(**who, force=post.command == "take!")  # type: ignore[arg-type]
    if post.command == "return":
        return Release(**who, step=post.argument)  # type: ignore[arg-type]
    if post.command == "close":
        return Close(**who)  # type: ignore[arg-type]
    if post.command == "stage" and post.argument:
        place, _, reason = post.argument.partition(" ")
        tunnel, _, stage = place.rpartition("/")
        return MoveStage(**who, tunnel=tunnel, stage=stage, reason=reason.strip())  # type: ignore[arg-type]
    if post.command:
        return None
    return Say(**who, text=post.text, files=post.files)  # type: ignore[arg-type]


def _incoming(contact: str, event: Event) -> Incoming:
    return Incoming(contact, dedupe=event.id, blob=encode_event(event), control=is_control(event))


AcceptEvents = Callable[[str, Sequence[CustomerEvent]], Awaitable[list[bool]]]
