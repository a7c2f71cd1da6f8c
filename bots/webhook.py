"""HTTP in: the messengers' webhooks, health and metrics. Durable first, then 200; nothing else happens here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import structlog
from aiohttp import web

from bots.intake import Intake
from bots.metrics import updates
from channels.base import Channel, Forged, Inbound, NotJson, SetAside, Unreadable
from channels.telegram import channel as telegram
from channels.vk import Vk
from channels.whatsapp import WhatsApp
from channels.whatsapp import channel as whatsapp
from state import Unavailable

log = structlog.get_logger(__name__)

MIB = 1024 * 1024
BODY_LIMITS = {"telegram": MIB, "vk": MIB, "whatsapp": 3 * MIB + 64 * 1024}
"""Bytes. WhatsApp: "up to 3 MB" (Meta, Cloud API webhooks, read 2026-11-21) and a little for the headers of parts."""
BODY_TIME_S = 10.0
RETRY_AFTER_S = "5"
TOLD_EVERY_S = 60.0
"""How often the log says that deliveries are put off: each comes again and again meanwhile."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


PROOFS = frozenset({telegram.SECRET_HEADER.encode(), whatsapp.SIGNATURE.encode()})
"""The headers by which channels prove themselves."""


class Reply(NamedTuple):
    """What a delivery is answered with. `retry_after`: seconds, "" for none."""

    status: int
    text: str
    retry_after: str = ""


OK = Reply(200, "ok")
"""VK wants exactly these two bytes; the others any 200."""


class TooLarge(Exception):
    """The body is over the channel's limit."""


class Webhook:
    """The endpoint of one channel."""

    def __init__(self, channel: Channel, intake: Intake, clock: Callable[[], float] = time.time) -> None:
        self.channel = channel
        self._intake = intake
        self._clock = clock
        self._limit = BODY_LIMITS[channel.name]
        self._told_at = 0.0

    async def post(self, request: web.Request) -> web.Response:
        """Answer one delivery that aiohttp reads."""
        try:
            body = await read_body(request, self._limit)
        except TooLarge:
            reply = self._refuse("too_large", 413, "body too large")
        except TimeoutError:
            reply = self._refuse("too_slow", 408, "body too slow")
        else:
            reply = await self.answer(request.headers, body)  # names in any case find it
        response = web.Response(status=reply.status, text=reply.text)
        if reply.retry_after:
            response.headers["Retry-After"] = reply.retry_after
        if reply.status in (408, 413):
            response.force_close()  # what is left of the body is not worth reading
        return response

    async def answer(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one delivery: 200 once it is durable, or what the channel has to know (see docs/reference/http.md).

        headers: `PROOFS` at least, by names in lower case.
        """
        try:
            return await self._take(Inbound(headers=headers, body=body))
        except Forged:
            return self._refuse("forged", 401, "wrong signature or secret")
        except NotJson:
            return self._refuse("malformed", 400, "the body is not JSON")
        except Unavailable as error:
            self._tell_why(error)
            return self._refuse("unavailable", 503, "not durable at the moment; deliver again", RETRY_AFTER_S)

    async def _take(self, inbound: Inbound) -> Reply:
        self.channel.verify(inbound)
        if isinstance(self.channel, Vk) and (confirmation := self.channel.handshake(inbound)) is not None:
            return Reply(200, confirmation)
        try:
            parsed = self.channel.parse(inbound.body, self._clock())
        except Unreadable as error:
            await self._intake.set_aside(self.channel.name, SetAside(str(error), inbound.body))
        else:
            await self._intake.accept(self.channel.name, parsed)
        return OK

    def _tell_why(self, error: Unavailable) -> None:
        now = self._clock()
        if abs(now - self._told_at) >= TOLD_EVERY_S:
            self._told_at = now
            log.warning("deliveries are put off", channel=self.channel.name, cause=str(error))

    def _refuse(self, result: str, status: int, text: str, retry_after: str = "") -> Reply:
        updates(self.channel.name, result).inc()
        if status != 503:
            log.warning("delivery refused", channel=self.channel.name, result=result, status=status)
        return Reply(status, text, retry_after)


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
