"""No log line holds a secret or a customer's number, whoever logs it and in whatever form."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bots.logs import SECRET, Masker, set_up_logs
from bots.settings import Settings
from console.accounts.accounts import Accounts
from records import Records

BOT_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
VK_TOKEN = "vk1.a.Zm9vYmFyYmF6"


@pytest.fixture
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook = hook
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def logged(restored: None) -> Callable[[], list[dict[str, Any]]]:
    """Set the logs up as JSON; call it for the lines written so far."""
    stream = io.StringIO()
    settings = Settings(telegram_token=SecretStr(BOT_TOKEN), vk_token=SecretStr(VK_TOKEN), log_format="json")
    set_up_logs(settings, stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_events_and_libraries_go_the_same_way(logged: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger("ours").info("started", port=8080, nothing=None)
    logging.getLogger("theirs").warning("slow: %s s", 3, extra={"attempt": 2})
    ours, theirs = logged()
    assert ours["event"] == "started"
    assert (ours["level"], ours["logger"], ours["port"], ours["nothing"]) == ("info", "ours", 8080, None)
    assert theirs["event"] == "slow: 3 s"
    assert (theirs["level"], theirs["logger"], theirs["attempt"]) == ("warning", "theirs", 2)
    assert ours["timestamp"].endswith("Z")


def test_tracebacks_are_masked(logged: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise ValueError(f"POST https://api.telegram.org/bot{BOT_TOKEN}/sendMessage for +7 916 123-45-67")
    except ValueError:
        structlog.get_logger("ours").exception("failed")
        logging.getLogger("theirs").exception("failed too")
    for line in logged():
        assert "ValueError: POST https://api.telegram.org/bot‹secret›/sendMessage for ‹…67›" in line["exception"]


def test_values_are_masked_however_deep(logged: Callable[[], list[dict[str, Any]]]) -> None:
    deep: dict[str, Any] = {"list": [{"text": f"key {VK_TOKEN}"}, ("me@example.com", 79161234567)], "access_token": "x"}
    structlog.get_logger("ours").info(
        "event", deep=deep, blob=BOT_TOKEN.encode(), other=SecretStr("q"), error=OSError(VK_TOKEN)
    )
    line = json.dumps(logged()[0], ensure_ascii=False)
    for hidden in (VK_TOKEN, BOT_TOKEN, "me@example.com", "79161234567"):
        assert hidden not in line
    assert logged()[0]["deep"]["access_token"] == SECRET


def test_a_structure_without_end_is_cut(logged: Callable[[], list[dict[str, Any]]]) -> None:
    loop: list[Any] = []
    loop.append(loop)
    structlog.get_logger("ours").info("event", loop=loop, long="x" * 100_000)
    assert len(logged()[0]["long"]) < 20_000


def test_the_access_log_and_a_library_s_own_handler_are_off(logged: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("aiohttp.access").error("GET /chat/siding?visitor=…")
    logging.getLogger("vkbottle").error("once")
    assert [line["event"] for line in logged()] == ["once"]
    assert not any(isinstance(handler, logging.StreamHandler) for handler in logging.getLogger("vkbottle").handlers)


@pytest.mark.usefixtures("restored")
async def test_what_is_no_http_is_told_in_one_line_without_its_words(
    logged: Callable[[], list[dict[str, Any]]],
) -> None:
    async with TestServer(web.Application()) as server:
        for head in (
            b"Cookie: tunnel_console=DcTtnX9\x01",
            b"X-Api: DcTtnX9\r\nContent-Length: 5, DcTtnX9",
            b"X-Long: " + b"DcTtnX9" * 3000,
        ):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
            assert b"400" in await reader.readline()
            writer.close()
    lines = logged()
    assert [(line["level"], line["cause"]) for line in lines] == [
        ("warning", "BadHttpMessage"),
        ("warning", "BadHttpMessage"),
        ("warning", "LineTooLong"),
    ]
    assert "DcTtnX9" not in str(lines)
    assert "exception" not in str(lines)


def test_who_hangs_up_is_no_error_and_a_fault_of_ours_is(logged: Callable[[], list[dict[str, Any]]]) -> None:
    for error in (ConnectionResetError("Connection lost"), ZeroDivisionError("ours")):
        logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error)
    hung_up, fault = logged()
    assert (hung_up["level"], "exception" in hung_up) == ("warning", False)
    assert (fault["level"], "ZeroDivisionError" in fault["exception"]) == ("error", True)


def test_the_console_form_is_masked_too() -> None:
    stream = io.StringIO()
    set_up_logs(Settings(vk_token=SecretStr(VK_TOKEN), log_format="console"), stream)
    try:
        raise ValueError(VK_TOKEN)
    except ValueError:
        structlog.get_logger("ours").exception(f"failed {VK_TOKEN}", token=VK_TOKEN, phone="+79161234567")
    assert "failed" in stream.getvalue()
    assert VK_TOKEN not in stream.getvalue()
    assert "9161234" not in stream.getvalue()


@pytest.mark.usefixtures("restored")
def test_the_level_is_kept() -> None:
    stream = io.StringIO()
    set_up_logs(Settings(log_level="warning", log_format="json"), stream)
    structlog.get_logger("ours").info("quiet")
    structlog.get_logger("ours").warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("call +7 (916) 123-45-67 now", "call ‹…67› now"),
        ("8 916 123 45 67", "‹…67›"),
        ("89161234567", "‹…67›"),
        ("+49 30 901820", "‹…20›"),
        ("wa_id=79161234567,", "wa_id=‹…67›,"),
        ("79161234567@s.example.com", "‹email›"),
        ("Ivan.Petrov+shop@mail.example.ru wrote", "‹email› wrote"),
        (
            f"https://api.telegram.org/file/bot{BOT_TOKEN}/photos/1.jpg",
            "https://api.telegram.org/file/bot‹secret›/photos/1.jpg",
        ),
        ("https://x/bot1:odd/getMe", "https://x/bot‹secret›/getMe"),
        ("token 987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw.", "token ‹secret›."),
        ("?access_token=abc.def&v=5.199", "?access_token=‹secret›&v=5.199"),
        ('{"access_token": "abc", "v": 1}', '{"access_token": "‹secret›", "v": 1}'),
        ("hub.verify_token=word&hub.challenge=1", "hub.verify_token=‹secret›&hub.challenge=1"),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ‹secret›"),
        ("redis://user:pw@host:6379/0", "redis://‹secret›@host:6379/0"),
        ("redis://:pw@host.example.com/0", "redis://‹secret›@host.example.com/0"),
    ],
)
def test_what_is_hidden(written: str, shown: str) -> None:
    assert Masker().text(written) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "2026-11-21 12:00:00 and 2026-11-21T12:00:00.123456Z",
        "listening on 192.168.100.200:8080",
        "contact 00112233445566778899aabb",
        "took 1732189200.123 s, 0.12345678901; 3.11.12; 12 345 678",
        "content/tunnels/siding.yaml:120:5: unknown step",
        "0123456789abcdef",
        "5 tokens, 3 secrets",
    ],
)
def test_what_is_kept(kept: str) -> None:
    assert Masker().text(kept) == kept


def test_numbers_with_a_unit_in_their_name_are_kept() -> None:
    masker = Masker()
    assert masker.value(1732189200, "due_at") == 1732189200
    assert masker.value(1732189200, "peer") == "‹…00›"
    assert masker.value(True, "ready") is True


_SECRETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=60)


async def test_what_goes_into_the_records_is_in_no_log(restored: None, tmp_path: Path) -> None:
    stream = io.StringIO()
    set_up_logs(Settings(log_level="debug", log_format="json"), stream)
    records = Records.open("", tmp_path)
    await records.migrate()
    await Accounts(records.engine, time.time).first_link()
    await records.close()
    assert "one_time_links" not in stream.getvalue()


@given(_SECRETS, st.text(max_size=30), st.text(max_size=30), st.sampled_from([str, quote, repr]))
def test_a_known_secret_never_gets_through(secret: str, before: str, after: str, form: Callable[[str], str]) -> None:
    masked = Masker([secret]).text(before + form(secret) + after)
    # What is written in a secret's place is no secret, and neither is what stood around it.
    assert form(secret).strip("'\"") not in masked.replace(SECRET, "\0")


@given(
    st.lists(st.sampled_from(list("0123456789")), min_size=11, max_size=11),
    st.sampled_from(["{}{}{}{}{}{}{}{}{}{}{}", "+{} ({}{}{}) {}{}{}-{}{}-{}{}", "{}-{}{}{}-{}{}{}-{}{}{}{}"]),
    st.sampled_from(["{}", "tel:{}", "number {}, please", '"{}"', "({})", "{}\n", "номер {} ок"]),
)
def test_a_phone_number_never_gets_through(digits: list[str], shape: str, around: str) -> None:
    number = shape.format(*digits)
    masked = Masker().text(around.format(number))
    shown = [sign for sign in masked if sign.isdigit()]
    assert shown == digits[-2:]


@given(st.text(max_size=2_000))
def test_any_text_can_be_masked(text: str) -> None:
    once = Masker(["secret-value"]).text(text)
    assert Masker(["secret-value"]).text(once) == once
