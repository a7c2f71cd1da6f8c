"""What waits to be sent: lanes of rows, leased to one sender at a time."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from msgspec import structs

from state.coalescer import Coalescer
from state.keys import PAUSE, RATE
from state.link import Argument, Link, milliseconds
from state.turns import ROW, letter_arguments
from state.types import DeadLetter, Mail

_End = tuple[Mail, float | None, DeadLetter | None, bytes]

LOOK_EVERY_S = 1.0
"""How often a process looks for leases that ran out, beyond those of whose end it knows."""


class Outbox:
    """Leases, and what becomes of leased rows. Times are Unix seconds."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._ends: Coalescer[_End, bool] = Coalescer(self._end)
        self._look_at: dict[str, float] = {}

    async def take_mail(
        self,
        account: str,
        limit: int,
        now: float,
        lease_s: float = 5.0,
        *,
        person_rate_per_s: float = 0.0,
        burst: int = 20,
    ) -> tuple[list[Mail], float | None]:
        """Lease the heads of up to `limit` lanes that are due, the one due longest first; one in flight per lane.

        On a cluster it may be one lane more from each partition. Rows of the bot are dropped, with a line in the
        journal, if an operator has taken over since they were written.
        person_rate_per_s: how many rows a second one lane may take for long (0: no limit), after a burst.
        Returns the mail and when more may be due (None: nothing waits). Raises Unavailable.
        """
        places = self._link.keys.places
        if self._link.clustered:
            limit = max(1, limit // len(places))
        quota = limit if self._link.clustered else -(-limit // len(places)) + 1
        interval = 1000.0 / person_rate_per_s if person_rate_per_s > 0 else 0
        look = now >= self._look_at.get(account, 0.0)
        head = (account, milliseconds(now), milliseconds(lease_s), limit, quota, interval, burst, "1" if look else "")
        replies = await self._link.over("mail_take", head, places)
        due = [float(reply[0]) / 1000 for reply in replies if reply[0]]
        ends = [float(reply[1]) / 1000 for reply in replies if reply[1]]
        if look:
            self._look_at[account] = min([now + LOOK_EVERY_S, *ends])
        taken: list[tuple[int, Mail]] = []
        for reply in replies:
            parts = iter(reply[2:])
            taken += [
                (since, _mail(account, lane, tries, row))
                for lane, tries, since, row in zip(parts, parts, parts, parts, strict=True)
            ]
        if len(replies) > 1:
            taken.sort(key=itemgetter(0))
        return [mail for _, mail in taken], min(due + ends, default=None)

    async def mail_sent(self, mail: Mail, now: float, next_at: float | None = None, *, line: bytes = b"") -> bool:
        """The row was sent: it goes, and the lane's next one may be sent at `next_at` (None: at once).

        line: what the journal keeps of it. False if the lease was lost meanwhile; then nothing has changed.
        Raises Unavailable.
        """
        return await self._ends.one((mail, next_at, None, line))

    async def mail_dropped(self, mail: Mail, dead: DeadLetter, *, line: bytes = b"") -> bool:
        """The row can never be sent: it goes to the dead letters. False if the lease was lost. Raises Unavailable.

        line: what the journal keeps of it.
        """
        return await self._ends.one((mail, None, dead, line))

    async def mail_delayed(self, mail: Mail, until: float) -> bool:
        """Send the row again at `until`; its lane waits with it, so that order is kept.

        False if the lease was lost meanwhile. Raises Unavailable.
        """
        place = self._link.keys.place(mail.contact)
        return bool(await self._link.run("mail_delay", place, (*_held(place, mail), milliseconds(until))))

    async def renew(self, mails: Sequence[Mail], now: float, lease_s: float = 5.0) -> list[bool]:
        """Hold leases for `lease_s` from now; False for each that was lost. Raises Unavailable."""
        items = [_held(self._link.keys.place(mail.contact), mail) for mail in mails]
        return await self._link.over_items("mail_renew", (milliseconds(now + lease_s),), items)

    async def lane_cleared(self, account: str, lane: str, contact: str, why: str = "blocked") -> int:
        """Drop the bot's rows of a lane whose person cannot be reached; how many. The journal keeps a line for each.

        Raises Unavailable.
        """
        place = self._link.keys.place(contact)
        args = (place, account, lane, milliseconds(self._link.clock()), why)
        return int(await self._link.run("mail_clear", place, args))

    async def in_flight(self, contact: str, lanes: Sequence[tuple[str, str]], now: float) -> list[tuple[str, str]]:
        """Those of a contact's (account, lane) pairs whose head is on the wire now. Raises Unavailable."""
        place = self._link.keys.place(contact)
        items = [(place, account, lane) for account, lane in lanes]
        marks = await self._link.over_items("mail_flying", (milliseconds(now),), items)
        return [lane for lane, flying in zip(lanes, marks, strict=True) if flying]

    async def pause_account(self, account: str, until: float) -> None:
        """Let nothing of an account leave before `until`, whichever process sends; a longer pause stays.

        Raises Unavailable.
        """
        life_ms = max(1, milliseconds(until) - milliseconds(self._link.clock()))
        places = self._link.keys.places
        for place in places if self._link.clustered else places[:1]:  # where mail_take looks
            await self._link.run_at("account_pause", place + PAUSE + account, (milliseconds(until), life_ms))

    async def lease_rate(self, account: str, rate_per_s: float, want: int, now: float) -> int:
        """Take up to `want` sends from what the account may make in a second; how many were had. Raises Unavailable."""
        if rate_per_s <= 0:
            return want
        key = self._link.keys.whole(RATE, account)
        return int(await self._link.run_at("rate_lease", key, (milliseconds(now), 1000.0 / rate_per_s, want)))

    async def _end(self, ends: Sequence[_End]) -> list[bool]:
        items: list[Sequence[Argument]] = []
        for mail, next_at, dead, line in ends:
            later = "" if next_at is None else milliseconds(next_at)
            held = (*_held(self._link.keys.place(mail.contact), mail), later, mail.contact, line)
            items.append(
                (*held, "")
                if dead is None
                else (*held, *letter_arguments(structs.replace(dead, where=dead.where or "send")))
            )
        return await self._link.over_items("mail_end", (milliseconds(self._link.clock()),), items)


def _held(place: str, mail: Mail) -> tuple[Argument, ...]:
    """What names a lease: the row's number and how often it was leased before."""
    return place, mail.account, mail.lane, mail.row.to_bytes(8, "big"), mail.lease


def _mail(account: str, lane: bytes, tries: int, row: bytes) -> Mail:
    number, _, _, _, length = ROW.unpack_from(row)
    start = ROW.size
    return Mail(
        lane=lane.decode(),
        account=account,
        contact=row[start : start + length].decode(),
        row=number,
        blob=row[start + length :],
        lease=str(tries),
        tries=tries,
    )
