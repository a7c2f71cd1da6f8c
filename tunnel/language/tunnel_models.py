"""The keys of a tunnel and of a dialogue script. Their descriptions become the JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Tag

from tunnel.language.fields import (
    Day,
    DottedName,
    Duration,
    Flag,
    Goal,
    Keys,
    LinkWord,
    Name,
    Number,
    OneOf,
    Weight,
    Words,
    by_shape,
)
from tunnel.language.models import Channel, ChoiceKeys, HandoffField, MediaKeys, Values
from tunnel.language.source import Text

Mode = Annotated[Text, OneOf(("bot", "queued", "operator", "stopped"))]
Outcome = Annotated[Text, OneOf(("won", "lost"))]


class EnterKeys(Keys):
    """A way in for those who are outside. Exactly one of link, words, event."""

    link: LinkWord | None = Field(None, description="A deep link's word: `t.me/<bot>?start=…`, `vk.me/<club>?ref=…`")
    words: list[Words] | None = Field(None, description="Words in a customer's text.")
    event: DottedName | None = Field(None, description="An event from outside the chat.")
    when: Words | None = Field(None, description="Only when this is so.")
    to: Goal | None = Field(None, description="Where it leads; without it, the tunnel's start.")


class StageKeys(Keys):
    """Where a lead stands in the sale: with a result and a deadline, or a final outcome."""

    title: Words | None = Field(None, description="What people call it.")
    result: Words | None = Field(None, description="What ends the stage, tangibly.")
    within: Duration | None = Field(None, description="The deadline, `3d`.")
    late: Name | None = Field(None, description="The step that begins when the deadline has passed.")
    step: Name | None = Field(None, description="The step that begins when a manager moves a lead here.")
    outcome: Outcome | None = Field(None, description="The sale is over: won or lost.")
    reasons: list[Words] | None = Field(None, description="Why leads are lost here.")


class AskKeys(Keys):
    """A question whose answer is kept."""

    say: Words = Field(description="The question.")
    save: Name = Field(description="The variable that keeps the answer; its type says what is taken.")
    min: Number | None = Field(None, description="The smallest number taken.")
    max: Number | None = Field(None, description="The largest number taken.")
    retry: Words | None = Field(None, description="Said when the answer cannot be taken.")
    share: Flag = Field(False, description='Shows the channel\'s own "send my number" button.')


class ActionKeys(Keys):
    """One thing to do: exactly one of set, tag, untag, notify."""

    set: Values | None = Field(None, description="Variables to set.")
    tag: Words | None = Field(None, description="A tag to add.")
    untag: Words | None = Field(None, description="A tag to take away.")
    notify: Name | None = Field(None, description="The queue that is told `text`.")
    text: Words | None = Field(None, description="What the operators read.")


class BranchKeys(Keys):
    """A way on, taken when its condition is so; the first that fits."""

    when: Words | None = Field(None, description="Only when this is so.")
    to: Goal = Field(description="Where it leads.")


BranchField = Annotated[Annotated[Goal, Tag("~text")] | Annotated[BranchKeys, Tag("~map")], by_shape]
ToField = Annotated[
    Annotated[Goal, Tag("~text")] | Annotated[list[BranchField], Tag("~list")] | Annotated[BranchKeys, Tag("~map")],
    by_shape,
]


class SilenceKeys(Keys):
    """What happens when nobody answered for so long, counted from the visit."""

    after: Duration = Field(description="How long, `1h`.")
    say: Words | None = Field(None, description="Said; the step's choices come again with it.")
    choices: list[ChoiceKeys] | None = Field(None, description="Other choices than the step's.")
    template: Name | None = Field(None, description="What WhatsApp has approved, for after the 24 hours.")
    to: Goal | None = Field(None, description="Where to go.")
    days: list[Day] | None = Field(None, description="Only on these days; it waits for the next one.")
    when: Words | None = Field(None, description="Only when this is so then.")


class SplitKeys(Keys):
    """An A/B test: an arm is drawn once for each contact."""

    arms: dict[Name, Weight] = Field(description="Steps and their weights.")


class StepKeys(Keys):
    """A step. On entering, in this order: stage, set, do, magnet, promo, media, say or ask; then choices, wait, to,
    split, handoff or end.
    """

    stage: Name | None = Field(None, description="The stage that the lead reaches here.")
    reason: Words | None = Field(None, description="Why the lead is lost.")
    set: Values | None = Field(None, description="Variables to set.")
    do: list[ActionKeys] | None = Field(None, description="Things to do on entering.")
    magnet: Name | None = Field(None, description="A gift to hand out, before the step's own text.")
    promo: Name | None = Field(None, description="A promo code to hand out: `{{ promo.code }}` in the step's texts.")
    product: Name | None = Field(None, description="The product that is shown: `{{ product.title }}` in its texts.")
    media: list[MediaKeys] | None = Field(None, description="Files to show.")
    say: Words | None = Field(None, description="What the bot says.")
    template: Name | None = Field(None, description="What WhatsApp has approved, for after the 24 hours.")
    ask: AskKeys | None = Field(None, description="A question whose answer is kept.")
    choices: list[ChoiceKeys] | None = Field(None, description="Answers offered.")
    then: list[ActionKeys] | None = Field(None, description="Things to do once the answer to `ask` is in.")
    wait: Duration | None = Field(
        None,
        description="A pause, `2d`: so long after it came here, the bot goes on to `to`, `split`, `handoff` or `end`.",
    )
    to: ToField | None = Field(None, description="Where to go: a step, or a list; the first that fits is taken.")
    split: SplitKeys | None = Field(None, description="An A/B test.")
    handoff: HandoffField | None = Field(None, description="Calls people: a queue, or a queue with a note.")
    end: Flag = Field(False, description="The tunnel ends here.")
    silence: list[SilenceKeys] | None = Field(None, description="When nobody answers.")


class RungKeys(Keys):
    """One follow-up of a ladder, counted from the event."""

    after: Duration = Field(description="How long after the event.")
    when: Words | None = Field(None, description="Only when this is so then.")
    promo: Name | None = Field(None, description="A promo code to hand out: `{{ promo.code }}` in its text.")
    product: Name | None = Field(None, description="The product that is shown: `{{ product.title }}` in its text.")
    media: list[MediaKeys] | None = Field(None, description="Files to show.")
    say: Words | None = Field(None, description="What is said.")
    choices: list[ChoiceKeys] | None = Field(None, description="Answers offered.")
    via: list[Channel] | None = Field(None, description="Channels to try, in this order.")
    days: list[Day] | None = Field(None, description="Only on these days.")
    template: Name | None = Field(None, description="What WhatsApp has approved, for after the 24 hours.")
    to: Goal | None = Field(None, description="Where to go.")


class EventKeys(Keys):
    """What an event from outside the chat does for a contact who is inside."""

    start: Flag = Field(False, description="Also for those who are not inside.")
    until: DottedName | None = Field(None, description="An event that ends the ladder.")
    when: Words | None = Field(None, description="Only when this is so.")
    set: Values | None = Field(None, description="Variables to set.")
    do: list[ActionKeys] | None = Field(None, description="Things to do.")
    stage: Name | None = Field(None, description="The stage that the lead reaches.")
    reason: Words | None = Field(None, description="Why the lead is lost.")
    to: Goal | None = Field(None, description="Where to go.")
    ladder: list[RungKeys] | None = Field(None, description="Follow-ups; any answer stops them.")


class TunnelKeys(Keys):
    """content/tunnels/*.yaml — one scenario."""

    tunnel: Name = Field(description="Its name.")
    title: Words | None = Field(None, description="What people call it.")
    start: Name = Field(description="Its first step.")
    channels: list[Channel] | None = Field(None, description="The channels it is meant for; without it, all.")
    enter: list[EnterKeys] | None = Field(None, description="The ways in.")
    stages: dict[Name, StageKeys] | None = Field(None, description="The stages of the sale, in order.")
    steps: dict[Name, StepKeys] = Field(description="The steps.")
    events: dict[DottedName, EventKeys] | None = Field(None, description="Events from outside the chat.")


class LineKeys(Keys):
    """One line of a dialogue: exactly one of its keys; a bot's line may show its choices, what is written or said may
    say the channel (`on`), an event what it carries (`data`).
    """

    customer: Words | None = Field(None, description="What the customer writes or presses.")
    bot: Words | None = Field(None, description="Part of what the bot says; `…` is anything.")
    choices: list[Words] | None = Field(None, description="The choices offered, all of them, in order.")
    on: Channel | None = Field(None, description="The channel of this line; alone, the customer goes on there.")
    click: Words | None = Field(None, description="The customer opens the link of this choice.")
    event: DottedName | None = Field(None, description="An event comes from outside.")
    data: dict[Name, Any] | None = Field(None, description="What the event carries.")
    stage: Name | None = Field(None, description="The lead's stage now.")
    tunnel: Name | None = Field(None, description="The tunnel where the contact is now.")
    step: Name | None = Field(None, description="The step where the contact is now.")
    has_: dict[Name, Words] | None = Field(None, alias="has", description="Variables and their values now.")
    tags: list[Words] | None = Field(None, description="Tags that the contact has now.")
    promo: Name | None = Field(None, description="A code of this promo was handed out, and is valid now.")
    wait: Duration | None = Field(None, description="So much time passes.")
    file: Words | None = Field(None, description="The bot sent this file (path or file name).")
    mode: Mode | None = Field(None, description="Who answers now.")
    operator: Words | None = Field(None, description="What an operator writes; /take, /return, /stage, /close.")


class ScriptKeys(Keys):
    """content/scripts/*.yaml — a dialogue that must go this way."""

    script: Words = Field(description="What it shows.")
    as_: list[Channel] | None = Field(None, alias="as", description="The channels it is played on; without it, all.")
    given: dict[Name, Any] | None = Field(
        None, description="What is known at the start: name, variables, split, stage, at…"
    )
    dialogue: list[LineKeys] = Field(description="The lines.")
