"""In front of aiohttp: deliveries that come whole are answered here, everything else goes on to it.

aiohttp's own part of a small POST costs more CPU than the update's parsing and storing (docs/decisions/0017). Here
httptools reads a delivery, and it is answered if it is one plain POST to a webhook, there within a second. At the first
thing that is anything else (a long or slow body, two requests together, another path, `Connection: close`, `Expect`,
compression, what is no HTTP) the whole connection becomes aiohttp's, with the bytes as they came. So bounds of size and
time and every odd case are in one place: there.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

import httptools
import structlog
from aiohttp import web

from bots.webhook import PROOFS, Reply, Webhook

log = structlog.get_logger(__name__)

IDLE_S = 3630.0
"""A connection that asks nothing for so long is closed, as aiohttp closes its own."""
SWEEP_S = 60.0
HELD_S = 1.0
HELD_BYTES = 64 * 1024
"""How long and how much of a delivery that came in pieces is kept here: some clients send head and body apart."""
NOT_HERE = frozenset({b"expect", b"content-encoding", b"upgrade"})
"""Headers that want more than an answer."""


class Front:
    """Makes the protocol of each connection. `behind`: aiohttp's server; `webhooks`: by path."""

    def __init__(self, behind: web.Server, webhooks: Mapping[bytes, Webhook]) -> None:
        self.behind = behind
        self.webhooks = webhooks
        self.open: set[Delivery] = set()
        self.closing = False
        self._second = 0
        self._date = ""
        self._sweeping: asyncio.TimerHandle | None = None

    def __call__(self) -> asyncio.Protocol:
        if self._sweeping is None:
            self._sweep()
        return Delivery(self)

    async def close(self, timeout_s: float) -> None:
        """Let answers on their way end, for so long; then close every connection that is not aiohttp's."""
        self.closing = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        busy = [connection.answering for connection in self.open if connection.answering is not None]
        if busy:
            await asyncio.wait(busy, timeout=timeout_s)
        for connection in list(self.open):
            connection.close()

    def written(self, reply: Reply) -> bytes:
        """A reply as it goes out."""
        now = int(time.time())
        if now != self._second:
            self._second, self._date = now, formatdate(now, usegmt=True)
        body = reply.text.encode()
        retry = f"Retry-After: {reply.retry_after}\r\n" if reply.retry_after else ""
        return (
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nDate: {self._date}\r\n{retry}\r\n"
        ).encode() + body

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in list(self.open):
            if connection.answering is None and loop.time() - connection.used_at > IDLE_S:
                connection.close()
        self._sweeping = loop.call_later(SWEEP_S, self._sweep)


class Delivery(asyncio.Protocol):
    """One connection, one delivery at a time."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._early = b""
        """What came before the last delivery was answered."""
        self._held = b""
        """The beginning of a delivery."""
        self._holding: asyncio.TimerHandle | None = None
        self._url = b""
        self._body = b""
        self._headers: dict[str, str] = {}
        self._complete = 0
        self._plain = True
        self.answering: asyncio.Task[None] | None = None
        self.used_at = self._loop.time()

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not derive from it
        if (sock := transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._front.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._front.open.discard(self)
        self._let_go()
        self._transport = None

    def pause_writing(self) -> None:
        """Whoever reads none of thousands of answers needs no more of them."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.answering is not None:
            assert self._transport is not None
            self._transport.pause_reading()
            self._early += data
            return
        whole = self._whole(data)
        if whole is None and len(self._held) + len(data) <= HELD_BYTES:
            self._held += data
            if self._holding is None:
                self._holding = self._loop.call_later(HELD_S, self._hand_over)
            return
        webhook = self._front.webhooks.get(self._url) if whole else None
        if webhook is None:
            self._held += data
            self._hand_over()
            return
        if self._holding is not None:
            self._let_go()
        self.answering = self._loop.create_task(self._answer(webhook, self._headers, self._body))
        self._url = self._body = b""
        self._headers = {}
        self._complete = 0

    def _whole(self, data: bytes) -> bool | None:
        """Whether a plain request ends with `data`: None if it may do so later, False for all that is not for here."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return False
        if self._complete == 0:
            return None if self._plain else False
        return self._complete == 1 and self._plain

    def _let_go(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
        self._held = b""

    async def _answer(self, webhook: Webhook, headers: Mapping[str, str], body: bytes) -> None:
        try:
            reply = await webhook.answer(headers, body)
        except Exception:
            log.exception("a delivery failed in our own code", channel=webhook.channel.name)
            reply = Reply(500, "500 Internal Server Error")
        self.answering = None
        self.used_at = self._loop.time()
        if self._transport is None:
            return
        self._transport.write(self._front.written(reply))
        if self._front.closing:
            self._transport.close()
        elif self._early:
            early, self._early = self._early, b""
            self._transport.resume_reading()
            self.data_received(early)

    def _hand_over(self) -> None:
        data = self._held
        self._let_go()
        if self._transport is None:
            return
        self._front.open.discard(self)
        behind = self._front.behind()
        self._transport.set_protocol(behind)
        behind.connection_made(self._transport)
        behind.data_received(data)

    # Called by the parser.

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in PROOFS:
            self._headers.setdefault(name.decode(), value.decode("utf-8", "surrogateescape"))
        elif name in NOT_HERE:
            self._plain = False

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_complete(self) -> None:
        parser = self._parser
        self._complete += 1
        self._plain = (
            self._plain
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
        )
