"""Every key name, in one place; the Lua scripts get theirs from here.

A key is ``<prefix>:{<partition>}:<kind>[:<what>]``. The braces are Redis Cluster's hash tag: all keys of a partition,
and so all keys of a contact, lie in one slot. Global keys have no partition: ``<prefix>:<kind>[:<what>]``.
A partition is ``crc32(contact) mod partitions``; the number of partitions is fixed when the first process starts.

Below, each kind with its shape, what it holds, who writes it and how long it lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

SESSION = "se"
"""se:<contact>, string: 24 bytes of header (version, epoch, rows), then the session. Worker. For ever."""
INBOX = "in"
"""in:<contact>, list: events to be handled, oldest first. Webhook, scheduler. Until handled."""
CONTROL = "ct"
"""ct:<contact>, list: operators' events that go before those of the inbox. Webhook. Until handled."""
READY = "ready"
"""ready, stream: contacts whose inbox or control list is not empty, once each. Who fills them. Until handled."""
SEEN = "seen"
"""seen:<update>, string: the update was accepted. Webhook. SEEN_TTL_S."""

OUTBOX = "out"
"""out:<account> <lane>, list: rows to be sent, in order. Worker. Until sent."""
MAIL = "mail"
"""mail:<account>, sorted set: lanes with rows; score: when the head may be sent, ms. Worker, sender. Until sent."""
HELD = "held"
"""held:<account>, hash: lanes whose head is leased, with how often it was. Sender. Until sent or put off."""
PACE = "pace"
"""pace:<account> <lane>, string: when the person's token bucket is full again, ms. Sender. Until then."""
PAUSE = "pause"
"""pause:<account>, string: when the account may send again, ms. Sender. Until then."""
ACCOUNTS = "accounts"
"""accounts, set: accounts that ever had mail in this partition. Worker. For ever."""

TIMERS = "timers"
"""timers, sorted set: "<contact>|<timer>"; score: due, ms. Worker. Until due."""
JOURNAL = "journal"
"""journal, stream: all that happened, one entry a commit. Worker, sender. For ever, until there are records."""
RECENT = "rec"
"""rec:<contact>, list: the last RECENT_LINES lines of the conversation. Worker. RECENT_TTL_S after the last."""
DEAD = "dead"
"""dead, stream: what was set aside, with its cause. Anyone. Until removed by hand."""

THREAD = "th"
"""th:<lane>, stream: a web chat's rows; the id is the row's number. Sender. THREAD_TTL_S after the last."""
DESK = "desk"
"""desk:<chat>, hash: contact → thread in the operators' group. Sender. For ever."""
OPENING = "opening"
"""opening:<chat> <contact>, string: a sender is opening the thread just now. Sender. Half a minute."""

META = "meta"
"""meta (global), hash: how the data is laid out. The first process. For ever."""
CURSORS = "cursors"
"""cursors (global), hash: how far each poller has come. Poller. For ever."""
FILES = "file"
"""file:<account> <file> (global), string: the id under which a file was uploaded. Sender. As long as it is told."""
RATE = "rate"
"""rate:<account> (global), string: when the account's token bucket is full again, ms. Sender. Until then."""
TOPICS = "topics"
"""topics:<chat> (global), hash: thread in the operators' group → contact. Sender. For ever."""

WAKE = "wake"
"""wake (global), pub/sub channel: the process that says so, then accounts that have new mail."""
WRITTEN = "written"
"""written (global), pub/sub channel: the process that says so, then lanes of web threads that have grown."""

GROUP = "workers"
"""The consumer group on each READY stream."""

SEEN_TTL_S = 8 * 24 * 3600
"""Channels repeat an update for at most seven days (WhatsApp); a day more for whatever queues in front of us."""
RECENT_TTL_S = 3 * 24 * 3600
RECENT_LINES = 20
THREAD_TTL_S = 180 * 24 * 3600
THREAD_ROWS = 500

# What the scripts may name.
_SHARED = (
    *("SESSION", "INBOX", "CONTROL", "READY", "GROUP", "SEEN", "OUTBOX", "MAIL", "HELD", "PACE", "PAUSE", "ACCOUNTS"),
    *("TIMERS", "JOURNAL", "DEAD", "RECENT", "RECENT_LINES", "RECENT_TTL_S", "THREAD", "THREAD_ROWS", "THREAD_TTL_S"),
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The names for one prefix and number of partitions."""

    prefix: str
    partitions: int

    def partition(self, contact: str) -> int:
        """Where a contact lives, 0 ≤ … < partitions."""
        return crc32(contact.encode()) % self.partitions

    def of(self, partition: int, kind: str, what: str = "") -> str:
        """A key inside a partition."""
        return f"{self.prefix}:{{{partition}}}:{kind}:{what}" if what else f"{self.prefix}:{{{partition}}}:{kind}"

    def whole(self, kind: str, what: str = "") -> str:
        """A global key."""
        return f"{self.prefix}:{kind}:{what}" if what else f"{self.prefix}:{kind}"

    def lua(self) -> str:
        """What the scripts need to make the same names: the constants, and the functions `at` and `of`."""
        constants = "\n".join(f"local {name} = {globals()[name]!r}" for name in _SHARED)
        return (
            f"{constants}\n"
            f"local WAKE, WRITTEN = '{self.whole(WAKE)}', '{self.whole(WRITTEN)}'\n"
            f"local function at(p, kind) return '{self.prefix}:{{' .. p .. '}}:' .. kind end\n"
            f"local function of(p, kind, what) return '{self.prefix}:{{' .. p .. '}}:' .. kind .. ':' .. what end\n"
        )
