"""The chat's page and its static files. All of it is read once: a few kilobytes, kept in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from channels.web.posts import TEXT_LIMIT
from channels.web.texts import TEXTS, Language

_STATIC = Path(__file__).parent / "static"
_TEMPLATES = ("chat.html", "missing.html")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What the page of one tunnel shows. language: the content's, None to follow the browser's."""

    company: str
    title: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: its bytes and media type."""

    body: bytes
    mime: str


class Pages:
    """Draws the HTML and hands out the static files.

    Their address holds a hash of them all, so a browser may keep them for good and still sees a new release at once.
    """

    def __init__(self, *, frame_ancestors: str) -> None:
        self._assets = {
            path.name: Asset(path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(_STATIC.iterdir())
            if path.suffix in _TYPES
        }
        self._version = _digest(self._assets)
        self._templates = Environment(
            loader=DictLoader({name: (_STATIC / name).read_text(encoding="utf-8") for name in _TEMPLATES}),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
        )
        self._policy = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data:",
                "media-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                f"frame-ancestors {frame_ancestors}",
            )
        )

    def chat(self, tunnel: str, info: PageInfo, language: Language) -> web.Response:
        """The chat's page. Whoever is asking gets their own cookie with it, so it is nobody else's to cache."""
        texts = TEXTS[language]
        config = {"tunnel": tunnel, "language": language, "textLimit": TEXT_LIMIT, "texts": texts}
        html = self._templates.get_template("chat.html").render(
            info=info,
            language=language,
            texts=texts,
            config=json.dumps(config, ensure_ascii=False),
            initial=next((letter for letter in info.company if letter.isalnum()), "•").upper(),
            static=f"/chat/static/{self._version}",
        )
        return self._html(html, status=200)

    def missing(self) -> web.Response:
        """A kind page for an address that leads to no chat."""
        html = self._templates.get_template("missing.html").render(static=f"/chat/static/{self._version}")
        return self._html(html, status=404)

    def asset(self, version: str, name: str) -> web.Response:
        """A static file; an address of another release gets the present file, not to be kept. 404 for no file."""
        found = self._assets.get(name)
        if found is None:
            raise web.HTTPNotFound
        response = web.Response(body=found.body, content_type=found.mime, charset="utf-8")
        response.headers["Cache-Control"] = _FOREVER if version == self._version else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.etag = self._version
        response.enable_compression()
        return response

    def _html(self, html: str, *, status: int) -> web.Response:
        response = web.Response(text=html, content_type="text/html", status=status)
        response.headers.update(
            {
                "Content-Security-Policy": self._policy,
                "Cache-Control": "private, no-cache",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Referrer-Policy": "strict-origin-when-cross-origin",
                "X-Content-Type-Options": "nosniff",
            }
        )
        response.enable_compression()
        return response


def _digest(assets: Mapping[str, Asset]) -> str:
    digest = blake2b(digest_size=8)
    for name, asset in assets.items():
        digest.update(name.encode() + b"\x00" + asset.body)
    return digest.hexdigest()
