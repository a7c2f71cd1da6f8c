"""`tunnel emit`: an event from the terminal, into the store or to a running program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from bots.api import Api
from bots.cli import tunnel
from bots.content import Content
from bots.settings import Settings
from bots.sources import Sources
from state import Store, identity_of
from tests.bots.stage import CONTENT, contact
from tests.bots.test_dead import with_store
from tunnel.events import Trigger, decode_event

ADDRESS = ("--address", "web:visitor-1")


@pytest.fixture(autouse=True)
def environment(redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNNEL_REDIS_URL", redis_url)
    monkeypatch.setenv("TUNNEL_CONTENT", str(CONTENT))


def emit(*args: str) -> Result:
    return CliRunner().invoke(tunnel, ["emit", *args, "--lang", "en"])


def waiting(url: str) -> list[Trigger]:
    async def take(store: Store) -> list[Trigger]:
        claims = await store.claim("w", 10)
        return [decode_event(blob) for claim in claims for blob in claim.events]  # type: ignore[misc]

    return with_store(url, take)


def test_an_event_is_typed_as_its_kind_wants(redis_url: str) -> None:
    done = emit("cart.abandoned", *ADDRESS, "items=Parka, Cap", "total=4990", "url=https://e.com/?a=1", "--id", "x1")
    assert (done.exit_code, done.output) == (0, "✓ cart.abandoned is stored (id x1).\n")
    (found,) = waiting(redis_url)
    assert found.data == {"items": ["Parka", "Cap"], "total": 4990.0, "url": "https://e.com/?a=1"}
    assert (found.name, found.origin, found.id) == ("cart.abandoned", "terminal", "event:terminal:x1")
    again = emit("cart.abandoned", *ADDRESS, "--id", "x1")
    assert (again.exit_code, again.output) == (0, "✓ cart.abandoned with the id x1 was there already.\n")


def test_whoever_is_unknown_is_waited_for(redis_url: str) -> None:
    done = emit("order.paid", "--phone", "8 916 000-00-01", "total=5")
    assert done.exit_code == 0
    assert "it waits" in done.output
    with_store(redis_url, lambda store: store.identify("ann", identity_of("phone", "+79160000001")))
    assert [one.name for one in waiting(redis_url)] == ["order.paid"]
    assert "it waits" not in emit("order.paid", "--phone", "+79160000001").output


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("cart.abandonned", *ADDRESS), 1, "did you mean cart.abandoned?"),
        (("cart.abandoned", *ADDRESS, "total=much"), 1, "data.total: it is no number"),
        (("cart.abandoned", *ADDRESS, "totl=5"), 1, "did you mean total?"),
        (("cart.abandoned", "--contact", contact("nobody")), 1, "nobody has this id"),
        (("cart.abandoned", "--address", "vk:5"), 1, "accounts that are on: web:site"),
        (("cart.abandoned", *ADDRESS, "--phone", "+79160000001"), 2, "exactly one of"),
        (("cart.abandoned",), 2, "exactly one of"),
        (("cart.abandoned", *ADDRESS, "total"), 2, "write name=value"),
        (("cart.abandoned", *ADDRESS, "--url", "http://127.0.0.1:1"), 2, "--url needs --token"),
        (("cart.abandoned", *ADDRESS, "--url", "http://127.0.0.1:1", "--token", "t"), 1, "does not answer"),
    ],
)
def test_mistakes_are_told_with_their_remedies(redis_url: str, args: tuple[str, ...], code: int, said: str) -> None:
    done = emit(*args)
    assert done.exit_code == code
    assert said in done.output
    assert waiting(redis_url) == []


@pytest.fixture
def program(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The API of a program that runs elsewhere; its address."""
    monkeypatch.setenv("TUNNEL_EVENTS_TOKENS", "shop=shop-token")
    from pydantic import SecretStr

    ready, loop = threading.Event(), asyncio.new_event_loop()
    place: list[str] = []
    stop = asyncio.Event()

    async def serve() -> None:
        store = await Store.connect(redis_url)
        sources = Sources(Settings(events_tokens=SecretStr("shop=shop-token")))
        app = web.Application()
        app.add_routes(Api(store, Content.load(CONTENT), sources, ["web:site"], lambda: 1_800_000_000.0).routes())
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        place.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()
        await store.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield place[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_through_the_api_of_a_running_program(redis_url: str, program: str) -> None:
    done = emit("cart.abandoned", *ADDRESS, "total=5", "--url", program, "--id", "x1")
    assert (done.exit_code, done.output) == (0, "✓ cart.abandoned is stored (id x1).\n")
    (found,) = waiting(redis_url)
    assert (found.origin, found.data) == ("shop", {"total": 5.0})
    assert "already" in emit("cart.abandoned", *ADDRESS, "--url", program, "--id", "x1").output
    wrong = emit("cart.abandoned", *ADDRESS, "total=much", "--url", program)
    assert (wrong.exit_code, "data.total" in wrong.output) == (1, True)
    refused = emit("cart.abandoned", *ADDRESS, "--url", program, "--token", "wrong")
    assert (refused.exit_code, "the token is wrong" in refused.output) == (1, True)
