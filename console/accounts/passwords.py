"""Secrets: made by chance, kept as hashes; passwords hashed with Argon2id, away from the event loop."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from hashlib import blake2b, sha256
from secrets import token_hex, token_urlsafe
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from console.refusals import Refused

Result = TypeVar("Result")

LEAST = 10
"""Characters of a password (NIST SP 800-63B asks for 8 where there is a second factor; not everybody has one)."""
AT_ONCE = 2
WAITING = 32
"""Hashes take 64 MiB and 50 ms each; who comes when so many wait is asked to come again."""

_EASY = ("password", "qwerty", "1234567890", "йцукен", "пароль", "administrator")


def new_secret() -> str:
    """256 bits that fit in a cookie and an address."""
    return token_urlsafe(32)


def new_id(prefix: str) -> str:
    """An id that nobody can guess from another."""
    return prefix + token_hex(8)


def kept(secret: str) -> str:
    """What is kept of a secret of ours. It has 256 bits of chance, so no slow hash is needed."""
    return sha256(_bytes(secret)).hexdigest()


def csrf_of(secret: str) -> str:
    """The session's token against forged requests: known to who knows the cookie's secret, and not telling it."""
    return blake2b(b"csrf", key=_bytes(secret)[:64], digest_size=24).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare without telling by time how much is right."""
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def _bytes(text: str) -> bytes:
    # What is no UTF-8 comes in a header as halves of surrogates.
    return text.encode(errors="surrogatepass")


def check_password(password: str, login: str) -> None:
    """Raises Refused for one that is too short or too easy."""
    if len(password) < LEAST:
        raise Refused(400, "password_short", field="password", least=LEAST)
    low = password.lower()
    easy = any(low.startswith(word) and len(low) < len(word) + 6 for word in _EASY)
    if easy or len(set(low)) < 4 or (login and low.startswith(login) and len(low) < len(login) + 4):
        raise Refused(400, "password_easy", field="password")


class Passwords:
    """Hashing and checking."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash(new_secret())
        """Checked where there is no such account, so that it takes as long."""

    async def hash(self, password: str) -> str:
        """The hash, in Argon2's own notation."""
        return await self._away(self._hasher.hash, password)

    async def matches(self, password: str, hashed: str) -> bool:
        """Whether it is the password; takes as long where there is none. Raises Refused(503) when too many ask."""
        right = await self._away(self._check, hashed or self._nobody, password)
        return right and bool(hashed)

    def is_old(self, hashed: str) -> bool:
        """Whether it was hashed more cheaply than is usual now."""
        return self._hasher.check_needs_rehash(hashed)

    def _check(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _away(self, work: Callable[..., Result], *arguments: str) -> Result:
        if self._waiting >= WAITING:
            raise Refused(503, "away", after_s=2)
        self._waiting += 1
        try:
            async with self._room:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1
