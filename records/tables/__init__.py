"""What is kept of people, conversations and sales. Every table, by the room of life it belongs to."""

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
    "Message",
    "Note",
    "Objection",
    "OutsideEvent",
    "SetAside",
    "Snapshot",
    "Task",
    "Touch",
    "Visit",
]
