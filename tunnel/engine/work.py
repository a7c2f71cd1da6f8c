"""One turn under way: a private copy of the session, and the effects gathered so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from math import isfinite
from typing import Any, Literal

from msgspec import structs

from tunnel.base36 import base36
from tunnel.effects import Arm, Cancel, Desk, Effect, Facts, Fault, Grant, Identify, Needs, Record, Send
from tunnel.engine import modes
from tunnel.engine.asks import Rules as AskRules
from tunnel.engine.asks import Wrong, region_of
from tunnel.engine.compiled import Compiled, Offer, StepPlan
from tunnel.engine.phrases import phrase
from tunnel.engine.timers import VISIT
from tunnel.engine.values import Scene, contact_zone, gather, local_time, product_of, product_values
from tunnel.events import Address, Event, File
from tunnel.language.definition import Condition, Template, TemplateFault
from tunnel.language.limits import LIMITS
from tunnel.markup import parse
from tunnel.messages import Approved, Button, Media, Message, RichText, Span
from tunnel.session import Session

MAX_VISIT = 2**53
MAX_TIME = 1e11
"""Unix seconds, in the year 5138: far from where calendars end."""
HISTORY_LENGTH = 10
MAX_CAP = 100
"""Of the messages that the bot sent by itself, so many are remembered at most, so that the session stays small: a
higher cap in the content is this one."""


WINDOWED = frozenset(channel for channel, limits in LIMITS.items() if limits.window_s)
"""Channels that take free text only for a while after the customer's last words."""
WINDOW_MARGIN_S = 60.0
"""A message takes a moment to leave, and clocks differ."""


class Wanted(Exception):
    """The turn cannot go on without `needs`."""

    def __init__(self, needs: Needs) -> None:
        super().__init__(needs.key)
        self.needs = needs


class Work:
    """What a turn works with. Everything it changes is its own; `turn` gives the session and the effects away."""

    __slots__ = (
        "_recommending",
        "at",
        "begin_waits",
        "compiled",
        "dated_at",
        "definition",
        "effects",
        "entered",
        "facts",
        "now",
        "proactive",
        "revived",
        "scene",
        "session",
    )  # fmt: skip

    def __init__(self, compiled: Compiled, session: Session, event: Event, facts: Facts) -> None:
        self.compiled = compiled
        self.definition = compiled.definition
        self.facts = facts
        self.now = facts.now if 0.0 < facts.now < MAX_TIME else 0.0
        self.at = event.at if 0.0 < event.at < MAX_TIME else self.now
        """When the event was accepted: what "within 3 seconds" is measured with."""
        self.dated_at = 0
        """What the channel dates a customer's words, where they come late (see `Session.dated_at`)."""
        self.session = own_copy(session)
        self.effects: list[Effect] = []
        self.entered = 0
        """Steps entered in this turn."""
        self.revived = False
        """The customer came back from `stopped` or `blocked` in this turn, so timers have to be armed anew."""
        self.scene: Scene | None = None
        """Whose texts are read, where it is not the present step's."""
        self._recommending = False
        self.begin_waits = False
        """The default tunnel would have begun, but events that came before the contact's first words go first."""
        self.proactive = False
        """What is said at the moment is said without a customer's word, and counts for the frequency cap."""

    # --- where the contact stands

    @property
    def plan(self) -> StepPlan | None:
        """The step where the contact stands; None outside, or where the content no longer has it."""
        return self.compiled.plans.get((self.session.tunnel, self.session.step))

    @property
    def where(self) -> str:
        """The place as faults and operators read it."""
        return f"{self.session.tunnel}/{self.session.step}" if self.session.tunnel else "outside"

    # --- effects

    def say(self, message: Message, by: str = "bot", *, address: Address | None = None) -> None:
        """Send a message, unless there is nothing in it or nobody to send it to.

        address: where it goes; None: where the customer wrote last.
        """
        session = self.session
        address = address or session.address
        if address is None or not (message.text.plain or message.media or message.buttons):
            return
        if message.ask_phone:
            session.keyboard_open = True
        elif session.keyboard_open:
            session.keyboard_open = False
            message = structs.replace(message, drop_keyboard=True)
        if message.template is not None and not self.window_shut(address):
            message = structs.replace(message, template=None)
        if self.proactive and self.definition.settings.frequency is not None:
            session.proactive.append(int(self.now))
            del session.proactive[:-MAX_CAP]
        self.effects.append(
            Send(
                address=address,
                message=message,
                by="operator" if by == "operator" else "bot",
                callback_buttons=session.callback_buttons,
            )
        )

    def window_shut(self, address: Address) -> bool:
        """Whether the channel takes no free text now: too long ago has the customer last written there."""
        if address.channel not in WINDOWED:
            return False
        heard_at = self.session.heard.get(address.channel, 0)
        return self.now - heard_at >= LIMITS[address.channel].window_s - WINDOW_MARGIN_S

    def tell(self, key: str, **holes: object) -> None:
        """Say one of the engine's own phrases."""
        self.say(Message(text=RichText(self.phrase(key, **holes))))

    def phrase(self, key: str, **holes: object) -> str:
        return phrase(self.compiled.language, key, **holes)

    def record(self, what: str, /, **data: Any) -> None:
        self.effects.append(Record(what=what, data=data))

    def ignore(self, why: str) -> None:
        self.effects.append(Record(what="ignored", data={"why": why}))

    def fault(self, message: str) -> None:
        self.effects.append(Fault(where=self.where, message=message))

    def desk(self, kind: str, text: str, *, queue: str = "", files: tuple[File, ...] = ()) -> None:
        """Put something before the operators; without `queue` before those of the conversation's own."""
        self.effects.append(
            Desk(
                kind=kind,  # type: ignore[arg-type]
                queue=queue or self.session.queue or self.compiled.first_queue,
                text=text,
                files=files,
                address=self.session.address,
            )
        )

    def identify(self, kind: Literal["phone", "email"], value: str, *, proven: bool = False) -> None:
        """The contact is known by this phone (E.164) or e-mail (lower case) from now on. proven: not only typed."""
        effect = Identify(kind=kind, value=value, proven=proven)
        if effect not in self.effects:
            self.effects.append(effect)

    def arm(self, timer: str, at: float) -> None:
        """Wake the contact at `at`, Unix seconds; a timer that is armed already is moved."""
        if not 0.0 <= at <= MAX_TIME:
            at = min(max(at, 0.0), MAX_TIME)
        self.session.timers[timer] = int(at)
        self.effects.append(Arm(timer=timer, at=at))

    def wake(self, timer: str, at: float) -> None:
        """Have an armed timer fire at another moment than what it is armed for."""
        self.effects.append(Arm(timer=timer, at=at))

    def cancel_timers(self, *kinds: str) -> None:
        """Disarm the timers of these kinds (see `engine.timers`); without any, those of the present visit."""
        wanted = kinds or VISIT
        for timer in tuple(self.session.timers):
            if timer[:1] in wanted:  # kinds are letters
                self.cancel(timer)

    def cancel(self, timer: str) -> None:
        """Disarm one timer; one that is not armed is no error."""
        if self.session.timers.pop(timer, None) is not None:
            self.session.waiting.pop(timer, None)
            self.effects.append(Cancel(timer=timer))

    def trial(self) -> Work:
        """A copy to try something on: `adopt` it, or let it go."""
        other = copy(self)
        other.session = own_copy(self.session)
        other.effects = list(self.effects)
        return other

    def adopt(self, trial: Work) -> None:
        """What was done on a trial is what was done here. (References to the former session are stale then.)"""
        for name in Work.__slots__:
            setattr(self, name, getattr(trial, name))

    def switch(self, trigger: modes.Trigger, operator: str = "") -> bool:
        """Move the conversation's mode; False where the machine has no such move."""
        before = self.session.mode
        after = modes.move(before, trigger)
        if after is None:
            return False
        self.session.mode = after
        if after != before or operator:
            self.record("mode", before=before, after=after, operator=operator)
        return True

    def grant(self, promo: str, visit: int) -> Grant:
        """A code of `promo`, reserved for `visit`. Raises Wanted where it is not among the facts yet."""
        needs = Needs(promo, visit)
        found = self.facts.grants.get(needs.key)
        if found is None:
            raise Wanted(needs)
        return found

    # --- content

    def _values(self, names: frozenset[str]) -> dict[str, Any]:
        found = gather(self.definition, self.session, self.now, names, self.scene)
        if "recommended" in names and "recommended" not in found:
            found["recommended"] = self._recommended()
        return found

    def _recommended(self) -> Mapping[str, Any]:
        """What to offer next: the first that follows on the product meant and whose condition holds."""
        product = product_of(self.definition, self.session, self.scene)
        if product is None or self._recommending:
            return {}
        self._recommending = True
        try:
            name = next((branch.to.step for branch in product.next if self.holds(branch.when)), "")
        finally:
            self._recommending = False
        return product_values(self.definition).get(name, {})

    def rich(self, template: Template | None) -> RichText:
        """A text of the content, filled in. One that fails is reported, and nothing stands in its place."""
        if template is None:
            return _EMPTY
        if not template.names:
            return self._constant(template)
        try:
            markdown = template.render(self._values(template.names))
        except TemplateFault as error:
            self._failed(template.names, error)
            return _EMPTY
        return parse(markdown)

    def _constant(self, template: Template) -> RichText:
        texts = self.compiled.texts
        found = texts.get(id(template))
        if found is None:
            try:
                found = parse(template.render({}))
            except TemplateFault as error:
                self.fault(str(error))
                return _EMPTY
            texts[id(template)] = found
        return found

    def plain(self, template: Template | None) -> str:
        """A label, a note, a value: filled in and shown as it is. One that fails is reported and is empty."""
        if template is None:
            return ""
        try:
            return template.render(self._values(template.names)).strip()
        except TemplateFault as error:
            self._failed(template.names, error)
            return ""

    def _failed(self, names: frozenset[str], error: TemplateFault) -> None:
        """A text that wants a promo code where none was left is no mistake of the content's: it is left out."""
        if not ("promo" in names and self.out_of_promos):
            self.fault(str(error))

    @property
    def out_of_promos(self) -> bool:
        """Whether no code was left of the promo that was to be handed out last."""
        promos = self.session.promos
        return bool(promos) and not promos[next(reversed(promos))][0]

    def holds(self, condition: Condition | None) -> bool:
        """Whether a condition holds; none always does, and a failing one is reported and does not."""
        if condition is None:
            return True
        try:
            return bool(condition.holds(self._values(condition.names)))
        except TemplateFault as error:
            self.fault(str(error))
            return False

    def label(self, offer: Offer) -> str:
        if offer.label is not None:
            return offer.label
        return self.plain(offer.choice.label) or _HOLE.sub("", offer.choice.label.source).strip() or "…"

    def shown(self, offers: Iterable[Offer]) -> list[Offer]:
        """The choices whose condition holds now, in order."""
        return [offer for offer in offers if offer.choice.when is None or self.holds(offer.choice.when)]

    def buttons(self, offers: Iterable[Offer], key: str, number: int | None = None) -> tuple[Button, ...]:
        """Choices as buttons. key, number: the step's and the visit's, or what stands for them in the token."""
        prefix = f"{base36(self.session.visit if number is None else number)}.{key}."
        return tuple(
            Button(label=self.label(offer), link=offer.choice.link)
            if offer.choice.link
            else Button(label=self.label(offer), token=prefix + offer.choice.key)
            for offer in offers
        )

    def message(
        self, text: RichText, buttons: tuple[Button, ...] = (), *, media: tuple[Media, ...] = (), template: str = ""
    ) -> Message:
        """A message; buttons never stand without a text. template: said where no free text gets through."""
        if buttons and not text.plain:
            text = RichText(self.phrase("choose"))
        approved = self.definition.templates.get(template) if template else None
        if approved is None:
            return Message(text=text, buttons=buttons, media=media)
        params = tuple(self.plain(param) for param in approved.params)
        filled = Approved(approved.name, approved.language, params, approved.buttons)
        return Message(text=text, buttons=buttons, media=media, template=filled)

    def ask_rules(self, minimum: float | None = None, maximum: float | None = None) -> AskRules:
        settings = self.definition.settings
        today = local_time(self.now, contact_zone(self.definition, self.session)).date()
        return AskRules(today, region_of(settings.timezone.key or ""), minimum, maximum)

    def wrong(self, wrong: Wrong) -> str:
        return self.phrase(wrong.phrase, **wrong.holes)


_EMPTY = RichText()
_HOLE = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


def own_copy(session: Session) -> Session:
    """A copy that may be changed, but for what turns seldom change: those fields get new values, never others' parts.

    What no program of ours could have stored is put right, so nothing trips on it.
    """
    mine = copy(session)
    mine.variables = dict(session.variables)
    mine.tags = list(session.tags)
    mine.stages = dict(session.stages)
    mine.raised = dict(session.raised)
    mine.granted = list(session.granted)
    mine.timers = dict(session.timers)
    mine.waiting = dict(session.waiting)
    mine.proactive = list(session.proactive)
    mine.stage_at = dict(session.stage_at)
    mine.visits = dict(session.visits)
    mine.won = list(session.won)
    mine.history = list(session.history)
    if mine.mode not in modes.MODES:
        mine.mode = "bot"
    if not 0 <= mine.visit < MAX_VISIT:
        mine.visit = 0
    if not isfinite(mine.visit_at):
        mine.visit_at = 0.0
    return mine


def joined(*texts: RichText) -> RichText:
    """Texts one under another, with an empty line between; spans move along."""
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for text in texts:
        if not text.plain:
            continue
        if parts:
            parts.append("\n\n")
            length += 2
        parts.append(text.plain)
        spans += [Span(span.kind, span.start + length, span.length, span.url) for span in text.spans]
        length += len(text.plain)
    return RichText("".join(parts), tuple(spans))
