"""The shape that every channel has.

ChannelError
├── InboundError           what arrives
│   ├── Forged             the signature or secret is wrong → 401 (a handshake's: 403)
│   ├── NotJson            the body is not JSON → 400
│   └── Unreadable         authentic JSON that is no update we can read → 200, set aside with its cause
└── SendError              what leaves; the class decides what happens next
    ├── RetryLater         try the same call again after `after_s`; the account may go on
    ├── SlowDown           try again after `after_s`, and the whole account waits that long
    ├── Refused            this person cannot be reached (blocked, gone): stop writing to them
    ├── NeedsTemplate      outside the channel's window: only a template would get through
    ├── BadMessage         our call is wrong: never again, tell the author
    └── ChannelDown        the account does not work (token revoked, …): alarm, keep the mail, try again later
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import msgspec

from tunnel.events import Address, CustomerEvent, File, Profile
from tunnel.messages import Media, Message


class ChannelError(Exception):
    """Any error of a channel. The text never holds a token, a secret, a phone number or a message's words."""


class InboundError(ChannelError):
    """What arrived cannot be taken."""


class Forged(InboundError):
    """The signature or secret is wrong."""


class NotJson(InboundError):
    """The body is not JSON."""


class Unreadable(InboundError):
    """Authentic JSON that is no update we can read."""


class SendError(ChannelError):
    """A call failed. `code` is the channel's own code, for logs and metrics."""

    def __init__(self, message: str, *, code: str = "", after_s: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.after_s = after_s


class RetryLater(SendError):
    """Try the same call again after `after_s` (0: by the caller's own back-off)."""


class SlowDown(SendError):
    """Try again after `after_s`; the whole account waits."""


class Refused(SendError):
    """This person cannot be reached."""


class NeedsTemplate(SendError):
    """Outside the channel's window."""


class BadMessage(SendError):
    """Our call is wrong; repeating it is useless."""


class ChannelDown(SendError):
    """The account does not work."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number and where it comes from. `unit`: what is counted ("code points", "UTF-16 units", "bytes", …)."""

    value: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry. `None` means: the channel has no such thing (buttons, lists…)."""

    text: Limit
    caption: Limit
    buttons: Limit
    """How many buttons one message holds; more becomes a list or numbered text."""
    per_row: int
    label: Limit
    payload: Limit
    list_rows: Limit | None = None
    list_label: Limit | None = None
    file_bytes: Mapping[str, Limit] = field(default_factory=dict)
    """By MediaKind."""
    link_buttons: bool = True
    ask_phone: bool = False
    formatting: bool = True
    person_rate_per_s: float = 0.0
    """Messages a second to one person that the channel bears for long; 0: no limit known."""
    person_burst: int = 20
    account_rate_per_s: float = 0.0
    dedupes_sends: bool = False
    """Whether a repeated send with the same key is one message at the customer's."""
    window_s: float = 0.0
    """How long after the customer's last message free text is allowed; 0: always."""


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One API call, ready but for the id of a file: what one row of the outbox holds.

    method: the channel's name of it ("sendMessage", "messages.send", "messages", "append").
    params: plain JSON data. media: a file that must be uploaded (or named by its id from an earlier upload) and put
    where the channel wants it. ephemeral: worth nothing later (acknowledgement, typing): tried once.
    """

    method: str
    params: dict[str, Any] = {}
    media: Media | None = None
    ephemeral: bool = False


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call that the channel accepted. `message_id` is "" where it gives none."""

    message_id: str = ""


class FileIds(Protocol):
    """Remembers, per account, the id under which a file was uploaded. The key covers the file's content."""

    async def get(self, account: str, key: str) -> str | None: ...
    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None: ...
    async def forget(self, account: str, key: str) -> None: ...


class Inbound(msgspec.Struct, frozen=True):
    """An HTTP request as the webhook read it. Header names are lower case; `body` is the raw bytes."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class DeskPost:
    """Something written in the operators' Telegram group, in the thread of one contact.

    command: "take", "return", "stage", "close" or "" for words to the customer.
    """

    id: str
    thread: int
    operator: str
    operator_name: str
    command: str = ""
    argument: str = ""
    text: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """Authentic, but unreadable: kept with its cause. `raw` is the piece that could not be read."""

    cause: str
    raw: bytes


class Parsed(msgspec.Struct, frozen=True):
    """What one body meant. All three may be empty: an update kind that does not concern us."""

    events: Sequence[CustomerEvent] = ()
    desk: Sequence[DeskPost] = ()
    set_aside: Sequence[SetAside] = ()


class Channel(Protocol):
    """One account on one channel."""

    name: ClassVar[str]
    account: str

    @property
    def capabilities(self) -> Capabilities: ...

    def verify(self, inbound: Inbound) -> None:
        """Raises Forged (also NotJson where the secret lies inside the body)."""
        ...

    def parse(self, body: bytes, now: float) -> Parsed:
        """Turn one authentic body into events, oldest first; `now` (Unix seconds) becomes their `at`.

        Raises NotJson or Unreadable; a batch of which one part is unreadable gives the rest and a SetAside.
        """
        ...

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        """The calls that say `message` at `address`, in order; each fits every limit of the channel."""
        ...

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        """The call that answers a press; None where the channel wants none. It is ephemeral."""
        ...

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        """The call that shows that an answer is on its way; ephemeral. None where the channel has none, or shows it by
        itself. `message_id`: the customer's message that is answered (WhatsApp wants it).
        """
        ...

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        """Make the call. `key`: 63 bits, the same for every repetition of the same outbox row.

        Raises SendError's subclasses, and nothing else for whatever the network or the channel does.
        """
        ...

    async def profile(self, address: Address) -> Profile | None:
        """Ask the channel who this is, where updates do not say; None where they do. Raises SendError."""
        ...

    async def fetch(self, file: File, into: Path) -> Path:
        """Bring what a customer sent into a directory below `into`; its path, the same at every repetition.

        Raises SendError: FileGone, FileTooLarge, BadMessage where the channel gives no such file out.
        """
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Roots:
    """Where files of ours lie."""

    content: Path
    data: Path
