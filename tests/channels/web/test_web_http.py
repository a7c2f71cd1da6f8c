from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from channels.web import Limits, PageInfo
from channels.web.rates import Rate
from channels.web.texts import TEXTS
from tests.channels.web.stand import Stand, make_roots, say
from tunnel.events import Press, Start, Text
from tunnel.messages import Media, Message


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    made = Stand(make_roots(tmp_path))
    await made.start()
    yield made
    await made.stop()


class Browser:
    """A visitor's browser, without a page."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def open(self, tunnel: str = "siding", **headers: str) -> aiohttp.ClientResponse:
        response = await self.session.get(f"{self.stand.url}/chat/{tunnel}", headers=headers)
        await response.read()
        return response

    async def post(self, post: object, tunnel: str = "siding", **headers: str) -> aiohttp.ClientResponse:
        body = post if isinstance(post, bytes) else json.dumps(post).encode()
        given = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        url = f"{self.stand.url}/api/chat/{tunnel}/messages"
        response = await self.session.post(url, data=body, headers=given)
        await response.read()
        return response

    async def stream(self, after: int = 0, **headers: str) -> aiohttp.ClientResponse:
        url = f"{self.stand.url}/api/chat/siding/stream?after={after}"
        return await self.session.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def close(self) -> None:
        await self.session.close()


@pytest.fixture
async def browser(stand: Stand) -> AsyncIterator[Browser]:
    made = Browser(stand)
    await made.open()
    yield made
    await made.close()


def text(words: str, post_id: str = "00000001") -> dict[str, str]:
    return {"id": post_id, "kind": "text", "text": words}


async def events(response: aiohttp.ClientResponse, until: str) -> list[dict[str, str]]:
    """The stream's events up to the first one of a kind ("message", "ready", "beat", "reset")."""
    read: list[dict[str, str]] = []
    event = {"event": "message"}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            event[name] = value
            continue
        read.append(event)
        if event["event"] == until:
            return read
        event = {"event": "message"}
    return read


def rows(read: list[dict[str, str]]) -> list[tuple[int, str]]:
    return [(int(event["id"]), json.loads(event["data"])["text"]) for event in read if event["event"] == "message"]


# --- the page


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


# --- posting


async def test_a_text_becomes_an_event_before_it_is_accepted(stand: Stand, browser: Browser) -> None:
    response = await browser.post(text("Привет"))
    assert response.status == 202
    assert await response.json() == {"id": "00000001"}
    [event] = stand.bot.events
    assert isinstance(event, Text)
    assert event.text == "Привет"
    assert event.at == stand.now
    assert event.address.channel == "web"
    assert event.address.account == "site"
    assert event.id == f"web:{event.address.external_id}:00000001"


async def test_the_cookies_secret_is_in_no_event(stand: Stand, browser: Browser) -> None:
    await browser.post(text("Привет"))
    [secret] = [cookie.value for cookie in browser.session.cookie_jar]
    assert secret not in repr(stand.bot.events)


async def test_a_press_carries_its_token_and_label(stand: Stand, browser: Browser) -> None:
    await browser.post({"id": "00000001", "kind": "press", "token": "1.hello.house", "label": "Дом"})
    [event] = stand.bot.events
    assert isinstance(event, Press)
    assert (event.token, event.label, event.ack) == ("1.hello.house", "Дом", "")


async def test_a_start_names_the_tunnel_the_campaign_and_the_browsers_zone(stand: Stand, browser: Browser) -> None:
    source = {"utm_source": "vk", "Bad Key": "x", "yclid": "y" * 500, "empty": ""}
    post = {"id": "00000001", "kind": "start", "source": source, "timezone": "Asia/Yekaterinburg"}
    await browser.post(post, Accept_Language="ru-RU,ru;q=0.9")
    [event] = stand.bot.events
    assert isinstance(event, Start)
    assert event.ref == "siding"
    assert event.source == {"utm_source": "vk", "yclid": "y" * 200}
    assert event.profile is not None
    assert (event.profile.language, event.profile.timezone) == ("ru", "Asia/Yekaterinburg")


async def test_a_zone_that_does_not_exist_is_not_told(stand: Stand, browser: Browser) -> None:
    await browser.post({"id": "00000001", "kind": "start", "timezone": "../../etc/passwd"})
    [event] = stand.bot.events
    assert isinstance(event, Start)
    assert event.profile is not None
    assert event.profile.timezone == ""


async def test_a_cyrillic_link_word_works(stand: Stand, browser: Browser) -> None:
    assert (await browser.open("сайдинг")).status == 200
    await browser.post({"id": "00000001", "kind": "start"}, tunnel="сайдинг")
    [event] = stand.bot.events
    assert isinstance(event, Start)
    assert event.ref == "сайдинг"


async def test_edge_09_a_post_repeated_with_its_id_is_one_event(stand: Stand, browser: Browser) -> None:
    answers = await asyncio.gather(*(browser.post(text("Привет")) for _ in range(5)))
    assert [answer.status for answer in answers] == [202] * 5
    assert len(stand.bot.events) == 1


async def test_two_visitors_may_use_the_same_id(stand: Stand, browser: Browser) -> None:
    other = Browser(stand)
    await other.open()
    await browser.post(text("раз"))
    await other.post(text("два"))
    await other.close()
    assert len({event.id for event in stand.bot.events}) == 2


@pytest.mark.parametrize(
    ("post", "status", "code"),
    [
        (b"no json", 400, "invalid"),
        (b"\xff\xfe", 400, "invalid"),
        (b"", 400, "invalid"),
        (b'{"id":"00000001","kind":"text","text":"\\ud800"}', 400, "invalid"),
        ([], 422, "invalid"),
        ({"id": "00000001", "kind": "text"}, 422, "empty"),
        ({"id": "00000001", "kind": "text", "text": " \n "}, 422, "empty"),
        ({"id": "00000001", "kind": "text", "text": "х" * 4097}, 422, "too_long"),
        ({"id": "00000001", "kind": "text", "text": "х" * 40_000}, 413, "too_large"),
        ({"id": "00000001", "kind": "text", "text": 5}, 422, "invalid"),
        ({"id": "1", "kind": "text", "text": "x"}, 422, "invalid"),
        ({"id": "0000 0001:", "kind": "text", "text": "x"}, 422, "invalid"),
        ({"id": "00000001", "kind": "dance"}, 422, "invalid"),
        ({"id": "00000001", "kind": "press"}, 422, "invalid"),
        ({"id": "00000001", "kind": "press", "token": "x" * 65}, 422, "invalid"),
        ({"id": "00000001", "kind": "press", "token": "дом"}, 422, "invalid"),
        ({"id": "00000001", "kind": "press", "token": "x", "label": "y" * 257}, 422, "invalid"),
        ({"id": "00000001", "kind": "start", "source": "vk"}, 422, "invalid"),
    ],
)
async def test_a_bad_post_is_refused_with_words_for_it(
    stand: Stand, browser: Browser, post: object, status: int, code: str
) -> None:
    raw = json.dumps(post, ensure_ascii=False).encode() if isinstance(post, dict) else post
    response = await browser.post(raw)
    assert response.status == status
    assert (await response.json())["error"] == code
    assert stand.bot.events == []


async def test_edge_14_the_limit_counts_characters_not_bytes(stand: Stand, browser: Browser) -> None:
    assert (await browser.post(text("😀" * 4096))).status == 202


async def test_without_a_cookie_nobody_speaks(stand: Stand) -> None:
    stranger = Browser(stand)
    assert (await stranger.post(text("x"))).status == 401
    assert (await stranger.stream()).status == 401
    await stranger.close()


async def test_an_unknown_tunnel_takes_nothing(stand: Stand, browser: Browser) -> None:
    assert (await browser.post(text("x"), tunnel="nothing")).status == 404
    assert stand.bot.events == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "https://chat.example.com"}, 202),
        ({}, 202),
    ],
)
async def test_another_site_cannot_speak_for_a_visitor(
    stand: Stand, browser: Browser, headers: dict[str, str], status: int
) -> None:
    assert (await browser.post(text("x"), **headers)).status == status


async def test_the_pages_own_origin_may_post(stand: Stand, browser: Browser) -> None:
    assert (await browser.post(text("x"), Origin=stand.url)).status == 202


async def test_a_store_that_is_away_asks_to_come_again(stand: Stand, browser: Browser) -> None:
    stand.bot.away = True
    response = await browser.post(text("x"))
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
    stand.bot.away = False
    assert (await browser.post(text("x"))).status == 202
    assert len(stand.bot.events) == 1


async def test_a_visitor_who_floods_waits_and_others_do_not(stand: Stand, browser: Browser) -> None:
    statuses = [(await browser.post(text("x", f"{number:08}"))).status for number in range(32)]
    assert statuses == [202] * 30 + [429] * 2
    other = Browser(stand)
    await other.open()
    assert (await other.post(text("x"))).status == 202
    await other.close()
    stand.now += 1
    refused = await browser.post(text("x", "00000099"))
    assert refused.status == 202
    for number in range(100, 110):
        refused = await browser.post(text("x", f"{number:08}"))
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"


async def test_one_network_is_bounded_whoever_its_visitors_say_they_are(tmp_path: Path) -> None:
    limits = Limits(network=Rate(burst=3, per_s=1))
    stand = Stand(make_roots(tmp_path), limits=limits)
    await stand.start()
    statuses = []
    for _ in range(4):
        visitor = Browser(stand)
        await visitor.open()
        statuses.append((await visitor.post(text("x"), X_Forwarded_For="10.9.9.9, 203.0.113.5")).status)
        await visitor.close()
    visitor = Browser(stand)
    await visitor.open()
    elsewhere = await visitor.post(text("x"), X_Forwarded_For="203.0.113.6")
    await visitor.close()
    await stand.stop()
    assert statuses == [202, 202, 202, 429]
    assert elsewhere.status == 202


async def test_a_body_that_trickles_is_cut(tmp_path: Path) -> None:
    stand = Stand(make_roots(tmp_path), limits=Limits(body_s=0.05))
    await stand.start()
    browser = Browser(stand)
    await browser.open()

    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"id":'
        await asyncio.Event().wait()

    url = f"{stand.url}/api/chat/siding/messages"
    async with browser.session.post(url, data=trickle(), headers={"Content-Type": "application/json"}) as response:
        assert response.status == 408
    await browser.close()
    await stand.stop()


# --- the stream


async def test_the_stream_begins_with_the_history(stand: Stand, browser: Browser) -> None:
    await browser.post({"id": "00000001", "kind": "start"})
    await browser.post(text("Дом", "00000002"))
    response = await browser.stream()
    assert response.status == 200
    assert response.content_type == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"
    read = await events(response, "ready")
    assert [row for row, _ in rows(read)] == [3, 6, 9]
    assert json.loads(read[1]["data"])["by"] == "you"
    assert json.loads(read[1]["data"])["event"] == "00000002"
    assert json.loads(read[-1]["data"]) == {"empty": False}
    response.close()


async def test_an_empty_thread_says_so(browser: Browser) -> None:
    response = await browser.stream()
    read = await events(response, "ready")
    assert json.loads(read[-1]["data"]) == {"empty": True}
    response.close()


async def test_news_arrives_on_an_open_stream(stand: Stand, browser: Browser) -> None:
    response = await browser.stream()
    await events(response, "ready")
    await browser.post(text("Привет"))
    assert rows(await events(response, "message")) == [(3, "Привет")]
    response.close()


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_stream_goes_on_from_the_last_row_seen(stand: Stand, browser: Browser, by_header: bool) -> None:
    await browser.post(text("раз", "00000001"))
    await browser.post(text("два", "00000002"))
    response = await (browser.stream(Last_Event_ID="6") if by_header else browser.stream(after=6))
    read = await events(response, "ready")
    assert [row for row, _ in rows(read)] == [9, 12]
    response.close()


async def test_a_page_that_knows_more_than_the_store_starts_over(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    response = await browser.stream(after=900)
    read = await events(response, "ready")
    assert read[0]["event"] == "reset"
    assert [row for row, _ in rows(read)] == [3, 6]
    response.close()


@pytest.mark.parametrize("odd", ["-1", "x", "9" * 30, "٣"])
async def test_an_odd_position_means_the_beginning(stand: Stand, browser: Browser, odd: str) -> None:
    await browser.post(text("раз"))
    url = f"{stand.url}/api/chat/siding/stream"
    response = await browser.session.get(url, params={"after": odd})
    assert [row for row, _ in rows(await events(response, "ready"))] == [3, 6]
    response.close()


async def test_nobody_reads_another_visitors_thread(stand: Stand, browser: Browser) -> None:
    await browser.post(text("тайна"))
    other = Browser(stand)
    await other.open()
    response = await other.stream()
    assert rows(await events(response, "ready")) == []
    response.close()
    await other.close()


async def test_a_quiet_stream_beats(tmp_path: Path) -> None:
    stand = Stand(make_roots(tmp_path), limits=Limits(beat_s=0.01))
    await stand.start()
    browser = Browser(stand)
    await browser.open()
    response = await browser.stream()
    assert (await events(response, "beat"))[-1]["event"] == "beat"
    response.close()
    await browser.close()
    await stand.stop()


async def test_a_stop_ends_the_streams_and_the_next_goes_on(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    response = await browser.stream()
    await events(response, "ready")
    await stand.stop()
    assert await events(response, "never") == []
    await stand.start()
    await browser.post(text("два", "00000002"))
    response = await browser.stream(after=6)
    assert [row for row, _ in rows(await events(response, "ready"))] == [9, 12]
    response.close()


async def test_a_store_that_is_away_refuses_the_stream(stand: Stand, browser: Browser) -> None:
    stand.threads.away = True
    response = await browser.stream()
    assert response.status == 503
    assert response.headers["Retry-After"]


async def test_a_store_that_goes_away_ends_the_stream(stand: Stand, browser: Browser) -> None:
    response = await browser.stream()
    await events(response, "ready")
    await browser.post(text("раз"))
    await events(response, "message")
    stand.threads.away = True
    stand.threads.wake_all()
    assert all(event["event"] == "message" for event in await events(response, "never"))


async def test_one_visitor_has_only_so_many_streams(stand: Stand, browser: Browser) -> None:
    opened = [await browser.stream() for _ in range(8)]
    assert [response.status for response in opened] == [200] * 8
    assert (await browser.stream()).status == 429
    for response in opened:
        response.close()


async def test_a_row_of_a_newer_release_does_not_stop_the_thread(stand: Stand, browser: Browser) -> None:
    await browser.post(text("раз"))
    [lane] = stand.threads.rows
    await stand.threads.thread_append(lane, "", 7, b"\xc1")
    await browser.post(text("два", "00000002"))
    response = await browser.stream()
    assert [row for row, _ in rows(await events(response, "ready"))] == [3, 6, 9, 12]
    response.close()


# --- files


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


async def test_a_message_that_waits_long_is_not_overslept(stand: Stand, browser: Browser) -> None:
    """Rows that come at any moment between two reads are seen without waiting for the next beat."""
    response = await browser.stream()
    await events(response, "ready")
    await browser.post({"id": "00000001", "kind": "start"})
    address = stand.bot.events[0].address
    for number in range(50):
        await stand.bot.tell(address, say(f"{number}"))
        await asyncio.sleep(0)
    read: list[tuple[int, str]] = []
    while not read or read[-1][1] != "49":
        read += rows(await events(response, "message"))
    assert [words for _, words in read[1:]] == [str(number) for number in range(50)]
    response.close()
