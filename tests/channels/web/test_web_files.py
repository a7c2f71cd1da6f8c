from __future__ import annotations

import json

import aiohttp
import pytest

from tests.channels.web.client import Browser, events, text
from tests.channels.web.stand import Stand
from tunnel.messages import Media, Message


async def give(stand: Stand, browser: Browser, media: Media) -> str:
    """Send a file to the visitor; returns its address."""
    await browser.post({"id": "0000file", "kind": "start"})
    await stand.bot.tell(stand.bot.events[0].address, Message(media=(media,)))
    response = await browser.stream()
    read = await events(response, "ready")
    response.close()
    url: str = json.loads(read[-2]["data"])["files"][0]["url"]
    return url


async def test_a_file_is_a_download_under_its_own_name(stand: Stand, browser: Browser) -> None:
    url = await give(stand, browser, Media("document", "files/guide.pdf", name="Гид «Сайдинг»"))
    async with browser.session.get(stand.url + url) as response:
        assert response.status == 200
        assert response.content_type == "application/pdf"
        assert await response.read() == (stand.roots.content / "files/guide.pdf").read_bytes()
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''%D0%93")
        assert disposition.endswith(".pdf")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_picture_is_shown_in_place(stand: Stand, browser: Browser) -> None:
    (stand.roots.content / "files/team.jpg").write_bytes(b"\xff\xd8\xff")
    url = await give(stand, browser, Media("image", "files/team.jpg"))
    async with browser.session.get(stand.url + url) as response:
        assert response.headers["Content-Disposition"].startswith("inline")
        assert response.content_type == "image/jpeg"


async def test_what_a_browser_could_run_is_only_a_download(stand: Stand, browser: Browser) -> None:
    url = await give(stand, browser, Media("document", "files/page.html"))
    async with browser.session.get(stand.url + url) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_an_operators_file_lies_in_the_data_directory(stand: Stand, browser: Browser) -> None:
    (stand.roots.data / "offer.pdf").write_bytes(b"offer")
    url = await give(stand, browser, Media("document", "offer.pdf", data=True))
    async with browser.session.get(stand.url + url) as response:
        assert await response.read() == b"offer"


async def test_a_file_belongs_to_whom_it_was_sent(stand: Stand, browser: Browser) -> None:
    url = await give(stand, browser, Media("document", "files/guide.pdf"))
    other = Browser(stand)
    await other.open()
    async with other.session.get(stand.url + url) as response:
        assert response.status == 404
    async with aiohttp.ClientSession() as stranger, stranger.get(stand.url + url) as response:
        assert response.status == 404
    await other.close()


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "files/../../secret.txt", "files", "files/\x00", "out"]
)
async def test_no_path_leads_out_of_the_content(stand: Stand, browser: Browser, path: str) -> None:
    secret = stand.roots.content.parent / "secret.txt"
    secret.write_text("secret")
    (stand.roots.content / "out").symlink_to(secret)
    url = await give(stand, browser, Media("document", path, name="x.txt"))
    async with browser.session.get(stand.url + url) as response:
        assert response.status == 404


@pytest.mark.parametrize("path", ["3/1/x", "3/0/x", "4/0/x", "x/0/x", "0/0/x", "3/-1/x"])
async def test_only_a_file_of_a_row_has_an_address(stand: Stand, browser: Browser, path: str) -> None:
    await browser.post(text("раз"))
    async with browser.session.get(f"{stand.url}/api/chat/files/{path}") as response:
        assert response.status == 404


async def test_the_row_before_a_file_is_not_the_file(stand: Stand, browser: Browser) -> None:
    url = await give(stand, browser, Media("document", "files/guide.pdf"))
    row = int(url.split("/")[4])
    async with browser.session.get(stand.url + url.replace(f"/{row}/", f"/{row - 1}/")) as response:
        assert response.status == 404


async def test_a_store_that_is_away_asks_to_come_again_for_the_file(stand: Stand, browser: Browser) -> None:
    url = await give(stand, browser, Media("document", "files/guide.pdf"))
    stand.threads.away = True
    async with browser.session.get(stand.url + url) as response:
        assert response.status == 503
