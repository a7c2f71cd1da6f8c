"""Handlers: commands. Each is an event put in the contact's inbox; the turn's outcome is the answer.

The event's id is the operator's and the command's, so a command that is sent again is done once and answered alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from console.accounts.accounts import users
from console.accounts.audit import note_alone
from console.call import Call, Handler
from console.guard import Unfit
from console.models import commands
from console.models.inbox import Owner
from console.moments import in_utc
from console.outcome import Outcome, decode_outcome
from console.refusals import Refused
from console.talk import known, owner_in, session_of
from console.uploads import put_back, taken
from console.words import WORDS, words
from records.bulk import table_of
from records.database import reading
from records.tables import Task
from state import Incoming
from tunnel import events
from tunnel.session import Session

if TYPE_CHECKING:
    from console.site import Console

OUTCOME_S = 3.0
"""How long a command waits for its turn, and a take for what is on the wire."""
FLYING_EVERY_S = 0.05


def doing(build: Callable[[Console, Call, dict[str, Any]], Any]) -> Handler:
    """The handler of a command. build: the event, of who asks and for what."""

    async def handle(console: Console, call: Call) -> commands.Done:
        contact = await known(console, call)
        who = {
            "id": f"op:{call.visitor.id}:{call.body.id}",
            "at": console.clock(),
            "operator": call.visitor.id,
            "operator_name": call.visitor.name,
        }
        event = build(console, call, who)
        if asyncio.iscoroutine(event):
            event = await event
        try:
            return await _do(console, call, contact, event)
        except Unfit:
            await put_back(console, call)
            raise

    return handle


async def _do(console: Console, call: Call, contact: str, event: Any) -> commands.Done:
    blob = events.encode_event(event)
    incoming = Incoming(contact, dedupe=event.id, blob=blob, control=events.is_control(event))
    await console.store.accept([incoming])
    outcome = await _outcome(console, event.id)
    if isinstance(event, events.SetDetail) and (outcome is None or not outcome.why):
        await _write_down(console, call, contact, event)
    if outcome is None:
        return await _unknown(console, contact)
    if outcome.contact not in ("", contact):  # told of another conversation: nothing was done here
        raise Refused(400, "invalid", field="id", detail="id")
    owner = Owner(id=outcome.operator, name=outcome.operator_name or outcome.operator) if outcome.operator else None
    if outcome.why and not (outcome.why == "nothing" and _is_done(call, outcome)):
        raise Unfit(_conflict(call, outcome, owner))
    flying = await _settled(console, contact) if isinstance(event, events.Take) else []
    return commands.Done(
        known=True,
        version=outcome.version,
        mode=outcome.mode,  # type: ignore[arg-type]
        owner=owner,
        on_the_wire=flying,
    )


async def _write_down(console: Console, call: Call, contact: str, event: events.SetDetail) -> None:
    """Who corrects a person's details stands in the audit; the value does not."""
    await note_alone(
        console.accounts.engine,
        console.accounts.now(),
        "contact.changed",
        user=call.visitor.id,
        address=call.address,
        subject=contact,
        detail=event.detail,
    )


async def _outcome(console: Console, event_id: str) -> Outcome | None:
    """What the worker tells of the command, within three seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + OUTCOME_S
    while True:
        # Listening begins before looking: what is told in between is not missed.
        waiting = asyncio.ensure_future(console.store.outcome_wait(event_id, max(0.05, until - loop.time())))
        await asyncio.sleep(0)
        try:
            blob = await console.store.outcome(event_id)
            if blob is not None:
                return decode_outcome(blob)
            if loop.time() >= until:
                return None
            await asyncio.wait([waiting], timeout=0.5)  # news can get lost with a connection
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def _unknown(console: Console, contact: str) -> commands.Done:
    session = await session_of(console, contact) or Session(contact=contact)
    return commands.Done(
        known=False, version=session.version, mode=session.mode, owner=owner_in(session), on_the_wire=[]
    )


def _is_done(call: Call, outcome: Outcome) -> bool:
    """Whether there was nothing to do because it is as it was asked for: the conversation is theirs already."""
    if call.route.name == "take":
        return outcome.operator == call.visitor.id
    if call.route.name == "snooze":
        return call.body.until is None
    return call.route.name in ("change_tags", "move_stage")


def _conflict(call: Call, outcome: Outcome, owner: Owner | None) -> commands.Conflict:
    code = outcome.why if outcome.why in WORDS else "nothing"
    holes = {"owner": owner.name if owner else "", "detail": ""}
    return commands.Conflict(
        error=code,
        message=words(code, call.language, **holes),
        version=outcome.version,
        mode=outcome.mode,  # type: ignore[arg-type]
        owner=owner,
    )


async def _settled(console: Console, contact: str) -> list[commands.OnTheWire]:
    """Wait until the bot's messages that had left before the take have arrived; what is still on the wire after 3 s."""
    session = await session_of(console, contact)
    addresses = {address.lane: address for address in (session.addresses.values() if session else ())}
    if session is not None and session.address is not None:
        addresses[session.address.lane] = session.address
    lanes = [(f"{one.channel}:{one.account}", lane) for lane, one in addresses.items()]
    loop = asyncio.get_running_loop()
    until = loop.time() + OUTCOME_S
    while flying := await console.store.in_flight(contact, lanes, console.clock()):
        if loop.time() >= until:
            break
        await asyncio.sleep(FLYING_EVERY_S)
    return [
        commands.OnTheWire(channel=addresses[lane].channel, external_id=addresses[lane].external_id)
        for _, lane in flying
    ]


# --- the events


def _take(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.Take(**who, version=call.body.version, force=call.body.force)


def _release(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.Release(**who, version=call.body.version, step=call.body.step)


def _close(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.Close(**who, version=call.body.version)


async def _say(console: Console, call: Call, who: dict[str, Any]) -> events.Event:
    if not call.body.text.strip() and not call.body.files:
        raise Refused(400, "invalid", field="text", detail="text")
    files = await taken(console, call, call.body.files)
    return events.Say(**who, version=call.body.version, text=call.body.text, files=files)


def _note(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.Note(**who, text=call.body.text)


async def _assign(console: Console, call: Call, who: dict[str, Any]) -> events.Event:
    name = await _colleague(console, call.body.to, "to")
    return events.Assign(**who, version=call.body.version, to=call.body.to, to_name=name)


def _snooze(console: Console, call: Call, who: dict[str, Any]) -> events.Event:
    until = in_utc(call.body.until, "until") if call.body.until is not None else None
    if until is not None and until <= console.accounts.now():
        raise Refused(400, "invalid", field="until", detail="until")
    return events.Snooze(**who, version=call.body.version, until=until.timestamp() if until else 0.0)


def _send_step(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.SendStep(**who, version=call.body.version, tunnel=call.body.tunnel, step=call.body.step)


def _set_variable(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    value = call.body.value
    return events.SetVariable(**who, name=call.body.name, value=value)


def _set_detail(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.SetDetail(**who, detail=call.body.detail, value=call.body.value)


def _change_tags(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.Tags(**who, add=tuple(tag.strip() for tag in call.body.add), remove=tuple(call.body.remove))


def _move_stage(_: Console, call: Call, who: dict[str, Any]) -> events.Event:
    return events.MoveStage(**who, tunnel=call.body.tunnel, stage=call.body.stage, reason=call.body.reason)


async def _add_task(console: Console, call: Call, who: dict[str, Any]) -> events.Event:
    of = call.body.operator or call.visitor.id
    await _colleague(console, of, "operator")
    due_at = in_utc(call.body.due_at, "due_at") if call.body.due_at is not None else None
    return events.AddTask(**who, title=call.body.title.strip(), of=of, due_at=due_at.timestamp() if due_at else 0.0)


async def _end_task(console: Console, call: Call, who: dict[str, Any]) -> events.Event:
    table = table_of(Task)
    task, contact = call.path["task"], call.path["contact"]
    async with reading(console.records.engine) as connection:
        found = await connection.execute(select(table.c.id).where(table.c.event == task, table.c.contact == contact))
        if not task or found.first() is None:
            raise Refused(404, "no_task")
    return events.EndTask(**who, task=task)


async def _colleague(console: Console, user: str, field: str) -> str:
    """The name of somebody who may answer here. Raises Refused(400)."""
    async with reading(console.records.engine) as connection:
        row = (await connection.execute(select(users).where(users.c.id == user))).first()
    if row is None or row.disabled or row.role not in ("admin", "manager", "operator"):
        raise Refused(400, "nobody", field=field)
    return str(row.name)


COMMANDS: Mapping[str, Handler] = {
    "take": doing(_take),
    "release": doing(_release),
    "close": doing(_close),
    "say": doing(_say),
    "note": doing(_note),
    "assign": doing(_assign),
    "snooze": doing(_snooze),
    "send_step": doing(_send_step),
    "set_variable": doing(_set_variable),
    "set_detail": doing(_set_detail),
    "change_tags": doing(_change_tags),
    "move_stage": doing(_move_stage),
    "add_task": doing(_add_task),
    "end_task": doing(_end_task),
}
