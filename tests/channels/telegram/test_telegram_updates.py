"""What Telegram delivers → events."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import Forged, Inbound, NotJson, Parsed, Unreadable
from channels.telegram import Telegram
from channels.telegram.updates import parse_update
from tests.fakes.telegram import DESK, TOKEN, Updates
from tests.fakes.telegram_rules import update_complaints
from tests.fakes.telegram_updates import DATE, person, private, supergroup
from tunnel.events import Address, Allowed, Attachment, Denied, File, Phone, Press, Profile, Start, Text

ACCOUNT = "123456"
ADDRESS = Address("telegram", ACCOUNT, "77")
OLGA = Profile(name="Ольга", language="ru")


def parse(update: dict, desk: int | None = DESK) -> Parsed:
    assert update_complaints(update) == []
    return parse_update(json.dumps(update).encode(), ACCOUNT, 5.0, desk)


def one(update: dict):
    parsed = parse(update)
    assert (len(parsed.events), parsed.desk, parsed.set_aside) == (1, (), ())
    return parsed.events[0]


def common(sent_at: float = DATE) -> dict:
    return {"id": f"tg:{ACCOUNT}:9", "at": 5.0, "sent_at": sent_at, "address": ADDRESS, "profile": OLGA}


def nine(name: str, *arguments, **named) -> dict:
    """An update with the number 9, made by the builder of this name."""
    return getattr(Updates(9), name)(77, *arguments, **named)


TEXTS = [
    ("plain", "Привет", Text(**common(), text="Привет")),
    ("start", "/start", Start(**common(), ref="")),
    ("edge_06_start_with_ref", "/start siding", Start(**common(), ref="siding")),
    ("edge_06_start_with_bot", "/start@facade_bot siding", Start(**common(), ref="siding")),
    ("edge_06_bare_start_with_bot", "/start@facade_bot", Start(**common(), ref="")),
    ("edge_06_start_with_line_break", "/start\nsiding", Start(**common(), ref="siding")),
    ("edge_06_start_upper_case", "/START siding", Start(**common(), ref="siding")),
    ("no start", "/starting", Text(**common(), text="/starting")),
    ("no start either", "жми /start", Text(**common(), text="жми /start")),
    ("an endless ref is cut", "/start " + "a" * 4000, Start(**common(), ref="a" * 256)),
]


@pytest.mark.parametrize(("label", "text", "expected"), TEXTS, ids=[case[0] for case in TEXTS])
def test_texts(label, text, expected):
    assert one(nine("text", text)) == expected


ATTACHMENTS = [
    ("photo", ("photo", "вот"), File("image", "AgAClarge", mime="image/jpeg", size_bytes=1280), "вот"),
    ("edge_04_sticker", ("sticker",), File("sticker", "CAACsticker"), ""),
    ("edge_04_voice", ("stored", "voice"), File("voice", "voice-id", mime="x/y", size_bytes=1000), ""),
    ("video", ("stored", "video"), File("video", "video-id", mime="x/y", size_bytes=1000), ""),
    ("edge_04_video_note", ("stored", "video_note"), File("video", "video_note-id", size_bytes=1000), ""),
    ("animation", ("stored", "animation"), File("video", "animation-id", "смета.xlsx", "x/y", 1000), ""),
    ("audio", ("stored", "audio"), File("audio", "audio-id", mime="x/y", size_bytes=1000), ""),
    ("document", ("stored", "document"), File("document", "document-id", "смета.xlsx", "x/y", 1000), ""),
    ("edge_04_location", ("location",), File("location", "55.751244,37.618423"), ""),
    ("edge_04_venue", ("venue",), File("location", "55.751244,37.618423", "Офис, Тверская, 1"), ""),
]


@pytest.mark.parametrize(("label", "made", "file", "text"), ATTACHMENTS, ids=[case[0] for case in ATTACHMENTS])
def test_attachments(label, made, file, text):
    assert one(nine(*made)) == Attachment(**common(), files=(file,), text=text)


@pytest.mark.parametrize(
    "kind", ["dice", "poll", "story", "game", "paid_media", "checklist", "live_photo", "rich_message"]
)
def test_edge_04_whatever_else_people_send_is_an_attachment(kind):
    update = nine("message")
    update["message"][kind] = {}
    parsed = parse_update(json.dumps(update).encode(), ACCOUNT, 5.0)
    assert parsed.events == (Attachment(**common(), files=(File("other"),)),)


def test_a_private_message_that_does_not_say_who_sent_it_is_the_chats():
    update = nine("text", "Привет")
    del update["message"]["from"]
    assert one(update) == Text(**common() | {"profile": Profile(name="Ольга")}, text="Привет")


def test_edge_03_albums_carry_their_group_and_the_caption_once():
    events = [one(update) for update in Updates().album(77, "Три фасада")]
    assert [event.group for event in events] == ["13900000000"] * 3
    assert [event.text for event in events] == ["Три фасада", "", ""]
    assert len({event.id for event in events}) == 3


CONTACTS = [
    ("edge_05_own", {}, "+79990001122", True),
    ("edge_05_own_with_plus", {"phone": "+79990001122"}, "+79990001122", True),
    ("edge_05_forwarded", {"owner": 78}, "79990001122", False),
    ("edge_05_without_telegram", {"owner": None, "phone": "8 (999) 000-11-22"}, "8 (999) 000-11-22", False),
]


@pytest.mark.parametrize(("label", "card", "phone", "own"), CONTACTS, ids=[case[0] for case in CONTACTS])
def test_contacts(label, card, phone, own):
    assert one(nine("contact", **card)) == Phone(**common(), phone=phone, own=own)


@pytest.mark.parametrize(
    ("shows", "label"), [("message", "Дом"), ("inaccessible", ""), ("nothing", "")], ids=lambda value: str(value)
)
def test_edge_07_presses_also_of_what_is_deleted(shows, label):
    update = nine("press", "1a.hello.2", shows=shows)
    ack = update["callback_query"]["id"]
    assert one(update) == Press(**common(0.0), token="1a.hello.2", label=label, ack=ack)


def test_edge_07_a_press_without_data_is_still_to_be_answered():
    update = nine("press", "x")
    del update["callback_query"]["data"]
    update["callback_query"]["game_short_name"] = "chess"
    event = one(update)
    assert (event.token, bool(event.ack)) == ("", True)


def test_edge_16_blocked_and_unblocked():
    assert one(nine("member", "kicked")) == Denied(**common(), reason="blocked")
    assert one(nine("member", "member")) == Allowed(**common())


def test_edge_16_write_access_allowed():
    assert one(nine("message", write_access_allowed={"from_request": True})) == Allowed(**common())


def ignored_updates() -> list[tuple[str, dict]]:
    updates = Updates()
    message = updates.text(77, "x")["message"]
    return [
        ("edge_01_edited", updates.edited(77, "Дом, то есть баню")),
        ("edge_01_channel_post", updates.raw(channel_post={**message, "chat": {"id": -1, "type": "channel"}})),
        ("edge_01_reaction", updates.raw(message_reaction={"anything": 1})),
        ("edge_01_pinned", updates.message(77, pinned_message={"message_id": 1, "chat": private(77), "date": 0})),
        ("edge_01_unknown_kind", updates.raw()),
        ("edge_01_own_message", updates.message(77, text="x", **{"from": person(1) | {"is_bot": True}})),
        ("edge_02_group", updates.group_text(77, "Дом")),
        ("edge_02_group_start", updates.group_text(77, "/start siding")),
        ("edge_02_another_group_moved", updates.group_text(77, "", chat=-5, migrate_to_chat_id=-1005)),
        ("edge_02_press_in_group", group_press(updates)),
        ("edge_02_member_of_group", group_member(updates)),
        ("edge_16_other_status", left_member(updates)),
    ]


def group_press(updates: Updates) -> dict:
    update = updates.press(77, "t")
    update["callback_query"]["message"]["chat"] = supergroup(-100777)
    return update


def group_member(updates: Updates) -> dict:
    update = updates.member(77, "kicked")
    update["my_chat_member"]["chat"] = supergroup(-100777)
    return update


def left_member(updates: Updates) -> dict:
    update = updates.member(77, "member")
    update["my_chat_member"]["new_chat_member"] = {"status": "left", "user": person(1)}
    return update


IGNORED = ignored_updates()


@pytest.mark.parametrize(("label", "update"), IGNORED, ids=[case[0] for case in IGNORED])
def test_what_does_not_concern_us_is_ignored(label, update):
    assert parse_update(json.dumps(update).encode(), ACCOUNT, 5.0, DESK) == Parsed()


def test_edge_09_the_same_update_has_the_same_id_and_another_bot_another():
    update = json.dumps(nine("text", "Дом")).encode()
    first, again = (parse_update(update, ACCOUNT, at).events[0].id for at in (1.0, 2.0))
    assert first == again
    assert parse_update(update, "654321", 1.0).events[0].id != first


HOSTILE = [
    ("empty", b"", NotJson),
    ("text", b"hello", NotJson),
    ("cut", b'{"update_id": 1, "message": {', NotJson),
    ("two", b'{"update_id": 1}{"update_id": 2}', NotJson),
    ("bad utf-8 in a field in use", b'{"update_id":1,"message":{"chat":{"id":1},"text":"\xff"}}', NotJson),
    ("a list", b"[]", Unreadable),
    ("null", b"null", Unreadable),
    ("no id", b"{}", Unreadable),
    ("id is text", b'{"update_id": "1"}', Unreadable),
    ("id is a fraction", b'{"update_id": 1.5}', Unreadable),
    ("id is huge", b'{"update_id": ' + b"9" * 5000 + b"}", Unreadable),
    ("message is text", b'{"update_id": 1, "message": "x"}', Unreadable),
    ("no chat", b'{"update_id": 1, "message": {"text": "x"}}', Unreadable),
    ("text is a number", b'{"update_id":1,"message":{"chat":{"id":1},"text":1}}', Unreadable),
    ("chat id is huge", b'{"update_id":1,"message":{"chat":{"id":99999999999999999999},"text":"1"}}', Unreadable),
    ("date is negative", b'{"update_id":1,"message":{"chat":{"id":1},"date":-1}}', Unreadable),
    ("nested deeply", b'{"update_id":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Unreadable),
    ("press without sender", b'{"update_id":1,"callback_query":{"id":"1","data":"x"}}', Unreadable),
]


@pytest.mark.parametrize(("label", "body", "error"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_hostile_bodies(label, body, error):
    with pytest.raises(error):
        parse_update(body, ACCOUNT, 5.0, DESK)


def test_edge_14_half_an_emoji_loses_no_message():
    body = json.dumps(nine("text", "Дом \ud83d")).encode()
    assert parse_update(body, ACCOUNT, 5.0).events == (Text(**common(), text="Дом ?"),)


def test_edge_17_the_cause_tells_nothing_of_what_was_sent():
    update = nine("text", "секрет")
    update["message"]["from"]["first_name"] = ["Ольга Петровна"]
    with pytest.raises(Unreadable) as refusal:
        parse_update(json.dumps(update).encode(), ACCOUNT, 5.0)
    assert "first_name" in str(refusal.value)
    assert "Ольга" not in str(refusal.value)
    assert "секрет" not in str(refusal.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: object, path: tuple = ()):
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


SAMPLES = [
    nine("text", "/start x"),
    nine("press", "t"),
    nine("contact"),
    nine("photo", "вот"),
    nine("venue"),
    nine("member", "kicked"),
    Updates().desk_document(5, 3, "BQAC", "договор"),
]


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), st.data())
def test_a_bent_update_is_read_or_set_aside_and_nothing_else(sample, data):
    update = json.loads(json.dumps(sample))
    path = data.draw(st.sampled_from([path for path in places(update) if path]))
    place = update
    for key in path[:-1]:
        place = place[key]
    if data.draw(st.booleans()):
        place[path[-1]] = data.draw(values)
    else:
        del place[path[-1]]
    try:
        parsed = parse_update(json.dumps(update).encode(), ACCOUNT, 5.0, DESK)
    except Unreadable:
        return
    for event in parsed.events:
        msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=type(event))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(body):
    with pytest.raises((NotJson, Unreadable)):
        parse_update(body, ACCOUNT, 5.0)


SECRET = "s3cret-word"


@pytest.mark.parametrize(
    ("label", "given_secret", "fine"),
    [
        ("right", SECRET, True),
        ("wrong", "other", False),
        ("missing", None, False),
        ("empty", "", False),
        ("prefix", SECRET[:-1], False),
        ("not ASCII", "сécret", False),
        ("bytes that are no UTF-8", "\udcff\udc80", False),
        ("a lone surrogate", "\ud800", False),
    ],
)
def test_edge_17_the_secret_is_compared_in_bytes(roots, label, given_secret, fine):
    telegram = Telegram(TOKEN, secret=SECRET, roots=roots)
    headers = {} if given_secret is None else {"x-telegram-bot-api-secret-token": given_secret}
    inbound = Inbound(headers, b"{}")
    if fine:
        telegram.verify(inbound)
        return
    with pytest.raises(Forged) as refusal:
        telegram.verify(inbound)
    assert SECRET not in str(refusal.value)


def test_without_a_secret_nothing_is_authentic(roots):
    with pytest.raises(Forged):
        Telegram(TOKEN, roots=roots).verify(Inbound({"x-telegram-bot-api-secret-token": ""}, b"{}"))


@pytest.mark.parametrize("token", ["", "5123", "abc:def", "123:", "123:a/b", "123:a b", ":x"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(roots, token):
    with pytest.raises(ValueError) as refusal:
        Telegram(token, roots=roots)
    assert not token or token not in str(refusal.value)


def test_the_account_is_the_bots_id(roots):
    telegram = Telegram(TOKEN, roots=roots)
    assert telegram.account == ACCOUNT
    assert telegram.parse(json.dumps(nine("text", "Дом")).encode(), 5.0).events[0].address == ADDRESS
