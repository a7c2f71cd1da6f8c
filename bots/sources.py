"""Who may send events from outside: by a bearer token, or by signing the request.

NotProved   neither is right
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from bots.settings import Settings, named_secrets

SIGNATURE = "X-Tunnel-Signature"
TIMESTAMP = "X-Tunnel-Timestamp"
SIGNED_FOR_S = 300
"""A signed request is good for five minutes, before and after its time: clocks differ."""


class NotProved(Exception):
    """Nobody we know has sent this. `why` is a word of ours: missing, token, signature, timestamp."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Sources:
    """The sources of the settings. Falsy where there are none."""

    def __init__(self, settings: Settings) -> None:
        self._tokens = named_secrets(settings.events_tokens)
        self._secrets = named_secrets(settings.events_secrets)

    def __bool__(self) -> bool:
        return bool(self._tokens or self._secrets)

    def by_token(self, headers: Mapping[str, str]) -> str | None:
        """The source whose bearer token the request has; None without one. Raises NotProved for a wrong one."""
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        offered = given.strip().encode("utf-8", "surrogateescape")
        found = _matching([(name, token.encode()) for name, token in self._tokens], offered)
        if scheme.lower() != "bearer" or found is None:
            raise NotProved("token")
        return found

    def by_signature(self, headers: Mapping[str, str], body: bytes, now: float) -> str:
        """The source that signed this body: HMAC-SHA256 over `<timestamp>.<body>`. Raises NotProved."""
        signature, timestamp = headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")
        if not signature:
            raise NotProved("missing")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 13):
            raise NotProved("timestamp")
        signed = timestamp.encode() + b"." + body
        own = [
            (name, b"sha256=" + hmac.digest(secret.encode(), signed, sha256).hex().encode())
            for name, secret in self._secrets
        ]
        found = _matching(own, signature.strip().lower().encode("utf-8", "surrogateescape"))
        if found is None:
            raise NotProved("signature")
        if abs(now - int(timestamp)) > SIGNED_FOR_S:
            raise NotProved("timestamp")
        return found


def _matching(known: list[tuple[str, bytes]], offered: bytes) -> str | None:
    """Whose secret it is. All are compared, each in constant time, so that time tells nothing."""
    found = None
    for name, secret in known:
        if hmac.compare_digest(secret, offered):
            found = name
    return found
