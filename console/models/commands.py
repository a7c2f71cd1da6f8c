"""What an operator does to a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from console.models import WORD, Answer, Request
from console.models.conversation import Value
from console.models.inbox import Mode, Owner

Tags = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60, pattern=WORD)], ...], Meta(max_length=20)]
CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern="^[A-Za-z0-9_-]+$")]


class Command(Request, frozen=True, kw_only=True):
    """id: made up by the client, new for each command, the same when one is sent again: it is done once.

    version: of the conversation as the operator sees it. Another one: 409, and nothing is done.
    """

    id: CommandId
    version: Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Take(Command, frozen=True, kw_only=True):
    """force: also from a colleague who holds it; without it that is a 409 `held`."""

    force: bool = False


class Release(Command, frozen=True, kw_only=True):
    """Back to the bot: where it was, or at a step (`tunnel/step`)."""

    step: Annotated[str, Meta(max_length=200)] = ""


class Close(Command, frozen=True, kw_only=True):
    """End the conversation; the customer's next word begins another."""


class Say(Command, frozen=True, kw_only=True):
    """Who writes takes the conversation, if nobody holds it. files: ids of uploads."""

    text: Annotated[str, Meta(max_length=20_000)] = ""
    files: Annotated[tuple[str, ...], Meta(max_length=10)] = ()


class WriteNote(Command, frozen=True, kw_only=True):
    """For colleagues alone. The version is not checked: notes do not get in anybody's way."""

    text: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=WORD)]


class Assign(Command, frozen=True, kw_only=True):
    """Give the conversation to a colleague."""

    to: Annotated[str, Meta(min_length=1, max_length=64)]


class Snooze(Command, frozen=True, kw_only=True):
    """Out of the waiting list until then, or until the customer writes. null: back at once."""

    until: datetime | None


class SendStep(Command, frozen=True, kw_only=True):
    """Say what a step says, in the operator's name, with its files and without its choices. The conversation stays the
    operator's (who writes takes it); to let the bot go on from a step, release it there. step: "" is the start.
    """

    tunnel: Annotated[str, Meta(min_length=1, max_length=100)]
    step: Annotated[str, Meta(max_length=100)] = ""


class SetVariable(Command, frozen=True, kw_only=True):
    """value: of the variable's type; null forgets it. The version is not checked."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Value | None


class SetDetail(Command, frozen=True, kw_only=True):
    """Correct who the contact is. A phone is kept in E.164; one that is none, like an e-mail that is none, is a 409. ""
    forgets it; a forgotten name is the channel's again. The version is not checked.
    """

    detail: Literal["name", "phone", "email"]
    value: Annotated[str, Meta(max_length=200)]


class ChangeTags(Command, frozen=True, kw_only=True):
    """The version is not checked."""

    add: Tags = ()
    remove: Tags = ()


class MoveStage(Command, frozen=True, kw_only=True):
    """reason: why it was lost. The version is not checked."""

    tunnel: Annotated[str, Meta(min_length=1, max_length=100)]
    stage: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: Annotated[str, Meta(max_length=500)] = ""


class AddTask(Command, frozen=True, kw_only=True):
    """operator: whose it is, "" for one's own. The version is not checked."""

    title: Annotated[str, Meta(min_length=1, max_length=300, pattern=WORD)]
    due_at: datetime | None = None
    operator: Annotated[str, Meta(max_length=64)] = ""


class EndTask(Command, frozen=True, kw_only=True):
    """It is done. The version is not checked."""


class Seen(Request, frozen=True, kw_only=True):
    """Everything up to this moment has been read by this person."""

    at: datetime


class OnTheWire(Answer, frozen=True, kw_only=True):
    """A message of the bot that left before the take and is not yet known to have arrived."""

    channel: str
    external_id: str


class Done(Answer, frozen=True, kw_only=True):
    """The command has taken effect. known: false where that could not be found out within 3 seconds; it is accepted
    and will be done, the stream tells. on_the_wire: of a take, what was still being sent.
    """

    known: bool
    version: int
    mode: Mode
    owner: Owner | None
    on_the_wire: list[OnTheWire]


class Conflict(Answer, frozen=True, kw_only=True):
    """Somebody was faster, or it does not fit: nothing was done.

    error: `version` (it has changed since), `held` (a colleague holds it), `blocked`, `no_step`, `no_stage`,
    `bad_value`, `bad_phone`, `bad_email`, `nothing` (there was nothing to do). What is true now is told along.
    """

    error: str
    message: str
    version: int
    mode: Mode
    owner: Owner | None
