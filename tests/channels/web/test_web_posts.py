from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.web import Limits
from channels.web.rates import Rate
from tests.channels.web.client import Browser, text
from tests.channels.web.stand import Stand, make_roots
from tunnel.events import Press, Start, Text


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
