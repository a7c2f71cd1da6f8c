"""VK's updates → events: one case a line, and every kind in the schema."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Forged, Inbound, NotJson, Roots, Unreadable
from channels.vk import Vk
from tests.fakes.vk_rules import load
from tests.fakes.vk_updates import CLIENT_INFO, USER, Updates
from tunnel.events import (
    Address,
    Allowed,
    Attachment,
    Colleague,
    Denied,
    File,
    Press,
    Receipt,
    Start,
    Text,
    decode_event,
    encode_event,
)

NOW = 1_700_000_500.0
SENT = 1_700_000_000.0
ADDRESS = Address("vk", "1", str(USER))
HERE = Roots(Path(), Path())

vk = Vk("token", 1, secret="vk-secret", confirmation="c0de", roots=HERE)
updates = Updates()


def body(update: object) -> bytes:
    return json.dumps(update, ensure_ascii=False).encode()


def event_of(update: object):
    """The one event of an update; None where it is left alone."""
    parsed = vk.parse(body(update), NOW)
    assert not parsed.set_aside
    assert not parsed.desk
    assert len(parsed.events) <= 1
    for event in parsed.events:
        assert decode_event(encode_event(event)) == event
    return parsed.events[0] if parsed.events else None


COMMON = {"id": "vk:1:e1", "at": NOW, "sent_at": SENT, "address": ADDRESS}
SIZES = [{"width": 75, "url": "https://pp.vk/s.jpg"}, {"width": 1280, "url": "https://pp.vk/w.jpg"}]
PHOTO = {"type": "photo", "photo": {"id": 1, "owner_id": 2, "sizes": SIZES}}
DOC = {
    "type": "doc",
    "doc": {"id": 1, "owner_id": 2, "title": "смета.pdf", "size": 1000, "ext": "pdf", "url": "https://vk.com/d"},
}
VOICE = {
    "type": "audio_message",
    "audio_message": {"id": 1, "owner_id": 2, "link_ogg": "https://v/a.ogg", "link_mp3": "m"},
}
STICKER = {"type": "sticker", "sticker": {"product_id": 1, "sticker_id": 2, "images": [
    {"width": 64, "url": "https://s/64"}, {"width": 512, "url": "https://s/512"}]}}  # fmt: skip
VIDEO = {"type": "video", "video": {"id": 7, "owner_id": -3, "title": "Обзор", "access_key": "k"}}
GEO = {"type": "point", "coordinates": {"latitude": 55.75, "longitude": 37.61}, "place": {"title": "Москва"}}

MESSAGES = {
    "words": (updates.message("Сколько стоит?"), Text(text="Сколько стоит?", **COMMON)),
    "edge_04 geo lies outside of the attachments": (
        updates.message(geo=GEO),
        Attachment(files=(File("location", "geo:55.75,37.61"),), **COMMON),
    ),
    "a place without a point": (updates.message(geo={"place": {}}), Attachment(files=(File("location"),), **COMMON)),
    "a photo, by its widest size": (
        updates.message("вот фасад", id=7, attachments=[PHOTO]),
        Attachment(text="вот фасад", files=(File("image", "https://pp.vk/w.jpg", within="7/0"),), **COMMON),
    ),
    "edge_03 several photos are one message": (
        updates.message(id=7, attachments=[PHOTO, PHOTO]),
        Attachment(
            files=tuple(File("image", "https://pp.vk/w.jpg", within=f"7/{place}") for place in (0, 1)), **COMMON
        ),
    ),
    "a document": (
        updates.message(id=7, attachments=[DOC]),
        Attachment(files=(File("document", "https://vk.com/d", "смета.pdf", size_bytes=1000, within="7/0"),), **COMMON),
    ),
    "a document whose title lacks its ending": (
        updates.message(id=7, attachments=[{"type": "doc", "doc": DOC["doc"] | {"title": "Смета"}}]),
        Attachment(files=(File("document", "https://vk.com/d", "Смета.pdf", size_bytes=1000, within="7/0"),), **COMMON),
    ),
    "a document of a message without a number": (
        updates.message(id=0, attachments=[DOC]),
        Attachment(files=(File("document", "https://vk.com/d", "смета.pdf", size_bytes=1000),), **COMMON),
    ),
    "edge_04 a voice message": (
        updates.message(id=7, attachments=[VOICE]),
        Attachment(files=(File("voice", "https://v/a.ogg", within="7/0"),), **COMMON),
    ),
    "edge_04 a sticker": (
        updates.message(id=7, attachments=[STICKER]),
        Attachment(files=(File("sticker", "https://s/512", within="7/0"),), **COMMON),
    ),
    "a video": (
        updates.message(id=7, attachments=[VIDEO]),
        Attachment(files=(File("video", "https://vk.com/video-3_7", "Обзор", within="7/0"),), **COMMON),
    ),
    "graffiti": (
        updates.message(id=7, attachments=[{"type": "graffiti", "graffiti": {"url": "https://g"}}]),
        Attachment(files=(File("image", "https://g", within="7/0"),), **COMMON),
    ),
    "something of a kind yet unknown": (
        updates.message(id=7, attachments=[{"type": "hologram", "hologram": {"url": "https://h"}}]),
        Attachment(files=(File("other", "https://h", within="7/0"),), **COMMON),
    ),
    "an address with its preview is words": (
        updates.message("https://example.com", attachments=[{"type": "link", "link": {"url": "https://example.com"}}]),
        Text(text="https://example.com", **COMMON),
    ),
    "forwarded messages alone": (
        updates.message(fwd_messages=[{"text": "чужое", "from_id": 5, "date": 1}]),
        Attachment(**COMMON),
    ),
    "edge_06 the start button": (updates.start_press(), Start(ref="", **COMMON)),
    "edge_06 the start button after a link": (
        updates.start_press("siding"),
        Start(ref="siding", source={"ref_source": "site"}, **COMMON),
    ),
    "edge_06 a link's ref with the first words": (
        updates.message("Здравствуйте", ref="siding", ref_source="vk_ads"),
        Start(ref="siding", source={"ref_source": "vk_ads", "text": "Здравствуйте"}, **COMMON),
    ),
    "edge_06 a ref that stays does not turn presses into starts": (
        updates.text_press("Дом", {"t": "1.a.b"}, ref="siding"),
        Press(token="1.a.b", label="Дом", **COMMON),
    ),
    "a text button": (updates.text_press("Дом", {"t": "1.a.b"}), Press(token="1.a.b", label="Дом", **COMMON)),
    "a text button of another program": (updates.text_press("Меню", {"button": 5}), Text(text="Меню", **COMMON)),
    "edge_07 a forged payload: no JSON": (updates.text_press("Дом", "{{"), Text(text="Дом", **COMMON)),
    "edge_07 a forged payload: a number": (updates.text_press("Дом", "7"), Text(text="Дом", **COMMON)),
    "edge_07 a forged payload: not ASCII": (updates.text_press("Дом", {"t": "ы"}), Text(text="Дом", **COMMON)),
    "edge_07 a forged payload: too long": (updates.text_press("Дом", {"t": "x" * 99}), Text(text="Дом", **COMMON)),
    "edge_10 a date in milliseconds": (updates.message("да", date=1_700_000_000_000), Text(text="да", **COMMON)),
    "edge_01 our own message": (updates.message("бот", out=1), None),
    "edge_02 a group chat": (updates.message("всем привет", peer_id=2_000_000_001), None),
    "a community that writes": (updates.message("реклама", from_id=-5, peer_id=-5), None),
}


@pytest.mark.parametrize("label", MESSAGES)
def test_message_new(label: str):
    update, expected = MESSAGES[label]
    if expected is not None:
        expected = msgspec.structs.replace(expected, callback_buttons=True)
    assert event_of({**update, "event_id": "e1"}) == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (CLIENT_INFO, True),
        ({**CLIENT_INFO, "button_actions": ["text", "open_link"]}, False),
        ({"lang_id": 0}, False),
        (None, False),
    ],
    ids=["names callback", "names others", "names nothing", "is not there"],
)
def test_callback_buttons_only_where_the_client_says_so(client, expected):
    assert event_of(updates.message("да", client=client)).callback_buttons is expected


@pytest.mark.parametrize("payload", [{"t": "1.a.b"}, '{"t":"1.a.b"}'], ids=["object", "text"])
def test_edge_07_every_press_is_answered_by_the_events_own_number(payload):
    press = event_of(updates.press(payload, event_id="outer", tap="inner"))
    assert press == Press(id="vk:1:outer", at=NOW, address=ADDRESS, token="1.a.b", ack=press.ack)
    call = vk.acknowledge(ADDRESS, press.ack)
    assert call.method == "messages.sendMessageEventAnswer"
    assert call.params == {"event_id": "inner", "user_id": USER, "peer_id": USER}
    assert call.ephemeral


@pytest.mark.parametrize("payload", [None, [], "x", {"other": 1}, 5], ids=repr)
def test_edge_07_a_press_that_is_not_ours_is_answered_too(payload):
    press = event_of(updates.press(payload))
    assert press.token == ""
    assert vk.acknowledge(ADDRESS, press.ack) is not None


@pytest.mark.parametrize("ack", ["", "no json", "[]", '{"event_id":"1"}'])
def test_nothing_to_acknowledge(ack):
    assert vk.acknowledge(ADDRESS, ack) is None


OTHERS = {
    "edge_16 messages are denied": (
        updates.update("message_deny", {"user_id": USER}, event_id="e1"),
        Denied(id="vk:1:e1", at=NOW, address=ADDRESS, reason="message_deny"),
    ),
    "edge_16 messages are allowed": (
        updates.update("message_allow", {"user_id": USER, "key": "k"}, event_id="e1"),
        Allowed(id="vk:1:e1", at=NOW, address=ADDRESS),
    ),
    "edge_01 an administrator answers": (
        {**updates.reply("Добрый день!", admin=77), "event_id": "e1"},
        Colleague(id="vk:1:e1", at=NOW, sent_at=SENT + 100, address=ADDRESS, text="Добрый день!", operator="vk:77"),
    ),
    "edge_01 our own answer comes back": (updates.reply("Что облицовываем?"), None),
    "edge_01 an edited message": (
        updates.update("message_edit", {"from_id": USER, "peer_id": USER, "text": "иначе"}),
        None,
    ),
    "read": (
        updates.update(
            "message_read",
            {"from_id": USER, "peer_id": USER, "read_message_id": 12, "conversation_message_id": 3},
            event_id="e1",
        ),
        Receipt(id="vk:1:e1", at=NOW, address=ADDRESS, message_id="12", status="read"),
    ),
    "somebody types": (updates.update("message_typing_state", {"from_id": USER, "to_id": -1, "state": "typing"}), None),
    "edge_02 a press in a group chat": (
        updates.update("message_event", {"user_id": USER, "peer_id": 2_000_000_001, "event_id": "x", "payload": {}}),
        None,
    ),
    "another community": ({**updates.message("да"), "group_id": 2}, None),
    "a confirmation": (updates.confirmation_request(), None),
    "a kind yet unknown": (updates.update("hologram_new", {}), None),
}


@pytest.mark.parametrize("label", OTHERS)
def test_other_updates(label):
    update, expected = OTHERS[label]
    assert event_of(update) == expected


def test_every_kind_of_the_schema_is_known_or_left_alone():
    kinds = load("callback")["definitions"]["callback_type"]["enum"]
    ours = {"message_new", "message_reply", "message_allow", "message_deny", "message_read"}
    assert ours < set(kinds)
    for kind in set(kinds) - ours:
        assert event_of(updates.update(kind, {"id": 1, "text": "x"})) is None


def test_edge_09_a_repeated_delivery_has_the_same_id():
    update = updates.message("да")
    assert event_of(update).id == event_of(json.loads(json.dumps(update))).id
    assert event_of(update).id != event_of(updates.message("да")).id


def test_an_update_without_an_event_id_is_known_by_its_content():
    update = updates.message("да")
    del update["event_id"]
    assert event_of(update).id == event_of(update).id
    assert event_of(update).id != event_of({**update, "object": updates.message("нет")["object"]}).id


def test_an_old_api_puts_the_message_itself_into_the_object():
    update = updates.message("да", event_id="e1")
    update["object"] = update["object"]["message"]
    assert event_of(update) == Text(text="да", callback_buttons=False, **COMMON)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", NotJson),
        (b"{", NotJson),
        (b"\xff\xfe", NotJson),
        (b"[" * 100_000, NotJson),
        (b"[]", Unreadable),
        (b'"message_new"', Unreadable),
        (b"{}", Unreadable),
        (b'{"type":5}', Unreadable),
        (b'{"type":"message_new","group_id":1}', Unreadable),
        (b'{"type":"message_new","group_id":1,"object":[]}', Unreadable),
        (b'{"type":"message_new","group_id":1,"object":{"message":"x"}}', Unreadable),
        (b'{"type":"message_new","group_id":1,"object":{"message":{"from_id":"x","peer_id":1}}}', Unreadable),
        (b'{"type":"message_event","group_id":1,"object":{}}', Unreadable),
        (b'{"type":"message_deny","group_id":1,"object":{"user_id":null}}', Unreadable),
    ],
)
def test_what_cannot_be_read(raw, error):
    with pytest.raises(error) as caught:
        vk.parse(raw, NOW)
    assert type(caught.value) is error


def test_edge_14_half_an_emoji_costs_no_message():
    raw = body(updates.message("Да!")).replace("Да!".encode(), b"\\u0414\\u0430 \\ud83d")
    vk.verify(Inbound({}, raw))
    assert vk.parse(raw, NOW).events[0].text == "Да ?"


def test_edge_17_the_cause_does_not_repeat_the_words():
    update = updates.message("мой телефон 79990001122")
    update["object"]["message"]["from_id"] = "79990001122"
    with pytest.raises(Unreadable) as caught:
        vk.parse(body(update), NOW)
    assert "79990001122" not in str(caught.value)


SECRETS = {
    "right": (updates.message("да"), None),
    "wrong": (updates.message("да") | {"secret": "guess"}, Forged),
    "edge_17 not ASCII": (updates.message("да") | {"secret": "тайна"}, Forged),
    "not there": ({k: v for k, v in updates.message("да").items() if k != "secret"}, Forged),
    "a number": (updates.message("да") | {"secret": 5}, Forged),
    "another community": (updates.message("да") | {"group_id": 2}, Forged),
    "no object": ([], Forged),
    "confirmation without the secret": (updates.confirmation_request(), None),
    "confirmation with the secret": (updates.confirmation_request("vk-secret"), None),
    "confirmation with a wrong secret": (updates.confirmation_request("guess"), Forged),
    "confirmation for another community": (updates.confirmation_request() | {"group_id": 2}, Forged),
}


@pytest.mark.parametrize("label", SECRETS)
def test_verify(label):
    update, error = SECRETS[label]
    inbound = Inbound({}, body(update))
    if error is None:
        vk.verify(inbound)
    else:
        with pytest.raises(error):
            vk.verify(inbound)


def test_verify_wants_json():
    with pytest.raises(NotJson):
        vk.verify(Inbound({}, b"<xml/>"))


def test_without_a_secret_of_ours_nothing_is_authentic():
    unguarded = Vk("token", 1, roots=HERE)
    with pytest.raises(Forged):
        unguarded.verify(Inbound({}, body(updates.message("да") | {"secret": ""})))


def test_handshake_answers_only_a_confirmation():
    assert vk.handshake(Inbound({}, body(updates.confirmation_request()))) == "c0de"
    assert vk.handshake(Inbound({}, body(updates.message("confirmation")))) is None
    assert vk.handshake(Inbound({}, b"{")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ["from_id", "peer_id", "id", "date", "text", "out", "attachments", "geo", "payload", "ref", "ref_source",
          "admin_author_id", "user_id", "event_id", "read_message_id", "message", "client_info"]  # fmt: skip
ids = st.sampled_from([USER, 1, 0, -1, 2_000_000_001, 10**30])
contents = st.dictionaries(st.sampled_from(FIELDS), json_values | ids, max_size=8)
kinds = st.sampled_from(["message_new", "message_event", "message_reply", "message_deny", "message_read", "x", ""])


@given(kind=kinds, content=contents | st.builds(lambda m, c: {"message": m, "client_info": c}, contents, json_values))
def test_hostile_updates_raise_only_what_is_agreed(kind, content):
    raw = body({"type": kind, "group_id": 1, "event_id": "e", "secret": "vk-secret", "object": content})
    vk.verify(Inbound({}, raw))
    try:
        parsed = vk.parse(raw, NOW)
    except Unreadable:
        return
    for event in parsed.events:
        assert decode_event(encode_event(event)) == event


@given(raw=st.binary(max_size=200) | json_values.map(body))
def test_hostile_bodies_raise_only_what_is_agreed(raw):
    for reader in (
        lambda: vk.verify(Inbound({}, raw)),
        lambda: vk.parse(raw, NOW),
        lambda: vk.handshake(Inbound({}, raw)),
    ):
        try:
            reader()
        except (Forged, NotJson, Unreadable):
            continue
