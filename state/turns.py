"""Committing turns: for each contact everything, or nothing."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from state.inbox import HEADER
from state.keys import Keys
from state.link import Argument, Link, milliseconds
from state.types import Commit, DeadLetter, Outgoing
from state.wakeups import Wakeups

ROW = struct.Struct(">QQcHB")
"""In front of each row: its number, its contact's epoch, b(ot) or o(perator), tries, length of the contact's id."""


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
        keys = self._link.keys
        items = [_arguments(keys, commit) for commit in commits]
        done = await self._link.over_items("commit", (self._link.origin, milliseconds(self._link.clock())), items)
        accounts = {row.account for commit, ok in zip(commits, done, strict=True) if ok for row in commit.outgoing}
        self._wakeups.mail_came(accounts)
        return done


def letter_arguments(letter: DeadLetter) -> tuple[Argument, ...]:
    """A dead letter as the scripts take it."""
    return letter.where, letter.cause, letter.blob, letter.contact, repr(letter.at)


def _arguments(keys: Keys, commit: Commit) -> tuple[int, Sequence[Argument]]:
    claim = commit.claim
    p = keys.partition(claim.contact)
    rows = claim.rows + len(commit.outgoing)
    expected = claim.version.to_bytes(8, "big") if claim.version else b""
    header = HEADER.pack(claim.version + 1, commit.epoch, rows)
    args: list[Argument] = [p, claim.contact, claim.ready_id, expected, header + commit.session]
    args += (commit.done_control, commit.done_events, len(commit.outgoing))
    for number, row in enumerate(commit.outgoing, claim.rows + 1):
        args += (row.account, row.lane, _row(number, commit.epoch, claim.contact.encode(), row))
    args.append(len(commit.arm))
    for timer, due_at in commit.arm:
        args += (timer, milliseconds(due_at))
    for group in (commit.cancel, commit.journal, commit.recent):
        args.append(len(group))
        args += group
    args.append(len(commit.dead))
    for letter in commit.dead:
        args += letter_arguments(letter)
    return p, args


def _row(number: int, epoch: int, contact: bytes, row: Outgoing) -> bytes:
    return ROW.pack(number, epoch, b"b" if row.by_bot else b"o", 0, len(contact)) + contact + row.blob
