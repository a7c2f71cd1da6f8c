"""A stand-in for the Graph API: messages, media and the number, over real HTTP. It checks every call.

fake = FakeWhatsApp()
url = await fake.start()          # TUNNEL_WHATSAPP_API_URL
... await fake.wait_for(2) ...
assert fake.errors == []
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.whatsapp_rules import CAPTIONED, check
from tests.fakes.whatsapp_updates import Updates

VERSION = "v23.0"
Wanted = int | Callable[["FakeWhatsApp"], bool]

MIMES = {
    "image": {"image/jpeg", "image/png"},
    "video": {"video/mp4", "video/3gpp"},
    "audio": {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"},
}


class FakeWhatsApp(Updates):
    """calls: {"method", "params"} in order. messages: those that people would see. errors: what Meta would dislike."""

    def __init__(
        self,
        *,
        number: str = "106540352242922",
        token: str = "wa-token",
        app_secret: str = "app-secret",
        verify_token: str = "verify-word",
    ) -> None:
        super().__init__(number, app_secret)
        self.token, self.verify_token = token, verify_token
        self.calls: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.uploads: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.files: dict[str, tuple[bytes, str]] = {}
        """What people sent, with its type, by its id; those taken away are gone."""
        self.lookaside = ""
        """Where the addresses of what people sent begin."""
        self._addresses: dict[str, str] = {}
        self._media: dict[str, str] = {}
        self._answers: dict[str, list[Any]] = defaultdict(list)
        self._sent = itertools.count(1)
        self._news = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> str:
        app = web.Application(client_max_size=128 * 2**20)
        app.router.add_post(f"/{VERSION}/{{number}}/messages", self._messages)
        app.router.add_post(f"/{VERSION}/{{number}}/media", self._upload)
        app.router.add_get(f"/{VERSION}/{{number}}", self._number)
        app.router.add_get("/whatsapp_business/attachments/", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/{VERSION}"
        self.lookaside = self.url.replace(VERSION, "whatsapp_business/attachments/")
        return self.url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # What the next calls get instead of an answer ("messages", "media" or "number")

    def fail(self, method: str, code: int, status: int = 400, times: int = 1) -> None:
        """Answer with Meta's error `code`."""
        error = {
            "message": f"(#{code}) {self.token} +79990001122",
            "type": "OAuthException",
            "code": code,
            "fbtrace_id": "x",
        }
        self._answers[method] += [(status, {"error": error}, {})] * times

    def answer(self, method: str, answer: object, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with this JSON or text."""
        self._answers[method].append((status, answer, headers or {}))

    def hang(self, method: str) -> None:
        """Never answer the next call."""
        self._answers[method].append(asyncio.Event())

    def keep(self, data: bytes, mime: str) -> str:
        """Keep what somebody sent; its id."""
        media_id = str(1003383421387256 + len(self.files))
        self.files[media_id] = data, mime
        return media_id

    def addresses_age(self) -> None:
        """Five minutes pass."""
        self._addresses.clear()

    def forget_media(self) -> None:
        """As Meta does after 30 days."""
        self._media.clear()

    async def wait_for(self, wanted: Wanted, timeout_s: float = 10.0) -> list[dict[str, Any]]:
        """Wait for so many messages, or until the predicate holds; returns the messages."""
        async with asyncio.timeout(timeout_s):
            while not (wanted(self) if callable(wanted) else len(self.messages) >= wanted):
                self._news.clear()
                await self._news.wait()
        return self.messages

    def choices(self, message: dict[str, Any] | None = None) -> list[dict[str, str]]:
        """{"id", "title"} of each button or row of a message (the last one's by default)."""
        action = (message or self.messages[-1]).get("interactive", {}).get("action", {})
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        return [button["reply"] for button in action.get("buttons", ())] + rows

    @staticmethod
    def words(message: dict[str, Any]) -> str:
        """What people read of a message, but for its buttons."""
        content = message[message["type"]]
        body = content.get("body", "")
        return body["text"] if isinstance(body, dict) else body or content.get("caption", "")

    # HTTP

    def _enter(self, request: web.Request, method: str) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}" or self.token in str(request.url):
            self.errors.append(f"{method}: the token belongs into the header")
        if request.match_info["number"] != self.number:
            self.errors.append(f"{method}: another number")
        self._news.set()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        self._enter(request, "messages")
        body = json.loads(await request.read())
        self.calls.append({"method": "messages", "params": body})
        problems = check(body)
        self.errors += problems
        if self._answers["messages"]:
            return await _respond(self._answers["messages"].pop(0))
        if problems:
            return await _respond((400, {"error": {"message": "Invalid parameter", "code": 100}}, {}))
        if "status" in body:
            return web.json_response({"success": True})
        if missing := self._unknown_media(body):
            return await _respond((400, {"error": {"message": f"no media {missing}", "code": 131009}}, {}))
        self.messages.append(body)
        contact = {"input": body.get("to") or body["recipient"], "wa_id": body.get("to", "")}
        answer = {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": f"wamid.out{next(self._sent)}"}],
        }
        return web.json_response(answer)

    def _unknown_media(self, body: dict[str, Any]) -> str | None:
        content = body[body["type"]]
        holder = content.get("header", {}) if body["type"] == "interactive" else body
        kind = holder.get("type", "")
        if kind not in CAPTIONED | {"audio"}:
            return None
        media_id = holder[kind]["id"]
        mime = self._media.get(media_id)
        if mime is None:
            return str(media_id)
        if mime not in MIMES.get(kind, {mime}):
            self.errors.append(f"messages: {mime} is no {kind} to WhatsApp")
        return None

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        self._enter(request, "media")
        form = await request.post()
        self.calls.append({"method": "media", "params": {}})
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
            self.errors.append(f"media: the form has {list(form)}")
        if self._answers["media"]:
            return await _respond(self._answers["media"].pop(0))
        assert isinstance(file, web.FileField)
        if form.get("type") != file.content_type:
            self.errors.append("media: two types")
        media_id = f"media-{len(self.uploads) + 1}"
        self._media[media_id] = file.content_type
        self.uploads.append({"name": file.filename, "mime": file.content_type, "bytes": file.file.read()})
        return web.json_response({"id": media_id})

    async def _number(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["number"] != self.number:
            return await self._address(request)
        self._enter(request, "number")
        if self._answers["number"]:
            return await _respond(self._answers["number"].pop(0))
        return web.json_response(
            {"verified_name": "Фасад", "display_phone_number": "+1 555-078-3881", "id": self.number}
        )

    async def _address(self, request: web.Request) -> web.StreamResponse:
        """Where what somebody sent is to be had, for five minutes."""
        media_id = request.match_info["number"]
        self.calls.append({"method": "media address", "params": dict(request.query)})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            self.errors.append("media address: the token belongs into the header")
        if request.query.get("phone_number_id", self.number) != self.number:
            self.errors.append("media address: another number")
        if self._answers["media address"]:
            return await _respond(self._answers["media address"].pop(0))
        if media_id not in self.files:
            error = {"message": "Unsupported get request.", "code": 100, "error_subcode": 33, "fbtrace_id": "x"}
            return web.json_response({"error": error}, status=400)
        data, mime = self.files[media_id]
        key = f"h{next(self._sent)}"
        self._addresses[key] = media_id
        answer = {
            "messaging_product": "whatsapp",
            "url": f"{self.lookaside}?mid={media_id}&ext=1&hash={key}",
            "mime_type": mime,
            "sha256": "x",
            "file_size": str(len(data)),
            "id": media_id,
        }
        return web.json_response(answer)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        media_id = self._addresses.get(request.query.get("hash", ""))
        if media_id is None or media_id not in self.files:
            return web.Response(status=404)
        data, mime = self.files[media_id]
        return web.Response(body=data, content_type=mime)


async def _respond(answer: Any) -> web.StreamResponse:
    if isinstance(answer, asyncio.Event):
        await answer.wait()
        return web.Response(status=500)
    status, content, headers = answer
    if isinstance(content, str):
        return web.Response(status=status, text=content, headers=headers)
    return web.json_response(content, status=status, headers=headers)
