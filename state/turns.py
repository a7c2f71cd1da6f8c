"""Committing turns: for each contact everything, or nothing."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from state.inbox import HEADER
from state.keys import RECENT_LINES, Keys
from state.link import Argument, Link, milliseconds
from state.types import Commit, DeadLetter
from state.wakeups import Wakeups

ROW = struct.Struct(">QQcHB")
"""In front of each row: its number, its contact's epoch, b(ot) or o(perator), tries, length of the contact's id."""

COUNTS = struct.Struct(">9I")
"""Of one commit: control events handled, events handled, lanes, timers armed, timers cancelled, lines of the journal,
dead letters, timers put back, arguments that follow."""

LENGTH = struct.Struct(">H")
"""In front of each line said."""

MOST = 256
"""Commits in one script, so that nobody else waits long for Redis."""


_WRITTEN = b"12"
_READY_AGAIN = ord("2")


class Turns:
    """Commits."""

    def __init__(self, link: Link, wakeups: Wakeups) -> None:
        self._link = link
        self._wakeups = wakeups

    async def commit(self, commits: Sequence[Commit]) -> list[bool]:
        """Write what these claims' turns changed, in one round trip (on a cluster: one for each partition).

        False for a commit that came too late: somebody else has committed the contact since it was claimed, and
        nothing of this one was written. Raises Unavailable; then some may have been written (a repetition is fenced).
        """
        done: list[bool] = []
        for start in range(0, len(commits), MOST):
            items = [_arguments(self._link.keys, commit) for commit in commits[start : start + MOST]]
            head = (*self._link.teller, milliseconds(self._link.clock()))
            marks = await self._link.marks("commit", head, items)
            done += [mark in _WRITTEN for mark in marks]
            if _READY_AGAIN in marks:
                self._wakeups.events_came()
        accounts = {row.account for commit, ok in zip(commits, done, strict=True) if ok for row in commit.outgoing}
        self._wakeups.mail_came(accounts)
        return done


def letter_arguments(letter: DeadLetter) -> tuple[Argument, ...]:
    """A dead letter as the scripts take it."""
    return letter.where, letter.cause, letter.blob, letter.contact, repr(letter.at)


def _arguments(keys: Keys, commit: Commit) -> Sequence[Argument]:
    claim = commit.claim
    expected = claim.version.to_bytes(8, "big") if claim.version else b""
    header = HEADER.pack(claim.version + 1, commit.epoch, claim.last_row + len(commit.outgoing))
    words = b"".join([LENGTH.pack(len(line)) + line for line in commit.recent[-RECENT_LINES:]])
    fired = max(0, commit.done_events - claim.fired_from) if claim.fired else 0
    back = claim.fired[fired:]
    lanes, rows = _lanes(commit)
    rest: list[Argument] = [*back, *rows]
    for timer, due_at in commit.arm:
        rest += (milliseconds(due_at), f"{claim.contact}|{timer}")
    rest += [f"{claim.contact}|{timer}" for timer in commit.cancel]
    for line in commit.journal:
        rest += (b"l", line)
    for letter in commit.dead:
        rest += letter_arguments(letter)
    numbers = COUNTS.pack(
        *(commit.done_control, commit.done_events - fired, lanes, len(commit.arm), len(commit.cancel)),
        *(len(commit.journal), len(commit.dead), len(back), len(rest)),
    )
    place = keys.place(claim.contact)
    return [place, claim.contact, header + commit.session, expected, words, numbers, *rest]


def _lanes(commit: Commit) -> tuple[int, list[Argument]]:
    """Rows by lane: how many lanes, and for each account, lane, number of rows, rows."""
    contact = commit.claim.contact.encode()
    lanes: dict[tuple[str, str], list[bytes]] = {}
    for number, row in enumerate(commit.outgoing, commit.claim.last_row + 1):
        head = ROW.pack(number, commit.epoch, b"b" if row.by_bot else b"o", 0, len(contact))
        lanes.setdefault((row.account, row.lane), []).append(head + contact + row.blob)
    arguments: list[Argument] = []
    for (account, lane), rows in lanes.items():
        arguments += (account, lane, len(rows), *rows)
    return len(lanes), arguments
