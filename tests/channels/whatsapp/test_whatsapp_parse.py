"""WhatsApp's notifications → events: Meta's own examples, one case a line, batches, forgeries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Forged, Inbound, NotJson, Roots, Unreadable
from channels.whatsapp import WhatsApp
from tests.fakes.whatsapp_rules import load
from tests.fakes.whatsapp_updates import BSUID, NAME, PHONE, Updates
from tunnel.events import (
    Address,
    Allowed,
    Attachment,
    Colleague,
    Denied,
    File,
    Phone,
    Press,
    Profile,
    Receipt,
    Start,
    Text,
    decode_event,
    encode_event,
)

NUMBER = "106540352242922"
NOW = 1_700_000_500.0
SENT = 1_700_000_000.0
ADDRESS = Address("whatsapp", NUMBER, PHONE)
HERE = Roots(Path(), Path())

whatsapp = WhatsApp("token", NUMBER, app_secret="app-secret", verify_token="verify-word", roots=HERE)


def parse(update: object, account: WhatsApp = whatsapp):
    parsed = account.parse(json.dumps(update, ensure_ascii=False).encode(), NOW)
    for event in parsed.events:
        assert decode_event(encode_event(event)) == event
    return parsed


def event_of(update: object):
    """The one event of a notification; None where it is left alone."""
    parsed = parse(update)
    assert not parsed.set_aside
    assert len(parsed.events) <= 1
    return parsed.events[0] if parsed.events else None


def one(kind: str, content: object = None, **fields):
    update = Updates()
    return update.batch(update.raw_message(kind, content, **fields))


make = Updates
FIRST = f"wa:{NUMBER}:wamid.1"
COMMON = {"id": FIRST, "at": NOW, "sent_at": SENT, "address": ADDRESS, "profile": Profile(NAME)}
BY_USER = COMMON | {"address": Address("whatsapp", NUMBER, BSUID)}
MEDIA = {"id": "m1", "mime_type": "image/jpeg", "sha256": "x"}
AD = {
    "source_url": "https://fb.me/x",
    "source_id": "12",
    "source_type": "ad",
    "headline": "Chat",
    "ctwa_clid": "c",
    "body": "b",
}

EVENTS = {
    "words": (make().text("Сколько стоит?"), Text(text="Сколько стоит?", **COMMON)),
    "a click on an advertisement": (
        one("text", {"body": "siding"}, referral=AD),
        Text(
            text="siding",
            source={
                "source_type": "ad",
                "source_id": "12",
                "source_url": "https://fb.me/x",
                "headline": "Chat",
                "ctwa_clid": "c",
            },
            **COMMON,
        ),
    ),
    "blank words": (make().text(" \n"), Attachment(files=(File("other"),), **COMMON)),
    "a reply button": (make().button_press("1.a.b"), Press(token="1.a.b", label="Дом", **COMMON)),
    "a row": (make().list_press("1.a.b", "Дом", "кирпичный"), Press(token="1.a.b", label="Дом", **COMMON)),
    "edge_07 a reply of another program": (
        make().button_press("buy-now"),
        Press(token="buy-now", label="Дом", **COMMON),
    ),
    "edge_08 a template's quick reply with our token": (
        make().template_press("1z.step.choice", "Дом"),
        Press(token="1z.step.choice", label="Дом", **COMMON),
    ),
    "edge_08 a template's quick reply with words": (make().template_press("Stop", "Стоп"), Text(text="Стоп", **COMMON)),
    "edge_08 an answer of a flow": (
        one("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}", "body": "Sent", "name": "flow"}}),
        None,
    ),
    "an interactive that Meta could not read": (one("interactive"), None),
    "a photo with a caption": (
        one("image", MEDIA | {"caption": "вот"}),
        Attachment(text="вот", files=(File("image", "m1", mime="image/jpeg"),), **COMMON),
    ),
    "edge_04 a voice message": (
        one("audio", {"id": "m1", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
        Attachment(files=(File("voice", "m1", mime="audio/ogg; codecs=opus"),), **COMMON),
    ),
    "music": (
        one("audio", {"id": "m1", "mime_type": "audio/mpeg", "voice": False}),
        Attachment(files=(File("audio", "m1", mime="audio/mpeg"),), **COMMON),
    ),
    "a document": (
        one("document", {"id": "m1", "mime_type": "application/pdf", "filename": "смета.pdf"}),
        Attachment(files=(File("document", "m1", "смета.pdf", "application/pdf"),), **COMMON),
    ),
    "edge_04 a sticker": (
        make().sticker(),
        Attachment(files=(File("sticker", "media-7", mime="image/webp"),), **COMMON),
    ),
    "edge_04 a place": (
        one("location", {"latitude": 55.75, "longitude": 37.61, "name": "Дом"}),
        Attachment(files=(File("location", "geo:55.75,37.61", "Дом"),), **COMMON),
    ),
    "edge_04 an order": (
        one("order", {"catalog_id": "1", "text": "побыстрее", "product_items": []}),
        Attachment(files=(File("other"),), text="побыстрее", **COMMON),
    ),
    "edge_05 the sender's own card": (
        make().contact("+7 999 000-11-22", PHONE),
        Phone(phone=f"+{PHONE}", own=True, **COMMON),
    ),
    "edge_05 somebody else's card": (
        make().contact("+7 999 555-55-55", "79995555555"),
        Phone(phone="+7 999 555-55-55", own=False, **COMMON),
    ),
    "edge_05 a card that no account stands behind": (
        make().contact("+" + PHONE),
        Phone(phone="+" + PHONE, own=False, **COMMON),
    ),
    "edge_05 a card without a number": (
        one("contacts", [{"name": {}}]),
        Attachment(files=(File("contact"),), **COMMON),
    ),
    "the chat is opened": (make().welcome(), Start(ref="", **COMMON)),
    "a type yet unknown": (one("hologram", {"id": "h"}), Attachment(files=(File("other"),), **COMMON)),
    "edge_01 a reaction": (one("reaction", {"message_id": "w", "emoji": "👍"}), None),
    "edge_01 an edited message": (one("edit", {"original_message_id": "w", "message": {"type": "text"}}), None),
    "edge_01 a deleted message": (one("revoke", {"original_message_id": "w"}), None),
    "edge_01 a system message": (one("system", {"type": "user_changed_number", "wa_id": "1", "body": "x"}), None),
    "edge_01 an unsupported message": (one("unsupported", errors=[{"code": 131051}]), None),
    "edge_02 a group": (one("text", {"body": "всем"}, group_id="g1"), None),
    "edge_10 a time in milliseconds": (
        one("text", {"body": "да"}, timestamp="1700000000000"),
        Text(text="да", **COMMON),
    ),
    "edge_10 a time as a number": (one("text", {"body": "да"}, timestamp=1700000000), Text(text="да", **COMMON)),
    "edge_10 no time": (one("text", {"body": "да"}, timestamp="?"), Text(text="да", **COMMON | {"sent_at": 0.0})),
    "a username hides the number": (one("text", {"body": "да"}, phone=None, user=BSUID), Text(text="да", **BY_USER)),
    "a number and a user id: the number stays the name": (
        one("text", {"body": "да"}, user=BSUID),
        Text(text="да", **COMMON),
    ),
    "another number of ours": (Updates("999").text("да"), None),
    "edge_16 promotions are stopped": (
        make().preference("stop"),
        Denied(
            id=f"wa:{NUMBER}:preference:{PHONE}:stop:1700000200",
            at=NOW,
            sent_at=SENT + 200,
            address=ADDRESS,
            reason="user_preferences",
        ),
    ),
    "edge_16 promotions are wanted again": (
        make().preference("resume"),
        Allowed(id=f"wa:{NUMBER}:preference:{PHONE}:resume:1700000200", at=NOW, sent_at=SENT + 200, address=ADDRESS),
    ),
    "a preference yet unknown": (make().preference("bla"), None),
    "edge_01 a colleague answers in the app": (
        make().echo("Добрый день!"),
        Colleague(id=FIRST, at=NOW, sent_at=SENT + 300, address=ADDRESS, text="Добрый день!", operator="whatsapp:app"),
    ),
}


@pytest.mark.parametrize("label", EVENTS)
def test_notification(label: str):
    update, expected = EVENTS[label]
    assert event_of(update) == expected


OFFICIAL = {
    "Text Message": Text,
    "Text Message with Context (Product Inquiry)": Text,
    "Text Message from Click to WhatsApp Ad": Text,
    "Reaction Message": None,
    "Image Message": Attachment,
    "Location Message": Attachment,
    "Contact Sharing Message": Phone,
    "Unsupported Message": None,
    "Button Message": Text,
    "Interactive List Reply Message": Press,
    "Interactive Button Reply Message": Press,
    "Order Message": Attachment,
    "System Message": None,
    "Group Create Message": None,
    "Group Settings Update": None,
    "Group Remove Participants": None,
}


def test_every_official_example_is_in_the_table():
    assert load("examples_incoming_webhooks").keys() == OFFICIAL.keys()


@pytest.mark.parametrize("label", OFFICIAL)
def test_official_example(label: str):
    event = event_of(load("examples_incoming_webhooks")[label])
    assert type(event) is (OFFICIAL[label] or type(None))
    if event is not None:
        assert event.address.external_id == "16505551234"
        assert event.profile == Profile("Sheena Nelson")
        assert event.id.startswith(f"wa:{NUMBER}:wamid.")


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "played"])
def test_edge_09_each_status_is_an_event_of_its_own(status: str):
    receipt = event_of(make().status("wamid.7", status))
    assert receipt == Receipt(
        id=f"wa:{NUMBER}:wamid.7:{status}",
        at=NOW,
        sent_at=SENT + 100,
        address=ADDRESS,
        message_id="wamid.7",
        status=status,
    )


@pytest.mark.parametrize(
    ("code", "denied"), [(131047, False), (131026, True), (131050, True), (131049, True), (131000, False)]
)
def test_a_failure_that_comes_later(code: int, denied: bool):
    receipt, *others = parse(make().status("wamid.7", "failed", code=code)).events
    assert receipt.status == "failed"
    assert receipt.error == str(code)
    assert [type(event) for event in others] == ([Denied] if denied else [])
    assert len({receipt.id, *(event.id for event in others)}) == 1 + denied


def test_statuses_that_do_not_concern_us():
    assert event_of(make().status("wamid.7", "warning")) is None
    assert event_of(make().status("wamid.7", "read", recipient_type="group")) is None
    assert event_of(make().status("wamid.7", "failed", errors=[{"code": "?"}])).error == ""


def test_a_status_for_somebody_who_hides_the_number():
    update = make().status("wamid.7", "read", recipient_id=None, recipient_user_id=BSUID)
    assert event_of(update).address.external_id == BSUID


def test_edge_09_a_batch_is_put_in_order_and_read_to_its_end():
    update = make()
    late = update.raw_message("text", {"body": "второе"}, timestamp="1700000020")
    early = update.raw_message("text", {"body": "первое"}, timestamp="1700000010")
    other = update.raw_message("text", {"body": "чужое"}, phone="70000000000", timestamp="1700000015")
    body = update.batch(late, early, other)
    body["entry"] += update.status("wamid.9", "read", timestamp="1700000005")["entry"]
    events = parse(body).events
    assert [getattr(event, "text", "read") for event in events] == ["read", "первое", "чужое", "второе"]


def test_each_sender_of_a_batch_keeps_the_own_name():
    update = make()
    body = update.batch(update.raw_message("text", {"body": "a"}))
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"].append(update.raw_message("text", {"body": "b"}, phone="70000000000"))
    value["contacts"].append({"wa_id": "70000000000", "profile": {"name": "Пётр"}})
    assert [event.profile.name for event in parse(body).events] == [NAME, "Пётр"]


def test_a_notification_that_does_not_name_the_number_is_ours():
    update = Updates().text("привет")
    del update["entry"][0]["changes"][0]["value"]["metadata"]
    assert parse(update).events[0].text == "привет"


def test_one_bad_piece_is_set_aside_and_the_rest_is_taken():
    update = make()
    bad: list[dict] = [{"id": 5, "type": "text"}, {"type": "text"}, {"id": "w", "type": "text", "from": None}]
    body = update.batch(update.raw_message("text", {"body": "раз"}), update.raw_message("text", {"body": "два"}))
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"][1:1] = bad
    value["contacts"] = []
    body["entry"][0]["changes"].append({"value": 5, "field": "messages"})
    body["entry"][0]["changes"].append({"value": {}})
    parsed = parse(body)
    assert [event.text for event in parsed.events] == ["раз", "два"]
    assert [json.loads(piece.raw) for piece in parsed.set_aside] == [
        *bad,
        {"value": 5, "field": "messages"},
        {"value": {}},
    ]
    assert all(piece.cause for piece in parsed.set_aside)


def test_edge_17_a_cause_does_not_repeat_the_words():
    update = make()
    body = update.batch(update.raw_message("text", PHONE))
    assert PHONE not in parse(body).set_aside[0].cause


def test_edge_14_half_an_emoji_costs_no_message():
    raw = json.dumps(make().text("Да")).replace(r"\u0414\u0430", r"\u0414\u0430\ud83d").encode()
    assert whatsapp.parse(raw, NOW).events[0].text == "Да?"


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", NotJson),
        (b"{", NotJson),
        (b"\xff", NotJson),
        (b'{"object":5', NotJson),
        (b'{"object":' + b"[" * 100_000, NotJson),
        (b"[]", Unreadable),
        (b"{}", Unreadable),
        (b'{"object":"whatsapp_business_account","entry":5}', Unreadable),
        (b'{"object":"whatsapp_business_account","entry":[{"changes":{}}]}', Unreadable),
    ],
)
def test_what_cannot_be_read(raw: bytes, error: type[Exception]):
    with pytest.raises(error) as caught:
        whatsapp.parse(raw, NOW)
    assert type(caught.value) is error


# Signatures and the handshake

BODY = Updates.body(make().text("да"))
GOOD = {key.lower(): value for key, value in make().sign(BODY).items()}


def signed(headers: dict[str, str], body: bytes = BODY) -> Inbound:
    return Inbound(headers, body)


def test_a_right_signature():
    whatsapp.verify(signed(GOOD))


@pytest.mark.parametrize(
    "inbound",
    [
        signed({}),
        signed({"x-hub-signature-256": ""}),
        signed({"x-hub-signature-256": GOOD["x-hub-signature-256"].removeprefix("sha256=")}),
        signed({"x-hub-signature-256": "sha1=" + "0" * 40}),
        signed({"x-hub-signature-256": "sha256=" + "0" * 64}),
        signed({"x-hub-signature-256": "sha256=тайна"}),
        signed({"x-hub-signature-256": "sha256=\udcff\ud800"}),
        signed(GOOD, BODY + b" "),
        signed(GOOD, BODY.replace("да".encode(), b"no")),
        signed({key.lower(): value for key, value in Updates(app_secret="other").sign(BODY).items()}),
    ],
    ids=["none", "empty", "no prefix", "old kind", "zeros", "edge_17 not ASCII", "edge_17 not Unicode", "a space more",
         "other words", "another app"],
)  # fmt: skip
def test_a_wrong_signature(inbound: Inbound):
    with pytest.raises(Forged) as caught:
        whatsapp.verify(inbound)
    assert GOOD["x-hub-signature-256"][-20:] not in str(caught.value)  # edge_17: the expected one is not told


def test_the_raw_bytes_are_signed_and_not_what_they_mean():
    escaped = json.dumps(json.loads(BODY)).encode()
    assert json.loads(escaped) == json.loads(BODY)
    with pytest.raises(Forged):
        whatsapp.verify(signed(GOOD, escaped))


def test_without_a_secret_of_ours_nothing_is_authentic():
    unguarded = WhatsApp("token", NUMBER, roots=HERE)
    with pytest.raises(Forged):
        unguarded.verify(signed({key.lower(): value for key, value in Updates(app_secret="").sign(BODY).items()}))
    with pytest.raises(Forged):
        unguarded.handshake({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"})


def test_handshake():
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify-word", "hub.challenge": "1158201444"}
    assert whatsapp.handshake(query) == "1158201444"
    for wrong in ({"hub.verify_token": "guess"}, {"hub.verify_token": "слово"}, {"hub.mode": "unsubscribe"}):
        with pytest.raises(Forged):
            whatsapp.handshake(query | wrong)
    with pytest.raises(Forged):
        whatsapp.handshake({})


@pytest.mark.parametrize("language", ["ru", "en"])
def test_webhook_steps_name_the_address(language: str):
    steps = whatsapp.webhook_steps("https://bot.example/", language)
    assert "https://bot.example/webhooks/whatsapp\n" in steps
    assert "TUNNEL_WHATSAPP_VERIFY_TOKEN" in steps
    assert "verify-word" not in steps
    assert ("Откройте" in steps) is (language == "ru")


# Anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
TYPES = [
    "text",
    "interactive",
    "button",
    "image",
    "audio",
    "location",
    "contacts",
    "order",
    "reaction",
    "request_welcome",
]
OTHERS = ["from", "from_user_id", "timestamp", "referral", "group_id", "status", "recipient_id", "errors", "value"]
FIELDS = [*TYPES, *OTHERS, "wa_id", "to"]
pieces = st.builds(
    lambda kind, content: {"id": "w", "type": kind, "from": PHONE} | content,
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), json_values | st.just(10**30) | st.just("1e999"), max_size=5),
)
LISTS = ["messages", "statuses", "user_preferences", "message_echoes", "contacts"]
fields = st.sampled_from(["messages", "user_preferences", "smb_message_echoes", "x"])


@given(field=fields, content=st.dictionaries(st.sampled_from(LISTS), st.lists(pieces | json_values, max_size=3)))
def test_hostile_pieces_cost_nothing_but_themselves(field: str, content: dict):
    update = make()
    good = update.text("да")["entry"]
    body = update.notification(update.change(field, **content))
    body["entry"] += good
    assert any(isinstance(event, Text) and event.text == "да" for event in parse(body).events)


@given(raw=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_hostile_bodies_raise_only_what_is_agreed(raw: bytes):
    with pytest.raises(Forged):
        whatsapp.verify(Inbound({"x-hub-signature-256": "sha256=0"}, raw))
    try:
        whatsapp.parse(raw, NOW)
    except (NotJson, Unreadable):
        return
