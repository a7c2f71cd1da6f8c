"""The outside world for a measurement: a Bot API stand-in, and the customers who answer what it receives.

One process of its own, whose CPU time does not count. A customer presses the first button, or types an answer where
there is none, as soon as the bot's message has arrived: a closed loop, `concurrency` customers at a time.

    python -m bench.world PORT     then POST /round with {"webhook", "secret", "first", "contacts", "concurrency"}
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from typing import Any

import msgspec
import uvloop
from aiohttp import ClientSession, TCPConnector, web

ANSWERS = 10
"""Answers that a customer gives after /start: the tunnel has ten steps."""
TYPED = {5: "120", 10: "Call in the evening"}
QUIET_TIME_S = 30.0

_encode = msgspec.json.encode
_decode = msgspec.json.decode


class Customer:
    """One person: which answer comes next, and whether they are done."""

    __slots__ = ("answered", "chat", "done", "errors")

    def __init__(self, chat: int) -> None:
        self.chat = chat
        self.answered = 0
        self.done = asyncio.Event()
        self.errors = 0


class World:
    def __init__(self) -> None:
        self.customers: dict[int, Customer] = {}
        self.numbers = itertools.count(int(time.time()) * 1000)
        self.calls: dict[str, int] = {}
        self.webhook = ""
        self.secret = ""
        self.client: ClientSession | None = None
        self.posts: set[asyncio.Task[None]] = set()

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] = self.calls.get(method, 0) + 1
        body = await request.read()
        if method != "sendMessage":
            return web.Response(body=b'{"ok":true,"result":true}', content_type="application/json")
        is_json = request.content_type == "application/json"
        params = _decode(body) if is_json else dict(await request.post())
        chat = int(params["chat_id"])
        message_id = next(self.numbers)
        customer = self.customers.get(chat)
        if customer is not None:
            task = asyncio.create_task(self.answer(customer, params, message_id))
            self.posts.add(task)
            task.add_done_callback(self.posts.discard)
        result = {"message_id": message_id, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "…"}
        return web.Response(body=_encode({"ok": True, "result": result}), content_type="application/json")

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
        assert self.client is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret, "Content-Type": "application/json"}
        async with self.client.post(self.webhook, data=_encode(update), headers=headers) as response:
            await response.read()
            if response.status != 200:
                customer.errors += 1

    async def walk(self, chat: int, gate: asyncio.Semaphore) -> Customer:
        async with gate:
            customer = self.customers[chat] = Customer(chat)
            await self.post(customer, self.text(chat, "/start ten"))
            async with asyncio.timeout(QUIET_TIME_S):
                await customer.done.wait()
            del self.customers[chat]
            return customer

    async def round(self, request: web.Request) -> web.Response:
        order = await request.json()
        self.webhook, self.secret = order["webhook"], order["secret"]
        self.calls.clear()
        started = time.perf_counter()
        gate = asyncio.Semaphore(order["concurrency"])
        async with ClientSession(connector=TCPConnector(limit=0)) as self.client:
            people = await asyncio.gather(
                *(self.walk(order["first"] + number, gate) for number in range(order["contacts"]))
            )
            await asyncio.gather(*self.posts)
        return web.json_response(
            {
                "events": len(people) * (ANSWERS + 1),
                "errors": sum(customer.errors for customer in people),
                "wall_s": time.perf_counter() - started,
                "calls": self.calls,
            }
        )


def main() -> None:
    world = World()
    app = web.Application()
    app.router.add_post("/round", world.round)
    app.router.add_route("*", "/bot{token}/{method}", world.api)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
