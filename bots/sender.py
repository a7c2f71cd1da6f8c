"""From the outboxes to the channels: one send in flight per lane, oldest first, at the pace that the channel bears."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bots.backoff import Backoff, retry_delay_s
from bots.fates import failed_line, sent_line
from bots.intake import Intake
from bots.metrics import SEND_SECONDS, sends
from bots.rows import CallRow, Row, account_key, decode_row
from channels.base import (
    BadMessage,
    Call,
    Channel,
    ChannelDown,
    FileIds,
    NeedsTemplate,
    Refused,
    RetryLater,
    SendError,
    Sent,
    SlowDown,
)
from state import DeadLetter, Mail, Store, Unavailable
from tunnel.events import Address, Denied

log = structlog.get_logger(__name__)

LEASE_S = 5.0
FRESH_S = 2.5
"""A lease older than this when the call would be made is left to run out: it might end before it is renewed."""
IN_FLIGHT = 64
"""Lanes of one account that one process sends to at the same time."""
LONGEST_WAIT_S = 1.0
"""Mail of which no news came (Redis was away for a moment) is met this late at the most."""
LISTEN_S = 60.0
CREDIT = 5
"""Sends leased from the account's rate at once: few, so that another process is not kept waiting for unused ones."""
DOWN_PAUSE_S = 30.0


RESULTS: dict[type[SendError], str] = {
    RetryLater: "retry",
    SlowDown: "slow_down",
    Refused: "refused",
    NeedsTemplate: "needs_template",
    BadMessage: "bad_message",
    ChannelDown: "channel_down",
}
"""What each class of error is called in the metrics."""


class Deliverer(Protocol):
    """Carries out one row; returns what the channel calls the message, if it is one. Raises channels.base.SendError."""

    async def deliver(self, mail: Mail, row: Row) -> Sent | None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second; 0 is no limit. `person_burst` may go at once."""

    account_per_s: float = 0.0
    person_per_s: float = 0.0
    person_burst: int = 20


class ChannelDeliverer:
    """Makes a customer's calls on one account."""

    def __init__(self, channel: Channel, files: FileIds) -> None:
        self._channel = channel
        self._files = files

    async def deliver(self, mail: Mail, row: Row) -> Sent | None:
        """Make the call of one row. Raises SendError."""
        if not isinstance(row, CallRow):
            raise BadMessage("a desk row lies in a customer's lane")
        if row.beside is None or mail.tries:
            sent = await self._channel.send(row.address, row.call, key=mail.row, files=self._files)
            return None if row.call.ephemeral else sent
        beside = asyncio.create_task(self._send_beside(mail, row.address, row.beside))
        try:
            return await self._channel.send(row.address, row.call, key=mail.row, files=self._files)
        finally:
            await beside

    async def _send_beside(self, mail: Mail, address: Address, call: Call) -> None:
        """Tried once: it is worth nothing later."""
        with contextlib.suppress(SendError):
            await self._channel.send(address, call, key=mail.row, files=self._files)


class AccountSender:
    """Empties the outboxes of one account. Accounts do not wait for each other."""

    def __init__(
        self,
        account: str,
        deliverer: Deliverer,
        store: Store,
        intake: Intake,
        *,
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self.account = account
        self._deliverer = deliverer
        self._store = store
        self._intake = intake
        self._pace = pace
        self._clock = clock
        self._flying: dict[asyncio.Task[None], Mail] = {}
        self._credit = 0
        self._channel_name = account.partition(":")[0]
        self._seconds = SEND_SECONDS.labels(self._channel_name)
        self._tick = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop`; then end what is in flight and return."""
        watching = [asyncio.create_task(self._renew()), asyncio.create_task(self._listen())]
        backoff = Backoff()
        try:
            while not self._stopping:
                try:
                    await self._round()
                    backoff.reset()
                except Unavailable as error:
                    log.warning("sender waits for Redis", account=self.account, cause=str(error))
                    await backoff.wait()
        finally:
            if self._flying:
                await asyncio.wait(self._flying)
            for task in watching:
                task.cancel()

    def stop(self) -> None:
        """Begin no further send."""
        self._stopping = True
        self._tick.set()

    async def _round(self) -> None:
        self._tick.clear()
        free = IN_FLIGHT - len(self._flying)
        if free <= 0:
            await self._tick.wait()
            return
        free = await self._allowed(free)
        if free <= 0:
            return  # the rate's pause is over
        asked_at = self._clock()
        mails, due_at = await self._store.take_mail(
            self.account,
            free,
            asked_at,
            LEASE_S,
            person_rate_per_s=self._pace.person_per_s,
            burst=self._pace.person_burst,
        )
        self._credit -= len(mails)
        for mail in mails:
            task = asyncio.create_task(self._send(mail, asked_at))
            self._flying[task] = mail
            task.add_done_callback(self._landed)
        if not mails:
            await self._wait(due_at)

    async def _allowed(self, wanted: int) -> int:
        """How many of the wanted sends the account's rate allows now."""
        if self._pace.account_per_s <= 0:
            return wanted
        if self._credit < 1:
            want = min(wanted, CREDIT)
            self._credit += await self._store.lease_rate(self.account, self._pace.account_per_s, want, self._clock())
            if self._credit < 1:
                await asyncio.sleep(1 / self._pace.account_per_s)
        return min(wanted, self._credit)

    async def _wait(self, due_at: float | None) -> None:
        """Until mail may be due: told by a commit, by a finished send, or by the clock."""
        timeout_s = LONGEST_WAIT_S if due_at is None else min(LONGEST_WAIT_S, max(0.0, due_at - self._clock()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._tick.wait()

    async def _listen(self) -> None:
        """Begin a round whenever a commit has put mail into this account's outboxes."""
        while True:
            try:
                if await self._store.wait_for_mail(self.account, LISTEN_S):
                    self._tick.set()
            except Unavailable:
                await asyncio.sleep(LONGEST_WAIT_S)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        self._tick.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("send ended unexpectedly", account=self.account, exc_info=task.exception())

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            if self._flying:
                with contextlib.suppress(Unavailable):
                    await self._store.renew(list(self._flying.values()), self._clock(), LEASE_S)

    async def _send(self, mail: Mail, leased_at: float) -> None:
        if self._clock() - leased_at > FRESH_S:
            # Redis or this process stood still: this row, and what comes after it, may have been sent by others.
            log.warning("a lease came too late to be used", account=self.account, row=mail.row)
            return
        row: Row | None = None
        try:
            row = decode_row(mail.blob)
            began_at = time.perf_counter()
            sent = await self._deliverer.deliver(mail, row)
            self._seconds.observe(time.perf_counter() - began_at)
        except SendError as error:
            self._count(next(RESULTS[kind] for kind in type(error).__mro__ if kind in RESULTS))
            await self._settle(self._failed(mail, row, error))
        except Exception as error:
            self._count("dropped")
            log.exception("a send failed in our own code", account=self.account, row=mail.row)
            await self._settle(self._drop(mail, row, f"{type(error).__name__}: {error}", type(error).__name__))
        else:
            self._count("sent")
            now = self._clock()
            await self._settle(self._store.mail_sent(mail, now, line=sent_line(mail, sent, now)))

    async def _settle(self, outcome: Awaitable[object]) -> None:
        """Write the outcome down. With Redis away the lease runs out, and the row is sent again: once, not more."""
        try:
            await outcome
        except Unavailable as error:
            log.warning("a send's outcome could not be kept", account=self.account, cause=str(error))

    async def _failed(self, mail: Mail, row: Row | None, error: SendError) -> None:
        now = self._clock()
        log.info("send failed", account=self.account, kind=type(error).__name__, code=error.code, cause=str(error))
        if isinstance(row, CallRow) and row.call.ephemeral:
            await self._store.mail_sent(mail, now)  # worth nothing later
        elif isinstance(error, SlowDown):
            until = now + (error.after_s or retry_delay_s(mail.tries))
            await self._store.pause_account(self.account, until)
            await self._store.mail_delayed(mail, until)
        elif isinstance(error, ChannelDown):
            log.error("the account does not work; its mail is kept", account=self.account, cause=str(error))
            await self._store.pause_account(self.account, now + DOWN_PAUSE_S)
            await self._store.mail_delayed(mail, now + DOWN_PAUSE_S)
        elif isinstance(error, RetryLater):
            await self._store.mail_delayed(mail, now + (error.after_s or retry_delay_s(mail.tries)))
        elif isinstance(error, Refused):
            await self._refused(mail, row, error)
        else:
            if isinstance(error, BadMessage | NeedsTemplate):
                log.error("a message cannot be sent", account=self.account, code=error.code, cause=str(error))
            await self._drop(mail, row, str(error), str(error))

    async def _refused(self, mail: Mail, row: Row | None, error: SendError) -> None:
        """The person cannot be reached: tell their session before the row goes, so that a crash between repeats it."""
        if isinstance(row, CallRow):
            event = Denied(
                id=f"refused:{mail.contact}:{mail.row}", at=self._clock(), address=row.address, reason=error.code
            )
            await self._intake.accept_for(mail.contact, event)
            # The rest of the answer would be refused too; an operator's words are tried, so that they hear of it.
            await self._store.lane_cleared(self.account, mail.lane, mail.contact)
        await self._drop(mail, row, str(error), str(error))

    async def _drop(self, mail: Mail, row: Row | None, cause: str, why: str) -> None:
        """Give the row up. cause: for who looks at the dead letters; why: for the records."""
        now = self._clock()
        letter = DeadLetter("send", cause, mail.blob, mail.contact, now)
        await self._store.mail_dropped(mail, letter, line=failed_line(mail, row, now, why))

    def _count(self, result: str) -> None:
        sends(self._channel_name, result).inc()


def account_of(channel: Channel) -> str:
    """The name under which a channel's mail lies in the outboxes."""
    return account_key(channel.name, channel.account)
