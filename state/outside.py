"""Events from outside the chat: brought to the contact they name, or kept until somebody is known by that name.

An identity ("phone:<digest>") and the contact may lie in different slots, so bringing goes in steps. Every step may be
repeated, and whatever was begun is finished by whoever comes next: nothing is lost or doubled by a crash between two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from state.errors import Full
from state.inbox import Inbox
from state.link import Link
from state.memory import MemoryGuard
from state.types import Incoming

Fate = Literal["accepted", "duplicate", "unknown", "crowded"]
"""unknown: nobody has that id; crowded: WAITING_MOST events wait for that identity already. Both leave no trace."""

_TO_CONTACT = "c "
_TO_IDENTITY = "i "
_THERE = "+"
_ROUNDS = 10
"""Each round moves all that waited when it began."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event from outside. id: unique among all events, the same at every repetition. Either `contact` or
    `identity` (of `identity_of`) says whose it is. known: refuse it where the contact was never heard of.
    """

    id: str
    blob: bytes
    contact: str = ""
    identity: str = ""
    known: bool = False


def identity_of(kind: str, value: str) -> str:
    """The name under which a phone (E.164) or an e-mail (lower case) is known; the value is not in it."""
    return f"{kind}:{blake2b(value.encode(), digest_size=16, person=kind.encode()).hexdigest()}"


class Outside:
    """Arrivals and identities."""

    def __init__(self, link: Link, inbox: Inbox, memory: MemoryGuard) -> None:
        self._link = link
        self._inbox = inbox
        self._memory = memory

    async def arrive(self, items: Sequence[Arrival]) -> list[Fate]:
        """Bring events where they belong, durably, each id once in 8 days. Raises Unavailable; then each may be there
        or not, and is to be given again.
        """
        if self._memory.full():
            raise Full("Redis has used 80 % of its memory")
        fates: list[Fate | None] = [None] * len(items)
        for index in await self._strangers(items):
            fates[index] = "unknown"
        for index, fate in zip(
            live := [index for index, fate in enumerate(fates) if fate is None],
            await self._bring([items[index] for index in live]),
            strict=True,
        ):
            fates[index] = fate
        return [fate for fate in fates if fate is not None]

    async def identify(self, contact: str, identity: str, *, proven: bool = False) -> bool:
        """Make an identity the contact's, and put what waited for it into the inbox, in order, each once.

        The first to be known by an identity keeps it, until another proves it (or the first does). Idempotent.
        Returns whether the identity is the contact's now. Raises Unavailable.
        """
        owner, _ = await self._move(identity, contact, proven=proven)
        return owner == contact

    async def introduce(self, contact: str, identity: str) -> bool:
        """Make a proven identity a new contact's. Whether events had waited for it: they are in the inbox now, behind
        what was there. Raises Unavailable.
        """
        owner, moved = await self._move(identity, contact, proven=True)
        return moved and owner == contact

    async def contact_of(self, identity: str) -> str | None:
        """Whose identity it is, None if nobody's. Raises Unavailable."""
        place = self._link.keys.place(identity)
        owner, _ = await self._link.run("identity_set", place, (place, identity, "", ""))
        return owner.decode() or None

    async def _strangers(self, items: Sequence[Arrival]) -> list[int]:
        asked = [(index, item.contact) for index, item in enumerate(items) if item.known]
        rows = [(self._link.keys.place(contact), contact) for _, contact in asked]
        replies = await self._link.replies("contact_known", (), rows)
        return [index for (index, _), known in zip(asked, replies, strict=True) if not known]

    async def _bring(self, items: Sequence[Arrival]) -> list[Fate]:
        digests = [blake2b(item.id.encode(), digest_size=16).hexdigest() for item in items]
        routes = [_TO_CONTACT + item.contact if item.contact else _TO_IDENTITY + item.identity for item in items]
        places = [self._link.keys.place(digest) for digest in digests]
        taken = await self._link.replies("event_take", (), list(zip(places, digests, routes, strict=True)))
        fates: list[Fate] = ["duplicate"] * len(items)
        # In the order given, as far as they go the same way; an unfinished one goes where it went the first time.
        under_way = [index for index, route in enumerate(taken) if route.decode() != _THERE]
        named: list[tuple[int, str]] = []
        contacts: list[tuple[int, str]] = []
        for index in under_way:
            route = taken[index].decode()
            (contacts if route.startswith(_TO_CONTACT) else named).append((index, route[2:]))
        for index, verdict in zip(
            [index for index, _ in named],
            await self._put([(identity, items[index]) for index, identity in named]),
            strict=True,
        ):
            if verdict == "wait":
                fates[index] = "accepted"
            elif verdict == "full":
                fates[index] = "crowded"
            elif verdict != "seen":
                contacts.append((index, verdict))
        contacts.sort()
        incoming = [Incoming(contact, items[index].id, items[index].blob) for index, contact in contacts]
        for (index, _), fresh in zip(contacts, await self._inbox.accept(incoming), strict=True):
            fates[index] = "accepted" if fresh else "duplicate"
        ends = [(places[i], digests[i], "" if fates[i] == "crowded" else _THERE) for i in under_way]
        await self._link.replies("event_done", (), ends)
        return fates

    async def _put(self, items: Sequence[tuple[str, Arrival]]) -> list[str]:
        """For each: the contact, or "wait", "seen", "full"."""
        rows = [(self._link.keys.place(identity), identity, item.id, item.blob) for identity, item in items]
        verdicts = [reply.decode() for reply in await self._link.replies("identity_put", (), rows)]
        for index, (identity, _) in enumerate(items):
            if verdicts[index] == "drain":  # whoever was moving them died: this keeps the order
                verdicts[index], _ = await self._move(identity)
        return verdicts

    async def _move(self, identity: str, contact: str = "", *, proven: bool = False) -> tuple[str, bool]:
        """Move what waits into its contact's inbox; the contact, and whether anything was moved."""
        place = self._link.keys.place(identity)
        moved = False
        for _ in range(_ROUNDS):
            owner, waiting = await self._link.run(
                "identity_set", place, (place, identity, contact, "1" if proven else "0")
            )
            if not waiting or not owner:
                break
            parts = [entry.partition(b"\0") for entry in waiting]
            await self._inbox.accept([Incoming(owner.decode(), name.decode(), blob) for name, _, blob in parts])
            await self._link.run("identity_moved", place, (place, identity, *waiting))
            moved = True
        return str(owner.decode()), moved
