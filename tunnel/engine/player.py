"""Playing a tunnel without any channel or store: everything in memory, on a clock that is moved by hand.

`tunnel chat`, `tunnel test` and the tests play with it. It does with a turn's effects what the processes do: keeps the
session in its stored form, wakes contacts with the timers that were armed, and collects what was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import blake2b

from tunnel.effects import (
    Acknowledge,
    Arm,
    Cancel,
    Desk,
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
from tunnel.engine.triggers import LINK_CLICKED
from tunnel.engine.turn import new_session, turn
from tunnel.events import (
    Address,
    Attachment,
    Close,
    Denied,
    Event,
    File,
    FileKind,
    MoveStage,
    Phone,
    Press,
    Profile,
    Release,
    Say,
    Start,
    Take,
    Text,
    Timer,
    Trigger,
    contact_id,
)
from tunnel.language.definition import Definition
from tunnel.language.durations import parse_day, parse_time
from tunnel.messages import Button, Message
from tunnel.session import Session, Value, decode_session, encode_session

BUTTONS = {"telegram": 100, "vk": 10, "whatsapp": 10, "web": 100}
"""How many choices a channel shows as buttons (or a list); more are typed. The channels' own tables say the source."""
TICK_S = 5.0
"""Time that passes between two things a customer does: more than the engine takes for one thing done twice."""
MAX_WAKES = 10_000


class NoSuchButton(Exception):
    """What was to be pressed or opened was not shown."""


@dataclass(slots=True)
class Player:
    """One contact. Each method gives the messages that it led to, oldest first.

    channel: where the contact writes; it may be changed between two things they do. start_at: Unix seconds of the first
    moment. desk: whether operators can be reached.
    """

    definition: Definition
    channel: str = "telegram"
    start_at: float = 0.0
    desk: bool = True
    profile: Profile = field(default_factory=Profile)
    now: float = 0.0
    session: Session = field(init=False)
    timers: dict[str, float] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    """All that was said, by the bot and by operators."""
    effects: list[Effect] = field(default_factory=list)
    """All effects, of all turns."""
    shown: tuple[Button, ...] = ()
    """The choices shown last."""
    count: int = 0
    granted: dict[str, Grant] = field(default_factory=dict)
    """Promo codes reserved, by `Needs.key`."""
    left: dict[str, int] = field(default_factory=dict)
    """How many codes are left of a promo, where that is not its limit."""

    def __post_init__(self) -> None:
        self.now = self.start_at
        self.session = new_session(contact_id(self.address))
        self.session.profile = self.profile

    @property
    def address(self) -> Address:
        return Address(self.channel, "player", "1")

    def start(self, ref: str = "", /, **source: str) -> list[Message]:
        """Open the conversation, by a link or barely."""
        return self._customer(lambda id_: Start(id=id_, at=self.now, address=self.address, ref=ref, source=source))

    def say(self, text: str) -> list[Message]:
        """Write to the bot."""
        return self._customer(lambda id_: Text(id=id_, at=self.now, address=self.address, text=text))

    def press(self, label: str) -> list[Message]:
        """Press the choice with this label, among those shown last. Raises NoSuchButton."""
        button = next((each for each in self.shown if each.label == label and each.token), None)
        if button is None:
            raise NoSuchButton(label)
        return self.press_token(button.token, label)

    def press_token(self, token: str, label: str = "") -> list[Message]:
        """Press a button whose token is known: an old one, or a forged one."""
        return self._customer(
            lambda id_: Press(id=id_, at=self.now, address=self.address, token=token, label=label, ack=f"ack-{id_}")
        )

    def choose(self, label: str) -> list[Message]:
        """Take a choice as the channel offers it: by a press where it has buttons, else by the typed number.

        A text that is no choice shown is written as it is.
        """
        labels = [button.label for button in self.shown]
        if label not in labels:
            return self.say(label)
        if len(labels) > BUTTONS.get(self.channel, 0) or not self.shown[labels.index(label)].token:
            return self.say(str(labels.index(label) + 1))
        return self.press(label)

    def share_phone(self, phone: str, *, own: bool = True) -> list[Message]:
        """Send a contact card."""
        return self._customer(lambda id_: Phone(id=id_, at=self.now, address=self.address, phone=phone, own=own))

    def click(self, label: str) -> list[Message]:
        """Open the link of the choice with this label, in the last message that shows one. Raises NoSuchButton."""
        shown = (button for message in reversed(self.messages) for button in message.buttons)
        button = next((each for each in shown if each.label == label and each.link), None)
        if button is None:
            raise NoSuchButton(label)
        return self.emit(LINK_CLICKED, link=button.link, label=label)

    def send_file(self, kind: FileKind = "image", caption: str = "", group: str = "") -> list[Message]:
        """Send a picture, a voice message, a sticker…"""
        files = (File(kind=kind, ref="played"),)
        return self._customer(
            lambda id_: Attachment(id=id_, at=self.now, address=self.address, files=files, text=caption, group=group)
        )

    def operator(self, words: str, name: str = "Operator") -> list[Message]:
        """An operator writes; `/take`, `/take!`, `/return [step]`, `/stage [tunnel/]stage` and `/close` are
        what they are at the desk.
        """
        self.now += TICK_S
        command, _, argument = words.strip().partition(" ")
        id_ = self._id()
        event: Event
        if command in ("/take", "/take!"):
            event = Take(id=id_, at=self.now, operator=name, operator_name=name, force=command == "/take!")
        elif command == "/return":
            event = Release(id=id_, at=self.now, operator=name, operator_name=name, step=argument.strip())
        elif command == "/close":
            event = Close(id=id_, at=self.now, operator=name, operator_name=name)
        elif command == "/stage":
            tunnel, _, stage = argument.strip().rpartition("/")
            event = MoveStage(id=id_, at=self.now, operator=name, operator_name=name, tunnel=tunnel, stage=stage)
        else:
            event = Say(id=id_, at=self.now, operator=name, operator_name=name, text=words)
        return self.apply(event)

    def emit(self, name: str, /, **data: Value) -> list[Message]:
        """An event comes from outside the chat."""
        self.now += TICK_S
        return self.apply(Trigger(id=self._id(), at=self.now, name=name, data=data, origin="player"))

    def deny(self) -> list[Message]:
        """Block the bot."""
        return self._customer(lambda id_: Denied(id=id_, at=self.now, address=self.address))

    def wait(self, seconds: float) -> list[Message]:
        """Let time pass; timers that fall due wake the contact, in order."""
        until = self.now + max(0.0, seconds)
        said: list[Message] = []
        for _ in range(MAX_WAKES):
            due = min(((at, timer) for timer, at in self.timers.items() if at <= until), default=None)
            if due is None:
                break
            at, timer = due
            del self.timers[timer]
            self.now = max(self.now, at)
            said += self.apply(Timer(id=self._id(), at=self.now, timer=timer, due_at=at))
        self.now = max(self.now, until)
        return said

    def apply(self, event: Event) -> list[Message]:
        """Apply any event at the present moment."""
        result = self._turn(event)
        self.session = decode_session(encode_session(result.session), result.session.contact)
        said: list[Message] = []
        for effect in result.effects:
            self.effects.append(effect)
            if isinstance(effect, Send):
                said.append(effect.message)
                choices = effect.message.buttons
                self.shown = choices if any(button.token for button in choices) else self.shown
            elif isinstance(effect, Arm):
                self.timers[effect.timer] = effect.at
            elif isinstance(effect, Cancel):
                self.timers.pop(effect.timer, None)
        self.messages += said
        return said

    def _turn(self, event: Event) -> Turn:
        grants: dict[str, Grant] = {}
        while True:
            facts = Facts(now=self.now, seed=self.count, desk=self.desk, grants=grants)
            result = turn(self.definition, self.session, event, facts)
            if isinstance(result, Turn):
                return result
            grants = {**grants, result.key: self._code(result)}

    def _code(self, needs: Needs) -> Grant:
        """A code as the worker would reserve it: the same for the same visit, at most as many as the promo's limit."""
        promo = self.definition.promos.get(needs.grant)
        if promo is None:
            return Grant()
        given = sum(key.startswith(f"{promo.name}:") for key in self.granted)
        limit = self.left.get(promo.name, promo.limit)
        if limit is not None and given >= limit:
            return self.granted.get(needs.key, Grant())
        letters = blake2b(needs.key.encode(), digest_size=32).hexdigest().upper()
        code = re.sub(r"\{random:(\d+)\}", lambda hole: letters[: int(hole[1])], promo.code)
        return self.granted.setdefault(needs.key, Grant(code, self.now + promo.valid_s))

    @property
    def stage(self) -> str:
        """The lead's stage in the tunnel where they are."""
        return self.session.stages.get(self.session.tunnel, "")

    def records(self, what: str) -> list[Record]:
        return [effect for effect in self.effects if isinstance(effect, Record) and effect.what == what]

    def desk_posts(self, kind: str = "") -> list[Desk]:
        return [effect for effect in self.effects if isinstance(effect, Desk) and kind in ("", effect.kind)]

    @property
    def faults(self) -> list[Fault]:
        return [effect for effect in self.effects if isinstance(effect, Fault)]

    @property
    def identified(self) -> list[Identify]:
        return [effect for effect in self.effects if isinstance(effect, Identify)]

    @property
    def acknowledged(self) -> list[str]:
        return [effect.ack for effect in self.effects if isinstance(effect, Acknowledge)]

    def _customer(self, make: Callable[[str], Event]) -> list[Message]:
        self.now += TICK_S
        event = make(self._id())
        return self.apply(event)

    def _id(self) -> str:
        self.count += 1
        return f"played-{self.count}"


def noon(definition: Definition, year: int = 2026, month: int = 1, day: int = 13) -> float:
    """A Tuesday at 12:00 on the company's clock, in Unix seconds: where scripts begin."""
    return datetime(year, month, day, 12, tzinfo=definition.settings.timezone).timestamp()


def moment(definition: Definition, at: str) -> float:
    """`sat 23:00` on the company's clock, in the week of that Tuesday, in Unix seconds; without an hour, at noon.

    Raises ValueError.
    """
    day, _, hour = at.partition(" ")
    clock = parse_time(hour) if hour else time(12)
    monday = datetime(2026, 1, 12, clock.hour, clock.minute, tzinfo=definition.settings.timezone)
    return (monday + timedelta(days=parse_day(day))).timestamp()


def texts(messages: Sequence[Message]) -> list[str]:
    """What messages say, without marks."""
    return [message.text.plain for message in messages]
