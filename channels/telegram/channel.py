"""Telegram as a channel."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import msgspec

from channels.base import (
    BadMessage,
    Call,
    Capabilities,
    ChannelDown,
    FileIds,
    Forged,
    Inbound,
    Parsed,
    RetryLater,
    Roots,
    SendError,
    Sent,
)
from channels.downloads import is_file, place_of
from channels.files import FileTooLarge, LocalFile, MediaFiles, Uploaded, display_name
from channels.telegram.client import Client
from channels.telegram.delivered import METHODS, sent_message, stored_as
from channels.telegram.errors import PictureRefused, is_late_answer
from channels.telegram.rendering import CAPABILITIES, SENDING, render_message
from channels.telegram.updates import UPDATE_KINDS, parse_update
from tunnel.events import Address, File, Profile
from tunnel.messages import Media, Message

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 — the header's name

_ACTIONS = {"image": "upload_photo", "video": "upload_video", "audio": "upload_document", "document": "upload_document"}
_TOKEN = re.compile(r"(\d{1,20}):[^\s/?#%\\]{1,256}", re.ASCII)


class _Numbered(msgspec.Struct, frozen=True):
    update_id: int


class _Found(msgspec.Struct, frozen=True):
    file_path: str


_decode_found = msgspec.json.Decoder(_Found).decode
_decode_updates = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_number = msgspec.json.Decoder(_Numbered).decode


@dataclass(frozen=True, slots=True)
class Me:
    """The bot, as Telegram knows it."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram delivers updates ("": nowhere, they wait for polling) and how that goes.

    pending: updates that wait. last_error: Telegram's words; last_error_at: Unix seconds, 0 for never.
    """

    url: str
    pending: int
    last_error: str = ""
    last_error_at: float = 0.0
    kinds: tuple[str, ...] = ()


class Telegram:
    """One bot. `account` is its id, the part of the token before the colon.

    secret: what `set_webhook` registers and `verify` expects; None where only polling is used. api_url: another Bot API
    server. desk_chat: the operators' group. Raises ValueError for a token that cannot be one.
    """

    name: ClassVar[str] = "telegram"

    def __init__(
        self,
        token: str,
        *,
        roots: Roots,
        secret: str | None = None,
        api_url: str | None = None,
        desk_chat: int | None = None,
    ) -> None:
        matched = _TOKEN.fullmatch(token)
        if matched is None:
            raise ValueError("a Telegram token looks like 123456789:AAE… (from @BotFather); this one does not")
        self.account = matched[1]
        self.desk_chat = desk_chat
        self.client = Client(token, api_url)
        self._secret = secret or None
        self._files = MediaFiles(roots, CAPABILITIES.file_bytes)

    @property
    def capabilities(self) -> Capabilities:
        """The limits of any bot."""
        return CAPABILITIES

    def verify(self, inbound: Inbound) -> None:
        """Raises Forged unless the header carries our secret; without a secret of ours, always."""
        # Bytes: compare_digest raises for text that is not ASCII, and whoever forges may send any.
        given = inbound.headers.get(SECRET_HEADER, "").encode(errors="surrogatepass")
        if self._secret is None or not secrets.compare_digest(given, self._secret.encode()):
            raise Forged("the secret of the webhook is wrong or missing")

    def parse(self, body: bytes, now: float) -> Parsed:
        """One Update. Raises NotJson or Unreadable."""
        return parse_update(body, self.account, now, self.desk_chat)

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        """One call where Telegram allows it; see `rendering`."""
        return render_message(chat_id(address), message, callback_buttons=callback_buttons)

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        """`answerCallbackQuery`: without it the button spins."""
        return Call("answerCallbackQuery", {"callback_query_id": ack}, ephemeral=True) if ack else None

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        """None: an upload shows itself, and everything else is there at once."""
        return None

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        """Make the call. Telegram knows no key: a repeated call is a second message. Raises SendError alone."""
        if call.media is not None:
            return await self._send_file(call, call.media, files)
        try:
            return sent_message(await self.client.call(call.method, call.params))
        except SendError as error:
            if call.method == "answerCallbackQuery" and is_late_answer(error):
                return Sent()
            raise

    async def profile(self, address: Address) -> Profile | None:
        """Nothing to ask: every update tells."""
        return None

    async def fetch(self, file: File, into: Path) -> Path:
        """Bring a file into a directory below `into`. Raises SendError; FileTooLarge over what a bot may fetch."""
        if not file.ref or not is_file(file):
            raise BadMessage("this is no file that can be fetched", code="no_file")
        try:
            raw = await self.client.call("getFile", {"file_id": file.ref})
        except BadMessage as error:
            if "file is too big" in str(error).lower():
                raise FileTooLarge("over what a bot may fetch", code="file_too_large") from None
            raise
        try:
            found = _decode_found(raw).file_path
        except msgspec.DecodeError:
            raise RetryLater("Telegram's answer cannot be read", code="unreadable") from None
        name = display_name(file.name or Path(found).name, Path(found).suffix)
        path = place_of(into, name, file.ref)
        if not await asyncio.to_thread(path.exists):
            await self.client.download(found, path)
        return path

    async def close(self) -> None:
        """Close all connections."""
        await self.client.close()

    async def _send_file(self, call: Call, media: Media, files: FileIds) -> Sent:
        field = SENDING[media.kind][1]

        async def by_id(stored: str) -> Sent:
            kind, _, file_id = stored.rpartition(":")
            kind = kind or field
            return sent_message(await self.client.call(METHODS.get(kind, call.method), {**call.params, kind: file_id}))

        async def upload(file: LocalFile) -> Uploaded[Sent]:
            with self._acting(call.params, media):
                raw = await self._upload(call, field, file)
            return Uploaded(stored_as(raw, field), sent_message(raw))

        return await self._files.deliver(media, self.account, files, by_id=by_id, upload=upload)

    async def _upload(self, call: Call, field: str, file: LocalFile) -> msgspec.Raw:
        if field == "photo":
            with contextlib.suppress(PictureRefused):  # a panorama, an odd format: then it goes as a document
                return await self.client.upload(call.method, call.params, field, file)
        elif field != "document":
            return await self.client.upload(call.method, call.params, field, file)
        # Else Telegram makes a video of a GIF, and its id could not be sent as a document again.
        params = {**call.params, "disable_content_type_detection": True}
        return await self.client.upload("sendDocument", params, "document", file)

    @contextlib.contextmanager
    def _acting(self, params: dict[str, Any], media: Media) -> Iterator[None]:
        """Show "sends a file" while it is uploaded; whether that is seen or not changes nothing."""
        action = {"chat_id": params.get("chat_id"), "action": _ACTIONS[media.kind]}
        if "message_thread_id" in params:
            action["message_thread_id"] = params["message_thread_id"]

        async def show() -> None:
            with contextlib.suppress(SendError):
                await self.client.call("sendChatAction", action)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()

    # Receiving without a public address, and the registration of one.

    async def prepare_polling(self) -> None:
        """Make Telegram give updates to `poll`: the webhook, if any, goes. Raises SendError."""
        await self.remove_webhook()

    async def poll(self, cursor: str | None, *, wait_s: int = 25) -> tuple[list[bytes], str | None]:
        """Wait for updates after `cursor`; each as raw JSON for `parse`, and the cursor that confirms them.

        Polling with that cursor confirms: do so only once they are durable. None asks for the oldest unconfirmed.
        Raises ChannelDown with code "webhook" (see `prepare_polling`) or "409" (another program polls), RetryLater,
        SlowDown.
        """
        params: dict[str, Any] = {"timeout": wait_s, "limit": 100, "allowed_updates": UPDATE_KINDS}
        if cursor is not None:
            params["offset"] = int(cursor)
        limits = aiohttp.ClientTimeout(total=wait_s + 15, sock_connect=5)
        raw = await self.client.call("getUpdates", params, limits=limits)
        try:
            updates = [bytes(update) for update in _decode_updates(raw)]
            # The last in order, not the highest: after a quiet week Telegram may begin at a lower number.
            return updates, str(_decode_number(updates[-1]).update_id + 1) if updates else cursor
        except (msgspec.DecodeError, RecursionError):
            raise RetryLater("Telegram's updates cannot be read", code="unreadable") from None

    async def me(self) -> Me:
        """Who the token belongs to. Raises SendError: ChannelDown for a token that Telegram does not know."""
        from aiogram.methods import GetMe

        user = await self.client.ask(GetMe())
        return Me(user.id, user.username or "", user.first_name)

    async def set_webhook(self, url: str) -> None:
        """Have updates delivered to `url` with our secret; those that wait are kept. Raises SendError."""
        from aiogram.methods import SetWebhook

        if self._secret is None:
            raise ChannelDown("a webhook needs a secret: set TUNNEL_TELEGRAM_SECRET", code="no_secret")
        await self.client.ask(SetWebhook(url=url, secret_token=self._secret, allowed_updates=list(UPDATE_KINDS)))

    async def check_webhook(self) -> Webhook:
        """Where updates go at present. Raises SendError."""
        from aiogram.methods import GetWebhookInfo

        info = await self.client.ask(GetWebhookInfo())
        return Webhook(
            url=info.url,
            pending=info.pending_update_count,
            last_error=info.last_error_message or "",
            last_error_at=info.last_error_date.timestamp() if info.last_error_date else 0.0,
            kinds=tuple(info.allowed_updates or ()),
        )

    async def remove_webhook(self) -> None:
        """Take the webhook away, so that polling can begin; updates that wait are kept. Raises SendError."""
        from aiogram.methods import DeleteWebhook

        await self.client.ask(DeleteWebhook(drop_pending_updates=False))


def chat_id(address: Address) -> int | str:
    """An address as Telegram's calls want it."""
    digits = address.external_id.removeprefix("-")
    return int(address.external_id) if digits.isascii() and digits.isdigit() else address.external_id
