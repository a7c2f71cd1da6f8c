"""Stand-ins for Telegram and VK in one HTTP server, which record every call with its time and what became of it.

A call counts as delivered from the moment in which the stand-in decides to carry it out, whether or not its answer
reaches the caller. VK's honours `random_id`: a repetition in the same dialogue is answered like the first, and not
delivered again.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

import httptools

OK, RATE, FAIL, HANG, RESET, RESET_AFTER = "ok", "429", "500", "hang", "reset", "reset after delivery"


@dataclass(slots=True, eq=False)
class Call:
    """One call. `line`: number of its connection. `answered_at`: None if the connection ended first."""

    at: float
    channel: str
    method: str
    person: str
    text: str
    line: int
    outcome: str = OK
    delivered: bool = False
    """False for what failed, and for VK's repetitions."""
    answered_at: float | None = None
    retry_after_s: int = 0

    @property
    def in_the_dark(self) -> bool:
        """Whether the caller cannot know if the message was delivered."""
        return self.delivered and self.outcome != OK


@dataclass(slots=True)
class Line:
    """What is remembered of one connection."""

    number: int
    last: Call | None = None
    lost_at: float | None = None


Policy = Callable[[Call], tuple[str, int]]
"""What becomes of a call: an outcome, and for 429 the seconds to wait."""


class Troubles:
    """Each trouble for its share of a channel's messages, by a seeded coin; no message meets more than MOST of them.

    (With four in five calls failing, one message in thirty would fail fifteen times, and our own growing pauses between
    tries would take longer than everything else.)
    """

    MOST = 4

    def __init__(self, channel: str, share: float, seed: int) -> None:
        self.channel = channel
        self.share = share
        self._chance = random.Random(seed)
        self._met: Counter[tuple[str, str]] = Counter()

    def __call__(self, call: Call) -> tuple[str, int]:
        if call.channel != self.channel or not call.text:
            return OK, 0
        if self._met[call.person, call.text] >= self.MOST:
            return OK, 0
        self._met[call.person, call.text] += 1
        draw = self._chance.random()
        for number, outcome in enumerate((RATE, FAIL, HANG, RESET)):
            if draw < self.share * (number + 1):
                if outcome == RESET and self._chance.random() < 0.5:
                    outcome = RESET_AFTER
                return outcome, self._chance.randint(1, 3)
        return OK, 0


@dataclass(slots=True)
class Messengers:
    """Both messengers. `delay_s`: how long an answer takes; `hang_s`: how long a call that hangs does."""

    delay_s: float = 0.0
    hang_s: float = 30.0
    policy: Policy = lambda _: (OK, 0)
    calls: list[Call] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    on_delivered: Callable[[Call], None] = lambda _: None
    url: str = ""
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1_000))
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    def take(self, path: str, params: dict[str, Any], line: Line) -> tuple[Call, Any]:
        """Record a call and decide on it; the body of its answer."""
        telegram = path.startswith("/bot")
        method = path.rpartition("/")[2]
        person = str(params.get("chat_id" if telegram else "peer_id", ""))
        says = method in ("sendMessage", "messages.send")
        text = str(params.get("text" if telegram else "message", "")) if says else ""
        call = Call(time.time(), "telegram" if telegram else "vk", method, person, text, line.number)
        self.calls.append(call)
        line.last = call
        call.outcome, call.retry_after_s = self.policy(call)
        if call.outcome == RATE:
            return call, _too_many(call)
        if call.outcome == FAIL:
            return call, {"ok": False, "error_code": 500, "description": "Internal Server Error"}
        if call.outcome in (HANG, RESET):
            return call, None
        return call, self._telegram(call) if telegram else self._vk(call, params)

    def _telegram(self, call: Call) -> Any:
        if not call.text:
            topic = {"message_thread_id": next(self._numbers), "name": "x", "icon_color": 7322096}
            return {"ok": True, "result": topic if call.method == "createForumTopic" else True}
        self._deliver(call)
        chat = {"id": int(call.person), "type": "private"}
        return {"ok": True, "result": {"message_id": next(self._numbers), "date": 1, "chat": chat, "text": "…"}}

    def _vk(self, call: Call, params: dict[str, Any]) -> Any:
        if call.method == "users.get":
            return {"response": [{"id": int(params["user_ids"]), "first_name": "Olga", "sex": 1}]}
        if not call.text:
            return {"response": 1}
        key = (call.person, str(params["random_id"]))
        if key not in self._seen:
            self._seen[key] = next(self._numbers)
            self._deliver(call)
        return {"response": self._seen[key]}

    def _deliver(self, call: Call) -> None:
        call.delivered = True
        self.on_delivered(call)


def _too_many(call: Call) -> Any:
    if call.channel == "vk":
        return {"error": {"error_code": 6, "error_msg": "Too many requests per second"}}
    parameters = {"retry_after": call.retry_after_s}
    return {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}


_STATUSES = {RATE: b"429 Too Many Requests", FAIL: b"500 Internal Server Error"}


class _Connection(asyncio.Protocol):
    """One connection of the program's to the stand-ins."""

    def __init__(self, world: Messengers) -> None:
        self.world = world
        self.line = Line(len(world.lines))
        world.lines.append(self.line)
        self.parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport | None = None
        self.url, self.content_type, self.body = b"", "", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.line.lost_at = time.time()
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.url, self.content_type, self.body = b"", "", b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self.content_type = value.decode()

    def on_body(self, piece: bytes) -> None:
        self.body += piece

    def on_message_complete(self) -> None:
        is_json = self.content_type.startswith("application/json")
        params = json.loads(self.body) if is_json else dict(parse_qsl(self.body.decode()))
        call, answer = self.world.take(self.url.decode(), params, self.line)
        loop = asyncio.get_running_loop()
        if call.outcome in (RESET, RESET_AFTER):
            loop.call_later(self.world.delay_s, self.reset)
        elif call.outcome == HANG:
            loop.call_later(self.world.hang_s, self.reset)
        elif self.world.delay_s:
            loop.call_later(self.world.delay_s, self.answer, call, answer)
        else:
            self.answer(call, answer)

    def reset(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def answer(self, call: Call, answer: Any) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        call.answered_at = time.time()
        body = json.dumps(answer).encode()
        status = b"200 OK" if call.channel == "vk" and call.outcome == RATE else _STATUSES.get(call.outcome, b"200 OK")
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self.transport.write(head + body)
