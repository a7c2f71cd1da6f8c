"""The store as other rooms see it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from state.desk import Desk
from state.errors import Misconfigured, WrongPartitions
from state.faults import Faults
from state.inbox import Inbox
from state.journal import Journal
from state.keys import Keys
from state.letters import Letters
from state.link import Link, open_redis
from state.links import Links
from state.marks import Cursors, FileMarks
from state.memory import MemoryGuard
from state.outbox import Outbox
from state.outcomes import Outcomes
from state.outside import Outside
from state.presence import Presence
from state.promos import Promos
from state.snapshots import Snapshots
from state.threads import Threads
from state.timers import Timers
from state.turns import Turns
from state.wakeups import Wakeups

MOST_PARTITIONS = 1024


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits. ready: contacts with events, claimed or not; claimed: of these, those at a worker."""

    ready: int = 0
    claimed: int = 0
    mail: int = 0
    """Lanes with rows to send."""
    timers: int = 0
    oldest_waiting_s: float = 0.0
    """How long the contact waits that has waited longest."""


class Store:
    """One process's way to everything that must outlive it. Made with `connect`, ended with `close`.

    Its methods are those of the parts, which say what they do. Every one raises Unavailable while Redis cannot serve.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._memory = MemoryGuard(link)
        self._wakeups = Wakeups(link)
        self.partitions = link.keys.partitions

        inbox = Inbox(link, self._memory, self._wakeups)
        self.accept = inbox.accept
        self.accept_one = inbox.accept_one
        self.claim = inbox.claim
        self.recover = inbox.recover
        self.session = inbox.session

        self.commit = Turns(link, self._wakeups).commit

        outbox = Outbox(link)
        self.take_mail = outbox.take_mail
        self.renew = outbox.renew
        self.mail_sent = outbox.mail_sent
        self.mail_delayed = outbox.mail_delayed
        self.mail_dropped = outbox.mail_dropped
        self.lane_cleared = outbox.lane_cleared
        self.in_flight = outbox.in_flight
        self.pause_account = outbox.pause_account
        self.lease_rate = outbox.lease_rate
        self.wait_for_mail = self._wakeups.wait_for_mail

        self.fire_due = Timers(link, self._wakeups).fire_due

        journal = Journal(link)
        self.journal_read = journal.journal_read
        self.journal_waiting = journal.journal_waiting
        self.journal_trim = journal.journal_trim
        self.recent = journal.recent

        letters = Letters(link, self._wakeups)
        self.set_aside = letters.set_aside
        self.dead_letters = letters.dead_letters
        self.letters = letters.letters
        self.letter = letters.letter
        self.letter_to_inbox = letters.letter_to_inbox
        self.letter_to_outbox = letters.letter_to_outbox
        self.end_letter = letters.end_letter

        snapshots = Snapshots(link)
        self.snapshots = snapshots.snapshots
        self.restore = snapshots.restore

        threads = Threads(link, self._wakeups)
        self.thread_append = threads.thread_append
        self.thread_read = threads.thread_read
        self.thread_wait = threads.thread_wait

        outcomes = Outcomes(link, self._wakeups)
        self.tell_outcomes = outcomes.tell_outcomes
        self.outcome = outcomes.outcome
        self.outcome_wait = outcomes.outcome_wait
        self.feed_grew = self._wakeups.feed_grew
        self.wait_for_feed = self._wakeups.wait_for_feed

        presence = Presence(link)
        self.present = presence.present
        self.absent = presence.absent
        self.who_is_present = presence.who_is_present

        desk = Desk(link)
        self.desk_thread = desk.desk_thread
        self.desk_contact = desk.desk_contact
        self.desk_opening = desk.desk_opening
        self.desk_bind = desk.desk_bind
        self.desk_forget = desk.desk_forget

        outside = Outside(link, inbox, self._memory)
        self.arrive = outside.arrive
        self.identify = outside.identify
        self.introduce = outside.introduce
        self.contact_of = outside.contact_of

        promos = Promos(link)
        self.reserve_promo = promos.reserve_promo
        self.redeem_promo = promos.redeem_promo
        self.promo_told = promos.promo_told

        links = Links(link)
        self.keep_links = links.keep_links
        self.link = links.link
        self.first_click = links.first_click
        self.shared_secret = links.shared_secret

        faults = Faults(link)
        self.count_faults = faults.count_faults
        self.faults = faults.faults

        cursors = Cursors(link)
        self.get_cursor = cursors.get_cursor
        self.set_cursor = cursors.set_cursor
        self.files = FileMarks(link)

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        partitions: int = 1,
        cluster: bool = False,
        prefix: str = "tn",
        clock: Callable[[], float] = time.time,
    ) -> Store:
        """Connect to redis://, rediss:// or unix://. partitions: fixed by whoever comes first; clock: Unix seconds.

        Raises Unavailable, Misconfigured.
        """
        if not 1 <= partitions <= MOST_PARTITIONS:
            raise WrongPartitions(f"the number of partitions must be 1 to {MOST_PARTITIONS}, not {partitions}")
        try:
            redis = open_redis(url, clustered=cluster)
        except ValueError as error:
            raise Misconfigured(f"not the address of a Redis: {error}") from error
        link = Link(redis, Keys(prefix, partitions), clustered=cluster, clock=clock)
        store = cls(link)
        try:
            await link.check_version()
            await link.check_layout()
            await store._memory.check()
        except BaseException:
            await link.close()
            raise
        return store

    async def close(self) -> None:
        """Let go of every connection."""
        await self._wakeups.close()
        await self._memory.close()
        await self._link.close()

    async def ping(self) -> None:
        """Find out whether Redis answers. Raises Unavailable."""
        await self._link.call("PING")

    async def depth(self) -> Depth:
        """How much waits. Raises Unavailable."""
        replies = await self._link.over("depth", (), self._link.keys.places)
        ready, claimed, mail, timers, ages_ms = zip(*replies, strict=True)
        return Depth(sum(ready), sum(claimed), sum(mail), sum(timers), max(ages_ms) / 1000)
