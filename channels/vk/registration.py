"""How VK's updates find us: a callback server registered with the community, or the long poll.

Sources: VKCOM/vk-api-schema 5.199, groups.*; dev.vk.com, "Callback API" and "Bots Long Poll API"; read 2026-11-21.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from channels.base import BadMessage, ChannelDown, RetryLater
from channels.vk.inbound import UPDATE_KINDS
from channels.vk.limits import API_VERSION

if TYPE_CHECKING:
    from channels.vk.client import VkClient

TITLE = "tunnel"
"""At most 14 characters; how we know our server among a community's ten."""
POLL_WAIT_S = 25
_POLL_TIMEOUT_S = POLL_WAIT_S + 15.0

_HISTORY_OUTDATED, _KEY_EXPIRED, _INFORMATION_LOST = 1, 2, 3


@dataclass(frozen=True, slots=True)
class CallbackServer:
    """Our server in the community's settings.

    status: VK's own "ok", "wait", "failed", "unconfigured"; or "missing" (no server of ours), "elsewhere" (it points
    to another address), "confirmation" (nothing was changed: the confirmation string set here is not VK's).
    confirmation: the string that VK expects of us. switched_off: update kinds that we need and VK does not deliver.
    """

    status: str
    url: str = ""
    confirmation: str = ""
    switched_off: tuple[str, ...] = ()


class Registration:
    """The callback server of one community."""

    def __init__(self, client: VkClient, group_id: int, secret: str, confirmation: str) -> None:
        self._client = client
        self._group_id = group_id
        self._secret = secret
        self._confirmation = confirmation

    async def set(self, url: str) -> CallbackServer:
        """Register `url`, or move our server there; VK asks it for the confirmation string at once. Raises SendError.

        The API's confirmation string differs from the one in the community's settings page, and changes.
        """
        with _whole_answers():
            code = str((await self._call("getCallbackConfirmationCode"))["code"])
            if code != self._confirmation:
                return CallbackServer("confirmation", url, confirmation=code)
            known = await self._ours(url)
            fields = {"url": url, "title": TITLE, "secret_key": self._secret}
            if known is None:
                server_id = (await self._call("addCallbackServer", **fields))["server_id"]
            else:
                server_id = known["id"]
                await self._call("editCallbackServer", server_id=server_id, **fields)
            wanted = dict.fromkeys(UPDATE_KINDS, 1)
            await self._call("setCallbackSettings", server_id=server_id, api_version=API_VERSION, **wanted)
            return await self.check(url)

    async def check(self, url: str) -> CallbackServer:
        """Say how our server stands. Raises SendError."""
        with _whole_answers():
            code = str((await self._call("getCallbackConfirmationCode"))["code"])
            known = await self._ours(url)
            if known is None:
                return CallbackServer("missing", confirmation=code)
            settings = await self._call("getCallbackSettings", server_id=known["id"])
            events = settings.get("events") or {}
            # VK's schema does not list message_event among the settings it gives back.
            off = tuple(kind for kind in UPDATE_KINDS if kind in events and not events[kind])
            status = str(known.get("status", "")) if known.get("url") == url else "elsewhere"
            return CallbackServer(status, str(known.get("url", "")), code, off)

    async def remove(self, url: str) -> bool:
        """Take our server away; False if there was none. Raises SendError."""
        with _whole_answers():
            known = await self._ours(url)
            if known is None:
                return False
            await self._call("deleteCallbackServer", server_id=known["id"])
            return True

    async def _ours(self, url: str) -> dict[str, Any] | None:
        servers: list[dict[str, Any]] = (await self._call("getCallbackServers"))["items"]
        by_url = [server for server in servers if server.get("url") == url]
        by_title = [server for server in servers if server.get("title") == TITLE]
        return next(iter([*by_url, *by_title]), None)

    async def _call(self, name: str, **params: Any) -> Any:
        return await self._client.call(f"groups.{name}", group_id=self._group_id, **params)


@contextlib.contextmanager
def _whole_answers() -> Iterator[None]:
    """Whatever is taken from VK's answers within may be missing. Raises RetryLater."""
    try:
        yield
    except (AttributeError, KeyError, TypeError):
        raise RetryLater("VK's answer lacks a field", code="answer") from None


class LongPoll:
    """The community's queue of updates. What was handed out is confirmed by asking on with the cursor after it."""

    def __init__(self, client: VkClient, group_id: int) -> None:
        self._client = client
        self._group_id = group_id
        self._server: dict[str, str] = {}

    async def next(self, cursor: str | None) -> tuple[list[bytes], str]:
        """Wait (at most POLL_WAIT_S) for updates after `cursor`, None for those from now on.

        Returns update bodies and the cursor to ask with once they are durable. Raises SendError.
        """
        if not self._server or cursor is None:
            fresh = await self._open()
            cursor = cursor or fresh
        answer = await self._ask(cursor)
        if "failed" in answer:
            return [], await self._recover(answer, cursor)
        try:
            return [msgspec.json.encode(update) for update in answer["updates"]], str(answer["ts"])
        except (KeyError, TypeError):
            raise RetryLater("VK's long poll answer lacks a field", code="answer") from None

    async def _ask(self, cursor: str) -> dict[str, Any]:
        params = {"act": "a_check", "key": self._server["key"], "ts": cursor, "wait": POLL_WAIT_S}
        return await self._client.listen(self._server["server"], params, _POLL_TIMEOUT_S)

    async def _recover(self, answer: dict[str, Any], cursor: str) -> str:
        failed = answer["failed"]
        if failed == _HISTORY_OUTDATED and "ts" in answer:  # part of the history is gone; go on from what there is
            return str(answer["ts"])
        fresh = await self._open()
        return cursor if failed == _KEY_EXPIRED else fresh

    async def _open(self) -> str:
        """Ask for the server and its key. Returns its present cursor."""
        server = await self._client.call("groups.getLongPollServer", group_id=self._group_id)
        try:
            self._server = {"server": str(server["server"]), "key": str(server["key"])}
            return str(server["ts"])
        except (KeyError, TypeError):
            raise RetryLater("VK's answer lacks a field", code="answer") from None

    async def switch_on(self) -> None:
        """Switch the long poll on, with the updates that we need. A key without that right leaves it as it is.

        Raises SendError for what may pass.
        """
        wanted = dict.fromkeys(UPDATE_KINDS, 1)
        with contextlib.suppress(ChannelDown, BadMessage):
            await self._client.call(
                "groups.setLongPollSettings", group_id=self._group_id, enabled=1, api_version=API_VERSION, **wanted
            )


async def community_name(client: VkClient, group_id: int) -> str:
    """The community that the key belongs to. Raises SendError, ChannelDown also where it is another one's."""
    answer = await client.call("groups.getById")
    groups = answer.get("groups") if isinstance(answer, dict) else answer
    group = next((group for group in groups or [] if isinstance(group, dict)), None)
    if group is None:
        raise ChannelDown("the VK key is no community's", code="group")
    if group.get("id") != group_id:
        raise ChannelDown(f"the VK key belongs to community {group.get('id')}, not {group_id}", code="group")
    return str(group.get("name") or group_id)
