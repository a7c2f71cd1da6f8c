"""Tracked links: what a choice's `link:` goes out as, and what an opened one leads to.

``<TUNNEL_PUBLIC_URL>/l/<token>``, where the token is, in base64url, the contact's id (12 bytes), the link's id (8) and
a signature of both (10). So nobody can make one, it is bound to whom it was sent to, and it says nothing of them. Where
a link leads is kept in Redis under its id before it is sent: changed content breaks no link.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b, sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from state import Store

SECRET = "link_secret"  # noqa: S105 - the name of one
CONTACT_BYTES, LINK_BYTES, SIGNATURE_BYTES = 12, 8, 10
TOKEN_CHARS = 40
LABEL_CHARS = 100


class Goal(msgspec.Struct, frozen=True, array_like=True):
    """Where a link leads. url: with the marks added; link: as the content has it; label: of the choice."""

    url: str
    link: str
    label: str


encode_goal = msgspec.msgpack.Encoder().encode
decode_goal = msgspec.msgpack.Decoder(Goal).decode


class Forged(Exception):
    """The token is not one of ours."""


class Signer:
    """Makes and reads tokens."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, contact: str, link: str) -> str:
        """The token of a link (16 hexadecimal digits) sent to a contact (24)."""
        body = bytes.fromhex(contact + link)
        return urlsafe_b64encode(body + self._signature(body)).decode()

    def read(self, token: str) -> tuple[str, str]:
        """The contact and the link of a token. Raises Forged."""
        if len(token) != TOKEN_CHARS or not token.isascii():
            raise Forged
        try:
            raw = urlsafe_b64decode(token)
        except ValueError as error:
            raise Forged from error
        body, signature = raw[: CONTACT_BYTES + LINK_BYTES], raw[CONTACT_BYTES + LINK_BYTES :]
        if not hmac.compare_digest(signature, self._signature(body)):
            raise Forged
        return body[:CONTACT_BYTES].hex(), body[CONTACT_BYTES:].hex()

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, sha256)[:SIGNATURE_BYTES]


class LinkMaker:
    """Makes tracked links of plain ones. public_url: "" where we cannot be reached from outside."""

    def __init__(self, signer: Signer, public_url: str) -> None:
        self._signer = signer
        self._public_url = public_url

    def track(self, contact: str, goal: Goal, channel: str) -> tuple[str, str] | None:
        """The address to send and the link's id; None where a link cannot be tracked, and goes out as it is."""
        if not self._public_url and channel != "web":  # the site's chat is on our own origin
            return None
        if len(contact) != 2 * CONTACT_BYTES or urlsplit(goal.link).scheme not in ("http", "https"):
            return None
        link = link_id(goal)
        return f"{self._public_url}/l/{self._signer.token(contact, link)}", link


def link_id(goal: Goal) -> str:
    """The same for the same goal, always."""
    return blake2b(encode_goal(goal), digest_size=LINK_BYTES).hexdigest()


def marked(link: str, marks: Mapping[str, str]) -> str:
    """A link with the marks (utm_source, …) that it does not have yet; all else stays as it was written."""
    parts = urlsplit(link)
    present = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in marks.items() if value and name not in present})
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))


async def open_links(store: Store, public_url: str) -> tuple[Signer, LinkMaker]:
    """Both ends, with the secret that all processes share. Raises state.Unavailable."""
    signer = Signer(await store.shared_secret(SECRET))
    return signer, LinkMaker(signer, public_url)
