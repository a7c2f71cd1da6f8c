"""What happens to a contact: the input of a turn.

Events are plain data, encoded as MessagePack maps with a ``type`` tag, so that a blob written by one version of
the program can be read by the next (unknown fields are ignored, missing ones take their defaults).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

ChannelName = Literal["telegram", "vk", "whatsapp", "web"]
FileKind = Literal["image", "video", "audio", "voice", "document", "sticker", "location", "contact", "other"]


class Address(msgspec.Struct, frozen=True, array_like=True):
    """A contact on one channel. `account` is one bot, community or number on it."""

    channel: str
    account: str
    external_id: str

    @property
    def lane(self) -> str:
        """The name of this address's outbox."""
        return f"{self.channel}:{self.account}:{self.external_id}"


def contact_id(address: Address) -> str:
    """Derive the contact's id from its first address, so that finding its partition needs no look-up.

    Returns 24 hexadecimal digits (96 bits).
    """
    key = f"{address.channel}\x00{address.account}\x00{address.external_id}"
    return blake2b(key.encode(), digest_size=12).hexdigest()


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a channel tells of a person. Empty text means "not told"."""

    name: str = ""
    sex: Literal["", "female", "male"] = ""
    language: str = ""
    timezone: str = ""


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that a customer or an operator sent, as the channel names it; the bytes stay at the channel.

    `ref` is the channel's own id (Telegram file_id, WhatsApp media id) or, for VK, a URL. `within`: where the channel
    can be asked for a fresh `ref`, "" where it cannot (VK: the message's id, a slash, the file's place in it).
    """

    kind: FileKind
    ref: str = ""
    name: str = ""
    mime: str = ""
    size_bytes: int = 0
    within: str = ""


class EventBase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type", tag=str.lower):
    """id: unique among all events, and the same when the channel delivers the update again.

    at: when we accepted it; sent_at: when the channel says it was sent, 0 if it does not say. Both Unix seconds, UTC.
    """

    id: str
    at: float = 0.0
    sent_at: float = 0.0


class FromCustomer(EventBase, frozen=True, omit_defaults=True, kw_only=True):
    """Whatever a customer does on a channel."""

    address: Address
    profile: Profile | None = None
    callback_buttons: bool = True
    """False where this client cannot press inline buttons (VK's `client_info.button_actions`)."""
    source: dict[str, str] = {}
    """UTM marks, ad ids and the like that came with it (a click on an ad carries the customer's own words)."""


class Text(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """A text message."""

    text: str


class Press(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """A button was pressed. `token` is the one we put in the button, and may be forged. `ack`: what the channel
    wants back so that the button stops spinning ("" where nothing is wanted).
    """

    token: str
    label: str = ""
    ack: str = ""


class Start(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """The conversation was opened: /start, a deep link, a chat page. `ref`: the link's word, "" if bare.
    `source`: UTM marks, ad ids and the like.
    """

    ref: str = ""
    source: dict[str, str] = {}


class Phone(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """A contact card. `own` is True only where the channel proves that the number is the sender's."""

    phone: str
    own: bool


class Attachment(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """Sticker, voice, photo, geo, album…: anything that is not text. `group` names an album; `text` its caption."""

    files: tuple[File, ...] = ()
    text: str = ""
    group: str = ""


class Denied(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """The customer blocked the bot or forbade messages, told by the channel or learnt from a refused send."""

    reason: str = ""


class Allowed(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """The customer unblocked the bot or allowed messages again."""


class Receipt(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """A delivery status of a message of ours."""

    message_id: str
    status: Literal["sent", "delivered", "read", "played", "failed"]
    error: str = ""


class Colleague(FromCustomer, frozen=True, omit_defaults=True, kw_only=True):
    """A human of the company answered in the channel's own interface (VK's community messages)."""

    text: str = ""
    operator: str = ""


class FromOperator(EventBase, frozen=True, omit_defaults=True, kw_only=True):
    """Whatever an operator does. `operator`: a stable id; `operator_name`: what people read. `version`: of the
    conversation as they see it (`Session.version`); with another one nothing is done. None: it is not looked at.
    """

    operator: str
    operator_name: str = ""
    version: int | None = None


class Take(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator takes the conversation. force: also from a colleague who holds it."""

    force: bool = False


class Say(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator writes to the customer. Files are paths below the data directory, already fetched."""

    text: str = ""
    files: tuple[File, ...] = ()


class Release(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator gives the conversation back to the bot, at `step` ("" continues where it was)."""

    step: str = ""


class Close(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator ends the conversation."""


class MoveStage(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator moves the lead to a stage of a tunnel ("": the one where the contact is)."""

    stage: str
    tunnel: str = ""
    reason: str = ""


class Assign(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator gives the conversation to a colleague."""

    to: str
    to_name: str = ""


class Snooze(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator puts the conversation off until a time (Unix seconds; 0: no longer) or the customer's next word."""

    until: float = 0.0


class Note(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator writes a note for colleagues."""

    text: str


class SendStep(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator says what a step says. `step`: "" is the tunnel's start."""

    tunnel: str
    step: str = ""


class SetVariable(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator changes a variable; None forgets it."""

    name: str
    value: str | float | bool | list[str] | None = None


class SetDetail(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator corrects who the contact is; "" forgets it (of the name: the channel's own counts again)."""

    detail: Literal["name", "phone", "email"]
    value: str = ""


class Tags(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """An operator changes tags."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class AddTask(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """Somebody (`of`) has to do something by a time (Unix seconds; 0: by none). The event's id is the task's."""

    title: str
    of: str
    due_at: float = 0.0


class EndTask(FromOperator, frozen=True, omit_defaults=True, kw_only=True):
    """A task is done."""

    task: str


class Timer(EventBase, frozen=True, omit_defaults=True, kw_only=True):
    """An armed timer is due. `timer` is the id it was armed with; `due_at` what it was armed for."""

    timer: str
    due_at: float = 0.0


class Trigger(EventBase, frozen=True, omit_defaults=True, kw_only=True):
    """An event from outside the chat (cart abandoned, order paid, …). `origin`: the source that sent it."""

    name: str
    data: dict[str, str | float | bool | list[str]] = {}
    origin: str = ""


CustomerEvent = Text | Press | Start | Phone | Attachment | Denied | Allowed | Receipt | Colleague
OperatorEvent = (
    Take
    | Say
    | Release
    | Close
    | MoveStage
    | Assign
    | Snooze
    | Note
    | SendStep
    | SetVariable
    | SetDetail
    | Tags
    | AddTask
    | EndTask
)
Event = CustomerEvent | OperatorEvent | Timer | Trigger

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)

encode_event = _encoder.encode
decode_event = _decoder.decode
"""bytes → Event. Raises msgspec.ValidationError or msgspec.DecodeError for a blob that is none."""


def is_control(event: Event) -> bool:
    """Whether the event goes to the head of the inbox, before customers' events that still wait."""
    return isinstance(event, Take)
