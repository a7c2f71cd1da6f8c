"""What people sent in VK, fetched: from a storage, through a document's page, by a fresh address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from channels.base import BadMessage, Roots
from channels.files import FileGone
from channels.vk import Vk
from tests.fakes.vk import FakeVk
from tests.fakes.vk_rules import load, modern
from tunnel.events import Attachment, File

JPEG, PDF = b"\xff\xd8\xff photo", b"%PDF-1.7 plan"


@pytest.fixture
async def vk(fake: FakeVk, tmp_path: Path) -> AsyncIterator[Vk]:
    vk = Vk(fake.token, 1, secret=fake.secret, api_url=fake.url, roots=Roots(tmp_path, tmp_path))
    yield vk
    await vk.close()


def sent(vk: Vk, fake: FakeVk, *attachments: dict[str, Any], number: int = 12) -> tuple[File, ...]:
    """The files of a message, as its event names them. VK keeps the message under its number."""
    update = fake.message(attachments=list(attachments), id=number)
    fake.inbox[number] = update["object"]["message"]
    (event,) = vk.parse(fake.body(update), 0.0).events
    assert isinstance(event, Attachment)
    return event.files


async def test_a_photo_a_document_and_a_voice(fake: FakeVk, vk: Vk, tmp_path: Path) -> None:
    files = sent(
        vk,
        fake,
        fake.photo(fake.keep("impg/a.jpg", JPEG)),
        fake.document(fake.keep_document("d1", PDF), "план дома.pdf", len(PDF)),
        fake.voice(fake.keep("audiomsg/v.ogg", b"OggS")),
    )
    paths = [await vk.fetch(file, tmp_path / "in") for file in files]
    assert [path.name for path in paths] == ["image.jpg", "план дома.pdf", "voice.ogg"]
    assert [path.read_bytes() for path in paths] == [JPEG, PDF, b"OggS"]
    assert [await vk.fetch(file, tmp_path / "in") for file in files] == paths
    assert fake.fetched == ["impg/a.jpg", "d1", "audiomsg/v.ogg"]  # each once
    assert fake.of("messages.getById") == []


async def test_edge_18_an_address_that_has_aged_is_read_anew(fake: FakeVk, vk: Vk, tmp_path: Path) -> None:
    link = {"type": "link", "link": {"url": "https://example.com"}}
    photo, document = fake.photo(fake.keep("a.jpg", JPEG)), fake.document(fake.url + "/doc/old", "план.pdf", 5)
    files = sent(vk, fake, link, photo, document)
    fake.inbox[12]["attachments"][2] = fake.document(fake.keep_document("new", PDF), "план.pdf", 5)
    assert (await vk.fetch(files[1], tmp_path)).read_bytes() == PDF
    assert fake.of("messages.getById") == [{"message_ids": "12", "group_id": "1"}]


@pytest.mark.parametrize("now", ["deleted", "another file", "no message"])
async def test_what_vk_has_deleted_is_gone(fake: FakeVk, vk: Vk, tmp_path: Path, now: str) -> None:
    (file,) = sent(vk, fake, fake.document(fake.url + "/doc/old", "план.pdf", 5))
    if now == "another file":
        fake.inbox[12]["attachments"] = [fake.photo(fake.keep("a.jpg", JPEG))]
    if now == "no message":
        del fake.inbox[12]
    with pytest.raises(FileGone) as caught:
        await vk.fetch(file, tmp_path)
    assert fake.url not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_an_event_of_an_earlier_release_says_no_message(fake: FakeVk, vk: Vk, tmp_path: Path) -> None:
    with pytest.raises(FileGone):
        await vk.fetch(File("document", fake.url + "/doc/old"), tmp_path)
    assert fake.of("messages.getById") == []


@pytest.mark.parametrize(
    "file",
    [
        File("video", "https://vk.com/video-3_7", "Обзор"),
        File("location", "geo:1,2"),
        File("other", "https://vk.com/x"),
        File("image"),
        File("image", "http://169.254.169.254/latest/meta-data"),
        File("document", "https://["),
    ],
    ids=repr,
)
async def test_what_is_no_file_of_vks_is_not_fetched(fake: FakeVk, vk: Vk, tmp_path: Path, file: File) -> None:
    with pytest.raises(BadMessage):
        await vk.fetch(file, tmp_path)
    assert fake.fetched == []


@pytest.mark.parametrize("kind", ["photos_photo", "docs_doc", "messages_audio_message"])
def test_what_the_stand_in_sends_is_of_the_schemas_shape(kind: str) -> None:
    schema = {**modern(load("attachments")), "$ref": f"#/definitions/{kind}"}
    attached = {
        "photos_photo": FakeVk.photo("https://sun9-1.userapi.com/a.jpg"),
        "docs_doc": FakeVk.document("https://vk.com/doc1_2", "план.pdf", 5),
        "messages_audio_message": FakeVk.voice("https://psv4.userapi.com/v.ogg"),
    }[kind]
    jsonschema.Draft7Validator(schema).validate(attached[attached["type"]])
    assert set(attached[attached["type"]]) <= set(schema["definitions"][kind]["properties"])
