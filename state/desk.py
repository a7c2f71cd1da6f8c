"""Which thread of the operators' group belongs to which contact."""

from __future__ import annotations

from state.keys import DESK, OPENING, TOPICS
from state.link import Link

OPENING_S = 30
"""How long one sender has to open a thread before another may try."""


class Desk:
    """`chat`: the group, as its channel names it."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def desk_thread(self, chat: str, contact: str) -> int | None:
        """The contact's thread, None if it has none yet. Raises Unavailable."""
        thread = await self._link.call("HGET", self._link.keys.place(contact) + DESK + chat, contact)
        return None if thread is None else int(thread)

    async def desk_contact(self, chat: str, thread: int) -> str | None:
        """Whose thread it is, None if nobody's. Raises Unavailable."""
        contact = await self._link.call("HGET", self._link.keys.whole(TOPICS, chat), thread)
        return None if contact is None else contact.decode()

    async def desk_opening(self, chat: str, contact: str) -> bool:
        """Whether the caller may open the contact's thread now. False: somebody else is at it, ask again later.

        Ends with `desk_bind`, or after 30 s. Raises Unavailable.
        """
        key = f"{self._link.keys.place(contact)}{OPENING}{chat} {contact}"
        return await self._link.call("SET", key, self._link.origin, "NX", "EX", OPENING_S) is not None

    async def desk_bind(self, chat: str, thread: int, contact: str) -> None:
        """Remember that the thread is the contact's; an earlier thread still leads to it. Raises Unavailable."""
        place = self._link.keys.place(contact)
        # In this order: an operator's answer in the new thread must find the contact from the first moment on.
        await self._link.call("HSET", self._link.keys.whole(TOPICS, chat), thread, contact)
        await self._link.call("HSET", place + DESK + chat, contact, thread)
        await self._link.call("DEL", f"{place}{OPENING}{chat} {contact}")

    async def desk_forget(self, chat: str, contact: str) -> None:
        """The contact's thread is gone (deleted by hand): the next post opens another. Raises Unavailable."""
        await self._link.call("HDEL", self._link.keys.place(contact) + DESK + chat, contact)
