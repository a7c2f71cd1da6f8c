"""What is kept for later readers: the journal, and the last lines of a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from state.keys import JOURNAL, RECENT_LINES
from state.link import Link, milliseconds
from state.turns import LENGTH


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What one commit wrote of one contact. `id` rises within the partition."""

    id: str
    contact: str
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one partition's journal the records do not hold yet. oldest_at: Unix seconds, 0 if there is none."""

    entries: int
    oldest_at: float


class Journal:
    """The journal is trimmed only of what the records hold."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def journal_read(self, partition: int, after: str = "0", count: int = 100) -> list[JournalEntry]:
        """Up to `count` entries of a partition after the entry `after`, oldest first. Raises Unavailable.

        Besides the worker's lines there are the store's own: MessagePack maps {what: "dropped", at, lane, row, why}.
        """
        key = self._link.keys.places[partition] + JOURNAL
        entries = []
        for entry, pairs in await self._link.stream(key, f"({after}", "+", count):
            lines = tuple(value for name, value in pairs if name == b"l")
            entries.append(JournalEntry(entry, dict(pairs)[b"c"].decode(), lines))
        return entries

    async def journal_waiting(self) -> list[Waiting]:
        """What is in each partition's journal. Raises Unavailable."""
        replies = await self._link.over("journal_waiting", (), self._link.keys.places)
        return [
            Waiting(entries, int(first.partition(b"-")[0] or 0) / 1000) for reply in replies for entries, first in reply
        ]

    async def journal_trim(self, partition: int, upto: str) -> None:
        """Forget the entries of a partition up to `upto` and with it: the records hold them. Raises Unavailable."""
        milliseconds, _, number = upto.partition("-")
        key = self._link.keys.places[partition] + JOURNAL
        await self._link.call("XTRIM", key, "MINID", f"{milliseconds}-{int(number or 0) + 1}")

    async def recent(self, contact: str) -> list[bytes]:
        """The conversation's last lines, oldest first, at most 20. Raises Unavailable."""
        place = self._link.keys.place(contact)
        words = b"".join(await self._link.run("recent", place, (place, contact, milliseconds(self._link.clock()))))
        lines, at = [], 0
        while at < len(words):
            start = at + LENGTH.size
            at = start + LENGTH.unpack_from(words, at)[0]
            lines.append(words[start:at])
        return lines[-RECENT_LINES:]
