"""What people sent in WhatsApp, fetched: an id gives an address, the address wants the token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest
from aiohttp import ClientSession

from channels.base import BadMessage, RetryLater, Roots
from channels.files import FileGone, FileTooLarge
from channels.whatsapp import WhatsApp
from tests.fakes.whatsapp import FakeWhatsApp
from tests.fakes.whatsapp_rules import load
from tunnel.events import Attachment, File

PDF = b"%PDF-1.7 plan"


@pytest.fixture
async def whatsapp(fake: FakeWhatsApp, tmp_path: Path) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(fake.token, fake.number, api_url=fake.url, roots=Roots(tmp_path, tmp_path))
    yield channel
    await channel.close()


def document(whatsapp: WhatsApp, fake: FakeWhatsApp, name: str = "план.pdf") -> File:
    """A file, as the event of a notification names it."""
    update = fake.document(fake.keep(PDF, "application/pdf"), name)
    (event,) = whatsapp.parse(fake.body(update), 0.0).events
    assert isinstance(event, Attachment)
    return event.files[0]


async def test_a_document_is_fetched_once(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    file = document(whatsapp, fake)
    path = await whatsapp.fetch(file, tmp_path / "in")
    assert (path.name, path.read_bytes()) == ("план.pdf", PDF)
    fake.files.clear()  # what was fetched stays
    assert await whatsapp.fetch(file, tmp_path / "in") == path
    assert [call["method"] for call in fake.calls] == ["media address"]


async def test_a_picture_gets_a_name_by_its_type(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    media_id = fake.keep(b"\xff\xd8", "image/jpeg")
    (event,) = whatsapp.parse(fake.body(fake.image(media_id)), 0.0).events
    assert (await whatsapp.fetch(event.files[0], tmp_path)).name == "image.jpg"


async def test_edge_18_the_address_alone_gives_nothing(fake: FakeWhatsApp, whatsapp: WhatsApp) -> None:
    answer = await whatsapp._client.get(fake.keep(PDF, "application/pdf"))
    async with ClientSession() as stranger, stranger.get(answer["url"]) as response:
        assert response.status == 401


async def test_what_meta_has_deleted_is_gone(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    file = document(whatsapp, fake)
    fake.files.clear()
    with pytest.raises(FileGone) as caught:
        await whatsapp.fetch(file, tmp_path)
    assert fake.token not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_an_address_elsewhere_gets_no_token(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    file = document(whatsapp, fake)
    fake.lookaside = "https://lookaside.fbsbx.com.evil.example/"
    with pytest.raises(BadMessage) as caught:
        await whatsapp.fetch(file, tmp_path)
    assert caught.value.code == "foreign"


async def test_trouble_at_meta_is_tried_later(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    file = document(whatsapp, fake)
    fake.answer("media address", "oops", status=500)
    with pytest.raises(RetryLater):
        await whatsapp.fetch(file, tmp_path)
    assert (await whatsapp.fetch(file, tmp_path)).read_bytes() == PDF


async def test_a_file_over_the_limit_is_not_begun(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path) -> None:
    file = document(whatsapp, fake)
    fake.answer("media address", {"url": f"{fake.lookaside}?hash=x", "file_size": str(2**40)})
    with pytest.raises(FileTooLarge):
        await whatsapp.fetch(file, tmp_path)


@pytest.mark.parametrize("ref", ["", "../106540352242922", "a?fields=x", "1/2", "я"])
async def test_what_is_no_id_is_not_asked_for(fake: FakeWhatsApp, whatsapp: WhatsApp, tmp_path: Path, ref: str) -> None:
    with pytest.raises(BadMessage):
        await whatsapp.fetch(File("document", ref), tmp_path)
    assert fake.calls == []


async def test_the_stand_in_answers_in_the_schemas_shape(fake: FakeWhatsApp, whatsapp: WhatsApp) -> None:
    operation = load("media")["paths"]["/{Version}/{Media-ID}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = await whatsapp._client.get(fake.keep(PDF, "application/pdf"), phone_number_id=fake.number)
    jsonschema.validate(answer, schema)
    assert set(answer) == set(schema["properties"])
    assert "phone_number_id" in [each.get("name") for each in operation["parameters"]]
