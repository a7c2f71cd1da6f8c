"""One contact's claimed events, turned into one commit. No I/O: the worker gathers what is needed first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from bots.links import Goal, LinkMaker, encode_goal, marked
from bots.rows import (
    DESK_ACCOUNT,
    CallRow,
    DeskRow,
    account_key,
    acknowledgement_lane,
    desk_lane,
    encode_row,
)
from channels.base import Call, Channel
from console.outcome import encode_outcome, outcome_of
from state import Claim, Commit, DeadLetter, Outgoing
from tunnel.effects import (
    Acknowledge,
    Arm,
    Cancel,
    Desk,
    Echo,
    Effect,
    Facts,
    Fault,
    Grant,
    Identify,
    Needs,
    Record,
    Send,
    Turn,
)
from tunnel.engine import new_session, turn
from tunnel.events import Address, Event, FromCustomer, FromOperator, Profile, Timer, decode_event
from tunnel.language.definition import Definition
from tunnel.messages import Button, Message
from tunnel.session import Session, decode_session, encode_session

_journal_encoder = msgspec.msgpack.Encoder()
RECENT_CHARS = 300


class Poison(Exception):
    """An event whose turn fails. `index` counts the claim's events, control events first."""

    def __init__(self, index: int, cause: str) -> None:
        super().__init__(cause)
        self.index = index
        self.cause = cause


class Wanting(Exception):
    """A turn cannot go on without a grant. `index` counts the claim's events, control events first."""

    def __init__(self, needs: Needs) -> None:
        super().__init__(needs.key)
        self.needs = needs
        self.index = 0


class Outside(msgspec.Struct, frozen=True):
    """What the turns of one claim may know of the outside. desk: operators can be reached. group: they have a group of
    their own in a messenger, where posts go. grants: by the event's index, then by `Needs.key`.
    """

    now: float
    desk: bool
    profile: Profile | None = None
    grants: Mapping[int, dict[str, Grant]] = msgspec.field(default_factory=dict)
    group: bool = False
    expected: bool = False
    """Events from outside lie behind the claimed ones."""


class Outcome(msgspec.Struct):
    """A commit under way, and what the metrics want to know of it."""

    session: Session
    outside: Outside
    event: Event | None = None
    """The one whose effects are being written down."""
    outgoing: list[Outgoing] = []
    sends: list[tuple[int, int]] = []
    """Of each message of the present turn, the number of its first row and how many rows carry it."""
    timers: dict[str, float | None] = {}
    """Armed (due time) or cancelled (None); the last word on each timer counts."""
    journal: list[bytes] = []
    recent: list[bytes] = []
    dead: list[DeadLetter] = []
    faults: list[Fault] = []
    beside: tuple[Address, Call] | None = None
    """An acknowledgement that waits for a message to leave with."""
    told: list[tuple[str, bytes]] = []
    """Of operators' commands, the event's id and what became of it."""
    unheard: list[Desk] = []
    """What was meant for operators, while there are none."""
    last_row: int = 0
    """The number of the last row that the contact had put into an outbox before."""
    identities: list[Identify] = []
    """To be known before the commit."""
    links: dict[str, bytes] = {}
    """Tracked links in these messages and where each leads, to be kept before the commit."""
    place: tuple[str, str] = ("", "")
    """Tunnel and step (or the event of a ladder) that is speaking."""

    @property
    def next_row(self) -> int:
        """The number that the next row will get (state.turns numbers them so)."""
        return self.last_row + len(self.outgoing) + 1


class Turner:
    """Applies events to sessions under one definition, and writes effects down as rows."""

    def __init__(
        self,
        definition: Definition,
        channels: Mapping[str, Channel],
        *,
        echo: Callable[[str, str], Call],
        links: LinkMaker | None = None,
    ) -> None:
        """channels: by `account_key`. echo: (text, event id) → the web chat's call that shows a customer's words.
        links: without it they go out as they are.
        """
        self.definition = definition
        self._channels = channels
        self._echo = echo
        self._links = links

    def handle(self, claim: Claim, outside: Outside, skip: Mapping[int, str]) -> tuple[Commit, Outcome]:
        """Run every claimed event in order. `skip`: poisoned events to set aside, by index, with their cause.

        Raises Poison for the first event whose turn fails, Wanting for one that needs what `outside` has not.
        """
        outcome = self._begin(claim, outside)
        outcome.last_row = claim.last_row
        blobs = (*claim.control, *claim.events)
        for index, blob in enumerate(blobs):
            if index in skip:
                outcome.dead.append(DeadLetter("turn", skip[index], blob, claim.contact, outside.now))
                continue
            try:
                self._apply(outcome, decode_event(blob), outside.grants.get(index))
            except Wanting as wanting:
                wanting.index = index
                raise
            except Exception as error:
                raise Poison(index, f"{type(error).__name__}: {error}") from error
        return self._commit(claim, outcome), outcome

    def _begin(self, claim: Claim, outside: Outside) -> Outcome:
        if claim.session is None:
            return Outcome(new_session(claim.contact), outside)
        try:
            return Outcome(decode_session(claim.session, claim.contact), outside)
        except msgspec.MsgspecError as error:
            # A blob that no release of ours wrote. The person is met as a new one, and the blob is kept.
            outcome = Outcome(new_session(claim.contact), outside)
            cause = f"the session cannot be read: {type(error).__name__}"
            outcome.dead.append(DeadLetter("turn", cause, claim.session, claim.contact, outside.now))
            return outcome

    def _apply(self, outcome: Outcome, event: Event, grants: dict[str, Grant] | None) -> None:
        outside = outcome.outside
        if outside.profile is not None and isinstance(event, FromCustomer) and event.profile is None:
            event = msgspec.structs.replace(event, profile=outside.profile)
        facts = Facts(
            now=outside.now, seed=seed_of(event.id), desk=outside.desk, grants=grants or {}, expected=outside.expected
        )
        result = turn(self.definition, outcome.session, event, facts)
        if isinstance(result, Needs):
            raise Wanting(result)
        outcome.place = _speaker(outcome.session, event, result)
        outcome.session, outcome.event = result.session, event
        if words := _words_of(event):
            who = "operator" if isinstance(event, FromOperator) else "customer"
            outcome.recent.append(f"{who}\t{words[:RECENT_CHARS]}".encode())
        if isinstance(event, FromOperator):
            outcome.told.append((event.id, encode_outcome(outcome_of(result))))
        outcome.sends = []
        for effect in result.effects:
            WRITERS[type(effect)](self, outcome, effect)
        if outcome.beside is not None:
            outcome.outgoing.append(_aside(*outcome.beside))
            outcome.beside = None
        line = _journal_line(event, facts, result, self.definition.revision)
        if outcome.sends:
            line["sends"] = outcome.sends
        outcome.journal.append(_journal_encoder.encode(line))

    def send(self, outcome: Outcome, effect: Send) -> None:
        """Render a message into rows; the first takes a waiting acknowledgement along."""
        address, message = effect.address, effect.message
        by_bot = effect.by == "bot"
        if by_bot and message.text.plain:
            outcome.recent.append(f"bot\t{message.text.plain[:RECENT_CHARS]}".encode())
        channel = self._channel(address)
        if channel is None:
            cause = f"{address.channel} is switched off: the message was not sent"
            outcome.dead.append(DeadLetter("send", cause, _journal_encoder.encode(effect), outcome.session.contact))
            outcome.sends.append((outcome.next_row, 0))
            return
        if message.media and isinstance(outcome.event, FromCustomer):  # a file takes a moment: show that it is coming
            typing = channel.typing(address, outcome.event.id.rpartition(":")[2])
            if typing is not None:
                outcome.outgoing.append(_aside(address, typing))
        if self._links is not None and any(button.link for button in message.buttons):
            message = self._tracked(outcome, address.channel, message)
        first = outcome.next_row
        for call in channel.render(address, message, callback_buttons=effect.callback_buttons):
            beside = None
            if outcome.beside is not None and outcome.beside[0] == address:
                beside, outcome.beside = outcome.beside[1], None
            outcome.outgoing.append(_row(address, CallRow(address, call, beside), by_bot=by_bot))
        outcome.sends.append((first, outcome.next_row - first))

    def _tracked(self, outcome: Outcome, channel: str, message: Message) -> Message:
        """The message with its links led through our own redirect, and marked with where they come from."""
        tunnel, step = outcome.place
        marks = {"utm_source": channel, "utm_medium": "messenger", "utm_campaign": tunnel, "utm_content": step}

        def track(button: Button) -> Button:
            if self._links is None or not button.link:
                return button
            goal = Goal(marked(button.link, marks), button.link, button.label)
            tracked = self._links.track(outcome.session.contact, goal, channel)
            if tracked is None:
                return button
            url, link = tracked
            outcome.links[link] = encode_goal(goal)
            return msgspec.structs.replace(button, link=url)

        return msgspec.structs.replace(message, buttons=tuple(map(track, message.buttons)))

    def acknowledge(self, outcome: Outcome, effect: Acknowledge) -> None:
        """Keep the acknowledgement until a message takes it along."""
        channel = self._channel(effect.address)
        call = channel.acknowledge(effect.address, effect.ack) if channel else None
        if call is not None:
            outcome.beside = (effect.address, call)

    def echo(self, outcome: Outcome, effect: Echo) -> None:
        """Show the customer their own words."""
        call = self._echo(effect.text, effect.event_id)
        outcome.outgoing.append(_row(effect.address, CallRow(effect.address, call), by_bot=False))

    def post(self, outcome: Outcome, effect: Desk) -> None:
        """Put something before the operators, where there are any."""
        if not outcome.outside.group:
            if not outcome.outside.desk:
                outcome.unheard.append(effect)
            return
        contact = outcome.session.contact
        post = effect if effect.address else msgspec.structs.replace(effect, address=outcome.session.address)
        row = DeskRow(post, outcome.session.name)
        outcome.outgoing.append(Outgoing(desk_lane(contact), DESK_ACCOUNT, encode_row(row), by_bot=False))

    def _channel(self, address: Address) -> Channel | None:
        return self._channels.get(account_key(address.channel, address.account))

    def _commit(self, claim: Claim, outcome: Outcome) -> Commit:
        return Commit(
            claim=claim,
            session=encode_session(outcome.session),
            epoch=outcome.session.epoch,
            done_control=len(claim.control),
            done_events=len(claim.events),
            outgoing=tuple(outcome.outgoing),
            arm=tuple((timer, at) for timer, at in outcome.timers.items() if at is not None),
            cancel=tuple(timer for timer, at in outcome.timers.items() if at is None),
            journal=tuple(outcome.journal),
            recent=tuple(outcome.recent),
            dead=tuple(outcome.dead),
        )


def _arm(_: Turner, outcome: Outcome, effect: Arm) -> None:
    outcome.timers[effect.timer] = effect.at


def _cancel(_: Turner, outcome: Outcome, effect: Cancel) -> None:
    outcome.timers[effect.timer] = None


def _fault(_: Turner, outcome: Outcome, effect: Fault) -> None:
    outcome.faults.append(effect)


def _identify(_: Turner, outcome: Outcome, effect: Identify) -> None:
    outcome.identities.append(effect)


def _recorded(_: Turner, outcome: Outcome, effect: Record) -> None:
    """The journal holds every effect; what is said after this one is said here."""
    if effect.what == "entered":
        outcome.place = (effect.data["tunnel"], effect.data["step"])


WRITERS: Mapping[type, Callable[[Turner, Outcome, Any], None]] = {
    Send: Turner.send,
    Acknowledge: Turner.acknowledge,
    Echo: Turner.echo,
    Arm: _arm,
    Cancel: _cancel,
    Desk: Turner.post,
    Identify: _identify,
    Record: _recorded,
    Fault: _fault,
}
"""What becomes of each kind of effect."""


def seed_of(event_id: str) -> int:
    """64 bits that are the same for every repetition of an event."""
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest())


def _row(address: Address, row: CallRow, *, by_bot: bool, lane: str = "") -> Outgoing:
    account = account_key(address.channel, address.account)
    return Outgoing(lane or address.lane, account, encode_row(row), by_bot)


def _aside(address: Address, call: Call) -> Outgoing:
    """A row in the lane that never waits behind a message."""
    return _row(address, CallRow(address, call), by_bot=False, lane=acknowledgement_lane(address))


def _speaker(session: Session, event: Event, result: Turn) -> tuple[str, str]:
    """Who says what is said before a step is entered: the present step, or the ladder whose rung is due."""
    if isinstance(event, Timer):
        for effect in result.effects:
            if isinstance(effect, Record) and effect.what == "ladder" and effect.data["did"] == "said":
                return effect.data["tunnel"], effect.data["event"]
    return session.tunnel, session.step


def _words_of(event: Event) -> str:
    text: str = getattr(event, "text", "") or getattr(event, "label", "")
    return text


def _journal_line(event: Event, facts: Facts, result: Turn, revision: str) -> dict[str, Any]:
    kept: Sequence[Effect] = [effect for effect in result.effects if not isinstance(effect, Acknowledge)]
    return {"event": event, "facts": facts, "revision": revision, "effects": kept}
