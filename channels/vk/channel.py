"""One VK community as a `Channel`."""

from __future__ import annotations

import warnings
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

import msgspec

from channels.base import (
    BadMessage,
    Call,
    Capabilities,
    FileIds,
    Forged,
    Inbound,
    NotJson,
    Parsed,
    RetryLater,
    Roots,
    Sent,
    Unreadable,
)
from channels.decoding import decode, decode_part
from channels.downloads import Downloads, is_file, place_of
from channels.files import FileGone, FileIdRefused, LocalFile, MediaFiles, Uploaded, display_name
from channels.vk import inbound as incoming
from channels.vk import outbound
from channels.vk.attachments import files_of
from channels.vk.errors import error_for, error_for_status
from channels.vk.files import upload as upload_file
from channels.vk.limits import API_URL, CAPABILITIES, FILE_HOSTS
from channels.vk.registration import CallbackServer, LongPoll, Registration, community_name
from tunnel.events import Address, File, Profile
from tunnel.messages import Message

if TYPE_CHECKING:
    from channels.vk.client import VkClient

_SEXES: dict[object, Literal["female", "male"]] = {1: "female", 2: "male"}
_INT32_MAX = 2**31 - 1


class _Proof(msgspec.Struct):
    """What shows that an update is VK's and ours."""

    type: Any = ""
    group_id: Any = 0
    secret: Any = None


class _Message(msgspec.Struct):
    attachments: list[dict[str, Any]] | None = None


class _Found(msgspec.Struct):
    items: list[_Message] = []


_found = msgspec.json.Decoder(_Found)
_proofs = msgspec.json.Decoder(_Proof)


class Vk:
    """One community: its updates by Callback API or long poll, its messages by `messages.send`.

    token: the community's key. secret, confirmation: of its callback server; not needed for the long poll.
    api_url: without "/method/".
    """

    name: ClassVar[str] = "vk"

    def __init__(
        self,
        token: str,
        group_id: int | str,
        *,
        roots: Roots,
        secret: str | None = None,
        confirmation: str | None = None,
        api_url: str = API_URL,
    ) -> None:
        self.group_id = int(group_id)
        self.account = str(self.group_id)
        self._secret = secret or ""
        self._confirmation = confirmation or ""
        self._client = _client(token, api_url)
        self._files = MediaFiles(roots, CAPABILITIES.file_bytes)
        self._downloads = Downloads(FILE_HOSTS, api_url, error_for_status)
        self._long_poll = LongPoll(self._client, self.group_id)
        self._registration = Registration(self._client, self.group_id, self._secret, self._confirmation)

    @property
    def capabilities(self) -> Capabilities:
        """What VK can carry, with the source of each number."""
        return CAPABILITIES

    def verify(self, inbound: Inbound) -> None:
        """Raises NotJson, or Forged for a wrong secret or another community.

        A request for the confirmation string may come without the secret: it gives nothing away but that string.
        """
        proof = _read_proof(inbound.body)
        if proof.group_id != self.group_id:
            raise Forged("the update is for another community")
        if proof.type == "confirmation" and proof.secret is None:
            return
        secret = proof.secret if isinstance(proof.secret, str) else ""
        # Bytes, because compare_digest raises TypeError for text that is not ASCII.
        if not self._secret or not compare_digest(secret.encode(), self._secret.encode()):
            raise Forged("the secret is wrong")

    def handshake(self, inbound: Inbound) -> str | None:
        """The confirmation string, if that is what a (verified) request asks for; None for an ordinary update."""
        try:
            asked = _read_proof(inbound.body).type == "confirmation"
        except (NotJson, Forged):
            return None
        return self._confirmation if asked else None

    def parse(self, body: bytes, now: float) -> Parsed:
        """Turn one update into events. Raises NotJson or Unreadable."""
        return incoming.parse(body, self.group_id, now)

    def render(self, address: Address, message: Message, *, callback_buttons: bool = True) -> list[Call]:
        """The calls that say `message` at `address`, in order; each fits every limit of VK."""
        return outbound.render(address, message, callback_buttons=callback_buttons)

    def acknowledge(self, address: Address, ack: str) -> Call | None:
        """The call that stops a callback button's spinning; None for text buttons."""
        return outbound.acknowledge(ack)

    def typing(self, address: Address, message_id: str = "") -> Call | None:
        """The call that shows that an answer is being written. `message_id` is for channels that want one."""
        return outbound.typing(address)

    async def send(self, address: Address, call: Call, *, key: int, files: FileIds) -> Sent:
        """Make the call. VK drops a repetition with the same `key` for an hour. Raises SendError."""
        if call.method != "messages.send":
            await self._client.request(call.method, call.params)
            return Sent()
        params = {**call.params, "random_id": _random_id(key, call)}
        if call.media is None:
            return await self._send(params)

        async def by_id(attachment: str) -> Sent:
            try:
                return await self._send({**params, "attachment": attachment})
            except BadMessage as error:
                if error.code == "100":  # it does not say which parameter it dislikes
                    raise FileIdRefused("VK did not take the attachment", code=error.code) from None
                raise

        async def upload(file: LocalFile) -> Uploaded[Sent]:
            return await upload_file(self._client, file, int(address.external_id))

        return await self._files.deliver(call.media, self.account, files, by_id=by_id, upload=upload)

    async def _send(self, params: dict[str, Any]) -> Sent:
        response = (await self._client.request("messages.send", params))["response"]
        if isinstance(response, list):  # as VK answers `peer_ids`, where a refusal raises nothing
            response = response[0] if response else {}
        if not isinstance(response, dict):
            return Sent(message_id=str(response))
        error = response.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            raise error_for(code if isinstance(code, int) else 1)
        return Sent(message_id=str(response.get("message_id", "")))

    async def profile(self, address: Address) -> Profile | None:
        """Ask VK for a person's first name and sex. Raises SendError. The caller says how long that may take."""
        people = await self._client.call("users.get", user_ids=address.external_id, fields="sex", lang="ru")
        person = people[0] if isinstance(people, list) and people else None
        if not isinstance(person, dict):
            return None
        if person.get("deactivated"):
            return Profile()
        name = person.get("first_name")
        return Profile(name=name if isinstance(name, str) else "", sex=_SEXES.get(person.get("sex"), ""))

    async def fetch(self, file: File, into: Path) -> Path:
        """Bring a file into a directory below `into`; an address that has aged is read anew. Raises SendError.

        A video is a page of VK's and no file.
        """
        if not is_file(file) or file.kind == "video" or not (file.ref or file.within):
            raise BadMessage("this is no file that can be fetched", code="no_file")
        name = display_name(file.name or file.kind + _suffix(file.ref))
        path = place_of(into, name, self.name, self.account, file.ref, file.within)
        try:
            await self._downloads.fetch(file.ref or await self._fresh_address(file), path)
        except FileGone:
            fresh = await self._fresh_address(file)
            if fresh in ("", file.ref):
                raise
            await self._downloads.fetch(fresh, path)
        return path

    async def _fresh_address(self, file: File) -> str:
        """Of the same file, as its message has it now; "" where the message has no such file."""
        message, _, place = file.within.partition("/")
        if not message:
            return ""
        found = await self._client.call("messages.getById", message_ids=message, group_id=self.group_id)
        try:
            again = decode_part(_found, msgspec.json.encode(found)).items
        except Unreadable:
            raise RetryLater("VK's answer is not the JSON we know", code="answer") from None
        files = files_of((again[0].attachments or ()) if again else (), None)
        number = int(place)
        return files[number].ref if number < len(files) and files[number].kind == file.kind else ""

    async def prepare_polling(self) -> None:
        """Switch the community's long poll on, with the updates that we need. Raises SendError."""
        await self._long_poll.switch_on()

    async def poll(self, cursor: str | None) -> tuple[list[bytes], str]:
        """Wait up to 25 s for updates after `cursor` (None: from now on).

        Returns bodies for `parse`, and the cursor to go on with once they are durable. Raises SendError.
        """
        return await self._long_poll.next(cursor)

    async def set_webhook(self, url: str) -> CallbackServer:
        """Register `url` as the community's callback server. Raises SendError."""
        return await self._registration.set(url)

    async def check_webhook(self, url: str) -> CallbackServer:
        """Say how our callback server stands. Raises SendError."""
        return await self._registration.check(url)

    async def remove_webhook(self, url: str) -> bool:
        """Take our callback server away; False if there was none. Raises SendError."""
        return await self._registration.remove(url)

    async def me(self) -> str:
        """The community's name. Raises SendError, ChannelDown also where the key is another community's."""
        return await community_name(self._client, self.group_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._downloads.close()
        await self._client.close()


def _suffix(url: str) -> str:
    """What the name of a file at this address ends in."""
    try:
        return PurePosixPath(urlsplit(url).path).suffix
    except ValueError:
        return ""


def _read_proof(body: bytes) -> _Proof:
    try:
        return decode(_proofs, body)
    except Unreadable:  # JSON, but no object: nothing in it says that it is VK's
        raise Forged("the body is no update") from None


def _random_id(key: int, call: Call) -> int:
    """From 1 to 2³¹-1, the same for every repetition: VK drops what it has seen in the dialog within the hour."""
    named = f"{key}\x00{call.media.path if call.media else ''}\x00".encode() + msgspec.json.encode(
        call.params, order="sorted"
    )
    return int.from_bytes(blake2b(named, digest_size=8).digest()) % _INT32_MAX + 1


def _client(token: str, api_url: str) -> VkClient:
    """Make the client. vkbottle takes a second to import, and only where VK is on; it also replaces
    `warnings.showwarning` for the whole program, which is put back.
    """
    shown = warnings.showwarning
    try:
        from channels.vk.client import VkClient
    finally:
        warnings.showwarning = shown
    return VkClient(token, api_url)
