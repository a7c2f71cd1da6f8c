"""HTTP in: the messengers' webhooks, health and metrics. Durable first, then 200; nothing else happens here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bots.intake import Intake
from bots.metrics import updates
from channels.base import Channel, Forged, Inbound, NotJson, SetAside, Unreadable
from channels.vk import Vk
from channels.whatsapp import WhatsApp
from state import Unavailable

log = structlog.get_logger(__name__)

MIB = 1024 * 1024
BODY_LIMITS = {"telegram": MIB, "vk": MIB, "whatsapp": 3 * MIB + 64 * 1024}
"""Bytes. WhatsApp: "up to 3 MB" (Meta, Cloud API webhooks, read 2026-11-21) and a little for the headers of parts."""
BODY_TIME_S = 10.0
RETRY_AFTER_S = "5"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TooLarge(Exception):
    """The body is over the channel's limit."""


class Webhook:
    """The endpoint of one channel."""

    def __init__(self, channel: Channel, intake: Intake, clock: Callable[[], float] = time.time) -> None:
        self.channel = channel
        self._intake = intake
        self._clock = clock
        self._limit = BODY_LIMITS[channel.name]

    async def post(self, request: web.Request) -> web.Response:
        """Answer one delivery: 200 once it is durable, or what the channel has to know (see docs/reference/http.md)."""
        name = self.channel.name
        try:
            body = await read_body(request, self._limit)
            return await self._take(Inbound(headers=request.headers, body=body))  # names in any case find it
        except TooLarge:
            return _refuse(name, "too_large", 413, "body too large")
        except TimeoutError:
            return _refuse(name, "too_slow", 408, "body too slow")
        except Forged:
            return _refuse(name, "forged", 401, "wrong signature or secret")
        except NotJson:
            return _refuse(name, "malformed", 400, "the body is not JSON")
        except Unavailable:
            refusal = _refuse(name, "unavailable", 503, "not durable at the moment; deliver again")
            refusal.headers["Retry-After"] = RETRY_AFTER_S
            return refusal

    async def _take(self, inbound: Inbound) -> web.Response:
        self.channel.verify(inbound)
        if isinstance(self.channel, Vk) and (confirmation := self.channel.handshake(inbound)) is not None:
            return web.Response(text=confirmation)
        try:
            parsed = self.channel.parse(inbound.body, self._clock())
        except Unreadable as error:
            await self._intake.set_aside(self.channel.name, SetAside(str(error), inbound.body))
        else:
            await self._intake.accept(self.channel.name, parsed)
        return web.Response(text="ok")  # VK wants exactly these two bytes; the others any 200


async def read_body(request: web.Request, limit_bytes: int) -> bytes:
    """The raw body. Raises TooLarge, or TimeoutError when it trickles in for over `BODY_TIME_S`."""
    length = request.content_length
    if (length or 0) > limit_bytes:
        raise TooLarge
    if length is not None and request.content.is_eof():  # it came whole, with the headers
        return request.content.read_nowait()
    body = bytearray()
    async with asyncio.timeout(BODY_TIME_S):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > limit_bytes:
                raise TooLarge
    return bytes(body)


def whatsapp_handshake(channel: WhatsApp) -> Handler:
    """The GET by which Meta asks whether the address is ours."""

    async def get(request: web.Request) -> web.Response:
        try:
            return web.Response(text=channel.handshake(request.query))
        except Forged:
            updates("whatsapp", "forged").inc()
            return web.Response(status=403, text="wrong verify token")

    return get


def _refuse(channel: str, result: str, status: int, text: str) -> web.Response:
    updates(channel, result).inc()
    if status != 503:
        log.warning("delivery refused", channel=channel, result=result, status=status)
    response = web.Response(status=status, text=text)
    if status in (408, 413):
        response.force_close()  # what is left of the body is not worth reading
    return response
