"""The console's pages, as a browser gets them."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from console.pages import Pages


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Pages as the build leaves them."""
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text("<!doctype html><title>Console</title>")
    (assets / "index-1a2b.js").write_text("let built = true;")
    (assets / "index-1a2b.js.gz").write_bytes(gzip.compress(b"let built = true;"))
    (tmp_path / "dist" / "secret.txt").write_text("not for browsers")
    return assets.parent


async def serving(dist: Path) -> AsyncIterator[str]:
    server = web.Application()
    server.add_routes(Pages(dist).routes())
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def base(dist: Path) -> AsyncIterator[str]:
    async for url in serving(dist):
        yield url


@pytest.mark.parametrize("place", ["/console/", "/console/c/0123", "/console/team", "/console/setup"])
async def test_every_place_is_the_same_page(base: str, place: str) -> None:
    async with ClientSession() as client, client.get(base + place) as answer:
        assert answer.status == 200
        assert "<title>Console</title>" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_the_bare_word_leads_to_the_page(base: str) -> None:
    async with ClientSession() as client, client.get(f"{base}/console", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, "/console/")


async def test_built_files_are_kept_by_browsers_and_sent_compressed(base: str) -> None:
    async with ClientSession(auto_decompress=False) as client:
        async with client.get(f"{base}/console/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]
            assert gzip.decompress(await answer.read()) == b"let built = true;"
        async with client.get(f"{base}/console/assets/index-1a2b.js", headers={"Accept-Encoding": ""}) as answer:
            assert await answer.read() == b"let built = true;"


@pytest.mark.parametrize("name", ["none.js", "..%2fsecret.txt", "%2e%2e%2fsecret.txt", "..%5csecret.txt", "%00"])
async def test_nothing_else_is_handed_out(base: str, name: str) -> None:
    async with ClientSession() as client, client.get(f"{base}/console/assets/{name}") as answer:
        assert answer.status == 404
        assert "not for browsers" not in await answer.text()


async def test_where_nothing_is_built_the_page_says_what_is_missing(tmp_path: Path) -> None:
    async for url in serving(tmp_path / "none"):
        async with ClientSession() as client, client.get(f"{url}/console/") as answer:
            text = await answer.text()
            assert answer.status == 503
            assert "make web" in text
            assert "Консоль не собрана" in text
