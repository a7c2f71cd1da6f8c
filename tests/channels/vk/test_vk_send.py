"""VK over real HTTP, against a stand-in that checks every call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.base import (
    BadMessage,
    Call,
    ChannelDown,
    Refused,
    RetryLater,
    Roots,
    SendError,
    SlowDown,
)
from channels.vk import Vk
from channels.vk.errors import error_for
from tests.fakes.vk import FakeVk
from tests.fakes.vk_rules import load
from tests.fakes.vk_updates import USER
from tunnel.events import Address, Profile, Text
from tunnel.messages import Button, Media, Message, RichText

ADDRESS = Address("vk", "1", str(USER))
OTHER = Address("vk", "1", "777")
HELLO = Message(RichText("Привет"))
URL = "https://bot.example/webhooks/vk"


class Ids:
    """What was uploaded, in memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}

    async def get(self, account: str, key: str) -> str | None:
        return self.known.get((account, key))

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None:
        assert ttl_s is None
        self.known[account, key] = file_id

    async def forget(self, account: str, key: str) -> None:
        self.known.pop((account, key), None)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    (tmp_path / "guide.pdf").write_bytes(b"%PDF-1.7 guide")
    (tmp_path / "team.jpg").write_bytes(b"\xff\xd8 team")
    return Roots(tmp_path, tmp_path)


@pytest.fixture
async def vk(fake: FakeVk, roots: Roots) -> AsyncIterator[Vk]:
    vk = Vk(fake.token, 1, secret=fake.secret, confirmation=fake.confirmation, api_url=fake.url, roots=roots)
    yield vk
    await vk.close()


async def say(vk: Vk, message: Message, *, key: int = 1, ids: Ids | None = None, to: Address = ADDRESS):
    ids = ids or Ids()
    return [await vk.send(to, call, key=key + n, files=ids) for n, call in enumerate(vk.render(to, message))]


async def test_words_arrive(fake: FakeVk, vk: Vk):
    [sent] = await say(vk, Message(RichText("Привет"), buttons=(Button("Да", "1.a.b"),)))
    assert sent.message_id == "1"
    assert fake.messages[0]["message"] == "Привет"
    assert fake.messages[0]["peer_id"] == str(USER)
    assert fake.buttons()[0]["payload"] == '{"t":"1.a.b"}'


async def test_edge_11_a_repeated_send_is_one_message(fake: FakeVk, vk: Vk):
    first = await say(vk, HELLO, key=2**62)
    again = await say(vk, HELLO, key=2**62)
    assert again == first
    assert len(fake.of("messages.send")) == 2
    assert len(fake.messages) == 1
    await say(vk, HELLO, key=2**62 + 1)
    assert len(fake.messages) == 2


async def test_edge_11_the_number_against_repetition_is_a_small_one(fake: FakeVk, vk: Vk):
    for key in (0, 1, 2**31 - 2, 2**31 - 1, 2**31, 2**63 - 1):
        await say(vk, HELLO, key=key)
    numbers = {int(params["random_id"]) for params in fake.of("messages.send")}
    assert len(numbers) == 6
    assert all(0 < number < 2**31 for number in numbers)


async def test_rows_numbered_anew_are_no_repetition(fake: FakeVk, vk: Vk):
    await say(vk, HELLO, key=1)
    await say(vk, Message(RichText("Другое")), key=1)
    assert [message["message"] for message in fake.messages] == ["Привет", "Другое"]


async def test_a_press_is_acknowledged(fake: FakeVk, vk: Vk):
    press = vk.parse(fake.body(fake.press({"t": "1.a.b"}, tap="tap")), 1.0).events[0]
    call = vk.acknowledge(ADDRESS, press.ack)
    assert call is not None
    await vk.send(ADDRESS, call, key=1, files=Ids())
    assert fake.of("messages.sendMessageEventAnswer") == [
        {"event_id": "tap", "user_id": str(USER), "peer_id": str(USER)}
    ]


async def test_a_document_is_uploaded_once_and_then_named(fake: FakeVk, vk: Vk):
    ids, guide = Ids(), Message(RichText("Гид"), media=(Media("document", "guide.pdf", "Гид по сайдингу"),))
    await say(vk, guide, ids=ids)
    await say(vk, guide, key=5, ids=ids, to=OTHER)
    assert [upload["bytes"] for upload in fake.uploads] == [b"%PDF-1.7 guide"]
    assert fake.uploads[0]["name"] == "file.pdf"
    assert fake.of("docs.save")[0]["title"] == "Гид по сайдингу.pdf"
    assert fake.of("docs.getMessagesUploadServer") == [{"type": "doc", "peer_id": str(USER)}]
    [attachment] = {message["attachment"] for message in fake.messages}
    assert attachment.startswith("doc-1_")
    assert [message["message"] for message in fake.messages] == ["Гид", "Гид"]


async def test_edge_18_upload_addresses_are_asked_for_each_time(fake: FakeVk, vk: Vk):
    await say(vk, Message(media=(Media("document", "guide.pdf"),)))
    await say(vk, Message(media=(Media("document", "guide.pdf", "Другое имя"),)), key=3)
    assert len(fake.of("docs.getMessagesUploadServer")) == 2  # the stand-in refuses an address used twice


async def test_a_photo(fake: FakeVk, vk: Vk):
    await say(vk, Message(RichText("Команда"), media=(Media("image", "team.jpg"),)))
    assert fake.uploads[0]["kind"] == "photo"
    assert fake.messages[0]["attachment"].startswith("photo-1_")


async def test_an_attachment_that_vk_has_forgotten_is_uploaded_again(fake: FakeVk, vk: Vk):
    ids, guide = Ids(), Message(media=(Media("document", "guide.pdf"),))
    await say(vk, guide, ids=ids)
    fake.messages.clear()
    ids.known = dict.fromkeys(ids.known, "doc-1_999999")
    await say(vk, guide, key=9, ids=ids)
    assert len(fake.uploads) == 2
    assert len(fake.messages) == 1
    assert list(ids.known.values()) == [fake.messages[0]["attachment"]]


UPLOADS = {
    "the server refuses": ({"error": "ERR_UPLOAD_BAD_IMAGE_SIZE"}, BadMessage),
    "the server is ill": (502, RetryLater),
    "the server says nothing": ("", RetryLater),
    "no picture": ({"server": 1, "photo": "[]", "hash": "h"}, BadMessage),
    "a field is missing": ({"photo": "[1]"}, RetryLater),
}


@pytest.mark.parametrize("label", UPLOADS)
async def test_an_upload_fails(label: str, fake: FakeVk, vk: Vk):
    answer, error = UPLOADS[label]
    fake.answer("upload", answer)
    with pytest.raises(error):
        await say(vk, Message(media=(Media("image", "team.jpg"),)))
    assert fake.messages == []


@pytest.mark.parametrize("path", ["missing.pdf", "../../etc/passwd", "."])
async def test_a_file_that_is_not_there(path: str, vk: Vk):
    with pytest.raises(BadMessage):
        await say(vk, Message(media=(Media("document", path),)))


CODES = {
    SlowDown: [6, 9, 10, 29, 984],
    Refused: [18, 900, 901, 902, 917, 932, 1021],
    BadMessage: [100, 911, 912, 914, 943, 944],
    ChannelDown: [5, 7, 15, 27, 28],
    RetryLater: [1],
}


@pytest.mark.parametrize(("error", "code"), [(error, code) for error, codes in CODES.items() for code in codes])
async def test_an_error_decides_what_happens_next(error: type[SendError], code: int, fake: FakeVk, vk: Vk):
    fake.fail("messages.send", code)
    with pytest.raises(error) as caught:
        await say(vk, HELLO)
    assert type(caught.value) is error
    assert caught.value.code == str(code)
    assert error is not SlowDown or caught.value.after_s > 0


def test_every_code_of_the_schema_has_its_class():
    for name, entry in load("errors")["errors"].items():
        assert isinstance(error_for(entry["code"]), SendError), name


async def test_a_refusal_inside_of_a_list_is_one_too(fake: FakeVk, vk: Vk):
    fake.answer("messages.send", {"response": [{"peer_id": USER, "message_id": 0, "error": {"code": 901}}]})
    with pytest.raises(Refused):
        await say(vk, HELLO)
    fake.answer("messages.send", {"response": [{"peer_id": USER, "message_id": 8, "conversation_message_id": 1}]})
    assert (await say(vk, HELLO))[0].message_id == "8"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (500, RetryLater),
        (503, RetryLater),
        (429, SlowDown),
        (403, ChannelDown),
        (404, ChannelDown),
        (413, BadMessage),
        ("<html>", RetryLater),
        ("[]", RetryLater),
        ("{}", RetryLater),
        ("[" * 100_000, RetryLater),
        ({"error": {}}, RetryLater),
        ({"error": {"error_code": "?"}}, RetryLater),
    ],
)
async def test_an_answer_that_is_none(answer, error, fake: FakeVk, vk: Vk):
    fake.answer("messages.send", answer)
    with pytest.raises(error) as caught:
        await say(vk, HELLO)
    assert type(caught.value) is error


async def test_nobody_answers(roots: Roots):
    vk = Vk("secret-key", 1, api_url="http://127.0.0.1:9", roots=roots)
    with pytest.raises(RetryLater):
        await say(vk, HELLO)
    await vk.close()


async def test_a_hanging_call_ends(fake: FakeVk, vk: Vk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.vk.client.CALL_TIMEOUT_S", 0.05)
    fake.hang("messages.send")
    with pytest.raises(RetryLater):
        await say(vk, HELLO)


async def test_edge_17_neither_key_nor_words_get_into_errors_and_logs(
    fake: FakeVk, vk: Vk, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    fake.fail("messages.send", 901)
    fake.answer("messages.send", "nonsense")
    fake.answer("messages.send", {"response": [{"error": {"code": 901, "description": "Привет"}}]})
    for _ in range(3):
        with pytest.raises(SendError) as caught:
            await say(vk, HELLO)
        seen = f"{caught.value!r} {caught.value.__cause__!r}"
        assert fake.token not in seen
        assert "Привет" not in seen
    assert fake.token not in caplog.text
    assert "Привет" not in caplog.text


PEOPLE = {
    "a woman": ({"id": 5, "first_name": "Ольга", "last_name": "К", "sex": 1}, Profile("Ольга", "female")),
    "a man": ({"id": 5, "first_name": "Пётр", "last_name": "К", "sex": 2}, Profile("Пётр", "male")),
    "nobody says": ({"id": 5, "first_name": "Саша", "sex": 0}, Profile("Саша")),
    "a deleted page": ({"id": 5, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}, Profile()),
    "nonsense": ({"id": 5, "first_name": None, "sex": "x"}, Profile()),
}


@pytest.mark.parametrize("label", PEOPLE)
async def test_a_profile(label: str, fake: FakeVk, vk: Vk):
    person, expected = PEOPLE[label]
    fake.users[5] = person
    assert await vk.profile(Address("vk", "1", "5")) == expected


async def test_a_profile_that_cannot_be_had(fake: FakeVk, vk: Vk):
    assert await vk.profile(Address("vk", "1", "6")) is None
    fake.fail("users.get", 10)
    with pytest.raises(SendError):
        await vk.profile(ADDRESS)


# The long poll


async def test_long_poll(fake: FakeVk, vk: Vk):
    await vk.prepare_polling()
    assert fake.long_poll_settings["enabled"] == "1"
    assert fake.long_poll_settings["message_new"] == "1"
    bodies, cursor = await vk.poll(None)
    assert (bodies, cursor) == ([], "0")
    fake.updates += [fake.update("message_new", fake.message("раз")["object"], secret=""), fake.message("два")]
    bodies, cursor = await vk.poll(cursor)
    events = [vk.parse(body, 1.0).events[0] for body in bodies]
    assert [event.text for event in events if isinstance(event, Text)] == ["раз", "два"]
    assert cursor == "2"
    again, _ = await vk.poll("0")  # not confirmed: delivered again, with the same ids
    assert [vk.parse(body, 1.0).events[0].id for body in again] == [event.id for event in events]


async def test_a_cursor_outlives_the_program(fake: FakeVk, vk: Vk):
    fake.updates += [fake.message("раз"), fake.message("два")]
    bodies, cursor = await vk.poll("1")
    assert len(bodies) == 1
    assert cursor == "2"


async def test_a_key_that_has_expired(fake: FakeVk, vk: Vk):
    await vk.poll(None)
    fake.key = "key-2"
    fake.updates.append(fake.message("раз"))
    assert await vk.poll("0") == ([], "0")
    bodies, cursor = await vk.poll("0")
    assert len(bodies) == 1
    assert cursor == "1"


async def test_a_history_that_is_gone(fake: FakeVk, vk: Vk):
    fake.updates += [fake.message("раз"), fake.message("два")]
    fake.history_from = 1
    assert await vk.poll("0") == ([], "1")
    assert len((await vk.poll("1"))[0]) == 1


async def test_information_that_is_lost(fake: FakeVk, vk: Vk):
    fake.updates.append(fake.message("раз"))
    fake.answer("longpoll", {"failed": 3})
    assert await vk.poll("0") == ([], "1")


@pytest.mark.parametrize("answer", [502, "", "[]", {"ts": "1"}, {"updates": []}])
async def test_a_long_poll_that_fails(answer, fake: FakeVk, vk: Vk):
    fake.answer("longpoll", answer)
    with pytest.raises(RetryLater):
        await vk.poll("0")


async def test_a_key_that_may_not_switch_the_long_poll_on(fake: FakeVk, vk: Vk):
    fake.fail("groups.setLongPollSettings", 15)
    await vk.prepare_polling()
    fake.fail("groups.setLongPollSettings", 10)
    with pytest.raises(SlowDown):
        await vk.prepare_polling()


# The callback server


async def test_edge_19_a_callback_server_is_set_checked_moved_and_removed(fake: FakeVk, vk: Vk):
    assert (await vk.check_webhook(URL)).status == "missing"
    server = await vk.set_webhook(URL)
    assert (server.status, server.url, server.switched_off) == ("ok", URL, ())
    assert fake.servers[0]["secret_key"] == fake.secret
    [settings] = fake.callback_settings.values()
    assert {name for name, value in settings.items() if value == "1" and name.startswith("message")} == {
        "message_new",
        "message_event",
        "message_reply",
        "message_allow",
        "message_deny",
        "message_read",
    }
    moved = URL.replace("bot.", "new.")
    assert (await vk.check_webhook(moved)).status == "elsewhere"
    assert (await vk.set_webhook(moved)).status == "ok"
    assert len(fake.servers) == 1
    assert await vk.remove_webhook(moved) is True
    assert await vk.remove_webhook(moved) is False


@pytest.mark.parametrize("answer", [1, None, [], {}, {"items": 3}, {"items": ["?"]}])
@pytest.mark.parametrize("method", ["getCallbackConfirmationCode", "getCallbackServers"])
async def test_an_answer_about_the_webhook_that_makes_no_sense_is_an_error_of_vks(
    vk: Vk, fake: FakeVk, method: str, answer: object
) -> None:
    fake.answer(f"groups.{method}", {"response": answer})
    with pytest.raises(RetryLater, match="VK's answer"):
        await vk.check_webhook(URL)


async def test_edge_19_a_confirmation_string_that_is_not_vks_changes_nothing(fake: FakeVk, vk: Vk):
    fake.confirmation = "new-code"
    server = await vk.set_webhook(URL)
    assert (server.status, server.confirmation) == ("confirmation", "new-code")
    assert fake.servers == []
    assert (await vk.check_webhook(URL)).confirmation == "new-code"


async def test_updates_that_were_switched_off_are_named(fake: FakeVk, vk: Vk):
    await vk.set_webhook(URL)
    for settings in fake.callback_settings.values():
        settings["message_deny"] = "0"
    assert (await vk.check_webhook(URL)).switched_off == ("message_deny",)


async def test_me(fake: FakeVk, vk: Vk, roots: Roots):
    assert await vk.me() == "Фасад"
    fake.answer("groups.getById", {"response": [{"id": 1, "name": "Как раньше"}]})
    assert await vk.me() == "Как раньше"
    fake.answer("groups.getById", {"response": {"groups": [{"id": 2, "name": "Чужое"}]}})
    with pytest.raises(ChannelDown, match="community 2"):
        await vk.me()
    fake.answer("groups.getById", {"response": {"groups": []}})
    with pytest.raises(ChannelDown):
        await vk.me()


async def test_sends_go_side_by_side(fake: FakeVk, vk: Vk):
    calls = [Call("messages.send", {"peer_id": USER + n, "message": "да"}) for n in range(20)]
    await asyncio.gather(*(vk.send(ADDRESS, call, key=n, files=Ids()) for n, call in enumerate(calls)))
    assert len(await fake.wait_for(20)) == 20
