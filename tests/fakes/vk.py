"""A stand-in for VK: methods, upload servers and the long poll, over real HTTP. It checks every call and remembers all.

    fake = FakeVk(group_id=1)
    url = await fake.start()          # TUNNEL_VK_API_URL
    ... await fake.wait_for(2) ...
    assert fake.errors == []

It behaves as VK does where it matters: `random_id` drops repetitions, upload servers serve once, attachments must have
been saved, errors come with HTTP 200, a document lies behind a redirect, a forgotten one is a page that says so.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.vk_rules import check
from tests.fakes.vk_updates import USER, Updates

Wanted = int | Callable[["FakeVk"], bool]


class FakeVk(Updates):
    """calls: {"method", "params"} in order. messages: those that people would see. errors: what VK would dislike."""

    def __init__(
        self, *, group_id: int = 1, token: str = "vk-token", secret: str = "vk-secret", confirmation: str = "c0de"
    ) -> None:
        super().__init__(group_id, secret)
        self.token, self.confirmation = token, confirmation
        self.calls: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.uploads: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.users: dict[int, dict[str, Any]] = {USER: {"id": USER, "first_name": "Ольга", "last_name": "К.", "sex": 1}}
        self.servers: list[dict[str, Any]] = []
        self.callback_settings: dict[int, dict[str, str]] = {}
        self.long_poll_settings: dict[str, str] = {}
        self.polls: list[dict[str, str]] = []
        self.updates: list[dict[str, Any]] = []
        self.history_from = 0
        self.files: dict[str, bytes] = {}
        """What people sent, by its path below /storage; those taken away are gone."""
        self.inbox: dict[int, dict[str, Any]] = {}
        """Messages from people, by their ids, as messages.getById gives them."""
        self.fetched: list[str] = []
        self.key = "key-1"
        self._answers: dict[str, list[Any]] = defaultdict(list)
        self._seen: dict[tuple[str, str], int] = {}
        self._saved: set[str] = set()
        self._open_uploads: set[str] = set()
        self._news = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> str:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/method/{method}", self._method)
        app.router.add_post("/upload/{kind}/{number}", self._upload)
        app.router.add_get("/longpoll", self._long_poll)
        app.router.add_get("/storage/{path:.+}", self._storage)
        app.router.add_get("/doc/{path:.+}", self._document)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def keep(self, path: str, data: bytes) -> str:
        """Keep what somebody sent; where it lies."""
        self.files[path] = data
        return f"{self.url}/storage/{path}"

    def keep_document(self, path: str, data: bytes) -> str:
        """The same, behind the address that a document has: of a page that leads to the storage."""
        return self.keep(path, data).replace("/storage/", "/doc/")

    # What the next calls get instead of an answer

    def fail(self, method: str, code: int, times: int = 1) -> None:
        """Answer with VK's error `code`."""
        self._answers[method] += [
            {"error": {"error_code": code, "error_msg": f"Error {code}", "request_params": []}}
        ] * times

    def answer(self, method: str, answer: object, times: int = 1) -> None:
        """Answer with this JSON, an HTTP status (int), or text."""
        self._answers[method] += [answer] * times

    def hang(self, method: str) -> None:
        """Never answer the next call."""
        self._answers[method].append(asyncio.Event())

    async def wait_for(self, wanted: Wanted, timeout_s: float = 10.0) -> list[dict[str, Any]]:
        """Wait for so many messages, or until the predicate holds; returns the messages."""
        async with asyncio.timeout(timeout_s):
            while not (wanted(self) if callable(wanted) else len(self.messages) >= wanted):
                self._news.clear()
                await self._news.wait()
        return self.messages

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of one method."""
        return [call["params"] for call in self.calls if call["method"] == method]

    def buttons(self, message: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The actions of a message's keyboard (the last one's by default)."""
        keyboard = json.loads((message or self.messages[-1]).get("keyboard", '{"buttons": []}'))
        return [button["action"] for row in keyboard["buttons"] for button in row]

    # HTTP

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {key: str(value) for key, value in (await request.post()).items()}
        if request.query_string:
            self.errors.append(f"{method}: something is in the address")
        if params.pop("access_token", None) != self.token:
            self.errors.append(f"{method}: the key is not in the body")
        if params.pop("v", None) != "5.199":
            self.errors.append(f"{method}: another version of the API")
        self.errors += check(method, params)
        self.calls.append({"method": method, "params": params})
        try:
            answer = self._answers[method].pop(0) if self._answers[method] else self._answer(method, params)
        finally:
            self._news.set()
        return await _respond(answer)

    def _answer(self, method: str, params: dict[str, str]) -> Any:
        handler = HANDLERS.get(method)
        return handler(self, params) if handler else {"response": 1}

    def _messages_send(self, params: dict[str, str]) -> Any:
        if params.get("attachment") and params["attachment"] not in self._saved:
            return {"error": {"error_code": 100, "error_msg": "invalid attachment", "request_params": []}}
        key = (params.get("peer_id", ""), params.get("random_id", ""))
        if key not in self._seen:
            self._seen[key] = len(self.messages) + 1
            self.messages.append(params)
        return {"response": self._seen[key]}

    def _users_get(self, params: dict[str, str]) -> Any:
        return {
            "response": [self.users[int(user)] for user in params["user_ids"].split(",") if int(user) in self.users]
        }

    def _messages_get_by_id(self, params: dict[str, str]) -> Any:
        known = [self.inbox[int(each)] for each in params["message_ids"].split(",") if int(each) in self.inbox]
        return {"response": {"count": len(known), "items": known}}

    def _docs_get_messages_upload_server(self, params: dict[str, str]) -> Any:
        return {"response": {"upload_url": self._upload_url("doc")}}

    def _photos_get_messages_upload_server(self, params: dict[str, str]) -> Any:
        return {"response": {"upload_url": self._upload_url("photo"), "album_id": -64, "group_id": 0}}

    def _docs_save(self, params: dict[str, str]) -> Any:
        number = int(params["file"].removeprefix("saved|"))
        self._saved.add(f"doc-{self.group_id}_{number}_k{number}")
        document = {"id": number, "owner_id": -self.group_id, "title": params["title"], "access_key": f"k{number}"}
        return {"response": {"type": "doc", "doc": document}}

    def _photos_save_messages_photo(self, params: dict[str, str]) -> Any:
        number = int(params["hash"])
        self._saved.add(f"photo-{self.group_id}_{number}")
        return {"response": [{"id": number, "owner_id": -self.group_id, "sizes": []}]}

    def _groups_get_by_id(self, params: dict[str, str]) -> Any:
        return {
            "response": {"groups": [{"id": self.group_id, "name": "Фасад", "screen_name": "fasad"}], "profiles": []}
        }

    def _groups_get_callback_confirmation_code(self, params: dict[str, str]) -> Any:
        return {"response": {"code": self.confirmation}}

    def _groups_get_callback_servers(self, params: dict[str, str]) -> Any:
        return {"response": {"count": len(self.servers), "items": self.servers}}

    def _groups_add_callback_server(self, params: dict[str, str]) -> Any:
        number = next(self._numbers)
        self.servers.append({"id": number, "title": params["title"], "creator_id": 1, "url": params["url"],
                             "secret_key": params["secret_key"], "status": "ok"})  # fmt: skip
        return {"response": {"server_id": number}}

    def _groups_edit_callback_server(self, params: dict[str, str]) -> Any:
        for server in self.servers:
            if server["id"] == int(params["server_id"]):
                server |= {key: params[key] for key in ("title", "url", "secret_key")}
        return {"response": 1}

    def _groups_delete_callback_server(self, params: dict[str, str]) -> Any:
        self.servers = [server for server in self.servers if server["id"] != int(params["server_id"])]
        return {"response": 1}

    def _groups_set_callback_settings(self, params: dict[str, str]) -> Any:
        self.callback_settings[int(params["server_id"])] = params
        return {"response": 1}

    def _groups_get_callback_settings(self, params: dict[str, str]) -> Any:
        known = self.callback_settings.get(int(params["server_id"]), {})
        kinds = ("message_new", "message_reply", "message_allow", "message_deny", "message_read")
        return {"response": {"api_version": "5.199", "events": {kind: int(known.get(kind, "0")) for kind in kinds}}}

    def _groups_set_long_poll_settings(self, params: dict[str, str]) -> Any:
        self.long_poll_settings = params
        return {"response": 1}

    def _groups_get_long_poll_server(self, params: dict[str, str]) -> Any:
        return {"response": {"key": self.key, "server": f"{self.url}/longpoll", "ts": str(len(self.updates))}}

    def _upload_url(self, kind: str) -> str:
        number = str(next(self._numbers))
        self._open_uploads.add(number)
        return f"{self.url}/upload/{kind}/{number}"

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        kind, number = request.match_info["kind"], request.match_info["number"]
        form = await request.post()
        field = {"doc": "file", "photo": "photo"}[kind]
        if list(form) != [field] or not isinstance(form[field], web.FileField):
            self.errors.append(f"upload of a {kind}: the form has {list(form)}")
        if number not in self._open_uploads:
            self.errors.append("upload: an address used twice")
        self._open_uploads.discard(number)
        file = form[field]
        self.uploads.append({"kind": kind, "name": file.filename, "mime": file.content_type, "bytes": file.file.read()})
        if answers := self._answers["upload"]:
            return await _respond(answers.pop(0))
        saved = {"file": f"saved|{number}"} if kind == "doc" else {"server": 1, "photo": '[{"a":1}]', "hash": number}
        return web.json_response(saved)

    async def _storage(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.fetched.append(path)
        if "Authorization" in request.headers:
            self.errors.append("storage: the key is nobody's business here")
        if path not in self.files:
            return web.Response(status=404, text="no such file")
        return web.Response(body=self.files[path])

    async def _document(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if path not in self.files:
            return web.Response(text="<html>Document was deleted</html>", content_type="text/html")
        raise web.HTTPFound(f"{self.url}/storage/{path}")

    async def _long_poll(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.polls.append(query)
        self._news.set()
        if answers := self._answers["longpoll"]:
            return await _respond(answers.pop(0))
        if query["key"] != self.key:
            return web.json_response({"failed": 2})
        if int(query["ts"]) < self.history_from:
            return web.json_response({"failed": 1, "ts": self.history_from})
        fresh = self.updates[int(query["ts"]) :]
        return web.json_response({"ts": str(len(self.updates)), "updates": fresh})


async def _respond(answer: Any) -> web.StreamResponse:
    if isinstance(answer, asyncio.Event):
        await answer.wait()
    if isinstance(answer, int):
        return web.Response(status=answer, text="<html>no</html>")
    if isinstance(answer, str):
        return web.Response(text=answer)
    return web.json_response(answer)


HANDLERS: dict[str, Callable[[FakeVk, dict[str, str]], Any]] = {
    "messages.send": FakeVk._messages_send,
    "users.get": FakeVk._users_get,
    "messages.getById": FakeVk._messages_get_by_id,
    "docs.getMessagesUploadServer": FakeVk._docs_get_messages_upload_server,
    "photos.getMessagesUploadServer": FakeVk._photos_get_messages_upload_server,
    "docs.save": FakeVk._docs_save,
    "photos.saveMessagesPhoto": FakeVk._photos_save_messages_photo,
    "groups.getById": FakeVk._groups_get_by_id,
    "groups.getCallbackConfirmationCode": FakeVk._groups_get_callback_confirmation_code,
    "groups.getCallbackServers": FakeVk._groups_get_callback_servers,
    "groups.addCallbackServer": FakeVk._groups_add_callback_server,
    "groups.editCallbackServer": FakeVk._groups_edit_callback_server,
    "groups.deleteCallbackServer": FakeVk._groups_delete_callback_server,
    "groups.setCallbackSettings": FakeVk._groups_set_callback_settings,
    "groups.getCallbackSettings": FakeVk._groups_get_callback_settings,
    "groups.setLongPollSettings": FakeVk._groups_set_long_poll_settings,
    "groups.getLongPollServer": FakeVk._groups_get_long_poll_server,
}
"""Methods that answer more than 1."""
