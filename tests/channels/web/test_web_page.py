from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from channels.web import PageInfo
from channels.web.texts import TEXTS
from tests.channels.web.client import Browser
from tests.channels.web.stand import Stand, make_roots


async def test_the_page_gives_a_cookie_that_scripts_and_other_sites_cannot_use(stand: Stand) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{stand.url}/chat/siding") as response:
        cookie = response.cookies["visitor"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert int(cookie["max-age"]) == 365 * 24 * 3600
        assert not cookie["secure"]
        assert len(cookie.value) == 32


async def test_a_visitor_stays_the_same_visitor(browser: Browser) -> None:
    first = {cookie.value for cookie in browser.session.cookie_jar}
    await browser.open()
    assert {cookie.value for cookie in browser.session.cookie_jar} == first


async def test_a_cookie_of_somebody_elses_making_is_replaced(stand: Stand) -> None:
    async with aiohttp.ClientSession(cookies={"visitor": "known"}) as session:
        async with session.get(f"{stand.url}/chat/siding") as response:
            assert response.cookies["visitor"].value != "known"
        async with session.get(f"{stand.url}/api/chat/siding/stream", cookies={"visitor": "known"}) as response:
            assert response.status == 401


async def test_on_https_the_cookie_is_secure_and_cannot_be_planted(tmp_path: Path) -> None:
    stand = Stand(make_roots(tmp_path))
    stand.public_url = "https://chat.example.com"
    await stand.start()
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{stand.url}/chat/siding") as response:
            assert response.cookies["__Host-visitor"]["secure"]
    finally:
        await stand.stop()


async def test_the_page_runs_only_scripts_of_its_own(browser: Browser) -> None:
    response = await browser.open()
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"]
    html = await response.text()
    assert " style=" not in html
    assert " on" not in html.replace(" on ", "")[: html.index("<body")]


async def test_edge_13_names_of_the_content_are_escaped_in_the_page(stand: Stand, browser: Browser) -> None:
    stand.info = PageInfo('<script>alert("1")</script>', "' onload='x", "ru")
    html = await (await browser.open()).text()
    assert "<script>alert" not in html
    assert "' onload='" not in html


@pytest.mark.parametrize(
    ("content", "accepted", "expected"),
    [
        ("ru", "en", "ru"),
        ("en", "ru", "en"),
        (None, "ru-RU,ru;q=0.9", "ru"),
        (None, "de,en;q=0.5", "en"),
        (None, "", "en"),
    ],
)
async def test_the_page_speaks_the_contents_language(
    stand: Stand, browser: Browser, content: str | None, accepted: str, expected: str
) -> None:
    stand.info = PageInfo("Фасад", "Сайдинг", content)
    html = await (await browser.open(**{"Accept-Language": accepted})).text()
    assert f'<html lang="{expected}">' in html


async def test_without_scripts_the_page_says_what_to_do(browser: Browser) -> None:
    html = await (await browser.open()).text()
    assert f'<noscript><p class="note">{TEXTS["ru"]["noscript"]}</p></noscript>' in html


async def test_an_address_without_a_chat_gets_a_kind_page_in_both_languages(browser: Browser) -> None:
    response = await browser.open("nothing")
    html = await response.text()
    assert response.status == 404
    assert "Здесь чата нет" in html
    assert "There is no chat here" in html


async def test_static_files_are_kept_for_good_only_under_their_own_hash(browser: Browser) -> None:
    html = await (await browser.open()).text()
    path = html.split('stylesheet" href="')[1].split('"')[0]
    async with browser.session.get(browser.stand.url + path) as response:
        assert response.status == 200
        assert response.content_type == "text/css"
        assert "immutable" in response.headers["Cache-Control"]
        etag = response.headers["ETag"]
    async with browser.session.get(browser.stand.url + "/chat/static/older/chat.css") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-cache"
    async with browser.session.get(browser.stand.url + path, headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    for odd in ("nothing.js", "chat.html", "..%2fpage.py"):
        async with browser.session.get(f"{browser.stand.url}/chat/static/x/{odd}") as response:
            assert response.status == 404
