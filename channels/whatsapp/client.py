"""One call to the Graph API over HTTP: errors by class, secrets in headers only.

Messages leave over kept-alive connections of their own (docs/decisions/0008); the rest goes through aiohttp.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from channels.base import RetryLater
from channels.downloads import Downloads
from channels.files import LocalFile
from channels.keepalive import KeepAlive, NoAnswer
from channels.whatsapp.errors import error_for, error_for_status
from channels.whatsapp.limits import FILE_HOSTS

CALL_TIMEOUT_S = 30.0
UPLOAD_TIMEOUT_S = 300.0
KEEPALIVE_S = 60.0
POOL = 100


class GraphClient:
    """The Graph API with one system user's token."""

    def __init__(self, token: str, api_url: str) -> None:
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._lines = KeepAlive(self._api_url)
        self._downloads = Downloads(FILE_HOSTS, self._api_url, error_for_status)
        self._authorization = f"Authorization: Bearer {token}\r\n"

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON. Returns the answer. Raises SendError."""
        encoded = msgspec.json.encode(body)
        try:
            answer = await self._lines.post(f"/{path}", encoded, timeout_s=CALL_TIMEOUT_S, headers=self._authorization)
        except NoAnswer as error:
            raise RetryLater(f"WhatsApp could not be reached ({error})", code="network") from None
        return _read(answer.status, answer.body.decode(errors="replace"), answer.retry_after)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """GET. Returns the answer. Raises SendError."""
        return await self._request("GET", path, CALL_TIMEOUT_S, params=query)

    async def download(self, url: str, into: Path) -> None:
        """GET a file whose address the Media API gave, with the token, which it wants. Raises SendError."""
        await self._downloads.fetch(url, into, headers={"Authorization": f"Bearer {self._token}"})

    async def upload(self, path: str, file: LocalFile) -> dict[str, Any]:
        """POST a file as the Media API wants it. Returns the answer. Raises SendError."""
        with file.path.open("rb") as stream:
            form = aiohttp.FormData()
            form.add_field("messaging_product", "whatsapp")
            form.add_field("type", file.mime)
            form.add_field("file", stream, filename=f"file{file.path.suffix}", content_type=file.mime)
            return await self._request("POST", path, UPLOAD_TIMEOUT_S, data=form)

    async def close(self) -> None:
        """Close the connections."""
        self._lines.close()
        await self._downloads.close()
        if self._session is not None:
            await self._session.close()

    async def _request(self, verb: str, path: str, timeout_s: float, **options: Any) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            url = f"{self._api_url}/{path}"
            async with self._open().request(verb, url, timeout=timeout, **options) as answer:
                text = await answer.text(encoding="utf-8", errors="replace")
                return _read(answer.status, text, answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RetryLater(f"WhatsApp could not be reached ({type(error).__name__})", code="network") from None

    def _open(self) -> aiohttp.ClientSession:
        """The session, made where there is a running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=POOL, keepalive_timeout=KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Authorization": f"Bearer {self._token}"},
            )
        return self._session


def _read(status: int, text: str, retry_after: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        code = error.get("code")
        raise error_for(code, status, retry_after) if isinstance(code, int) else error_for_status(status, retry_after)
    if status >= 300:
        raise error_for_status(status, retry_after)
    if not isinstance(answer, dict):
        raise RetryLater("WhatsApp's answer is not the JSON we know", code="answer")
    return answer
