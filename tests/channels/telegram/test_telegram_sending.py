"""Calls as they reach the Bot API, and what its answers mean."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from channels.base import (
    BadMessage,
    Call,
    ChannelDown,
    Refused,
    RetryLater,
    Roots,
    SendError,
    Sent,
    SlowDown,
)
from channels.files import FileIdRefused
from channels.telegram import Telegram
from channels.telegram.errors import ChatMoved, PictureRefused, TopicGone, error_for
from tests.fakes.telegram import DESK, TOKEN, Upload
from tunnel.events import Address
from tunnel.messages import Button, Media, Message, RichText

ADDRESS = Address("telegram", "123456", "77")
GUIDE = Media("document", "files/guide.pdf", "Гид «Сайдинг»")
TEAM = Media("image", "files/team.jpg")
HELLO = Call("sendMessage", {"chat_id": 77, "text": "Привет"})


async def send(telegram: Telegram, call: Call, ids) -> Sent:
    return await telegram.send(ADDRESS, call, key=1, files=ids)


async def test_a_message_goes_out_as_it_was_rendered(fake, telegram, ids):
    message = Message(RichText(plain="Что облицовываем?"), buttons=(Button("Дом", "1.hello.0"),))
    (call,) = telegram.render(ADDRESS, message)
    assert (await send(telegram, call, ids)).message_id == "1"
    assert [(made.method, made.params) for made in fake.calls] == [("sendMessage", call.params)]
    assert fake.calls[0].buttons == {"Дом": "1.hello.0"}
    assert fake.errors == []


async def test_edge_07_every_press_is_answered(fake, telegram, ids):
    call = telegram.acknowledge(ADDRESS, "77001")
    assert call.ephemeral
    await send(telegram, call, ids)
    assert fake.of("answerCallbackQuery")[0].params == {"callback_query_id": "77001"}
    assert telegram.acknowledge(ADDRESS, "") is None


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        "Bad Request: QUERY_ID_INVALID",
    ],
)
async def test_edge_07_a_late_answer_is_no_error(fake, telegram, ids, description):
    fake.fail("answerCallbackQuery", status=400, description=description)
    assert await send(telegram, telegram.acknowledge(ADDRESS, "1"), ids) == Sent()


async def test_an_upload_shows_itself_so_nothing_is_said_before_it(telegram):
    assert telegram.typing(ADDRESS) is None


# Files.


async def test_edge_18_a_file_is_uploaded_once_and_then_named_by_its_id(fake, telegram, ids):
    (call,) = telegram.render(ADDRESS, Message(RichText(plain="Ваш гид"), media=(GUIDE,)))
    await send(telegram, call, ids)
    await send(telegram, call, ids)
    first, second = fake.of("sendDocument")
    assert first.params["document"] == Upload("Гид «Сайдинг».pdf", "application/pdf", b"%PDF-1.4 guide")
    assert first.text == second.text == "Ваш гид"
    assert second.params["document"] in fake.files
    assert fake.errors == []


async def test_edge_18_an_id_that_telegram_forgot_is_forgotten_and_the_file_uploaded_again(fake, telegram, ids):
    call = Call("sendDocument", {"chat_id": 77}, GUIDE)
    await send(telegram, call, ids)
    fake.forget_files()
    await send(telegram, call, ids)
    await send(telegram, call, ids)
    kinds = [type(made.params["document"]) for made in fake.of("sendDocument")]
    assert kinds == [Upload, str, Upload, str]


@pytest.mark.parametrize(
    ("media", "method", "field"),
    [
        (TEAM, "sendPhoto", "photo"),
        (Media("video", "files/tour.mp4"), "sendVideo", "video"),
        (Media("audio", "files/tour.mp4"), "sendAudio", "audio"),
    ],
)
async def test_edge_18_every_kind_of_file_has_an_id(fake, telegram, ids, media, method, field):
    call = Call(method, {"chat_id": 77}, media)
    await send(telegram, call, ids)
    await send(telegram, call, ids)
    assert [type(made.params[field]) for made in fake.of(method)] == [Upload, str]
    assert fake.errors == []


async def test_edge_18_a_file_that_telegram_took_for_another_kind_is_sent_again_as_that(fake, telegram, ids):
    voice = fake.add_file(b"ogg", kind="voice")
    result = {"message_id": 9, "voice": {"file_id": voice}}
    fake.fail("sendAudio", status=200, body=json.dumps({"ok": True, "result": result}).encode())
    call = Call("sendAudio", {"chat_id": 77}, Media("audio", "files/tour.mp4"))
    assert (await send(telegram, call, ids)).message_id == "9"
    await send(telegram, call, ids)
    assert fake.of("sendVoice")[0].params == {"chat_id": 77, "voice": voice}
    assert fake.errors == []


async def test_each_bot_has_ids_of_its_own(fake, telegram, roots, ids):
    await send(telegram, Call("sendDocument", {"chat_id": 77}, GUIDE), ids)
    ((account, _),) = ids.known
    assert account == telegram.account


async def test_keyboards_and_marks_survive_an_upload(fake, telegram, ids):
    message = Message(RichText(plain="Фото"), media=(TEAM,), buttons=(Button("Дом", "1.a.0"),))
    (call,) = telegram.render(ADDRESS, message)
    await send(telegram, call, ids)
    assert fake.of("sendPhoto")[0].params["reply_markup"] == call.params["reply_markup"]
    assert fake.errors == []


async def test_a_picture_that_cannot_be_a_photo_goes_as_a_document_ever_after(fake, telegram, ids):
    fake.fail("sendPhoto", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    call = Call("sendPhoto", {"chat_id": 77, "caption": "Панорама"}, TEAM)
    await send(telegram, call, ids)
    await send(telegram, call, ids)
    methods = [made.method for made in fake.said(77)]
    assert methods == ["sendPhoto", "sendDocument", "sendDocument"]
    assert [made.text for made in fake.said(77)] == ["Панорама"] * 3
    assert isinstance(fake.said(77)[-1].params["document"], str)
    assert fake.errors == []


async def test_sending_is_shown_while_a_file_is_uploaded(fake, telegram, ids):
    fake.hang("sendDocument")
    sending = asyncio.create_task(send(telegram, Call("sendDocument", {"chat_id": 77}, GUIDE), ids))
    (action,) = await fake.wait_for("sendChatAction")
    assert action.params == {"chat_id": 77, "action": "upload_document"}
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_a_refused_sign_of_sending_stops_nothing(fake, telegram, ids):
    fake.fail("sendChatAction", times=9)
    assert (await send(telegram, Call("sendDocument", {"chat_id": 77}, GUIDE), ids)).message_id


async def test_a_missing_file_is_the_authors_mistake(fake, telegram, ids):
    with pytest.raises(BadMessage) as error:
        await send(telegram, Call("sendDocument", {"chat_id": 77}, Media("document", "files/none.pdf")), ids)
    assert "files/none.pdf" in str(error.value)
    assert fake.calls == []


# Errors.

ANSWERS = [
    (429, "Too Many Requests: retry after 7", {"retry_after": 7}, SlowDown, 7.0),
    (429, "Too Many Requests", {}, SlowDown, 1.0),
    (500, "Internal Server Error", {}, RetryLater, 0.0),
    (502, "Bad Gateway", {}, RetryLater, 0.0),
    (401, "Unauthorized", {}, ChannelDown, 0.0),
    (404, "Not Found", {}, ChannelDown, 0.0),
    (404, "Not Found: method not found", {}, BadMessage, 0.0),
    (409, "Conflict: terminated by other getUpdates request", {}, ChannelDown, 0.0),
    (413, "Request Entity Too Large", {}, BadMessage, 0.0),
    (403, "Forbidden: bot was blocked by the user", {}, Refused, 0.0),
    (403, "Forbidden: user is deactivated", {}, Refused, 0.0),
    (400, "Bad Request: chat not found", {}, Refused, 0.0),
    (400, "Bad Request: PEER_ID_INVALID", {}, Refused, 0.0),
    (400, "Bad Request: message text is empty", {}, BadMessage, 0.0),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", {}, FileIdRefused, 0.0),
    (400, "Bad Request: IMAGE_PROCESS_FAILED", {}, PictureRefused, 0.0),
    (400, "Bad Request: message thread not found", {}, TopicGone, 0.0),
    (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1005}, ChatMoved, 0.0),
]


@pytest.mark.parametrize(("status", "description", "parameters", "kind", "after_s"), ANSWERS)
async def test_edge_16_the_answer_decides_what_happens_next(
    fake, telegram, ids, status, description, parameters, kind, after_s
):
    fake.fail("sendMessage", status=status, description=description, **parameters)
    with pytest.raises(SendError) as error:
        await send(telegram, HELLO, ids)
    assert type(error.value) is kind
    assert error.value.after_s == after_s
    assert TOKEN not in str(error.value)


async def test_a_groups_limit_is_not_the_bots(fake, telegram, ids):
    fake.fail("sendMessage", status=429, description="Too Many Requests", retry_after=30)
    with pytest.raises(RetryLater) as error:
        await send(telegram, Call("sendMessage", {"chat_id": DESK, "text": "x"}), ids)
    assert error.value.after_s == 30


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<html>", RetryLater),
        (200, b'{"ok": false}', RetryLater),
        (502, b"<html>Bad gateway</html>", RetryLater),
        (413, b"<html>too large</html>", BadMessage),
        (404, b"nothing here", ChannelDown),
        (500, b"[" * 100_000, RetryLater),
        (400, b'{"ok": false, "error_code": "x"}', BadMessage),
        (302, b"", RetryLater),
    ],
)
async def test_answers_that_are_no_answers(fake, telegram, ids, status, body, kind):
    fake.fail("sendMessage", status=status, body=body)
    with pytest.raises(kind):
        await send(telegram, HELLO, ids)


async def test_edge_11_a_line_that_is_cut_after_the_call_is_tried_again(fake, telegram, ids):
    fake.cut("sendMessage")
    with pytest.raises(RetryLater) as error:
        await send(telegram, HELLO, ids)
    assert TOKEN not in repr(error.value)
    assert len(fake.of("sendMessage")) == 1  # it had arrived: the second try will be a second message
    assert (await send(telegram, HELLO, ids)).message_id


async def test_silence_is_not_waited_for_forever(fake, telegram, ids, monkeypatch):
    monkeypatch.setattr(telegram.client, "_call_s", 0.01)
    fake.hang("sendMessage")
    with pytest.raises(RetryLater):
        await send(telegram, HELLO, ids)


async def test_nobody_there(roots: Roots, ids):
    telegram = Telegram(TOKEN, api_url="http://127.0.0.1:1", roots=roots)
    with pytest.raises(RetryLater) as error:
        await send(telegram, HELLO, ids)
    assert error.value.code == "network"
    assert TOKEN not in str(error.value)
    await telegram.close()


async def test_edge_17_a_wrong_token_is_told_without_the_token(fake, roots, ids):
    telegram = Telegram("123456:another", api_url=fake.base_url, roots=roots)
    with pytest.raises(ChannelDown) as error:
        await telegram.me()
    assert "another" not in f"{error.value!r} {error.value.__context__!r}"
    await telegram.close()


def test_edge_17_what_telegram_quotes_is_not_repeated():
    error = error_for(400, "Bad Request: inline keyboard button URL 'https://e.ru/?phone=79990001122' is invalid")
    assert "7999" not in str(error)
    assert "URL '…' is invalid" in str(error)


async def test_what_json_cannot_hold_is_a_bad_message(telegram, ids):
    with pytest.raises(BadMessage):
        await send(telegram, Call("sendMessage", {"chat_id": 77, "text": "\ud83d"}), ids)


# Receiving by polling, and the webhook.


async def test_polling_confirms_only_what_the_next_poll_names(fake, telegram):
    fake.push(fake.updates.text(77, "раз"), fake.updates.text(77, "два"))
    bodies, cursor = await telegram.poll(None, wait_s=0)
    assert [json.loads(body)["message"]["text"] for body in bodies] == ["раз", "два"]
    again, _ = await telegram.poll(None, wait_s=0)
    assert again == bodies
    assert await telegram.poll(cursor, wait_s=0) == ([], cursor)
    assert fake.waiting == []


async def test_polling_waits_for_an_update(fake, telegram):
    polling = asyncio.create_task(telegram.poll(None))
    await fake.wait_for("getUpdates")
    fake.push(fake.updates.text(77, "Дом"))
    bodies, _ = await polling
    (event,) = telegram.parse(bodies[0], 5.0).events
    assert event.text == "Дом"


async def test_edge_09_numbers_may_start_again_lower(fake, telegram):
    fake.push(fake.updates.raw() | {"update_id": 900}, fake.updates.raw() | {"update_id": 5})
    _, cursor = await telegram.poll(None, wait_s=0)
    assert cursor == "6"


async def test_edge_19_a_webhook_stands_in_the_way_of_polling_until_it_is_removed(fake, telegram):
    await telegram.set_webhook("https://bot.example.com/webhooks/telegram")
    fake.push(fake.updates.text(77, "ждёт"))
    with pytest.raises(ChannelDown) as error:
        await telegram.poll(None, wait_s=0)
    assert error.value.code == "webhook"
    await telegram.prepare_polling()
    bodies, _ = await telegram.poll(None, wait_s=0)
    assert len(bodies) == 1


async def test_two_that_poll_are_told(fake, telegram, roots):
    first = asyncio.create_task(telegram.poll(None))
    await fake.wait_for("getUpdates")
    second = asyncio.create_task(telegram.poll(None))
    with pytest.raises(ChannelDown) as error:
        await first
    assert error.value.code == "409"
    fake.push(fake.updates.text(77, "Дом"))
    assert len((await second)[0]) == 1


@pytest.mark.parametrize("body", [b'{"ok": true, "result": 5}', b'{"ok": true, "result": ["x"]}', b'{"ok": true}'])
async def test_unreadable_updates_are_asked_for_again(fake, telegram, body):
    fake.fail("getUpdates", status=200, body=body)
    with pytest.raises(RetryLater):
        await telegram.poll("5", wait_s=0)


async def test_edge_19_the_webhook_is_set_checked_and_removed(fake, telegram):
    url = "https://bot.example.com/webhooks/telegram"
    assert (await telegram.check_webhook()).url == ""
    await telegram.set_webhook(url)
    assert fake.webhook == {
        "url": url,
        "secret_token": "s3cret-word",
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
    }
    hook = await telegram.check_webhook()
    assert (hook.url, hook.pending, hook.last_error) == (url, 0, "")
    await telegram.remove_webhook()
    assert (await telegram.check_webhook()).url == ""
    assert fake.errors == []


async def test_a_webhook_needs_a_secret(fake, roots):
    telegram = Telegram(TOKEN, api_url=fake.base_url, roots=roots)
    with pytest.raises(ChannelDown):
        await telegram.set_webhook("https://bot.example.com/")
    assert fake.calls == []


async def test_me(fake, telegram):
    me = await telegram.me()
    assert (me.id, me.username, me.name) == (123456, "facade_bot", "Фасад")


async def test_an_answer_of_another_shape_is_tried_again(fake, telegram):
    fake.fail("getMe", status=200, body=b'{"ok": true, "result": {"id": "x"}}')
    with pytest.raises(RetryLater):
        await telegram.me()


async def test_there_is_nothing_to_ask_about_a_person(telegram):
    assert await telegram.profile(ADDRESS) is None


def test_limits_can_be_read_without_waiting_for_aiogram():
    program = "import sys, channels.telegram; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# The stand-in itself.


async def test_the_stand_in_complains(fake, telegram, ids):
    for params in (
        {"chat_id": 77},
        {"chat_id": 77, "text": "x" * 4097},
        {"chat_id": 77, "text": "x", "colour": "red"},
        {"chat_id": 77, "text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
        {"chat_id": 77, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}},
        {"chat_id": 77, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "http://x"}]]}},
        {"chat_id": 77, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "pay": True}] * 9]}},
    ):
        with pytest.raises(BadMessage):
            await send(telegram, Call("sendMessage", params), ids)
    assert len(fake.errors) == 7
