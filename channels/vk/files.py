"""Uploading to VK: ask for a server, post the file there, save it; what is kept is the attachment's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from channels.base import BadMessage, RetryLater
from channels.files import LocalFile, Uploaded

if TYPE_CHECKING:
    from channels.vk.client import VkClient


async def upload(client: VkClient, file: LocalFile, peer_id: int) -> Uploaded[Any]:
    """Upload a file for one person's dialog. Servers' addresses expire and are asked for each time.

    Returns the attachment's name: "photo-1_2", "doc-1_2_accesskey". Raises SendError.
    """
    save = _save_photo if file.kind == "image" else _save_document
    try:
        return Uploaded(await save(client, file, peer_id))
    except (KeyError, IndexError, TypeError, AttributeError):
        raise RetryLater("VK's answer to an upload lacks a field", code="answer") from None


async def _save_photo(client: VkClient, file: LocalFile, peer_id: int) -> str:
    server = await client.call("photos.getMessagesUploadServer", peer_id=peer_id)
    answer = await _post(client, server["upload_url"], "photo", file)
    if not answer.get("photo") or answer["photo"] == "[]":
        raise BadMessage("VK took the file for no picture", code="upload")
    saved = await client.call(
        "photos.saveMessagesPhoto", photo=answer["photo"], server=answer["server"], hash=answer["hash"]
    )
    return _attachment("photo", saved[0])


async def _save_document(client: VkClient, file: LocalFile, peer_id: int) -> str:
    server = await client.call("docs.getMessagesUploadServer", type="doc", peer_id=peer_id)
    answer = await _post(client, server["upload_url"], "file", file)
    saved = await client.call("docs.save", file=answer["file"], title=file.name)
    kind = saved["type"]
    return _attachment(kind, saved[kind])


async def _post(client: VkClient, url: str, field: str, file: LocalFile) -> dict[str, Any]:
    try:
        stream = file.path.open("rb")
    except OSError:
        raise BadMessage("a file of ours cannot be read", code="file_missing") from None
    with stream:
        form = aiohttp.FormData()
        # VK tells the kind by the extension, and shows the title that `docs.save` is given.
        form.add_field(field, stream, filename=f"file{file.path.suffix}", content_type=file.mime)
        return await client.upload(url, form)


def _attachment(kind: str, saved: dict[str, Any]) -> str:
    name = f"{kind}{saved['owner_id']}_{saved['id']}"
    return f"{name}_{saved['access_key']}" if saved.get("access_key") else name
