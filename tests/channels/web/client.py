"""A visitor's browser without a page, and how tests read its stream."""

from __future__ import annotations

import json

import aiohttp

from tests.channels.web.stand import Stand


class Browser:
    """A visitor's browser, without a page."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def open(self, tunnel: str = "siding", **headers: str) -> aiohttp.ClientResponse:
        response = await self.session.get(f"{self.stand.url}/chat/{tunnel}", headers=headers)
        await response.read()
        return response

    async def post(self, post: object, tunnel: str = "siding", **headers: str) -> aiohttp.ClientResponse:
        body = post if isinstance(post, bytes) else json.dumps(post).encode()
        given = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        url = f"{self.stand.url}/api/chat/{tunnel}/messages"
        response = await self.session.post(url, data=body, headers=given)
        await response.read()
        return response

    async def stream(self, after: int = 0, **headers: str) -> aiohttp.ClientResponse:
        url = f"{self.stand.url}/api/chat/siding/stream?after={after}"
        return await self.session.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def close(self) -> None:
        await self.session.close()


def text(words: str, post_id: str = "00000001") -> dict[str, str]:
    return {"id": post_id, "kind": "text", "text": words}


async def events(response: aiohttp.ClientResponse, until: str) -> list[dict[str, str]]:
    """The stream's events up to the first one of a kind ("message", "ready", "beat", "reset")."""
    read: list[dict[str, str]] = []
    event = {"event": "message"}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            event[name] = value
            continue
        read.append(event)
        if event["event"] == until:
            return read
        event = {"event": "message"}
    return read


def rows(read: list[dict[str, str]]) -> list[tuple[int, str]]:
    return [(int(event["id"]), json.loads(event["data"])["text"]) for event in read if event["event"] == "message"]
