"""The keys of settings and of what several tunnels share. Their descriptions become the JSON Schema."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from tunnel.language.fields import (
    Day,
    Discount,
    DottedName,
    Duration,
    FilePath,
    Flag,
    Goal,
    Keys,
    LinkWord,
    Name,
    Number,
    OneOf,
    TimeOfDay,
    Url,
    Whole,
    Words,
    by_shape,
)
from tunnel.language.source import Text

Language = Annotated[Text, OneOf(("ru", "en"))]
VariableKind = Annotated[Text, OneOf(("text", "number", "phone", "email", "date", "flag"))]
FieldKind = Annotated[Text, OneOf(("text", "number", "flag", "list", "date"))]
Channel = Annotated[Text, OneOf(("telegram", "vk", "whatsapp", "web"))]


class HoursKeys(Keys):
    """Opening hours, in the company's timezone."""

    from_: TimeOfDay = Field(alias="from", description='When people come, "09:00".')
    to: TimeOfDay = Field(description='When they leave, "19:00"; earlier than `from` means after midnight.')
    days: list[Day] | None = Field(None, description="On which days; without it, every day.")


class QuietKeys(Keys):
    """When the bot starts nothing by itself."""

    from_: TimeOfDay = Field(alias="from", description='Every evening from, "21:00".')
    to: TimeOfDay = Field(description='Until, "09:00".')
    days: list[Day] | None = Field(None, description="Days that are quiet as a whole.")


class FrequencyKeys(Keys):
    """How often the bot may start a conversation with one contact, all tunnels together."""

    messages: Whole = Field(description="So many messages…")
    per: Duration = Field(description="…in so much time, `1d`.")


class QueueKeys(Keys):
    """A group of operators."""

    title: Words | None = Field(None, description="What people call it.")
    hours: HoursKeys | None = Field(None, description="When it is on duty; without it, always.")


class VariableKeys(Keys):
    """Something the tunnel remembers of a contact."""

    title: Words | None = Field(None, description="What people call it.")
    type: VariableKind | None = Field(
        None, description="What may be saved in it; without it, text, at most 500 characters."
    )
    unit: Words | None = Field(None, description="A number's unit, `м²`.")
    personal: Flag = Field(False, description="Personal data: masked wherever it need not be read.")


class WordsKeys(Keys):
    """Words understood at every step, when they are the whole message."""

    stop: list[Words] | None = Field(None, description="No more messages.")
    human: list[Words] | None = Field(None, description="Call a human: goes to the first queue.")
    back: list[Words] | None = Field(None, description="One step back.")


class SettingsKeys(Keys):
    """content/settings.yaml"""

    company: Words | None = Field(None, description="The company's name, `{{ company }}` in texts.")
    timezone: Words | None = Field(None, description="The company's timezone, `Europe/Moscow`; without it, UTC.")
    language: Language | None = Field(
        None, description="The language of the bot's own phrases, dates, sums and of the check; without it, ru."
    )
    default: Name | None = Field(None, description="The tunnel for a bare start or a first message that fits nothing.")
    currency: Words | None = Field(None, description="Of the `money` filter: RUB, USD… Without it, RUB or USD.")
    quiet: QuietKeys | None = Field(None, description="When nothing starts by itself.")
    frequency: FrequencyKeys | None = Field(None, description="How often the bot may speak unasked.")
    queues: dict[Name, QueueKeys] | None = Field(None, description="Who answers when the bot hands over.")
    variables: dict[Name, VariableKeys] | None = Field(None, description="What the tunnels remember.")
    words: WordsKeys | None = Field(None, description="Words understood at every step.")
    unknown: Words | None = Field(None, description="Said when a message fits nothing.")


class HandoffKeys(Keys):
    """The bot hands the conversation to people."""

    queue: Name = Field(description="Whose turn it is.")
    note: Words | None = Field(None, description="What the operators read.")
    say: Words | None = Field(None, description="What the customer reads.")
    else_: Goal | None = Field(None, alias="else", description="Where to go when nobody is on duty.")


HandoffField = Annotated[Annotated[Name, Tag("~text")] | Annotated[HandoffKeys, Tag("~map")], by_shape]
Values = dict[Name, Words]


class ChoiceKeys(Keys):
    """An answer offered. Exactly one of to, link, objection, handoff says what it does."""

    label: Words = Field(description="What the button says, exactly so.")
    to: Goal | None = Field(None, description="A step, `tunnel/step`, `end`; in an objection's answer also `resume`.")
    set: Values | None = Field(None, description="Variables to set when it is chosen.")
    when: Words | None = Field(None, description="Offered only when this is so.")
    link: Url | None = Field(None, description="Opens a page.")
    objection: Name | None = Field(None, description="Answers as if the customer had said this objection.")
    handoff: HandoffField | None = Field(None, description="Calls people: a queue, or a queue with a note.")


class MediaKeys(Keys):
    """A file to show. Exactly one of image, video, audio, document (or file, which is the same)."""

    image: FilePath | None = Field(None, description="A picture, path within the content directory.")
    video: FilePath | None = Field(None, description="A video.")
    audio: FilePath | None = Field(None, description="A sound.")
    document: FilePath | None = Field(None, description="Any other file.")
    file: FilePath | None = Field(None, description="The same as document, as a magnet writes it.")
    name: Words | None = Field(None, description="The name under which the customer gets it.")


class AnswerKeys(Keys):
    """One answer to an objection."""

    say: Words = Field(description="What the bot answers.")
    media: list[MediaKeys] | None = Field(None, description="Files shown before it.")
    choices: list[ChoiceKeys] | None = Field(None, description="What the customer may choose then.")
    to: Goal | None = Field(None, description="Where to go at once.")
    handoff: HandoffField | None = Field(None, description="Calls people.")


class ObjectionKeys(Keys):
    """A reason not to buy, recognised at any step."""

    title: Words | None = Field(None, description="What people call it, in reports.")
    phrases: list[Words] = Field(description="Words that mean it; forms of a word are found by themselves.")
    answers: list[AnswerKeys] = Field(description="The second time, the second answer; after the last, the last again.")


class MagnetKeys(Keys):
    """A free gift. Exactly one of file, link."""

    title: Words | None = Field(None, description="What it is.")
    file: FilePath | None = Field(None, description="A file within the content directory.")
    link: Url | None = Field(None, description="A page.")
    say: Words | None = Field(None, description="Said with it.")


class PromoKeys(Keys):
    """Personal promo codes."""

    code: Words = Field(description="How a code is made: letters, digits, dashes and `{random:6}`.")
    discount: Discount = Field(description="The discount: `10%`, or a sum, `500`.")
    valid: Duration = Field(description="How long a code lives, `3d`.")
    limit: Whole | None = Field(None, description="How many codes there are.")


class TemplateKeys(Keys):
    """A message that WhatsApp has approved beforehand: it gets through when free text no longer does."""

    name: Words = Field(description="Its name there, in WhatsApp Manager.")
    language: Words = Field(description="Its language there, `ru`, `en_US`.")
    params: list[Words] | None = Field(None, description="What fills its holes, in order.")
    buttons: Flag = Field(False, description="Its quick replies are the choices, in the same order.")


class NextKeys(Keys):
    """A product to recommend, if its condition is so; the first that fits."""

    when: Words | None = Field(None, description="Only when this is so.")
    to: Name = Field(description="The product.")


NextItem = Annotated[Annotated[Name, Tag("~text")] | Annotated[NextKeys, Tag("~map")], by_shape]
NextField = Annotated[
    Annotated[Name, Tag("~text")] | Annotated[list[NextItem], Tag("~list")] | Annotated[NextKeys, Tag("~map")],
    by_shape,
]


class ProductKeys(Keys):
    """Something that is sold: `{{ products.name.price | money }}` in any text, `{{ product.title }}` where it is
    shown.
    """

    title: Words | None = Field(None, description="What it is called.")
    price: Number | None = Field(None, description="Its price, in the settings' currency.")
    link: Url | None = Field(None, description="Its page in the shop.")
    text: Words | None = Field(None, description="A few words about it.")
    image: FilePath | None = Field(None, description="Its picture, path within the content directory.")
    tags: list[Words] | None = Field(None, description="Marks of its own, `{{ product.tags }}`.")
    next: NextField | None = Field(
        None, description="What to recommend after it: a product, or a list; the first that fits is taken."
    )


class EventKindKeys(Keys):
    """An event of the company's own that its programs may send."""

    title: Words | None = Field(None, description="What people call it.")
    fields: dict[Name, FieldKind] | None = Field(
        None, description="What it carries, `{{ event.name }}` in texts; without it, anything."
    )


class SharedKeys(Keys):
    """A file of what several tunnels share: objections, magnets, promos, products, templates, queues, events."""

    objections: dict[Name, ObjectionKeys] | None = Field(None, description="Reasons not to buy, and the answers.")
    magnets: dict[Name, MagnetKeys] | None = Field(None, description="Free gifts.")
    promos: dict[Name, PromoKeys] | None = Field(None, description="Personal promo codes.")
    products: dict[Name, ProductKeys] | None = Field(None, description="What is sold, with prices.")
    templates: dict[Name, TemplateKeys] | None = Field(
        None, description="Messages that WhatsApp has approved, for after the 24 hours."
    )
    queues: dict[Name, QueueKeys] | None = Field(None, description="Groups of operators.")
    events: dict[DottedName, EventKindKeys] | None = Field(
        None, description="Events of the company's own; the usual ones (`cart.abandoned`…) are known without it."
    )


__all__ = [
    "AnswerKeys", "Channel", "ChoiceKeys", "EventKindKeys", "FrequencyKeys", "HandoffField", "HandoffKeys", "HoursKeys",
    "LinkWord", "MagnetKeys", "MediaKeys", "NextField", "NextKeys", "Number", "ObjectionKeys", "ProductKeys",
    "PromoKeys", "QueueKeys", "QuietKeys", "SettingsKeys", "SharedKeys", "TemplateKeys", "Values", "VariableKeys",
    "WordsKeys",
]  # fmt: skip
