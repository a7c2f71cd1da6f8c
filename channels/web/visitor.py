"""Who is at the page: a secret in a cookie. Everything else knows only its hash, so no log or key can open a thread."""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b

from aiohttp import web

from tunnel.events import Address

_SECRET = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_YEAR_S = 365 * 24 * 3600


def new_secret() -> str:
    """192 bits of chance in 32 characters."""
    return secrets.token_urlsafe(24)


class VisitorCookie:
    """The cookie. On https its name begins with `__Host-`, so that no neighbouring subdomain can plant one."""

    def __init__(self, account: str, *, secure: bool) -> None:
        self.name = "__Host-visitor" if secure else "visitor"
        self._account = account
        self._secure = secure

    def secret(self, request: web.Request) -> str | None:
        """The visitor's secret, None if there is none of our making."""
        value = request.cookies.get(self.name, "")
        return value if _SECRET.fullmatch(value) else None

    def address(self, request: web.Request) -> Address | None:
        """The visitor's address, None without a cookie."""
        secret = self.secret(request)
        return Address("web", self._account, external_id(secret)) if secret else None

    def give(self, response: web.StreamResponse, secret: str) -> None:
        """Set the cookie, or renew it, for a year."""
        response.set_cookie(
            self.name, secret, max_age=_YEAR_S, path="/", httponly=True, samesite="Lax", secure=self._secure
        )


def external_id(secret: str) -> str:
    """32 hexadecimal digits."""
    return blake2b(secret.encode(), digest_size=16, person=b"visitor").hexdigest()
