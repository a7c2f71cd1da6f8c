"""The operators' group: what is read there, what is written there."""

from __future__ import annotations

import json

import pytest

from channels.base import BadMessage, Call, ChannelDown, DeskPost, RetryLater, SlowDown
from channels.telegram.updates import parse_update
from channels.telegram_desk import DeskUnusable, DeskView, TelegramDesk, TopicGone, topic_title
from tests.fakes.telegram import DESK, FakeTelegram, Updates
from tests.fakes.telegram_rules import complaints, update_complaints
from tests.fakes.telegram_updates import person, supergroup
from tunnel.events import Address, File
from tunnel.messages import Media

ANNA = 5
ADDRESS = Address("telegram", "123456", "77")
VK = Address("vk", "1", "77")


@pytest.fixture
def desk(telegram) -> TelegramDesk:
    return TelegramDesk(telegram, DESK)


@pytest.fixture
def view() -> DeskView:
    return DeskView(DESK, "123456")


# What is read.


def read(update: dict):
    assert update_complaints(update) == []
    return parse_update(json.dumps(update).encode(), "123456", 5.0, DESK)


def post(**content) -> DeskPost:
    return DeskPost(id="tg:123456:9", thread=31, operator="tg:5", operator_name="Анна", **content)


POSTS = [
    ("words", "Здравствуйте!", post(text="Здравствуйте!")),
    ("take", "/take", post(command="take")),
    ("take from a colleague", "/take!", post(command="take!")),
    ("take with the bot's name", "/take@facade_bot", post(command="take")),
    ("take, capital", "/Take", post(command="take")),
    ("return", "/return", post(command="return")),
    ("return to a step", "/return@facade_bot guide", post(command="return", argument="guide")),
    ("close", "/close", post(command="close")),
    ("a slip is a command too, not words for the customer", "/tkae now", post(command="tkae", argument="now")),
    ("a path is no command", "/etc/hosts", post(text="/etc/hosts")),
    ("a command inside of words", "жмите /take", post(text="жмите /take")),
]


@pytest.mark.parametrize(("label", "text", "expected"), POSTS, ids=[case[0] for case in POSTS])
def test_what_operators_write(label, text, expected):
    parsed = read(Updates(9).desk_text(ANNA, 31, text))
    assert (parsed.desk, parsed.events, parsed.set_aside) == ((expected,), (), ())


def test_files_and_their_caption():
    (found,) = read(Updates(9).desk_document(ANNA, 31, "BQAC", "Ваш договор")).desk
    assert found == post(text="Ваш договор", files=(File("document", "BQAC", "договор.pdf", size_bytes=4),))


def test_a_contact_and_a_place_become_words():
    updates = Updates(9)
    card = updates.desk_message(ANNA, 31, contact={"phone_number": "+7999", "first_name": "Иван"})
    place = updates.desk_message(ANNA, 31, location={"latitude": 55.75, "longitude": 37.61})
    assert read(card).desk[0].text == "Иван +7999"
    assert read(place).desk[0].text == "https://yandex.ru/maps/?pt=37.610000,55.750000&z=16"


def test_an_administrator_in_the_groups_name():
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    update = Updates(9).desk_text(ANNA, 31, "Добрый день", sender_chat=supergroup(DESK), author_signature="Старший")
    update["message"]["from"] = anonymous
    (found,) = read(update).desk
    assert (found.operator, found.operator_name) == (f"tg:{DESK}:Старший", "Старший")


def ignored() -> list[tuple[str, dict]]:
    updates = Updates(9)
    topic = {"name": "Ольга", "icon_color": 7322096}
    bot = updates.desk_text(ANNA, 31, "от бота")
    bot["message"]["from"] = person(1) | {"is_bot": True}
    edited = updates.desk_text(ANNA, 31, "поправка")
    edited["edited_message"] = edited.pop("message") | {"edit_date": 1}
    return [
        ("outside of topics", updates.desk_text(ANNA, None, "коллеги, обед")),
        ("edge_01_topic_created", updates.desk_message(ANNA, 31, forum_topic_created=topic)),
        ("edge_01_topic_closed", updates.desk_message(ANNA, 31, forum_topic_closed={})),
        ("edge_01_own_words", bot),
        ("edge_01_edited", edited),
        ("a linked channel", updates.desk_text(777000, 31, "пост", sender_chat=supergroup(-1009))),
        ("a poll", updates.desk_message(ANNA, 31, poll={})),
    ]


@pytest.mark.parametrize(("label", "update"), ignored(), ids=[case[0] for case in ignored()])
def test_what_is_ignored(label, update):
    parsed = parse_update(json.dumps(update).encode(), "123456", 5.0, DESK)
    assert (parsed.desk, parsed.events, parsed.set_aside) == ((), (), ())


def test_edge_02_a_group_that_moved_is_set_aside_with_what_to_do():
    update = Updates(9).desk_message(ANNA, None, migrate_to_chat_id=-100999)
    (piece,) = read(update).set_aside
    assert "TUNNEL_DESK_TELEGRAM_CHAT=-100999" in piece.cause
    assert json.loads(piece.raw) == update


def test_without_a_desk_the_group_is_any_group():
    update = Updates(9).desk_text(ANNA, 31, "/take")
    assert parse_update(json.dumps(update).encode(), "123456", 5.0, None).desk == ()


# What is shown.


def shown(calls: list[Call]) -> list[str]:
    for call in calls:
        assert complaints(call.method, call.params) == []
        assert (call.params["chat_id"], call.params["message_thread_id"]) == (DESK, 31)
    return [call.params.get("text") or call.params.get("caption") or "" for call in calls]


def test_the_opening_shows_the_talk_the_note_and_the_commands(view):
    recent = ["customer\tсколько стоит?", "bot\tКакая площадь?", "operator\tсейчас посчитаю"]
    (text,) = shown(view.opening(31, note="Большой объект: 600 м²", recent=recent, name="Ольга"))
    assert text.splitlines() == [
        "Последние сообщения",
        "Ольга: сколько стоит?",
        "Бот: Какая площадь?",
        "Оператор: сейчас посчитаю",
        "",
        "📌 Заметка: Большой объект: 600 м²",
        "",
        "Ответьте здесь — клиент прочтёт это в своём мессенджере.",
        "/take — взять разговор · /return — вернуть боту, /return шаг — с этого шага",
        "/stage этап — передвинуть сделку · /close — завершить",
    ]


def test_a_long_opening_is_split(view):
    texts = shown(view.opening(31, note="x " * 3000, recent=["customer\t" + "я" * 9000] * 20))
    assert len(texts) > 1
    assert "/take" in texts[-1]


def test_an_opening_without_anything_known(view):
    (text,) = shown(view.opening(31))
    assert text.startswith("Ответьте здесь")


def test_english_operators():
    (call,) = DeskView(DESK, "123456", language="en").customer(31, "hello")
    assert call.params["text"] == "👤 Customer\nhello"


def test_the_customers_words_are_in_their_name(view):
    assert shown(view.customer(31, "а скидка?", name="Ольга")) == ["👤 Ольга\nа скидка?"]


def test_edge_13_names_are_no_markup(view):
    (call,) = view.customer(31, "<b>*_", name="[x](http://e.ru) <b>")
    assert call.params["entities"] == [{"type": "bold", "offset": 0, "length": len("👤 [x](http://e.ru) <b>\n") + 1}]


SHOWN = [
    ("photo", File("image", "AgAC"), "", ("sendPhoto", {"photo": "AgAC"}), "👤 Ольга\n"),
    ("document", File("document", "BQAC"), "вот", ("sendDocument", {"document": "BQAC"}), "👤 Ольга\nвот"),
    ("voice", File("voice", "AwAC"), "", ("sendVoice", {"voice": "AwAC"}), "👤 Ольга\n"),
]


@pytest.mark.parametrize(("label", "file", "text", "made", "words"), SHOWN, ids=[case[0] for case in SHOWN])
def test_files_of_a_telegram_customer_are_shown_themselves(view, label, file, text, made, words):
    (call,) = view.customer(31, text, name="Ольга", files=[file], address=ADDRESS)
    assert shown([call]) == [words]
    assert call.method == made[0]
    assert made[1].items() <= call.params.items()


def test_stickers_and_places_follow_the_name(view):
    calls = view.customer(31, "", name="Ольга", files=[File("sticker", "CAAC")], address=ADDRESS)
    assert [call.method for call in calls] == ["sendMessage", "sendSticker"]
    calls = view.customer(31, "", files=[File("location", "55.75,37.61", "Офис")], address=ADDRESS)
    assert [call.method for call in calls] == ["sendMessage", "sendLocation"]
    shown(calls)


@pytest.mark.parametrize(
    ("file", "address", "words"),
    [
        (File("image", "https://sun.vk.com/1.jpg"), VK, "📎 фото: https://sun.vk.com/1.jpg"),
        (File("document", "998877", "смета.pdf"), Address("whatsapp", "1", "7"), "📎 файл смета.pdf"),
        (File("image", "AgAC"), Address("telegram", "654321", "77"), "📎 фото"),
        (File("other"), ADDRESS, "📎 вложение"),
    ],
)
def test_other_files_are_named(view, file, address, words):
    assert shown(view.customer(31, "вот", name="Ольга", files=[file], address=address)) == [f"👤 Ольга\nвот\n{words}"]


def test_a_long_caption_goes_before_its_file(view):
    calls = view.customer(31, "я" * 2000, files=[File("image", "AgAC")], address=ADDRESS)
    assert [call.method for call in calls] == ["sendMessage", "sendPhoto"]
    shown(calls)


def test_notices_system_lines_and_the_hint(view):
    assert shown(view.notice(31, "Замер: Ольга")) == ["🔔 Замер: Ольга"]
    assert shown(view.system(31, "Анна взяла разговор")) == ["Анна взяла разговор"]
    assert "/close" in shown(view.hint(31))[0]
    assert shown(view.system(31, " ")) == []


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        (("Ольга", "Telegram", "Отдел продаж"), "Ольга · Telegram · Отдел продаж"),
        (("", "VK", ""), "VK"),
        ((" ",), "?"),
        (("я" * 200, "VK"), "я" * 127 + "…"),
    ],
)
def test_titles(parts, title):
    assert topic_title(*parts) == title


# What is done.


async def test_a_topic_is_opened_and_written_to(fake: FakeTelegram, desk):
    thread = await desk.open_topic(topic_title("Ольга", "Telegram", "Отдел продаж"))
    assert fake.topics == {thread: "Ольга · Telegram · Отдел продаж"}
    for call in desk.opening(thread, note="Большой объект"):
        await desk.post(call)
    assert "Большой объект" in fake.said(DESK)[-1].text
    assert fake.errors == []


async def test_a_topic_is_renamed_closed_and_opened_again_by_the_next_post(fake, desk):
    thread = await desk.open_topic("Ольга")
    await desk.post(desk.rename_topic(thread, "Ольга · Проект"))
    await desk.post(desk.rename_topic(thread, "Ольга · Проект"))  # Telegram calls this an error
    await desk.post(desk.close_topic(thread))
    await desk.post(desk.close_topic(thread))
    assert (fake.topics, fake.closed_topics) == ({thread: "Ольга · Проект"}, {thread})
    (call,) = desk.customer(thread, "я снова здесь")
    assert (await desk.post(call)).message_id
    assert fake.closed_topics == set()
    assert fake.errors == []


async def test_a_deleted_topic_is_told_apart(fake, desk):
    thread = await desk.open_topic("Ольга")
    del fake.topics[thread]
    for call in (*desk.customer(thread, "ау"), desk.close_topic(thread)):
        with pytest.raises(TopicGone):
            await desk.post(call)


async def test_a_video_note_is_shown_though_events_call_it_a_video(fake, desk):
    thread = await desk.open_topic("Ольга")
    note = fake.add_file(b"mp4", kind="video_note")
    for call in desk.customer(thread, "", files=[File("video", note)], address=ADDRESS):
        await desk.post(call)
    assert fake.calls[-1].method == "sendVideoNote"
    assert fake.calls[-1].params["video_note"] == note
    assert fake.errors == []


async def test_a_file_that_is_gone_is_a_bad_message(fake, desk):
    thread = await desk.open_topic("Ольга")
    (call,) = desk.customer(thread, "", files=[File("image", "AgACgone")], address=ADDRESS)
    with pytest.raises(BadMessage):
        await desk.post(call)


async def test_a_file_of_ours_is_uploaded_into_the_topic(fake, desk, roots, ids):
    (roots.data / "photo.jpg").write_bytes(b"jpeg")
    thread = await desk.open_topic("Ольга")
    await desk.post(desk.media(thread, Media("image", "photo.jpg", data=True)), files=ids)
    assert fake.of("sendPhoto")[0].params["photo"].content == b"jpeg"
    assert fake.errors == []


async def test_the_check_is_content_with_a_proper_group(fake, desk):
    await desk.check()
    assert fake.errors == []


async def test_a_group_without_topics(fake, desk):
    fake.forum = False
    for doing in (desk.check(), desk.open_topic("Ольга")):
        with pytest.raises(DeskUnusable, match="turn on Topics"):
            await doing


async def test_a_bot_without_rights(fake, desk):
    fake.can_manage_topics = False
    for doing in (desk.check(), desk.open_topic("Ольга")):
        with pytest.raises(DeskUnusable, match="make it an administrator"):
            await doing


@pytest.mark.parametrize(
    ("status", "description", "parameters", "kind", "words"),
    [
        (403, "Forbidden: bot was kicked from the supergroup chat", {}, DeskUnusable, "add it there"),
        (400, "Bad Request: chat not found", {}, DeskUnusable, "add it there"),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100999}, DeskUnusable, "CHAT=-100999"),
        (401, "Unauthorized", {}, ChannelDown, "token"),
        (429, "Too Many Requests", {"retry_after": 9}, RetryLater, "slow down"),
        (500, "Internal Server Error", {}, RetryLater, "500"),
    ],
)
async def test_edge_02_troubles_of_the_group_are_nobodys_refusal(
    fake, desk, status, description, parameters, kind, words
):
    fake.fail("createForumTopic", status=status, description=description, **parameters)
    with pytest.raises(kind, match=words) as error:
        await desk.open_topic("Ольга")
    assert not isinstance(error.value, SlowDown)


async def test_an_operators_file_is_fetched(fake, desk, tmp_path):
    file_id = fake.add_file(b"%PDF contract", path="documents/file_1.pdf")
    file = File("document", file_id, "../договор.pdf")
    path = await desk.fetch(file, tmp_path / "desk")
    assert path.read_bytes() == b"%PDF contract"
    assert path.name == "договор.pdf"
    assert path.parent.parent == tmp_path / "desk"
    assert await desk.fetch(file, tmp_path / "desk") == path
    assert [each.name for each in path.parent.iterdir()] == ["договор.pdf"]
    assert fake.errors == []


async def test_a_photo_gets_telegrams_name(fake, desk, tmp_path):
    file_id = fake.add_file(b"jpeg", kind="photo", path="photos/file_7.jpg")
    assert (await desk.fetch(File("image", file_id), tmp_path)).name == "file_7.jpg"


async def test_edge_17_a_file_that_cannot_be_fetched_is_told_without_the_token(fake, desk, tmp_path):
    file_id = fake.add_file(b"x")
    fake.fail("getFile", status=200, body=b'{"ok": true, "result": {"file_path": "documents/other.pdf"}}')
    with pytest.raises(BadMessage) as error:
        await desk.fetch(File("document", file_id), tmp_path)
    assert fake.token not in f"{error.value!r} {error.value.__cause__!r}"


async def test_a_file_over_the_limit(fake, desk, tmp_path, monkeypatch):
    monkeypatch.setattr("channels.telegram.client.DOWNLOAD_BYTES", 10)
    with pytest.raises(BadMessage) as error:
        await desk.fetch(File("document", fake.add_file(b"x" * 11)), tmp_path)
    assert error.value.code == "file_too_large"


async def test_telegram_says_itself_that_a_file_is_too_big(fake, desk, tmp_path):
    fake.fail("getFile", status=400, description="Bad Request: file is too big")
    with pytest.raises(BadMessage):
        await desk.fetch(File("document", fake.add_file(b"x")), tmp_path)


@pytest.mark.parametrize("file", [File("location", "1,2"), File("other"), File("image")])
async def test_what_is_no_file_is_not_fetched(desk, tmp_path, file):
    with pytest.raises(BadMessage):
        await desk.fetch(file, tmp_path)
