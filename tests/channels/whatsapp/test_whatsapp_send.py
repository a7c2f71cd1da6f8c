"""WhatsApp over real HTTP, against a stand-in that checks every call."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.base import (
    BadMessage,
    ChannelDown,
    NeedsTemplate,
    Refused,
    RetryLater,
    Roots,
    SendError,
    SlowDown,
)
from channels.whatsapp import WhatsApp
from tests.fakes.whatsapp import FakeWhatsApp
from tests.fakes.whatsapp_updates import BSUID, PHONE
from tunnel.events import Address
from tunnel.messages import Button, Media, Message, RichText

ADDRESS = Address("whatsapp", "106540352242922", PHONE)
HELLO = Message(RichText("Привет"))
YES = (Button("Да", "1.a.b"),)
DAY_S = 24 * 3600


class Ids:
    """What was uploaded, in memory, and for how long it is kept."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self.ttls: list[float | None] = []

    async def get(self, account: str, key: str) -> str | None:
        return self.known.get((account, key))

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None:
        self.known[account, key] = file_id
        self.ttls.append(ttl_s)

    async def forget(self, account: str, key: str) -> None:
        self.known.pop((account, key), None)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    (tmp_path / "guide.pdf").write_bytes(b"%PDF-1.7 guide")
    (tmp_path / "team.jpg").write_bytes(b"\xff\xd8 team")
    return Roots(tmp_path, tmp_path)


@pytest.fixture
async def whatsapp(fake: FakeWhatsApp, roots: Roots) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(
        fake.token,
        fake.number,
        app_secret=fake.app_secret,
        verify_token=fake.verify_token,
        api_url=fake.url,
        roots=roots,
    )
    yield channel
    await channel.close()


async def say(channel: WhatsApp, message: Message, *, ids: Ids | None = None, to: Address = ADDRESS):
    ids = ids or Ids()
    return [await channel.send(to, call, key=n, files=ids) for n, call in enumerate(channel.render(to, message))]


async def test_words_arrive(fake: FakeWhatsApp, whatsapp: WhatsApp):
    [sent] = await say(whatsapp, Message(RichText("Привет"), buttons=YES))
    assert sent.message_id == "wamid.out1"
    assert fake.messages[0]["to"] == PHONE
    assert fake.choices() == [{"id": "1.a.b", "title": "Да"}]


async def test_somebody_who_hides_the_number(fake: FakeWhatsApp, whatsapp: WhatsApp):
    await say(whatsapp, HELLO, to=Address("whatsapp", fake.number, BSUID))
    assert fake.messages[0]["recipient"] == BSUID


async def test_a_document_is_uploaded_once_and_then_named(fake: FakeWhatsApp, whatsapp: WhatsApp):
    ids, guide = Ids(), Message(RichText("Гид"), media=(Media("document", "guide.pdf", "Гид по сайдингу"),))
    await say(whatsapp, guide, ids=ids)
    await say(whatsapp, guide, ids=ids, to=Address("whatsapp", fake.number, "70000000000"))
    assert [(upload["bytes"], upload["mime"]) for upload in fake.uploads] == [(b"%PDF-1.7 guide", "application/pdf")]
    assert [message["document"] for message in fake.messages] == [
        {"caption": "Гид", "id": "media-1", "filename": "Гид по сайдингу.pdf"}
    ] * 2
    assert ids.ttls == [29 * DAY_S]  # Meta keeps it for thirty days


async def test_edge_18_media_that_meta_has_forgotten_is_uploaded_again(fake: FakeWhatsApp, whatsapp: WhatsApp):
    ids, guide = Ids(), Message(media=(Media("document", "guide.pdf"),))
    await say(whatsapp, guide, ids=ids)
    fake.forget_media()
    await say(whatsapp, guide, ids=ids)
    assert len(fake.uploads) == 2
    assert [message["document"]["id"] for message in fake.messages] == ["media-1", "media-2"]
    assert list(ids.known.values()) == ["media-2"]


@pytest.mark.parametrize("path", ["team.jpg", "guide.pdf"])
async def test_a_file_on_top_of_buttons(path: str, fake: FakeWhatsApp, whatsapp: WhatsApp):
    kind = "image" if path.endswith("jpg") else "document"
    await say(whatsapp, Message(RichText("Вот"), media=(Media(kind, path),), buttons=YES))
    header = fake.messages[0]["interactive"]["header"]
    assert header["type"] == kind
    assert header[kind] == {"id": "media-1"} | ({"filename": "guide.pdf"} if kind == "document" else {})


@pytest.mark.parametrize("answer", ["", "[]", {}, {"id": ""}])
async def test_an_upload_that_gives_no_id(answer: object, fake: FakeWhatsApp, whatsapp: WhatsApp):
    fake.answer("media", answer)
    with pytest.raises(RetryLater):
        await say(whatsapp, Message(media=(Media("document", "guide.pdf"),)))
    assert fake.messages == []


@pytest.mark.parametrize("path", ["missing.pdf", "../../etc/passwd", "."])
async def test_a_file_that_is_not_there(path: str, whatsapp: WhatsApp):
    with pytest.raises(BadMessage):
        await say(whatsapp, Message(media=(Media("document", path),)))


async def test_reading_is_marked_and_typing_shown(fake: FakeWhatsApp, whatsapp: WhatsApp):
    await whatsapp.send(ADDRESS, whatsapp.typing(ADDRESS, "wamid.1"), key=1, files=Ids())
    assert fake.calls[0]["params"]["message_id"] == "wamid.1"
    assert fake.messages == []


CODES = {
    SlowDown: [4, 80007, 130429, 131048, 133016],
    RetryLater: [1, 2, 131000, 131016, 131053, 131056],
    Refused: [131026, 131049, 131050, 130472],
    NeedsTemplate: [131047, 470],
    BadMessage: [100, 131008, 131009, 131051, 131062, 132000, 132018, 999999],
    ChannelDown: [0, 3, 10, 190, 200, 299, 368, 131031, 131042],
}


@pytest.mark.parametrize(("error", "code"), [(error, code) for error, codes in CODES.items() for code in codes])
async def test_an_error_decides_what_happens_next(
    error: type[SendError], code: int, fake: FakeWhatsApp, whatsapp: WhatsApp
):
    fake.fail("messages", code)
    with pytest.raises(error) as caught:
        await say(whatsapp, HELLO)
    assert type(caught.value) is error
    assert caught.value.code == str(code)
    assert error is not SlowDown or caught.value.after_s > 0


async def test_the_pair_rate_names_its_six_seconds(fake: FakeWhatsApp, whatsapp: WhatsApp):
    fake.fail("messages", 131056)
    with pytest.raises(RetryLater) as caught:
        await say(whatsapp, HELLO)
    assert caught.value.after_s == 6.0
    assert whatsapp.capabilities.person_rate_per_s == pytest.approx(1 / 6)


async def test_an_unknown_code_is_judged_by_the_status(fake: FakeWhatsApp, whatsapp: WhatsApp):
    for status, error in ((400, BadMessage), (401, ChannelDown), (500, RetryLater), (429, SlowDown)):
        fake.fail("messages", 555555, status=status)
        with pytest.raises(error):
            await say(whatsapp, HELLO)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (500, "", RetryLater),
        (503, "<html>", RetryLater),
        (502, {"error": "x"}, RetryLater),
        (429, "", SlowDown),
        (401, "", ChannelDown),
        (404, {}, ChannelDown),
        (413, "", BadMessage),
        (200, "nonsense", RetryLater),
        (200, "[]", RetryLater),
        (200, "[" * 100_000, RetryLater),
        (400, {"error": {"code": "x"}}, BadMessage),
    ],
)
async def test_an_answer_that_is_none(status, answer, error, fake: FakeWhatsApp, whatsapp: WhatsApp):
    fake.answer("messages", answer, status=status)
    with pytest.raises(error) as caught:
        await say(whatsapp, HELLO)
    assert type(caught.value) is error


async def test_the_stated_time_is_kept(fake: FakeWhatsApp, whatsapp: WhatsApp):
    fake.answer("messages", "", status=429, headers={"Retry-After": "17"})
    with pytest.raises(SlowDown) as caught:
        await say(whatsapp, HELLO)
    assert caught.value.after_s == 17.0


@pytest.mark.parametrize("answer", [{}, {"messages": []}, {"messages": ["x"]}, {"messages": {}}])
async def test_an_accepted_message_without_an_id(answer: object, fake: FakeWhatsApp, whatsapp: WhatsApp):
    fake.answer("messages", answer)
    [sent] = await say(whatsapp, HELLO)
    assert sent.message_id == ""


async def test_nobody_answers(roots: Roots):
    channel = WhatsApp("token", "1", api_url="http://127.0.0.1:9", roots=roots)
    with pytest.raises(RetryLater):
        await say(channel, HELLO)
    await channel.close()


async def test_a_hanging_call_ends(fake: FakeWhatsApp, whatsapp: WhatsApp, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.whatsapp.client.CALL_TIMEOUT_S", 0.05)
    fake.hang("messages")
    with pytest.raises(RetryLater):
        await say(whatsapp, HELLO)


async def test_edge_17_neither_token_nor_number_nor_words_get_into_errors_and_logs(
    fake: FakeWhatsApp, whatsapp: WhatsApp, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    fake.fail("messages", 131026)
    fake.answer("messages", f"{fake.token} +{PHONE} Привет", status=500)
    fake.answer("messages", f"{fake.token} +{PHONE} Привет")
    for _ in range(3):
        with pytest.raises(SendError) as caught:
            await say(whatsapp, HELLO)
        seen = f"{caught.value!r} {caught.value.__cause__!r}"
        assert not any(secret in seen for secret in (fake.token, PHONE, "Привет"))
    assert not any(secret in caplog.text for secret in (fake.token, PHONE, "Привет"))


async def test_me(fake: FakeWhatsApp, whatsapp: WhatsApp):
    assert await whatsapp.me() == "Фасад +1 555-078-3881"
    fake.fail("number", 190, status=401)
    with pytest.raises(ChannelDown):
        await whatsapp.me()


async def test_whatsapp_tells_no_profile(whatsapp: WhatsApp):
    assert await whatsapp.profile(ADDRESS) is None
