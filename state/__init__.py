"""Redis: sessions, inboxes, outboxes, timers, limits, journal; Lua scripts; the embedded server."""

from state.embedded import EmbeddedRedis
from state.errors import EmbeddedFailed, Full, Misconfigured, StateError, Unavailable, WrongPartitions
from state.faults import FaultCount
from state.journal import JournalEntry, Waiting
from state.letters import Kept
from state.outside import Arrival, Fate, identity_of
from state.promos import Given, Redeemed, plain_code
from state.store import Depth, Store
from state.types import Claim, Commit, DeadLetter, Incoming, Mail, Outgoing

__all__ = [
    "Arrival",
    "Claim",
    "Commit",
    "DeadLetter",
    "Depth",
    "EmbeddedFailed",
    "EmbeddedRedis",
    "Fate",
    "FaultCount",
    "Full",
    "Given",
    "Incoming",
    "JournalEntry",
    "Kept",
    "Mail",
    "Misconfigured",
    "Outgoing",
    "Redeemed",
    "StateError",
    "Store",
    "Unavailable",
    "Waiting",
    "WrongPartitions",
    "identity_of",
    "plain_code",
]
