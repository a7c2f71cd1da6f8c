"""What is kept of people, conversations and sales. Every table, by the room of life it belongs to."""

from records.tables.accounts import AuditLine, LoginFailure, OneTimeLink, Seen, Upload, User, UserSession
from records.tables.base import Base
from records.tables.keeping import Cursor, JournalLine, SetAside, Snapshot
from records.tables.people import Address, Consent, Contact, ContactTag, Note, Task, Touch
from records.tables.sales import Grant, Lead, LeadStage, Objection, OutsideEvent, Visit
from records.tables.talk import Conversation, Message

DERIVED: tuple[type[Base], ...] = (
    *(Contact, ContactTag, Address, Touch, Consent, Note, Conversation, Message),
    *(Visit, Lead, LeadStage, Objection, Grant, OutsideEvent),
)
"""What `rebuild` makes anew from the journal. Tasks and the notes of people are not in it."""

__all__ = [
    "DERIVED",
    "Address",
    "AuditLine",
    "Base",
    "Consent",
    "Contact",
    "ContactTag",
    "Conversation",
    "Cursor",
    "Grant",
    "JournalLine",
    "Lead",
    "LeadStage",
    "LoginFailure",
    "Message",
    "Note",
    "Objection",
    "OneTimeLink",
    "OutsideEvent",
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
