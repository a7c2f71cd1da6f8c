"""What every request goes through before its handler, and every answer after it.

In this order: is it from our own page (Origin); who is it; may their role do this; is the session's token there
(X-CSRF-Token); does it read as the route's model. What fails first is what is answered.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from aiohttp import web

from console.accounts.passwords import same
from console.call import Call, Handler
from console.models import WORD, Error
from console.models.commands import Conflict
from console.refusals import Refused
from console.routes import Route
from console.words import Language, words
from records import Away
from state import Unavailable

if TYPE_CHECKING:
    from console.site import Console

log = structlog.get_logger(__name__)

CSRF = "X-CSRF-Token"
BODY_BYTES = 256 * 1024
BODY_S = 20.0
SECURE_COOKIE = "__Host-tunnel_console"
PLAIN_COOKIE = "tunnel_console"
"""Where pages come without TLS, on this machine: a browser takes no `__Host-` cookie there."""

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Unfit(Exception):
    """A command that does not fit what is true now."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict.error)
        self.conflict = conflict


def guarded(console: Console, route: Route, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler behind every check, as aiohttp takes it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        path = {name: _kept(value) for name, value in request.match_info.items()}
        call = Call(route, request, _first_language(request), console.network(request), path=path)
        try:
            await _check(console, call)
            answer = await handler(console, call)
        except Refused as refusal:
            return _refuse(call, refusal)
        except Unfit as unfit:
            return _json(unfit.conflict, 409)
        except (Unavailable, Away) as error:
            log.warning("the console cannot serve", operation=route.name, cause=str(error))
            return _refuse(call, Refused(503, "away", after_s=2))
        except web.HTTPException:
            raise
        except Exception as error:  # a mistake of ours: reported without what it concerned
            log.error("an operation of the console failed", operation=route.name, kind=type(error).__name__)
            return _refuse(call, Refused(500, "broken"))
        if isinstance(answer, web.StreamResponse):
            return answer
        response = _json({} if answer is None else answer, 200)
        if call.cookie is not None:
            _set_cookie(console, call, response)
        return response

    return handle


async def _check(console: Console, call: Call) -> None:
    request, route = call.request, call.route
    if request.method != "GET":
        check_origin(request, console.origin)
    if route.roles is not None:
        call.who = await _who(console, call)
        call.language = call.who.language
        if call.who.role not in route.roles:
            raise Refused(403, "role")
        if request.method != "GET" and not same(request.headers.get(CSRF, ""), call.who.csrf):
            raise Refused(403, "csrf")
    if route.query is not None:
        call.query = _query(request, route.query)
    if route.body is not None:
        call.body = await _body(request, route.body)


async def _who(console: Console, call: Call) -> Any:
    secret = call.request.cookies.get(cookie_name(console, call.request), "")
    visitor = await console.accounts.sessions.visitor(secret, console.accounts.now()) if secret else None
    if visitor is None:
        raise Refused(401, "login_wanted")
    return visitor


def check_origin(request: web.Request, ours: str) -> None:
    """Let only our own page change things. Browsers name the origin with every POST. Raises Refused(403)."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    try:
        own = bool(origin) and (origin == ours or urlsplit(origin).netloc == request.host)
    except ValueError:  # such as http://[
        own = False
    if not own or site != "same-origin":
        raise Refused(403, "foreign")


def cookie_name(console: Console, request: web.Request) -> str:
    """By how the page was reached: by TLS (then the browser keeps the cookie to this host and TLS), or not."""
    return SECURE_COOKIE if is_secure(console, request) else PLAIN_COOKIE


def is_secure(console: Console, request: web.Request) -> bool:
    """Whether the browser came by TLS: to us, or to a proxy at our public address."""
    ours = urlsplit(console.origin)
    return request.secure or (ours.scheme == "https" and ours.netloc == request.host)


def _set_cookie(console: Console, call: Call, response: web.Response) -> None:
    name, secret = cookie_name(console, call.request), call.cookie or ""
    response.set_cookie(
        name,
        secret,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=is_secure(console, call.request),
        max_age=None if secret else 0,
    )


def _query(request: web.Request, model: Any) -> Any:
    try:
        given = {name: _kept(value) for name, value in request.query.items()}
        return msgspec.convert(given, model, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


async def _body(request: web.Request, model: Any) -> Any:
    if request.content_type != "application/json":
        raise Refused(415, "invalid", detail="application/json")
    raw = await read_body(request, BODY_BYTES)
    try:
        # Decoded first: msgspec itself takes half a surrogate, which nothing after it can write.
        return msgspec.json.decode(_ZERO.sub(r"\1", raw.decode()), type=model)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "invalid", detail="JSON") from None


_ZERO = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The zero character as JSON writes it: behind an even number of backslashes."""


def _kept(text: str) -> str:
    """Without the zero character, which PostgreSQL's texts cannot hold."""
    return text.replace("\x00", "")


def _invalid(error: msgspec.ValidationError) -> Refused:
    # "Expected `str`, got `int` - at `$.login`": names what was expected and where, never what was given.
    detail, _, where = str(error).partition(" - at ")
    code = "blank" if detail.endswith(repr(WORD)) else "invalid"
    if detail.startswith("Invalid enum value"):
        detail = "Invalid enum value"
    elif "unknown field" in detail:
        detail = "Unknown field"
    return Refused(400, code, field=where.strip("`").removeprefix("$").removeprefix("."), detail=detail)


async def read_body(request: web.Request, limit: int, time_s: float = BODY_S) -> bytes:
    """The body, bounded. Raises Refused: 413, 400 for one that does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(time_s):
            async for chunk in request.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > limit:
                    raise Refused(413, "too_large", limit=size(limit))
    except TimeoutError:
        raise Refused(400, "invalid", detail="timeout") from None
    except (web.RequestPayloadError, ConnectionError):  # wrongly compressed, or gone in the middle
        raise Refused(400, "invalid", detail="Content-Encoding, Content-Length") from None
    return bytes(body)


def size(size_bytes: int) -> str:
    """A size as people read it: 5 MB, 256 KB."""
    return f"{size_bytes // 2**20} MB" if size_bytes >= 2**20 else f"{size_bytes // 2**10} KB"


def _refuse(call: Call, refusal: Refused) -> web.Response:
    error = Error(error=refusal.code, message=words(refusal.code, call.language, **refusal.holes), field=refusal.field)
    response = _json(error, refusal.status)
    if refusal.after_s:
        response.headers["Retry-After"] = str(math.ceil(refusal.after_s))
    return response


def _json(answer: Any, status: int) -> web.Response:
    body = msgspec.json.encode(answer)
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8", headers=HEADERS)


def _first_language(request: web.Request) -> Language:
    first = request.headers.get("Accept-Language", "").strip().lower()
    return "ru" if first.startswith("ru") else "en"
