"""Handler: the stream of changes, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from aiohttp import web

from console.call import Call
from console.guard import HEADERS
from console.refusals import Refused

if TYPE_CHECKING:
    from console.site import Console

WRITE_S = 30.0
"""A browser that takes no bytes for so long is gone."""
TABS = 20
"""Of one account."""


async def events(console: Console, call: Call) -> web.StreamResponse:
    after = _number(call.request.headers.get("Last-Event-ID") or call.request.query.get("after", ""))
    visitor = call.visitor
    if console.hub.tabs_of(visitor.id) >= TABS:
        raise Refused(429, "too_often", after_s=30, after=30)
    headers = {**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    async with aclosing(console.hub.follow(visitor.id, visitor.session, after, _gone(call.request))) as pieces:
        try:
            async for piece in pieces:
                if not response.prepared:  # only now: while the records are away the answer is 503
                    await response.prepare(call.request)
                async with asyncio.timeout(WRITE_S):
                    await response.write(piece)
        except (ConnectionResetError, TimeoutError):
            return response
    return response


def _gone(request: web.Request) -> Callable[[], bool]:
    return lambda: request.transport is None or request.transport.is_closing()


def _number(text: str) -> int | None:
    """The number of a change; None for none. One that is no number is one that is not kept."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
