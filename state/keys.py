"""Every key name, in one place; the Lua scripts get theirs from here.

A key is ``<place><kind>[<what>]``, where a place is a partition's ``<prefix>:{<number>}:``. The braces are the hash tag
of Redis Cluster: all keys of a partition, and so all keys of a contact, lie in one slot. Global keys lie at
``<prefix>:``, promo codes in a slot of their own.
A partition is ``crc32(contact) mod partitions``; the number of partitions is fixed when the first process starts.

Times are milliseconds, in members of lists and values of hashes in 13 digits.

Below, each kind with its shape, what it holds, who writes it and how long it lives.
"""

from __future__ import annotations

from zlib import crc32

SESSION = "se:"
"""se:<contact>, string: 24 bytes of header (version, epoch, rows), then the session. Worker. For ever."""
INBOX = "in:"
"""in:<contact>, list: events to be handled, oldest first. Webhook, scheduler. Until handled."""
CONTROL = "ct:"
"""ct:<contact>, list: operators' events that go before those of the inbox. Webhook. Until handled."""
READY = "ready"
"""ready, list: contacts to be claimed, each behind the time since when (Redis's clock); a timer that is due lies here
itself: that time, when it was moved, when it was due, "<contact>|<timer>". Who fills inboxes. Until claimed."""
CLAIMED = "claimed"
"""claimed, hash: contact at a worker → since when (Redis's clock), how often it was claimed for the head of its inbox
and, behind "|", the events of timers that came with it. Worker. Until committed."""
SEEN = "seen:"
"""seen:<update>, string: the update was accepted. Webhook. SEEN_TTL_S."""

OUTBOX = "out:"
"""out:<account> <lane>, list: rows to be sent, in order. Worker. Until sent."""
DUE = "due:"
"""due:<account>, list: lanes whose head may be sent, each behind the time since when. Worker, sender. Until leased."""
FLYING = "fly:"
"""fly:<account>, hash: leased lane → end of the lease, number and tries of its head. Sender. Until sent."""
MAIL = "mail:"
"""mail:<account>, sorted set: lanes whose head must wait; score: until when, ms. Sender. Until leased."""
PACE = "pace:"
"""pace:<account> <lane>, string: when the person's token bucket is full again, ms. Sender. Until then."""
PAUSE = "pause:"
"""pause:<account>, string: when the account may send again, ms. Sender. Until then."""
ACCOUNTS = "accounts"
"""accounts, set: accounts that ever had mail in this partition. Worker. For ever."""

TIMERS = "timers"
"""timers, sorted set: "<contact>|<timer>"; score: due, ms. Worker. Until due."""
JOURNAL = "journal"
"""journal, stream: all that happened, one entry a commit. Worker, sender. Until the records hold it."""
RECENT = "rec:"
"""rec:<hour>, hash: contact → what was said in that hour since the epoch, each line behind its length (2 bytes).
Worker. RECENT_HOURS and one more."""
DEAD = "dead"
"""dead, stream: what was set aside, with its cause. Anyone. Until replayed."""

THREAD = "th:"
"""th:<lane>, stream: a web chat's rows; the id is the row's number. Sender. THREAD_TTL_S after the last."""
DESK = "desk:"
"""desk:<chat>, hash: contact → thread in the operators' group. Sender. For ever."""
OPENING = "opening:"
"""opening:<chat> <contact>, string: a sender is opening the thread just now. Sender. Half a minute."""

IDENTITY = "known:"
"""known:<identity>, string: "<contact> 1" if it is proven that the identity is the contact's, else "<contact> 0". An
identity is "<kind>:<digest>", and lies where its name says, not with the contact. Worker. For ever."""
WAITING = "wait:"
"""wait:<identity>, list: events from outside for somebody not known yet, each "<event's id>", a zero byte, the event.
HTTP. Until the identity is known, or WAITING_TTL_S after the last."""
TAKEN = "ev:"
"""ev:<digest of source and sender's id>, string: where the event goes, or "+" once it is there. HTTP. SEEN_TTL_S."""
CLICKED = "clicked:"
"""clicked:<contact> <link>, string: the click was told. HTTP. A minute."""
LINK = "link:"
"""link:<link>, string: where a tracked link leads. Worker. LINK_TTL_S after it was last sent."""

CODE = "code:"
"""code:<code> (promos), hash: whose it is, of which promo, until when, and for which order it was redeemed. Worker,
HTTP. CODE_TTL_S after its last day."""
GRANT = "grant:"
"""grant:<promo> <contact> <visit> (promos), string: the code that was given. Worker. As long as the code."""
GIVEN = "given"
"""given (promos), hash: promo → how many codes were given. Worker. For ever."""

META = "meta"
"""meta (global), hash: how the data is laid out, and secrets that the processes share. The first process. For ever."""
FAULTS = "faults"
"""faults (global), hash: revision, place, message → how often and when last. Worker. FAULTS_MOST of them."""
CURSORS = "cursors"
"""cursors (global), hash: how far each poller has come. Poller. For ever."""
FILES = "file:"
"""file:<account> <file> (global), string: the id under which a file was uploaded. Sender. As long as it is told."""
RATE = "rate:"
"""rate:<account> (global), string: when the account's token bucket is full again, ms. Sender. Until then."""
TOPICS = "topics:"
"""topics:<chat> (global), hash: thread in the operators' group → contact. Sender. For ever."""

OUTCOME = "oc:"
"""oc:<event> (global), string: what became of an operator's command. Worker. OUTCOME_TTL_S."""
PRESENCE = "present"
"""present (global), sorted set: operators who have the console open; score: until when that holds, ms. Console."""

WAKE = "wake"
"""wake (global), pub/sub channel: the process that says so, then accounts that have new mail; "" for new events."""
WRITTEN = "written"
"""written (global), pub/sub channel: the process that says so, then lanes of web threads that have grown."""

TOLD = "told"
"""told (global), pub/sub channel: the process that says so, then ids of commands whose outcome is known."""
FED = "fed"
"""fed (global), pub/sub channel: the process that says so: the records' feed has grown."""

SEEN_TTL_S = 8 * 24 * 3600
"""Channels repeat an update for at most seven days (WhatsApp); a day more for whatever queues in front of us."""
OUTCOME_TTL_S = 15 * 60
RECENT_HOURS = 3 * 24
RECENT_LINES = 20
THREAD_TTL_S = 180 * 24 * 3600
THREAD_ROWS = 500
WAITING_MOST = 100
"""Events that wait for one identity; more are refused."""
WAITING_TTL_S = 90 * 24 * 3600
LINK_TTL_S = 2 * 365 * 24 * 3600
CODE_TTL_S = 180 * 24 * 3600
"""A code's order may be reported late, and a redeemed one be asked for again."""
FAULTS_MOST = 200

# What the scripts may name.
_SHARED = (
    *(
        "SESSION",
        "INBOX",
        "CONTROL",
        "READY",
        "CLAIMED",
        "SEEN",
        "OUTBOX",
        "DUE",
        "FLYING",
        "MAIL",
        "PACE",
        "PAUSE",
        "ACCOUNTS",
    ),
    *("TIMERS", "JOURNAL", "DEAD", "RECENT", "RECENT_HOURS", "RECENT_LINES"),
    *("THREAD", "THREAD_ROWS", "THREAD_TTL_S"),
    *("IDENTITY", "WAITING", "WAITING_MOST", "WAITING_TTL_S", "TAKEN", "SEEN_TTL_S", "LINK", "LINK_TTL_S"),
    *("CODE", "GRANT", "GIVEN", "FAULTS_MOST"),
)


class Keys:
    """The names for one prefix and number of partitions."""

    def __init__(self, prefix: str, partitions: int) -> None:
        self.prefix = prefix
        self.partitions = partitions
        self.places = tuple(f"{prefix}:{{{number}}}:" for number in range(partitions))
        self.promos = f"{prefix}:{{promos}}:"
        """The place of all promo codes: limits are counted in one slot."""

    def place(self, contact: str) -> str:
        """What every key of a contact begins with."""
        return self.places[crc32(contact.encode()) % self.partitions]

    def whole(self, kind: str, what: str = "") -> str:
        """A global key."""
        return f"{self.prefix}:{kind}{what}"

    def lua(self) -> str:
        """The constants that the scripts make the same names of."""
        constants = "\n".join(f"local {name} = {globals()[name]!r}" for name in _SHARED)
        return f"{constants}\nlocal WAKE, WRITTEN = {self.whole(WAKE)!r}, {self.whole(WRITTEN)!r}\n"
