"""Files that people sent: fetched from the messenger's own servers only, bounded, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from channels.base import BadMessage, ChannelDown, RetryLater, SendError
from channels.downloads import Downloads, place_of
from channels.files import FileGone, FileTooLarge
from channels.vk.limits import FILE_HOSTS

SECRET = "key-in-the-address"


class Server:
    """Any server of the Internet, the messenger's or not. asked: path and Authorization of each request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.redirects: dict[str, str] = {}
        self.url = ""
        self.waits = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
        if request.path in self.redirects:
            raise web.HTTPFound(self.redirects[request.path])
        if request.path.startswith("/status/"):
            return web.Response(status=int(request.path.rpartition("/")[2]))
        if request.path == "/page.pdf":
            return web.Response(text="<html>gone</html>", content_type="text/html")
        if request.path == "/endless":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b"x" * 1000)
            return response
        if request.path == "/slow":
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"the first of ")
            await self.waits.wait()
            return response
        return web.Response(body=b"content")


@pytest.fixture
async def servers() -> AsyncIterator[list[Server]]:
    runners, found = [], []
    for _ in range(2):
        server, app = Server(), web.Application()
        app.router.add_get("/{path:.*}", server.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        runners.append(runner)
        found.append(server)
    yield found
    for server in found:
        server.waits.set()
    for runner in runners:
        await runner.cleanup()


def error_for(status: int) -> SendError:
    return ChannelDown(f"status {status}") if status == 401 else RetryLater(f"status {status}")


@pytest.fixture
async def downloads(servers: list[Server]) -> AsyncIterator[Downloads]:
    found = Downloads(FILE_HOSTS, f"{servers[0].url}/v23.0", error_for, limit_bytes=50_000)
    yield found
    await found.close()


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_fetched_once_and_whole(servers: list[Server], downloads: Downloads, tmp_path: Path) -> None:
    path = place_of(tmp_path, "смета.pdf", "vk", "1", "ref")
    await asyncio.gather(*(downloads.fetch(f"{servers[0].url}/f.pdf", path) for _ in range(5)))
    assert path.read_bytes() == b"content"
    assert len(servers[0].asked) == 1
    assert left(tmp_path) == ["смета.pdf"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "смета",
        "/f.pdf",
        "http://sun9-1.userapi.com/a.jpg",
        "ftp://sun9-1.userapi.com/a.jpg",
        "file:///etc/passwd",
        "https://userapi.com.evil.example/a.jpg",
        "https://eviluserapi.com/a.jpg",
        "https://evil.example/userapi.com",
        "https://evil.example\\@userapi.com/",
        "https://evil.example#@userapi.com/",
        "https://user@userapi.com/a.jpg",
        "https://user:word@sun9-1.userapi.com/a.jpg",
        "https://sun9-1.userapi.com:8443/a.jpg",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:6379/",
        "geo:55.7,37.6",
        "https://userapi.com\r\nHost: evil.example/",
    ],
)
async def test_an_address_of_others_is_never_asked(
    servers: list[Server], downloads: Downloads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(downloads, "_open", lambda: pytest.fail("it was asked"))
    with pytest.raises(BadMessage) as caught:
        await downloads.fetch(address, tmp_path / "f")
    assert caught.value.code == "foreign"
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "address",
    ["https://sun9-1.userapi.com/a.jpg?size=1x1&sign=a%2Fb", "https://VK.com/doc1_2", "https://psv4.vkuser.net:443/x"],
)
async def test_the_messengers_own_addresses_are_asked_as_they_stand(downloads: Downloads, address: str) -> None:
    url = downloads._own(address)
    assert str(url).endswith(address.partition("/")[2].partition("/")[2].partition("/")[2])


@pytest.mark.parametrize(
    "hop", ["http://127.0.0.1:{other}/secret", "//127.0.0.1:{other}/secret", "http://evil.example/"]
)
async def test_a_redirect_to_others_is_not_followed(
    servers: list[Server], downloads: Downloads, tmp_path: Path, hop: str
) -> None:
    ours, other = servers
    ours.redirects["/f"] = hop.format(other=other.url.rpartition(":")[2])
    with pytest.raises(BadMessage):
        await downloads.fetch(f"{ours.url}/f", tmp_path / "f", headers={"Authorization": "Bearer x"})
    assert other.asked == []
    assert left(tmp_path) == []


async def test_a_redirect_within_the_messenger_is_followed(
    servers: list[Server], downloads: Downloads, tmp_path: Path
) -> None:
    servers[0].redirects["/doc"] = "/storage/f"
    await downloads.fetch(f"{servers[0].url}/doc", tmp_path / "f", headers={"Authorization": "Bearer x"})
    assert servers[0].asked == [("/doc", "Bearer x"), ("/storage/f", "Bearer x")]


async def test_the_token_stays_with_the_server_that_it_is_for(
    servers: list[Server], downloads: Downloads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = servers
    monkeypatch.setattr(downloads, "_is_messengers", lambda url: True)
    ours.redirects["/f"] = f"{other.url}/f"
    await downloads.fetch(f"{ours.url}/f", tmp_path / "f", headers={"Authorization": "Bearer x"})
    assert other.asked == [("/f", "")]


async def test_redirects_in_a_circle_end(servers: list[Server], downloads: Downloads, tmp_path: Path) -> None:
    servers[0].redirects["/f"] = "/f"
    with pytest.raises(BadMessage):
        await downloads.fetch(f"{servers[0].url}/f", tmp_path / "f")
    assert len(servers[0].asked) < 10


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/status/403", FileGone),
        ("/status/404", FileGone),
        ("/status/410", FileGone),
        ("/page.pdf", FileGone),
        ("/status/401", ChannelDown),
        ("/status/500", RetryLater),
        ("/endless", FileTooLarge),
    ],
)
async def test_what_cannot_be_had_says_why_and_leaves_nothing(
    servers: list[Server], downloads: Downloads, tmp_path: Path, path: str, kind: type[SendError]
) -> None:
    with pytest.raises(kind) as caught:
        await downloads.fetch(f"{servers[0].url}{path}?{SECRET}", tmp_path / "f.pdf")
    assert type(caught.value) is kind
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert left(tmp_path) == []


async def test_a_page_that_somebody_sent_is_a_file(servers: list[Server], downloads: Downloads, tmp_path: Path) -> None:
    await downloads.fetch(f"{servers[0].url}/page.pdf", tmp_path / "page.html")
    assert left(tmp_path) == ["page.html"]


async def test_a_server_that_goes_silent_is_left(servers: list[Server], tmp_path: Path) -> None:
    downloads = Downloads(FILE_HOSTS, servers[0].url, error_for, time_s=0.2)
    with pytest.raises(RetryLater):
        await downloads.fetch(f"{servers[0].url}/slow?{SECRET}", tmp_path / "f")
    await downloads.close()
    assert left(tmp_path) == []


async def test_a_server_that_is_away(downloads: Downloads, tmp_path: Path) -> None:
    nowhere = Downloads(FILE_HOSTS, "http://127.0.0.1:9", error_for)
    with pytest.raises(RetryLater):
        await nowhere.fetch("http://127.0.0.1:9/f", tmp_path / "f")
    await nowhere.close()
