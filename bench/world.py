"""The outside world for a measurement: a Bot API stand-in, and the customers who answer what it receives.

One process of its own, whose CPU time does not count. A customer presses the first button, or types an answer where
there is none: in a closed loop as soon as the bot's message has arrived, `concurrency` customers at a time; in an open
one at moments that are drawn beforehand, whatever became of the events before (bench/openloop.py).

    python -m bench.world PORT     then POST /round with {"webhook", "secret", "first", "contacts", "concurrency"}
                                   or POST /open with {"webhook", "secret", "first", "rate", "seconds",
                                   "warm_s", "seed"}
                                   or POST /gather and /once (bench/once.py)
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qsl

import httptools
import msgspec
import uvloop

from channels.keepalive import KeepAlive

ANSWERS = 10
"""Answers that a customer gives after /start: the tunnel has ten steps."""
TYPED = {5: "120", 10: "Call in the evening"}
QUIET_TIME_S = 30.0

_encode = msgspec.json.encode
_decode = msgspec.json.decode


SAYS = ("sendMessage", "editMessageText")
"""Calls that a customer answers."""


class Customer:
    """One person: which answer comes next, and whether they are done."""

    __slots__ = ("answered", "chat", "done", "due_at", "errors", "heard")

    def __init__(self, chat: int) -> None:
        self.chat = chat
        self.answered = 0
        self.done = asyncio.Event()
        self.errors = 0
        self.due_at = 0.0
        """In an open loop: for when the event that waits for its answer was scheduled."""
        self.heard: tuple[dict[str, Any], int] | None = None
        """In an open loop: the bot's last message."""


class World:
    """Its own HTTP is as thin as can be: on two cores, what the stand-in takes is missing to the one measured."""

    def __init__(self) -> None:
        self.customers: dict[int, Customer] = {}
        self.numbers = itertools.count(int(time.time()) * 1000)
        self.calls: dict[str, int] = {}
        self.order: dict[str, Any] = {}
        self.client = KeepAlive("http://127.0.0.1:1")
        self.path = "/"
        self.header = ""
        self.tasks: set[asyncio.Task[None]] = set()
        self.hear: Callable[[Customer, dict[str, Any], int], None] = self.answer_at_once

    def api(self, method: str, body: bytes, content_type: str) -> bytes:
        """Answer a call of the Bot API, and let the customer who was written to answer in turn."""
        self.calls[method] = self.calls.get(method, 0) + 1
        if method not in SAYS:
            return b'{"ok":true,"result":true}'
        params = _decode(body) if content_type.startswith("application/json") else form_fields(body, content_type)
        chat = int(params["chat_id"])
        message_id = next(self.numbers)
        customer = self.customers.get(chat)
        if customer is not None:
            self.hear(customer, params, message_id)
        result = {"message_id": message_id, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "…"}
        return _encode({"ok": True, "result": result})

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def answer_at_once(self, customer: Customer, params: dict[str, Any], message_id: int) -> None:
        self.spawn(self.answer(customer, params, message_id))

    async def answer(self, customer: Customer, params: dict[str, Any], message_id: int) -> None:
        if customer.answered >= ANSWERS:
            customer.done.set()
            return
        customer.answered += 1
        typed = TYPED.get(customer.answered)
        if typed is not None:
            await self.post(customer, self.text(customer.chat, typed))
            return
        markup = params["reply_markup"]
        if isinstance(markup, str):
            markup = _decode(markup)
        data = markup["inline_keyboard"][0][0]["callback_data"]
        await self.post(customer, self.press(customer.chat, data, message_id))

    def text(self, chat: int, text: str) -> dict[str, Any]:
        person = {"id": chat, "is_bot": False, "first_name": "Olga", "language_code": "en"}
        message = {
            "message_id": next(self.numbers),
            "date": int(time.time()) + 1,
            "chat": {"id": chat, "type": "private", "first_name": "Olga"},
            "from": person,
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": 6}]
        return {"update_id": next(self.numbers), "message": message}

    def press(self, chat: int, data: str, message_id: int) -> dict[str, Any]:
        person = {"id": chat, "is_bot": False, "first_name": "Olga", "language_code": "en"}
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Olga"},
            "from": {"id": 1, "is_bot": True, "first_name": "Bot"},
            "text": "…",
        }
        query = {"id": str(next(self.numbers)), "from": person, "message": message, "chat_instance": "1", "data": data}
        return {"update_id": next(self.numbers), "callback_query": query}

    async def post(self, customer: Customer, update: dict[str, Any]) -> None:
        answer = await self.client.post(self.path, _encode(update), timeout_s=30, headers=self.header)
        if answer.status != 200:
            customer.errors += 1

    async def walk(self, chat: int, gate: asyncio.Semaphore) -> Customer:
        async with gate:
            customer = self.customers[chat] = Customer(chat)
            await self.post(customer, self.text(chat, "/start ten"))
            async with asyncio.timeout(QUIET_TIME_S):
                await customer.done.wait()
            del self.customers[chat]
            return customer

    async def post_plainly(self, chat: int, gate: asyncio.Semaphore) -> Customer:
        """As many deliveries as a walk has, none of which waits for an answer in the chat."""
        customer = Customer(chat)
        async with gate:
            for _ in range(ANSWERS + 1):
                await self.post(customer, self.press(chat, "1.aaaaaa.bbbbbb", 1))
        return customer

    def direct(self, order: dict[str, Any]) -> None:
        """Deliver to the webhook of this order from now on."""
        base, _, path = order["webhook"].partition("//")[2].partition("/")
        self.client, self.path = KeepAlive(f"http://{base}"), f"/{path}"
        self.header = f"X-Telegram-Bot-Api-Secret-Token: {order['secret']}\r\n"
        self.calls.clear()

    async def round(self, order: dict[str, Any]) -> bytes:
        """Let `contacts` customers, from chat `first` on, walk through the tunnel (`plain`: only deliver updates)."""
        self.direct(order)
        started = time.perf_counter()
        gate = asyncio.Semaphore(order["concurrency"])
        go = self.post_plainly if order.get("plain") else self.walk
        people = await asyncio.gather(*(go(order["first"] + number, gate) for number in range(order["contacts"])))
        result = {
            "events": len(people) * (ANSWERS + 1),
            "errors": sum(customer.errors for customer in people),
            "wall_s": time.perf_counter() - started,
            "calls": self.calls,
        }
        await asyncio.gather(*self.tasks)
        self.client.close()
        return _encode(result)


@cache
def orders() -> dict[bytes, Callable[[World, dict[str, Any]], Coroutine[Any, Any, bytes]]]:
    """What can be asked of a world, by path."""
    from bench.once import gather, write_once
    from bench.openloop import drive

    return {b"/round": World.round, b"/open": drive, b"/gather": gather, b"/once": write_once}


def form_fields(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form, as aiogram sends it where there are no files."""
    assert content_type.startswith("application/x-www-form-urlencoded"), content_type
    return dict(parse_qsl(body.decode()))


class Connection(asyncio.Protocol):
    """One client's connection to the stand-in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport | None = None
        self.url, self.content_type, self.pieces = b"", "", []  # type: ignore[var-annotated]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.url, self.content_type, self.pieces = b"", "", []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self.content_type = value.decode()

    def on_body(self, piece: bytes) -> None:
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        body = b"".join(self.pieces)
        work = orders().get(self.url)
        if work is not None:
            asyncio.ensure_future(work(self.world, _decode(body))).add_done_callback(self.rounded)
        else:
            self.reply(self.world.api(self.url.rpartition(b"/")[2].decode(), body, self.content_type))

    def rounded(self, task: asyncio.Task[bytes]) -> None:
        if task.exception() is not None:
            self.reply(repr(task.exception()).encode(), b"500 Failed")
        else:
            self.reply(task.result())

    def reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        if self.transport is not None and not self.transport.is_closing():
            head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
            self.transport.write(head + body)


async def main() -> None:
    world = World()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(world), "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
