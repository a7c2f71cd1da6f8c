"""Dead letters: what was set aside with its cause, until somebody looks, and how it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from state.keys import DEAD
from state.link import Argument, Link, milliseconds
from state.turns import letter_arguments
from state.types import DeadLetter, Outgoing
from state.wakeups import Wakeups


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that lies in the store. `id`: its partition and entry, as people may type it."""

    id: str
    letter: DeadLetter


class Letters:
    """Letters are kept until they are replayed."""

    def __init__(self, link: Link, wakeups: Wakeups) -> None:
        self._link = link
        self._wakeups = wakeups

    async def set_aside(self, letter: DeadLetter) -> None:
        """Keep what cannot be handled, with its cause, until somebody looks. Raises Unavailable."""
        names = ("where", "cause", "blob", "contact", "at")
        if letter.at == 0:
            letter = DeadLetter(letter.where, letter.cause, letter.blob, letter.contact, self._link.clock())
        fields = [part for pair in zip(names, letter_arguments(letter), strict=True) for part in pair]
        await self._link.call("XADD", self._link.keys.place(letter.contact) + DEAD, "*", *fields)

    async def dead_letters(self, count: int = 100) -> list[DeadLetter]:
        """The last `count` letters, newest first. Raises Unavailable."""
        return [kept.letter for kept in await self.letters(count)]

    async def letters(self, count: int = 100) -> list[Kept]:
        """The last `count` letters with their ids, newest first. Raises Unavailable."""
        replies = await self._link.over("dead_letters", (count,), self._link.keys.places)
        found = [self._kept(*row) for reply in replies for row in reply]
        return sorted(found, key=lambda kept: kept.letter.at, reverse=True)[:count]

    async def letter(self, letter_id: str) -> DeadLetter | None:
        """One letter; None if there is none (any more). Raises Unavailable."""
        place, entry = self._split(letter_id)
        found = await self._link.stream(place + DEAD, entry, entry, 1) if place else []
        return _letter(dict(found[0][1])) if found else None

    async def letter_to_inbox(self, letter_id: str, contact: str, *, control: bool) -> bool:
        """Put a letter's event behind what waits for its contact, and end the letter; False if there is none.

        Both or neither, so that it has one turn whoever else replays it. Raises Unavailable.
        """
        place, entry = self._split(letter_id)
        args = (*self._link.teller, place, entry, contact, "1" if control else "")
        done = bool(place and await self._link.run("letter_event", place, args))
        if done:
            self._wakeups.events_came()
        return done

    async def letter_to_outbox(self, letter_id: str, contact: str, rows: Sequence[Outgoing]) -> bool:
        """Put rows made of a letter behind what waits to be sent, and end the letter; False if there is none.

        Raises Unavailable.
        """
        place, entry = self._split(letter_id)
        args: list[Argument] = [*self._link.teller, place, entry, contact, milliseconds(self._link.clock())]
        for row in rows:
            args += (row.account, row.lane, "b" if row.by_bot else "o", row.blob)
        done = bool(place and await self._link.run("letter_rows", place, args))
        if done:
            self._wakeups.mail_came(row.account for row in rows)
        return done

    async def end_letter(self, letter_id: str) -> bool:
        """Remove a letter; False if there is none (any more). Raises Unavailable."""
        place, entry = self._split(letter_id)
        return bool(place and await self._link.call("XDEL", place + DEAD, entry))

    def _kept(self, place: bytes, entry: bytes, fields: Sequence[bytes]) -> Kept:
        partition = self._link.keys.places.index(place.decode())
        letter = _letter(dict(zip(fields[::2], fields[1::2], strict=True)))
        return Kept(f"{partition}-{entry.decode()}", letter)

    def _split(self, letter_id: str) -> tuple[str, str]:
        """The place and the entry; empty for an id that is none."""
        parts = letter_id.split("-")
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
            return "", ""
        partition = int(parts[0])
        places = self._link.keys.places
        return (places[partition], f"{parts[1]}-{parts[2]}") if partition < len(places) else ("", "")


def _letter(fields: dict[bytes, Any]) -> DeadLetter:
    return DeadLetter(
        where=fields[b"where"].decode(),
        cause=fields[b"cause"].decode(),
        blob=fields[b"blob"],
        contact=fields[b"contact"].decode(),
        at=float(fields[b"at"]),
    )
