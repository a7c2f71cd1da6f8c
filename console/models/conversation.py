"""One conversation: its state, its thread, the contact beside it, what could be answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from console.models import WORD, Answer, Request
from console.models.inbox import Mode, Owner, Stage

Value = str | float | bool | list[str]


class Window(Answer, frozen=True, kw_only=True):
    """What the channel allows just now.

    until: when free words are no longer allowed (WhatsApp's 24 hours), null for a channel without such a limit.
    reason: why nothing can be said now ("": it can): `shut` (the window; only the customer can open it again),
    `blocked` (the customer forbade messages), `off` (the channel is switched off), `nowhere` (no address is known).
    remedy: what can be done, in the reader's language, or "".
    """

    open: bool
    until: datetime | None
    reason: Literal["", "shut", "blocked", "off", "nowhere"]
    remedy: str


class Place(Answer, frozen=True, kw_only=True):
    """Where the contact stands in the tunnel. title: what the step asks, shortened; "" where the content has none."""

    tunnel: str
    tunnel_title: str
    step: str
    title: str
    since: datetime | None


class Conversation(Answer, frozen=True, kw_only=True):
    """What is true now: `version` goes into every command, and is raised whenever `mode` or `owner` change."""

    id: str
    name: str
    channel: str
    mode: Mode
    queue: str
    queue_title: str
    owner: Owner | None
    version: int
    waiting_since: datetime | None
    snoozed_until: datetime | None
    unread: int
    place: Place | None
    window: Window
    feed: int


# --- the thread


class SharedFile(Answer, frozen=True, kw_only=True):
    """url: where it is to be had, "" where the channel keeps it from us. inline: a browser may show it."""

    kind: str
    name: str
    mime: str
    size_bytes: int
    url: str
    inline: bool


class MessageItem(Answer, frozen=True, kw_only=True, tag_field="item", tag="message"):
    """Something said. `id` rises with time within the conversation.

    kind: text, press, start, phone, attachment or colleague for what came in; say for what went out. event: of what an
    operator said, the id that the command was sent with, prefixed by the operator's; so a message shown before its
    answer is known again. status: received; queued, sent, delivered, read, played, dropped or failed, with `reason` and
    what can be done (`remedy`, in the reader's language).
    """

    id: int
    at: datetime
    direction: Literal["in", "out"]
    by: Literal["customer", "bot", "operator"]
    kind: str
    channel: str
    operator: Owner | None
    text: str
    files: list[SharedFile]
    buttons: list[str]
    status: str
    status_at: datetime
    reason: str
    remedy: str
    event: str
    tunnel: str
    step: str


class ActItem(Answer, frozen=True, kw_only=True, tag_field="item", tag="act"):
    """What the bot or a person did, and why.

    kind and its data: `entered` (tunnel, step, title), `left` (tunnel, step, by: press, text, answer, silence, …;
    label, led_to), `objection` (name, by, answer, won: label of the choice that led on), `stage` (tunnel, after, title,
    reason),
    `granted` (magnet), `touch` (ref, source), `consent` (given, how), `outside` (name), `mode` (before, after),
    `assigned`, `snoozed` (until), `woken`, `tagged` (added, removed), `set` (names), `task` (title), `task_done` (id),
    `held` (what, why, until), `ladder`, `promo`, `parked`, `money`, `clicked`, and what later releases add.
    """

    id: str
    at: datetime
    kind: str
    operator: Owner | None
    data: dict[str, str]


class NoteItem(Answer, frozen=True, kw_only=True, tag_field="item", tag="note"):
    """A private note. operator: null for the note of a handoff, which the content writes."""

    id: str
    at: datetime
    operator: Owner | None
    text: str


class Thread(Answer, frozen=True, kw_only=True):
    """Oldest first, over all channels. before: goes into the query for what was earlier, "" at the beginning.

    since: goes into the query later, to get what has been added or changed after this answer. What comes twice has the
    same `item` and `id`: the later one counts. feed: as in lists.
    """

    items: list[MessageItem | ActItem | NoteItem]
    before: str
    since: str
    feed: int


class ThreadQuery(Request, frozen=True, kw_only=True):
    """before: what was earlier than this; since: what was added or changed after this; neither: the latest."""

    before: Annotated[str, Meta(max_length=60)] = ""
    since: Annotated[str, Meta(max_length=60)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 60


# --- the card


class ReachAddress(Answer, frozen=True, kw_only=True):
    channel: str
    account: str
    external_id: str
    reachable: bool
    reason: str
    first_at: datetime
    last_at: datetime


class Variable(Answer, frozen=True, kw_only=True):
    """known: the content declares it; only those can be changed. type: text, number, phone, email, date or flag."""

    name: str
    title: str
    type: str
    unit: str
    known: bool
    value: Value | None


class Touch(Answer, frozen=True, kw_only=True):
    at: datetime
    channel: str
    ref: str
    source: dict[str, str]


class Stay(Answer, frozen=True, kw_only=True):
    """One stay at a stage; seconds: how long, until now where it lasts."""

    stage: str
    title: str
    entered_at: datetime
    left_at: datetime | None
    seconds: float
    reason: str


class StepPassed(Answer, frozen=True, kw_only=True):
    """A step of the tunnel in its order. visits: how often it was entered, 0 for one that was skipped so far."""

    step: str
    title: str
    visits: int
    last_at: datetime | None


class Lead(Answer, frozen=True, kw_only=True):
    """The contact in one tunnel."""

    tunnel: str
    tunnel_title: str
    stage: Stage | None
    stages: list[Stay]
    steps: list[StepPassed]
    value: float | None
    reason: str


class Gift(Answer, frozen=True, kw_only=True):
    """kind: magnet or promo. code: of a promo. until: its last moment. at: when a magnet was handed out."""

    kind: Literal["magnet", "promo"]
    name: str
    at: datetime | None
    code: str
    until: datetime | None


class ObjectionRaised(Answer, frozen=True, kw_only=True):
    name: str
    at: datetime
    won_at: datetime | None


class Task(Answer, frozen=True, kw_only=True):
    id: str
    title: str
    operator: Owner | None
    made_at: datetime
    due_at: datetime | None
    done_at: datetime | None


class Card(Answer, frozen=True, kw_only=True):
    """Everything beside the thread."""

    id: str
    name: str
    phone: str
    email: str
    language: str
    timezone: str
    first_at: datetime
    last_at: datetime
    addresses: list[ReachAddress]
    variables: list[Variable]
    tags: list[str]
    touches: list[Touch]
    leads: list[Lead]
    gifts: list[Gift]
    objections: list[ObjectionRaised]
    tasks: list[Task]
    notes: list[NoteItem]
    feed: int


# --- what could be answered


class CannedAnswer(Answer, frozen=True, kw_only=True):
    """A text to be sent, its holes filled with this contact's variables. from_objection: the objection's name, "" for a
    text that a manager wrote.
    """

    id: str
    title: str
    text: str
    from_objection: str


TextLanguage = Literal["", "en", "ru"]
"""Of a canned text; "" fits everybody."""
CannedWords = Annotated[str, Meta(min_length=1, max_length=4000, pattern=WORD)]


class CannedText(Answer, frozen=True, kw_only=True):
    """A text that is sent often, as it was written: with the holes of the content's texts, such as {{ name }}. unknown:
    names in its holes that the content has not, for which nobody is offered it.
    """

    id: str
    title: str
    text: str
    language: TextLanguage
    unknown: list[str]


class Hole(Answer, frozen=True, kw_only=True):
    """What may stand in a hole: a name, and what it means."""

    name: str
    title: str


class CannedTexts(Answer, frozen=True, kw_only=True):
    """By title. holes: what can be filled in."""

    texts: list[CannedText]
    holes: list[Hole]


class WriteCanned(Request, frozen=True, kw_only=True):
    """language: contacts of another one are offered it behind the others."""

    title: Annotated[str, Meta(min_length=1, max_length=120, pattern=WORD)]
    text: CannedWords
    language: TextLanguage = ""


class PreviewCanned(Request, frozen=True, kw_only=True):
    text: CannedWords


class CannedPreview(Answer, frozen=True, kw_only=True):
    """How it would read for somebody of whom everything is known; "" where it cannot be filled in."""

    text: str
    unknown: list[str]


class Suggestion(Answer, frozen=True, kw_only=True):
    """The objection that the customer's last message raises. message: that text."""

    objection: str
    message: str
    answers: list[CannedAnswer]


class Answers(Answer, frozen=True, kw_only=True):
    answers: list[CannedAnswer]
    suggestion: Suggestion | None


# --- the content, as far as commands need it


class StepChoice(Answer, frozen=True, kw_only=True):
    """approved: it has a message that WhatsApp has approved, which gets through when its window is shut."""

    step: str
    title: str
    approved: bool


class StageChoice(Answer, frozen=True, kw_only=True):
    stage: str
    title: str


class TunnelChoice(Answer, frozen=True, kw_only=True):
    tunnel: str
    title: str
    steps: list[StepChoice]
    stages: list[StageChoice]


class QueueChoice(Answer, frozen=True, kw_only=True):
    queue: str
    title: str


class UploadLimits(Answer, frozen=True, kw_only=True):
    """Of one file of a message. types: MIME types taken, with the most bytes of each."""

    files: int
    types: dict[str, int]


class Content(Answer, frozen=True, kw_only=True):
    """What the pickers offer."""

    company: str
    revision: str
    tunnels: list[TunnelChoice]
    queues: list[QueueChoice]
    tags: list[str]
    uploads: UploadLimits


class Uploaded(Answer, frozen=True, kw_only=True):
    """A file that waits to be said; after a day it is thrown away. `id` goes into `Say.files`."""

    id: str
    kind: Literal["image", "video", "audio", "document"]
    name: str
    mime: str
    size_bytes: int


class UploadQuery(Request, frozen=True, kw_only=True):
    """The body is the file itself."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]


class Change(Answer, frozen=True, kw_only=True):
    """One change in the stream. The event's id is its number; ask again from the last with `Last-Event-ID`.

    kinds: message, status, state (mode, owner, queue, snooze), contact (name, variables, tags, stages), note, task. at:
    when it happened. The other fields are what is true after it.
    """

    contact: str
    kinds: list[str]
    at: datetime
    mode: Mode
    owner: Owner | None
    version: int


ThreadItem = MessageItem | ActItem | NoteItem
