"""The chat's page and API. Knows neither the bots nor the store: what it needs is passed in.

GET  /chat/{tunnel}                           the page; gives the visitor their cookie
GET  /chat/static/{version}/{name}            its scripts and styles
POST /api/chat/{tunnel}/messages              {id, kind: text|press|start, text, token, …} → 202 once it is durable
GET  /api/chat/{tunnel}/stream                the thread as server-sent events, from Last-Event-ID (or ?after=) on
GET  /api/chat/files/{row}/{place}/{name}     a file of ours in a row of the visitor's own thread

Refusals are JSON {"error": code}; `texts.TEXTS` has words for each code.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import msgspec
from aiohttp import web

from channels.base import Roots
from channels.web.entry import decode, locate
from channels.web.network import Network
from channels.web.page import PageInfo, Pages
from channels.web.posts import Rejected, event_of, read_post
from channels.web.rates import Buckets, Rate
from channels.web.stream import Reader
from channels.web.texts import first_language, spoken
from channels.web.threads import Threads
from channels.web.visitor import VisitorCookie, new_secret
from tunnel.events import Address, CustomerEvent, contact_id

Accept = Callable[[list[CustomerEvent]], Awaitable[list[bool]]]
"""Stores events durably; for each: was it new? Raises one of `unavailable` when it cannot."""

_INLINE = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "video/mp4", "video/webm"}
    | {"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/ogg", "audio/wav", "audio/x-wav"}
)
"""What a browser shows but cannot run (no SVG, no HTML)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one visitor may ask. Generous: a family behind one address must never notice."""

    body_bytes: int = 64 * 1024
    body_s: float = 10.0
    visitor: Rate = field(default_factory=lambda: Rate(burst=30, per_s=2))
    network: Rate = field(default_factory=lambda: Rate(burst=200, per_s=20))
    streams_per_visitor: int = 8
    streaming_visitors: int = 20_000
    beat_s: float = 15.0
    write_s: float = 30.0
    """A browser that takes no bytes for so long is gone."""


class ChatSite:
    """The web chat's HTTP side.

    page_info: what the page of a tunnel (by its link word) shows, None for no such tunnel. public_url: where browsers
    reach us, "" for whatever host they ask. frame_ancestors: who may embed the page (Content-Security-Policy's syntax).
    unavailable: what `accept` and `threads` raise while the store is away, or full. clock: Unix seconds. network: whose
    rate a request counts against.
    """

    def __init__(
        self,
        *,
        accept: Accept,
        threads: Threads,
        roots: Roots,
        page_info: Callable[[str], PageInfo | None],
        clock: Callable[[], float],
        public_url: str = "",
        frame_ancestors: str = "'self'",
        unavailable: tuple[type[Exception], ...] = (OSError,),
        account: str = "site",
        limits: Limits | None = None,
        network: Callable[[web.Request], str] = Network(),
    ) -> None:
        self._accept = accept
        self._threads = threads
        self._roots = roots
        self._page_info = page_info
        self._clock = clock
        self._origin = _origin(public_url)
        self._unavailable = unavailable
        self._broken: tuple[type[Exception], ...] = (ConnectionResetError, TimeoutError, *unavailable)
        self._limits = limits or Limits()
        self._network = network
        self._cookie = VisitorCookie(account, secure=public_url.startswith("https:"))
        self._pages = Pages(frame_ancestors=frame_ancestors)
        self._visitors = Buckets(self._limits.visitor)
        self._networks = Buckets(self._limits.network)
        self._streams: dict[str, int] = {}
        self._closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            web.get("/chat/{tunnel}", self._page),
            web.get("/chat/static/{version}/{name}", self._static),
            web.post("/api/chat/{tunnel}/messages", self._post),
            web.get("/api/chat/{tunnel}/stream", self._stream, allow_head=False),
            web.get("/api/chat/files/{row}/{place}/{name}", self._file),
        ]

    async def close(self) -> None:
        """End all streams, so that the server can stop; the pages come back by themselves."""
        self._closing.set()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        tunnel = request.match_info["tunnel"]
        info = self._page_info(tunnel)
        if info is None:
            return self._pages.missing()
        language = spoken(info.language, request.headers.get("Accept-Language", ""))
        response = self._pages.chat(tunnel, info, language)
        self._cookie.give(response, self._cookie.secret(request) or new_secret())
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        response = self._pages.asset(request.match_info["version"], request.match_info["name"])
        asked = request.if_none_match or ()
        if response.etag in asked:
            return web.Response(status=304, headers={"Cache-Control": response.headers["Cache-Control"]})
        return response

    async def _post(self, request: web.Request) -> web.StreamResponse:
        try:
            event = await self._event(request)
            await self._accept([event])
        except Rejected as refusal:
            return _refuse(refusal.status, refusal.code)
        except _TooMany as refusal:
            return _refuse(429, "too_many", after_s=refusal.after_s)
        except self._unavailable:
            return _refuse(503, "unavailable", after_s=2)
        return web.json_response({"id": event.id.rpartition(":")[2]}, status=202, headers=_PRIVATE)

    async def _event(self, request: web.Request) -> CustomerEvent:
        self._check_origin(request)
        tunnel, address = self._who(request)
        post = read_post(await self._body(request))
        language = first_language(request.headers.get("Accept-Language", ""))
        return event_of(post, address, tunnel=tunnel, language=language, now=self._clock())

    def _check_origin(self, request: web.Request) -> None:
        """Let only our own page post for a visitor: a form elsewhere cannot send this type, nor hide its origin."""
        if request.content_type != "application/json":
            raise Rejected(415, "foreign")
        site = request.headers.get("Sec-Fetch-Site", "")
        origin = request.headers.get("Origin", "")
        if site and site not in ("same-origin", "none"):
            raise Rejected(403, "foreign")
        if not site and origin and origin != self._origin and not _is_of(origin, request.host):
            raise Rejected(403, "foreign")

    def _who(self, request: web.Request) -> tuple[str, Address]:
        tunnel = request.match_info["tunnel"]
        if self._page_info(tunnel) is None:
            raise Rejected(404, "unknown_tunnel")
        address = self._cookie.address(request)
        if address is None:
            raise Rejected(401, "visitor")
        now = self._clock()
        wait_s = max(
            self._visitors.wait_s(address.external_id, now), self._networks.wait_s(self._network(request), now)
        )
        if wait_s:
            raise _TooMany(wait_s)
        return tunnel, address

    async def _body(self, request: web.Request) -> bytes:
        limit = self._limits.body_bytes
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_s):
                async for chunk in request.content.iter_chunked(limit):
                    body += chunk
                    if len(body) > limit:
                        raise Rejected(413, "too_large")
        except TimeoutError as error:
            raise Rejected(408, "invalid") from error
        return bytes(body)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        try:
            _, address = self._who(request)
            after = _row_number(request.headers.get("Last-Event-ID") or request.query.get("after", ""))
        except Rejected as refusal:
            return _refuse(refusal.status, refusal.code)
        except _TooMany as refusal:
            return _refuse(429, "too_many", after_s=refusal.after_s)
        visitor = address.external_id
        if self._closing.is_set():
            return _refuse(503, "unavailable", after_s=1)
        open_streams = self._streams.get(visitor, 0)
        if open_streams >= self._limits.streams_per_visitor or len(self._streams) >= self._limits.streaming_visitors:
            return _refuse(429, "too_many", after_s=30)
        self._streams[visitor] = open_streams + 1
        try:
            return await self._follow(request, Reader(self._threads, address, after))
        finally:
            self._streams[visitor] -= 1
            if not self._streams[visitor]:
                del self._streams[visitor]

    async def _follow(self, request: web.Request, reader: Reader) -> web.StreamResponse:
        response = web.StreamResponse(headers=_EVENTS)
        pieces = reader.follow(self._closing, self._limits.beat_s)
        try:
            async for piece in pieces:
                if not response.prepared:  # only now: while the store is away the answer is 503, not an empty stream
                    await response.prepare(request)
                async with asyncio.timeout(self._limits.write_s):
                    await response.write(piece)
        except self._broken:
            # The browser has gone, or the store: either way the page asks again from its last row.
            if not response.prepared:
                return _refuse(503, "unavailable", after_s=2)
        finally:
            await pieces.aclose()  # now, not when the collector finds it: its wait still listens
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Only what was sent to this very visitor: the row of their own thread says where the file lies."""
        address = self._cookie.address(request)
        row, place = _row_number(request.match_info["row"]), _row_number(request.match_info["place"])
        if address is None or not row:
            raise web.HTTPNotFound
        try:
            rows = await self._threads.thread_read(address.lane, contact_id(address), row - 1, 1)
        except self._unavailable:
            return _refuse(503, "unavailable", after_s=2)
        try:
            files = decode(rows[0][1]).files if rows and rows[0][0] == row else ()
        except msgspec.DecodeError:
            files = ()
        if place >= len(files):
            raise web.HTTPNotFound
        file = files[place]
        found = locate(file.path, file.data, self._roots)
        if found is None:
            raise web.HTTPNotFound
        disposition = "inline" if file.mime in _INLINE and file.kind != "document" else "attachment"
        return web.FileResponse(
            found,
            headers={
                "Content-Type": file.mime,
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, max-age=3600",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
            },
        )


class _TooMany(Exception):
    def __init__(self, after_s: float) -> None:
        super().__init__(after_s)
        self.after_s = after_s


_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_EVENTS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",  # nginx would hold events back
    **_PRIVATE,
}


def _refuse(status: int, code: str, *, after_s: float = 0.0) -> web.Response:
    headers = dict(_PRIVATE)
    if after_s:
        headers["Retry-After"] = str(math.ceil(after_s))
    return web.json_response({"error": code}, status=status, headers=headers)


def _row_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _is_of(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # such as http://[
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
