"""Serves the console's screens: one page, and files whose names change with their content."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from console.build import DIST

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # the component library sets its colours in a style element
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {whence}" for what, whence in _SOURCES.items())
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Console</title>
<h1>The console is not built</h1>
<p>Its screens need Node.js 20.19 or later once, to be built: run <code>make web</code> where the program lies, then
load this page again. Everything else works.</p>
<h1 lang="ru">Консоль не собрана</h1>
<p lang="ru">Чтобы собрать её экраны, один раз нужен Node.js 20.19 или новее: выполните <code>make web</code> в каталоге
программы и обновите страницу. Всё остальное работает.</p></html>"""


class Pages:
    """dist: where the built files lie."""

    def __init__(self, dist: Path = DIST) -> None:
        self._dist = dist
        self._assets = dist / "assets"

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            web.get("/console", self._enter),
            web.get("/console/assets/{name}", self._asset),
            web.get("/console/{place:.*}", self._page),
        ]

    async def _enter(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPMovedPermanently("/console/")

    async def _page(self, _: web.Request) -> web.StreamResponse:
        """The page, whatever place in it is meant: it finds its way by the address."""
        page = self._dist / "index.html"
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        if not page.is_file():
            return web.Response(text=_MISSING, content_type="text/html", status=503, headers=headers)
        return web.FileResponse(page, headers=headers)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        path = self._assets / name
        if Path(name).name != name or not path.is_file():
            raise web.HTTPNotFound(headers=HEADERS)
        return web.FileResponse(path, headers={**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"})
