"""Tracked links: where each leads, the secret that signs them, and clicks told lately."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from state.keys import CLICKED, LINK, META
from state.link import Link


class Links:
    """Links by their id, which says nothing of any person."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def keep_links(self, links: Mapping[str, bytes]) -> None:
        """Remember where links lead, for two years from now. Raises Unavailable."""
        rows = [(self._link.keys.place(name), name, blob) for name, blob in links.items()]
        await self._link.replies("links_keep", (), rows)

    async def link(self, name: str) -> bytes | None:
        """Where a link leads; None for one never kept. Raises Unavailable."""
        found: bytes | None = await self._link.call("GET", self._link.keys.place(name) + LINK + name)
        return found

    async def first_click(self, contact: str, link: str, seconds: int) -> bool:
        """Whether the contact did not click this link within the last `seconds`. Raises Unavailable."""
        key = f"{self._link.keys.place(contact)}{CLICKED}{contact} {link}"
        return await self._link.call("SET", key, "", "NX", "EX", seconds) is not None

    async def shared_secret(self, name: str) -> bytes:
        """32 random bytes, made by whoever asks first, the same for all processes ever after. Raises Unavailable."""
        meta = self._link.keys.whole(META)
        await self._link.call("HSETNX", meta, name, secrets.token_bytes(32))
        found: bytes = await self._link.call("HGET", meta, name)
        return found
