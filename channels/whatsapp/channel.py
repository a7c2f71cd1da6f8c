"""One WhatsApp number as a `Channel`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from channels.base import (
    BadMessage,
    Call,
    Capabilities,
    FileIds,
    Forged,
    Inbound,
    Parsed,
    RetryLater,
    Roots,
    SendError,
    Sent,
)
from channels.downloads import DOWNLOAD_BYTES, is_file, place_of
from channels.files import (
    FileGone,
    FileIdRefused,
    FileTooLarge,
    LocalFile,
    MediaFiles,
    Uploaded,
    display_name,
    suffix_of,
)
from channels.whatsapp import inbound as incoming
from channels.whatsapp import outbound
from channels.whatsapp.client import GraphClient
from channels.whatsapp.errors import MEDIA_CODES
from channels.whatsapp.limits import API_URL, CAPABILITIES, MEDIA_TTL_S
from channels.whatsapp.steps import webhook_steps
from tunnel.events import Address, File, Profile
from tunnel.messages import Message

_MEDIA_ID = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)
SIGNATURE = "x-hub-signature-256"


class WhatsApp:
    """One number of the Cloud API: its notifications by webhook, its messages by the Graph API.

    token: the system user's. phone_number_id: Meta's id of the number, not the number. app_secret signs what arrives,
    verify_token answers for the webhook's address: without them nothing is accepted. api_url: with the Graph version.
    """

    name: ClassVar[str] = "whatsapp"

    def __init__(
        self,
        token: str,
        phone_number_id: str,
        *,
        roots: Roots,
        app_secret: str | None = None,
        verify_token: str | None = None,
        api_url: str = API_URL,
    ) -> None:
        self.account = str(phone_number_id)
        self._app_secret = app_secret or ""
        self._verify_token = verify_token or ""
        self._client = GraphClient(token, api_url)
        self._files = MediaFiles(roots, CAPABILITIES.file_bytes)

    @property
    def capabilities(self) -> Capabilities:
        """What WhatsApp can carry, with the source of each number."""
        return CAPABILITIES

    def verify(self, inbound: Inbound) -> None:
        """Raises Forged where the raw body is not signed with the app's secret."""
        expected = hmac.new(self._app_secret.encode(), inbound.body, hashlib.sha256).hexdigest()
        given = inbound.headers.get(SIGNATURE, "")
        # Bytes, because compare_digest raises TypeError for a header that is not ASCII.
        if not self._app_secret or not _same(given, f"sha256={expected}"):
            raise Forged("the signature is wrong")

    def handshake(self, query: Mapping[str, str]) -> str:
        """Answer Meta's question whether the webhook's address is ours. Raises Forged (403)."""
        known = bool(self._verify_token) and _same(query.get("hub.verify_token", ""), self._verify_token)
        if not known or query.get("hub.mode") != "subscribe":
            raise Forged("the verify token is wrong")
        return query.get("hub.challenge", "")

    def parse(self, body: bytes, now: float) -> Parsed:
        """Turn one notification into events, oldest first. Raises NotJson or Unreadable."""
        return incoming.parse(body, self.account, now)

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        """The calls that say `message` at `address`, in order; each fits every limit of WhatsApp."""
        return outbound.render(address, message)

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        """None: a tap is a message, and nothing spins."""
        return None

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        """The call that marks a customer's message as read and shows that an answer is being written.

        message_id: Meta's own ("wamid.…"), the last part of the event's id; without one there is nothing to mark.
        """
        return outbound.typing(message_id) if message_id.startswith("wamid.") else None

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        """Make the call. WhatsApp knows no key against repetition. Raises SendError."""
        if call.media is None:
            return await self._post(call.method, call.params)

        name = (await self._files.open(call.media)).name

        async def upload(file: LocalFile) -> Uploaded[Sent]:
            return Uploaded(await self._upload(file))

        async def by_id(media_id: str) -> Sent:
            try:
                return await self._post(call.method, _with_file(call.params, media_id, name))
            except SendError as error:
                if error.code in MEDIA_CODES:
                    raise FileIdRefused("WhatsApp did not take the file's id", code=error.code) from None
                raise

        return await self._files.deliver(call.media, self.account, files, by_id=by_id, upload=upload, ttl_s=MEDIA_TTL_S)

    async def profile(self, address: Address) -> Profile | None:
        """None: notifications carry the name, and WhatsApp tells nothing more."""
        return None

    async def fetch(self, file: File, into: Path) -> Path:
        """Bring a file into a directory below `into`. Raises SendError; FileGone once Meta has deleted it.

        Its id gives an address that is good for five minutes and wants the token.
        Source: facebook/openapi, business-messaging-api v23.0, "Retrieve Media URL" and "Download Media".
        """
        if not is_file(file) or not _MEDIA_ID.fullmatch(file.ref):
            raise BadMessage("this is no file that can be fetched", code="no_file")
        mime = file.mime.partition(";")[0].strip()
        path = place_of(into, display_name(file.name or file.kind, suffix_of(mime)), self.name, self.account, file.ref)
        if await asyncio.to_thread(path.exists):
            return path
        try:
            answer = await self._client.get(file.ref, phone_number_id=self.account)
        except SendError as error:
            if error.code in MEDIA_CODES:
                raise FileGone("WhatsApp does not keep the file any more", code=error.code) from None
            raise
        if _whole(answer.get("file_size")) > DOWNLOAD_BYTES:
            raise FileTooLarge(f"over the {DOWNLOAD_BYTES} bytes that are fetched", code="file_too_large")
        await self._client.download(str(answer.get("url", "")), path)
        return path

    async def me(self) -> str:
        """The number and the name that customers see. Raises SendError."""
        answer = await self._client.get(self.account, fields="display_phone_number,verified_name")
        return " ".join(str(answer[key]) for key in ("verified_name", "display_phone_number") if answer.get(key))

    def webhook_steps(self, public_url: str, language: str = "ru") -> str:
        """What an owner has to do in Meta's pages, as text to be printed."""
        return webhook_steps(public_url, language)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _post(self, method: str, params: dict[str, Any]) -> Sent:
        answer = await self._client.post(f"{self.account}/{method}", params)
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        return Sent(message_id=str(first.get("id", "")) if isinstance(first, dict) else "")

    async def _upload(self, file: LocalFile) -> str:
        try:
            answer = await self._client.upload(f"{self.account}/media", file)
        except OSError:
            raise BadMessage("a file of ours cannot be read", code="file_missing") from None
        if not answer.get("id"):
            raise RetryLater("WhatsApp's answer to an upload has no id", code="answer")
        return str(answer["id"])


def _with_file(params: dict[str, Any], media_id: str, name: str) -> dict[str, Any]:
    """The call's parameters, with the file where it belongs: the message itself, or an interactive one's header."""
    kind = params["type"]
    if kind == "interactive":
        header = params["interactive"]["header"]
        return {**params, "interactive": {**params["interactive"], "header": _named(header, media_id, name)}}
    return _named(params, media_id, name)


def _named(holder: dict[str, Any], media_id: str, name: str) -> dict[str, Any]:
    kind = holder["type"]
    file = {**holder[kind], "id": media_id}
    return {**holder, kind: {**file, "filename": name} if kind == "document" else file}


def _whole(size: object) -> int:
    """Meta writes sizes as numbers and as text; 0 where it says none."""
    return int(size) if isinstance(size, int) or (isinstance(size, str) and size.isdecimal()) else 0


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
