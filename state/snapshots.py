"""Whole sessions for the records, and back from them."""

from __future__ import annotations

from collections.abc import Sequence

from state.inbox import HEADER, row_numbers_from
from state.keys import SESSION
from state.link import Argument, Link, milliseconds

Restoring = tuple[str, bytes, Sequence[tuple[str, float]]]
"""Contact, what `snapshots` gave, and its timers: (name, due at in Unix seconds)."""


class Snapshots:
    """Sessions with their headers, which nobody else needs to understand."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def snapshots(self, partition: int, contacts: Sequence[str]) -> dict[str, bytes]:
        """The stored sessions of contacts of one partition, as they lie there. Raises Unavailable."""
        if not contacts:
            return {}
        place = self._link.keys.places[partition]
        blobs = await self._link.call("MGET", *(f"{place}{SESSION}{contact}" for contact in contacts))
        return {contact: blob for contact, blob in zip(contacts, blobs, strict=True) if blob is not None}

    async def restore(self, sessions: Sequence[Restoring]) -> list[bool]:
        """Put sessions back where there are none, with their timers; False for each that exists. Raises Unavailable.

        Rows are numbered from now on: some may have been sent since the snapshot.
        """
        items: list[Sequence[Argument]] = []
        first_row = row_numbers_from(self._link.clock())
        for contact, kept, timers in sessions:
            version, epoch, rows = HEADER.unpack_from(kept)
            blob = HEADER.pack(version, epoch, max(rows, first_row)) + kept[HEADER.size :]
            armed = (part for name, due_at in timers for part in (milliseconds(due_at), f"{contact}|{name}"))
            items.append((self._link.keys.place(contact), contact, blob, len(timers), *armed))
        return await self._link.over_items("restore", (), items)
