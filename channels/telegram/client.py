"""The Bot API: aiogram's types, addresses and connection pool for rare calls, uploads and polling.

Frequent calls (`call`) are posted as the JSON that the outbox holds, over kept-alive connections: built as aiogram's
models and sent by its pool, one call costs many times the CPU (docs/decisions/0008).
The bot's token is part of every address, so no error from below is ever shown or chained: only its class is named.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import msgspec

from channels.base import BadMessage, RetryLater
from channels.files import FileGone, FileTooLarge, LocalFile
from channels.keepalive import KeepAlive, NoAnswer
from channels.telegram.errors import ChatMoved, error_for

if TYPE_CHECKING:
    from pathlib import Path

    from aiogram.methods import TelegramMethod

Result = TypeVar("Result")

OFFICIAL_URL = "https://api.telegram.org"
DOWNLOAD_BYTES = 20_000_000
"""getFile: "files up to 20MB in size", Bot API 10.1."""

CALL_S = 30.0
_UPLOAD = aiohttp.ClientTimeout(total=300, sock_connect=5)
_CONNECTIONS = 100
_JSON = {"Content-Type": "application/json"}


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float = 0.0
    migrate_to_chat_id: int | None = None


class _Reply(msgspec.Struct, frozen=True):
    ok: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int = 0
    description: str = ""
    parameters: _Parameters | None = None


_decode_reply = msgspec.json.Decoder(_Reply).decode


class Client:
    """One bot's connection to one Bot API server."""

    def __init__(self, token: str, api_url: str | None = None) -> None:
        # Imported here: aiogram takes over a second to import, and most commands never call Telegram.
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        self._token = token
        self._server = TelegramAPIServer.from_base(api_url or OFFICIAL_URL)
        self._pool = AiohttpSession(api=self._server, limit=_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None
        self._lines = KeepAlive(api_url or OFFICIAL_URL)
        self._call_s = CALL_S

    def __repr__(self) -> str:
        return "Client(…)"

    async def call(
        self, method: str, params: dict[str, Any], *, limits: aiohttp.ClientTimeout | None = None
    ) -> msgspec.Raw:
        """Make a call; its `result`, not yet decoded. `limits`: of one that waits long. Raises SendError alone."""
        try:
            body = msgspec.json.encode(params)
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            raise BadMessage(f"{method} cannot be written as JSON: {type(error).__name__}", code="json") from None
        if limits is not None:
            return await self._post(method, params, limits, data=body, headers=_JSON)
        try:
            answer = await self._lines.post(f"/bot{self._token}/{method}", body, timeout_s=self._call_s)
        except NoAnswer as error:
            raise RetryLater(f"no answer from Telegram: {error}", code="network") from None
        return _result(answer.status, answer.body, in_group=_is_group(params.get("chat_id")))

    async def upload(self, method: str, params: dict[str, Any], field: str, file: LocalFile) -> msgspec.Raw:
        """Make a call with a file as its `field`; its `result`. Raises SendError and nothing else."""
        try:
            stream = await asyncio.to_thread(file.path.open, "rb")
        except OSError:
            raise BadMessage("the file has vanished", code="file_missing") from None
        with stream:
            form = aiohttp.FormData(quote_fields=False)  # names in UTF-8, as they are
            for name, value in params.items():
                form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
            form.add_field(field, stream, filename=file.name, content_type=file.mime)
            return await self._post(method, params, _UPLOAD, data=form)

    async def ask(self, method: TelegramMethod[Result]) -> Result:
        """Make a rare call with aiogram's types on both sides. Raises SendError and nothing else."""
        from pydantic import TypeAdapter, ValidationError

        raw = await self.call(
            method.__api_method__, method.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        )
        try:
            result: Result = TypeAdapter(method.__returning__).validate_json(bytes(raw))
        except ValidationError:
            raise RetryLater(
                f"Telegram's answer to {method.__api_method__} cannot be read", code="unreadable"
            ) from None
        return result

    async def download(self, file_path: str, into: Path) -> None:
        """Fetch what getFile named. Raises SendError and nothing else; over DOWNLOAD_BYTES: BadMessage."""
        session = await self._connect()
        content = bytearray()
        try:
            async with session.get(self._server.file_url(self._token, file_path), timeout=_UPLOAD) as response:
                if response.status == 404:  # not the token: getFile has just accepted that
                    raise FileGone("the file is not there any more", code="404")
                if response.status != 200:
                    raise error_for(response.status, "the file cannot be fetched")
                async for chunk in response.content.iter_chunked(1 << 16):
                    content += chunk
                    if len(content) > DOWNLOAD_BYTES:
                        raise FileTooLarge(
                            f"over the {DOWNLOAD_BYTES} bytes that a bot may fetch", code="file_too_large"
                        )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RetryLater(f"no answer from Telegram: {type(error).__name__}", code="network") from None
        try:
            await asyncio.to_thread(_write_whole, into, content)
        except OSError as error:
            raise RetryLater(f"the file cannot be written here: {type(error).__name__}", code="disk") from None

    async def close(self) -> None:
        """Close all connections."""
        self._lines.close()
        if self._session is not None:
            await self._session.close()

    async def _connect(self) -> aiohttp.ClientSession:
        self._session = await self._pool.create_session()
        return self._session

    async def _post(
        self, method: str, params: dict[str, Any], limits: aiohttp.ClientTimeout, **request: Any
    ) -> msgspec.Raw:
        session = await self._connect()
        url = self._server.api_url(self._token, method)
        try:
            async with session.post(url, timeout=limits, allow_redirects=False, **request) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError) as error:
            # A RuntimeError is a session closed under us: the program is ending.
            raise RetryLater(f"no answer from Telegram: {type(error).__name__}", code="network") from None
        return _result(status, body, in_group=_is_group(params.get("chat_id")))


def _write_whole(path: Path, content: bytearray) -> None:
    """Write a file so that under its name there is never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _result(status: int, body: bytes, *, in_group: bool) -> msgspec.Raw:
    try:
        reply = _decode_reply(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reply = _Reply()  # a proxy's page: its status says all there is to know
    if reply.ok and 200 <= status < 300:
        return reply.result
    parameters = reply.parameters or _Parameters()
    if parameters.migrate_to_chat_id is not None:
        raise ChatMoved("the group has a new id", new_chat=parameters.migrate_to_chat_id)
    raise error_for(
        reply.error_code or status, reply.description, retry_after_s=parameters.retry_after, in_group=in_group
    )


def _is_group(chat_id: object) -> bool:
    return isinstance(chat_id, int) and chat_id < 0
