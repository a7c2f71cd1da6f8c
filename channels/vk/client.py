"""One call to VK over HTTP, through vkbottle's client, with the errors and the secrecy that we need."""

from __future__ import annotations

import json
import logging
from typing import Any

import aiohttp
from vkbottle.api import API
from vkbottle.api.response_validator import ABCResponseValidator
from vkbottle.http import AiohttpClient

from channels.base import BadMessage, RetryLater
from channels.vk.errors import error_for, error_for_status
from channels.vk.limits import API_VERSION

CALL_TIMEOUT_S = 30.0
UPLOAD_TIMEOUT_S = 300.0
POOL = 100
"""Connections kept for one community: one send at a time per person, 20 calls a second in all."""

# Above this level it writes messages' words and parameters to its own console handler.
logging.getLogger("vkbottle").setLevel(logging.CRITICAL)


class VkClient(API):  # type: ignore[misc]  # vkbottle is not typed strictly enough to be followed
    """vkbottle's API with one community's key.

    The key goes in the body: vkbottle's own `request` puts it into the address, where proxies log it. Errors carry
    VK's code and nothing of what was sent.
    """

    def __init__(self, token: str, api_url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        super().__init__(token, http_client=AiohttpClient(timeout=timeout))
        self.API_URL = f"{api_url.rstrip('/')}/method/"
        self.response_validators = [_Answer()]

    async def request(self, method: str, data: dict[str, Any], version: str | None = None) -> dict[str, Any]:
        """Call a method. Returns VK's whole answer, with "response". Raises SendError."""
        form = await self.validate_request(dict(data))
        async with self.token_generator as token:
            form |= {"access_token": token, "v": version or API_VERSION}
        status, text = await self._fetch("POST", f"{self.API_URL}{method}", CALL_TIMEOUT_S, data=form)
        answer: dict[str, Any] = await self.validate_response(method, {}, text if status == 200 else _NotOk(status))
        return answer

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method. Returns its "response". Raises SendError."""
        return (await self.request(method, params))["response"]

    async def upload(self, url: str, form: aiohttp.FormData) -> dict[str, Any]:
        """Post a file to an upload server. Raises SendError; the address, which is a key, is never in it."""
        status, text = await self._fetch("POST", url, UPLOAD_TIMEOUT_S, data=form)
        if status != 200:
            raise error_for_status(status)
        answer = _decode(text)
        if answer.get("error"):
            raise BadMessage("VK's upload server refused the file", code="upload")
        return answer

    async def listen(self, url: str, params: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Ask a long poll server. Raises SendError."""
        status, text = await self._fetch("GET", url, timeout_s, params=params)
        if status != 200:
            raise error_for_status(status)
        return _decode(text)

    async def close(self) -> None:
        """Close the connections."""
        await self.http_client.close()

    async def _fetch(self, verb: str, url: str, timeout_s: float, **options: Any) -> tuple[int, str]:
        try:
            timeout = aiohttp.ClientTimeout(total=timeout_s)
            answer = await self.http_client.request_raw(url, method=verb, timeout=timeout, **options)
            return answer.status, await answer.text(encoding="UTF-8", errors="replace")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # The chain would carry addresses, and an upload's or a long poll's address is a key.
            raise RetryLater(f"VK could not be reached ({type(error).__name__})", code="network") from None


class _NotOk(int):
    """An HTTP status in the place of an answer."""


class _Answer(ABCResponseValidator):  # type: ignore[misc]
    """Reads VK's answer. Raises SendError; vkbottle's own would repeat the request in its text and its logs."""

    async def validate(self, method: str, data: dict[str, Any], response: Any, ctx_api: Any) -> dict[str, Any]:
        if isinstance(response, _NotOk):
            raise error_for_status(response)
        answer = _decode(response)
        error = answer.get("error")
        if isinstance(error, dict):
            code = error.get("error_code")
            raise error_for(code if isinstance(code, int) else 1)
        if "response" not in answer:
            raise RetryLater("VK's answer has neither response nor error", code="answer")
        return answer


def _decode(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise RetryLater("VK's answer is not the JSON we know", code="answer")
    return answer
