"""Small things to remember: how far a poller has come, and under which id a file was uploaded."""

from __future__ import annotations

from state.keys import CURSORS, FILES
from state.link import Link


class Cursors:
    """How far each poller has come, as text that only the poller understands."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def get_cursor(self, name: str) -> str | None:
        """What was last kept under a poller's name. Raises Unavailable."""
        cursor = await self._link.call("HGET", self._link.keys.whole(CURSORS), name)
        return None if cursor is None else cursor.decode()

    async def set_cursor(self, name: str, cursor: str) -> None:
        """Keep how far a poller has come. Raises Unavailable."""
        await self._link.call("HSET", self._link.keys.whole(CURSORS), name, cursor)


class FileMarks:
    """Under which id a file was uploaded, for each account (the shape of channels.base.FileIds)."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def get(self, account: str, key: str) -> str | None:
        """The id, None if the file was never uploaded or the id has run out. Raises Unavailable."""
        file_id = await self._link.call("GET", self._name(account, key))
        return None if file_id is None else file_id.decode()

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None:
        """Remember an id, for ever or for `ttl_s`. Raises Unavailable."""
        life = () if ttl_s is None else ("PX", max(1, round(ttl_s * 1000)))
        await self._link.call("SET", self._name(account, key), file_id, *life)

    async def forget(self, account: str, key: str) -> None:
        """The channel no longer knows the id. Raises Unavailable."""
        await self._link.call("DEL", self._name(account, key))

    def _name(self, account: str, key: str) -> str:
        return self._link.keys.whole(FILES, f"{account} {key}")
