"""A Bot API server that lives in the test's process (or alone: `python -m tests.fakes.telegram`).

It keeps every call, complains about each that the specification or Telegram's unwritten rules forbid (`errors`: tests
assert that it is empty), and can be told to refuse, to hang, or to cut the line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.telegram_rules import Upload, complaints, read_params, specification
from tests.fakes.telegram_updates import BOT, DATE, DESK, Json, Updates, supergroup

__all__ = ["BOT", "DESK", "TOKEN", "FakeCall", "FakeTelegram", "Updates", "Upload"]

TOKEN = "123456:TEST-token_of-the-fake"
FILE_FIELDS = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendAnimation": "animation",
    "sendSticker": "sticker",
}
KIND_NAMES = {"video_note": "VideoNote"} | {kind: kind.capitalize() for kind in FILE_FIELDS.values() if "_" not in kind}


@dataclass(frozen=True)
class FakeCall:
    """One call as it came. Files are `Upload`s in `params`."""

    method: str
    params: Json

    @property
    def text(self) -> str:
        """The words of a message, be they text or caption."""
        return str(self.params.get("text") or self.params.get("caption") or "")

    @property
    def chat(self) -> int | None:
        return self.params.get("chat_id")

    @property
    def buttons(self) -> dict[str, str]:
        """Label → callback_data, url, or "" for a key of a reply keyboard."""
        markup = self.params.get("reply_markup") or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return {b["text"]: b.get("callback_data") or b.get("url") or "" for row in rows for b in row}


@dataclass
class Trouble:
    """What to do instead of answering, `times` times."""

    method: str | None
    times: int
    status: int = 500
    description: str = ""
    parameters: Json = field(default_factory=dict)
    body: bytes | None = None
    hang: bool = False
    cut: bool = False
    chat: int | None = None


class Refusal(Exception):
    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class FakeTelegram:
    """token: of the one bot it knows. desk: a group with topics where the bot may do all. validate: judge calls."""

    def __init__(self, token: str = TOKEN, *, desk: int = DESK, validate: bool = True) -> None:
        self.token, self.desk, self.validate = token, desk, validate
        self.calls: list[FakeCall] = []
        self.errors: list[str] = []
        self.updates = Updates(desk=desk)
        self.webhook: Json = {"url": ""}
        self.blocked: set[int] = set()
        self.topics: dict[int, str] = {}
        self.closed_topics: set[int] = set()
        self.forum, self.can_manage_topics = True, True
        self.files: dict[str, tuple[str, bytes]] = {}
        self.waiting: list[Json] = []
        self.base_url = ""
        self._troubles: list[Trouble] = []
        self._ids = count(1)
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._poll = 0
        self._runner: web.AppRunner | None = None

    # Running it.

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.base_url

    async def stop(self) -> None:
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> FakeTelegram:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    # Looking at what came.

    def of(self, method: str, chat: int | None = None) -> list[FakeCall]:
        return [call for call in self.calls if call.method == method and chat in (None, call.chat)]

    def said(self, chat: int) -> list[FakeCall]:
        """All messages to a chat, in order."""
        return [call for call in self.calls if call.chat == chat and call.method in (*FILE_FIELDS, "sendMessage")]

    async def wait_for(
        self,
        method: str,
        count: int = 1,
        *,
        where: Callable[[FakeCall], bool] = lambda call: True,
        within_s: float = 10,
    ) -> list[FakeCall]:
        """The calls of a method (and a condition), once there are `count`. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while len(found := [call for call in self.calls if call.method == method and where(call)]) < count:
                self._changed.clear()
                await self._changed.wait()
        return found

    async def wait_until_said(self, chat: int, words: str, *, after: int = 0, within_s: float = 10) -> FakeCall:
        """The first message to a chat, from its number `after` on, that holds `words`. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                for call in self.said(chat)[after:]:
                    if words in call.text:
                        return call
                self._changed.clear()
                await self._changed.wait()

    async def wait_for_any(self, after: int) -> None:
        """Return once there are more than `after` calls."""
        while len(self.calls) <= after:
            self._changed.clear()
            await self._changed.wait()

    # Making trouble.

    def fail(
        self,
        method: str | None = None,
        *,
        status: int = 500,
        description: str = "Internal Server Error",
        times: int = 1,
        chat: int | None = None,
        body: bytes | None = None,
        **parameters: Any,
    ) -> None:
        """Answer the next `times` calls with an error; `parameters` such as retry_after; `body` instead of JSON."""
        self._troubles.append(Trouble(method, times, status, description, parameters, body, chat=chat))

    def hang(self, method: str | None = None, *, times: int = 1) -> None:
        """Never answer the next calls."""
        self._troubles.append(Trouble(method, times, hang=True))

    def cut(self, method: str | None = None, *, times: int = 1) -> None:
        """Do what the next calls want, but cut the line instead of answering."""
        self._troubles.append(Trouble(method, times, cut=True))

    def forget_files(self) -> None:
        self.files.clear()

    def add_file(self, content: bytes, kind: str = "document", path: str = "documents/file_1.pdf") -> str:
        """A file that somebody sent; its id, for `getFile`."""
        file_id = f"{kind}-{next(self._ids)}-{path}"
        self.files[file_id] = (kind, content)
        return file_id

    # Delivering updates.

    def push(self, *updates: Json) -> None:
        """Let updates wait for `getUpdates`."""
        self.waiting.extend(updates)
        self._changed.set()

    async def deliver(self, update: Json, url: str = "", *, secret: str | None = None) -> int:
        """Post an update to the webhook; the answer's status."""
        token = self.webhook.get("secret_token") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url or self.webhook["url"], json=update, headers=headers) as response,
        ):
            return response.status

    def press_on(self, chat: int, label: str) -> Json:
        """A press of the last button that was sent to a chat under this label."""
        for call in reversed(self.said(chat)):
            if call.buttons.get(label):
                return self.updates.press(chat, call.buttons[label], label=label)
        raise LookupError(f"no button {label!r} was sent to {chat}")

    # Answering.

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _failure(401, "Unauthorized")
        if method not in specification()["methods"]:
            self.errors.append(f"{method}: not in the excerpt of the specification")
            return _failure(404, "Not Found: method not found")
        params = await read_params(request, method)
        trouble = self._trouble(method, params)
        if trouble is not None and trouble.hang:
            self._record(method, params)
            await self._stopping.wait()
        if trouble is not None and not trouble.cut:
            self._record(method, params)
            if trouble.body is not None:
                return web.Response(status=trouble.status, body=trouble.body)
            return _failure(trouble.status, trouble.description, **trouble.parameters)
        try:
            result = await self._answer(method, params)
        except Refusal as refusal:
            return _failure(refusal.status, refusal.description, **refusal.parameters)
        if trouble is not None:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    def _record(self, method: str, params: Json) -> None:
        self.calls.append(FakeCall(method, params))
        self._changed.set()

    def _trouble(self, method: str, params: Json) -> Trouble | None:
        for trouble in self._troubles:
            if trouble.method in (None, method) and trouble.chat in (None, params.get("chat_id")):
                trouble.times -= 1
                if trouble.times <= 0:
                    self._troubles.remove(trouble)
                return trouble
        return None

    async def _answer(self, method: str, params: Json) -> Any:
        wrong = complaints(method, params) if self.validate else []
        if method != "getUpdates":
            self._record(method, params)
        if wrong:
            self.errors.extend(wrong)
            raise Refusal(400, f"Bad Request: {wrong[0]}")
        special = getattr(self, f"_{method}", None)
        if special is not None:
            return await special(params)
        if method in (*FILE_FIELDS, "sendMessage", "sendLocation", "copyMessage"):
            return self._message(method, params)
        return True

    def _message(self, method: str, params: Json) -> Json:
        chat, thread = params["chat_id"], params.get("message_thread_id")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if thread is not None and thread not in self.topics:
            raise Refusal(400, "Bad Request: message thread not found")
        if thread in self.closed_topics:
            raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        message: Json = {"message_id": next(self._ids), "from": BOT, "date": DATE}
        message["chat"] = {"id": chat, "type": "private"} if chat > 0 else supergroup(chat, forum=True)
        for name in ("text", "caption"):
            if name in params:
                message[name] = params[name]
        kind = FILE_FIELDS.get(method)
        if kind is not None:
            stored = self._store(kind, params[kind])
            message[kind] = [stored] if kind == "photo" else stored
        return message

    def _store(self, kind: str, given: Upload | str) -> Json:
        if isinstance(given, Upload):
            file_id = f"{kind}-{next(self._ids)}-id"
            self.files[file_id] = (kind, given.content)
        else:
            file_id = given
            if file_id not in self.files:
                raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
            actual = self.files[file_id][0]
            if actual != kind:
                raise Refusal(400, f"Bad Request: can't use file of type {KIND_NAMES[actual]} as {KIND_NAMES[kind]}")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(self.files[file_id][1])}

    async def _getMe(self, params: Json) -> Json:  # noqa: N802 — named after the method
        return BOT | {"can_join_groups": True}

    async def _getUpdates(self, params: Json) -> list[Json]:  # noqa: N802
        if self.webhook["url"]:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        self._poll += 1
        mine = self._poll
        self._changed.set()  # a poll that still waits finds out that it is not the last
        offset = params.get("offset", 0)
        self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        self.calls.append(FakeCall("getUpdates", params))
        try:
            async with asyncio.timeout(params.get("timeout", 0)):
                while not self.waiting and mine == self._poll and not self._stopping.is_set():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return []
        if mine != self._poll:
            raise Refusal(409, "Conflict: terminated by other getUpdates request")
        return self.waiting[: params.get("limit", 100)]

    async def _setWebhook(self, params: Json) -> bool:  # noqa: N802
        self.webhook = params
        return True

    async def _deleteWebhook(self, params: Json) -> bool:  # noqa: N802
        self.webhook = {"url": ""}
        if params.get("drop_pending_updates"):
            self.waiting.clear()
        return True

    async def _getWebhookInfo(self, params: Json) -> Json:  # noqa: N802
        info = {"url": self.webhook["url"], "has_custom_certificate": False}
        kinds = {"allowed_updates": self.webhook["allowed_updates"]} if "allowed_updates" in self.webhook else {}
        return info | {"pending_update_count": len(self.waiting)} | kinds

    async def _getFile(self, params: Json) -> Json:  # noqa: N802
        file_id = params["file_id"]
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path = file_id.split("-", 2)[2] if file_id.count("-") >= 2 else file_id
        return {"file_id": file_id, "file_unique_id": "u", "file_path": path}

    async def _getChat(self, params: Json) -> Json:  # noqa: N802
        return supergroup(params["chat_id"], forum=self.forum)

    async def _getChatMember(self, params: Json) -> Json:  # noqa: N802
        return {"status": "administrator", "user": BOT, "can_manage_topics": self.can_manage_topics}

    async def _createForumTopic(self, params: Json) -> Json:  # noqa: N802
        if params["chat_id"] != self.desk:
            raise Refusal(400, "Bad Request: chat not found")
        if not self.forum:
            raise Refusal(400, "Bad Request: the chat is not a forum")
        if not self.can_manage_topics:
            raise Refusal(400, "Bad Request: not enough rights to create a topic")
        thread = next(self._ids)
        self.topics[thread] = params["name"]
        return {"message_thread_id": thread, "name": params["name"], "icon_color": 7322096}

    async def _editForumTopic(self, params: Json) -> bool:  # noqa: N802
        thread = self._topic(params)
        if self.topics[thread] == params.get("name"):
            raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
        self.topics[thread] = params["name"]
        return True

    async def _closeForumTopic(self, params: Json) -> bool:  # noqa: N802
        thread = self._topic(params)
        if thread in self.closed_topics:
            raise Refusal(400, "Bad Request: TOPIC_NOT_MODIFIED")
        self.closed_topics.add(thread)
        return True

    async def _reopenForumTopic(self, params: Json) -> bool:  # noqa: N802
        self.closed_topics.discard(self._topic(params))
        return True

    async def _deleteForumTopic(self, params: Json) -> bool:  # noqa: N802
        del self.topics[self._topic(params)]
        return True

    def _topic(self, params: Json) -> int:
        thread: int = params["message_thread_id"]
        if thread not in self.topics:
            raise Refusal(400, "Bad Request: TOPIC_ID_INVALID")
        return thread

    async def _download(self, request: web.Request) -> web.Response:
        found = next((c for i, (_, c) in self.files.items() if i.endswith(request.match_info["path"])), None)
        if request.match_info["token"] != self.token or found is None:
            return _failure(404, "Not Found")
        return web.Response(body=found, content_type="application/octet-stream")


def _failure(status: int, description: str, **parameters: Any) -> web.Response:
    body: Json = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)


async def _serve(port: int, token: str) -> None:
    fake = FakeTelegram(token)
    sys.stdout.write(f"{await fake.start(port=port)}\n")
    sys.stdout.flush()
    shown = 0
    while True:
        await fake.wait_for_any(shown)
        for call in fake.calls[shown:]:
            sys.stdout.write(json.dumps({call.method: call.params}, ensure_ascii=False, default=repr) + "\n")
        shown = len(fake.calls)
        sys.stdout.flush()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8081)
    arguments.add_argument("--token", default=TOKEN)
    chosen = arguments.parse_args()
    asyncio.run(_serve(chosen.port, chosen.token))
