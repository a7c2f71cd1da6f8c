"""Redis: sessions, inboxes, outboxes, timers, limits, journal; Lua scripts; the embedded server."""

from state.embedded import EmbeddedRedis
from state.errors import EmbeddedFailed, Full, Misconfigured, StateError, Unavailable, WrongPartitions
from state.journal import JournalEntry, Waiting
from state.letters import Kept
from state.store import Depth, Store
from state.types import Claim, Commit, DeadLetter, Incoming, Mail, Outgoing

__all__ = [
    "Claim",
    "Commit",
    "DeadLetter",
    "Depth",
    "EmbeddedFailed",
    "EmbeddedRedis",
    "Full",
    "Incoming",
    "JournalEntry",
    "Kept",
    "Mail",
    "Misconfigured",
    "Outgoing",
    "StateError",
    "Store",
    "Unavailable",
    "Waiting",
    "WrongPartitions",
]
