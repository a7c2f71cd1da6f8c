"""POST over kept-alive connections, for the calls that leave by the thousand.

A call through aiohttp's client costs more CPU than the turn that it answers (docs/decisions/0008). Here a call is one
write of bytes and one read by httptools' C parser; there are no redirects, cookies, proxies or compression, which no
messenger's API needs. Uploads and rare calls stay with aiohttp.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools

CONNECT_S = 5.0
IDLE_S = 15.0
"""A connection unused for longer is not trusted: the server may be closing it at this very moment."""
ANSWER_BYTES = 1024 * 1024
"""Longer answers than any API gives; what comes after is not read."""


class Answer(NamedTuple):
    """What the server said. `retry_after`: the header of that name, "" if there was none."""

    status: int
    body: bytes
    retry_after: str = ""


class NoAnswer(Exception):
    """The connection failed or timed out; whether the server acted on the call is not known."""


class KeepAlive:
    """Connections to one server. `url`: its scheme, host and port; a path in it comes before each call's own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._prefix = parts.path.rstrip("/")
        self._netloc = parts.netloc
        self._idle: deque[_Line] = deque()
        self._open: set[_Line] = set()

    async def post(
        self, path: str, body: bytes, *, timeout_s: float, content_type: str = "application/json", headers: str = ""
    ) -> Answer:
        """Post `body`. `headers`: further ones, each ended by CRLF. Raises NoAnswer."""
        head = (
            f"POST {self._prefix}{path} HTTP/1.1\r\nHost: {self._netloc}\r\nContent-Type: {content_type}\r\n"
            f"{headers}Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        line = self._rested() or await self._connect()
        answer = await line.exchange(head + body, timeout_s)
        if line.usable:
            self._idle.append(line)
        return answer

    def close(self) -> None:
        """Close every connection; calls on the way fail."""
        for line in list(self._open):
            line.close()

    def _rested(self) -> _Line | None:
        """The connection used last; those that rested too long are closed on the way."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.usable and now - line.used_at < IDLE_S:
                return line
            line.close()
        return None

    async def _connect(self) -> _Line:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                _, line = await loop.create_connection(
                    lambda: _Line(loop, self._open), self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from None
        return line


class _Line(asyncio.Protocol):
    """One connection: one exchange at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, register: set[_Line]) -> None:
        self._loop = loop
        self._register = register
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._size = 0
        self._bounded = False
        self._retry_after = ""
        self._until_closed = False
        """The answer has neither a length nor chunks: it ends when the server closes the connection."""
        self.usable = True
        self.used_at = 0.0

    async def exchange(self, request: bytes, timeout_s: float) -> Answer:
        assert self._transport is not None
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._answer = answer
        watch = self._loop.call_later(timeout_s, self._fail, "TimeoutError")
        try:
            self._transport.write(request)
            return await answer
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            watch.cancel()
            self._answer = None

    def close(self) -> None:
        self._fail("Closed")

    def _fail(self, why: str) -> None:
        self.usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NoAnswer(why))
        if self._transport is not None:
            self._transport.abort()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not derive from it
        self._register.add(self)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # an answer to nothing: the server has lost count
            self._fail("OutOfStep")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(type(error).__name__)

    def connection_lost(self, error: Exception | None) -> None:
        self._register.discard(self)
        if error is None and self._until_closed:
            self._settle()
        self._fail(type(error).__name__ if error else "ConnectionClosed")

    # Called by the parser.

    def on_message_begin(self) -> None:
        self._pieces.clear()
        self._size = 0
        self._until_closed = False
        self._retry_after = ""

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._bounded = self._bounded or name in (b"content-length", b"transfer-encoding")
        if name == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._until_closed = not self._bounded
        self._bounded = False

    def on_body(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > ANSWER_BYTES:
            self._fail("AnswerTooLong")
        else:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        self._until_closed = False
        if self._parser.get_status_code() < 200:  # "continue": the answer is still to come
            return
        self.used_at = self._loop.time()
        self.usable = self.usable and self._parser.should_keep_alive()
        self._settle()
        if not self.usable and self._transport is not None:
            self._transport.close()

    def _settle(self) -> None:
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(Answer(status, b"".join(self._pieces), self._retry_after))
