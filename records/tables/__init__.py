"""What is kept of people, conversations and sales. Every table, by the room of life it belongs to."""

from records.tables.accounts import AuditLine, CannedText, LoginFailure, OneTimeLink, Seen, Upload, User, UserSession
from records.tables.base import Base
from records.tables.facts import Fact, Payment
from records.tables.inbox import Act, Change, FeedHead, Operator
from records.tables.keeping import Cursor, JournalLine, SetAside, Snapshot
from records.tables.people import Address, Consent, Contact, ContactTag, Note, Task, Touch
from records.tables.sales import Grant, Lead, LeadStage, Objection, OutsideEvent, Visit
from records.tables.talk import Conversation, Message

DERIVED: tuple[type[Base], ...] = (
    *(Contact, ContactTag, Address, Touch, Consent, Note, Conversation, Message),
    *(Visit, Lead, LeadStage, Objection, Grant, OutsideEvent, Fact, Payment, Task, Act, Operator),
)
"""What `rebuild` makes anew from the journal."""

__all__ = [
    "DERIVED",
    "Act",
    "Address",
    "AuditLine",
    "Base",
    "CannedText",
    "Change",
    "Consent",
    "Contact",
    "ContactTag",
    "Conversation",
    "Cursor",
    "Fact",
    "FeedHead",
    "Grant",
    "JournalLine",
    "Lead",
    "LeadStage",
    "LoginFailure",
    "Message",
    "Note",
    "Objection",
    "OneTimeLink",
    "Operator",
    "OutsideEvent",
    "Payment",
    "Seen",
    "SetAside",
    "Snapshot",
    "Task",
    "Touch",
    "Upload",
    "User",
    "UserSession",
    "Visit",
]
