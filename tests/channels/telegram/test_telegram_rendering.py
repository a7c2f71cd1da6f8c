"""What is to be said → Bot API calls."""

from __future__ import annotations

from typing import Any

import aiogram.methods
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Call
from channels.telegram.channel import chat_id
from channels.telegram.delivered import METHODS
from channels.telegram.rendering import CAPABILITIES, SENDING, render_message
from channels.text import numbered
from tests.fakes.telegram_rules import Upload, complaints
from tunnel.events import Address
from tunnel.messages import Button, Media, Message, RichText, Span

GUIDE = Media("document", "files/guide.pdf", "Гид")
TEAM = Media("image", "files/team.jpg")
HOUSE, BATH = Button("Дом", "1.hello.0"), Button("Баню", "1.hello.1")
WORKS = Button("Посмотреть работы", link="https://example.com/works")
REMOVED = {"remove_keyboard": True}


def plain(text: str, *spans: Span) -> RichText:
    return RichText(plain=text, spans=spans)


def inline(*rows: list[Button]) -> dict:
    def key(button: Button) -> dict:
        action = {"url": button.link} if button.link else {"callback_data": button.token}
        return {"text": button.label, **action}

    return {"inline_keyboard": [[key(button) for button in row] for row in rows]}


def said(text: str, **params: Any) -> Call:
    return Call("sendMessage", {"chat_id": 77, "text": text, **params})


LONG = "слово " * 170 + "конец"  # 1025 characters: one too many for a caption

GOLDEN: list[tuple[str, Message, list[Call]]] = [
    ("text", Message(plain("Привет")), [said("Привет")]),
    ("nothing", Message(), []),
    ("white space", Message(plain(" \n ")), []),
    ("white space around is not sent", Message(plain("\n Привет\n")), [said("Привет")]),
    (
        "short choices share a row",
        Message(plain("Что?"), buttons=(HOUSE, BATH)),
        [said("Что?", reply_markup=inline([HOUSE, BATH]))],
    ),
    (
        "long choices have rows of their own",
        Message(plain("Что?"), buttons=(HOUSE, BATH, WORKS)),
        [said("Что?", reply_markup=inline([HOUSE, BATH], [WORKS]))],
    ),
    ("buttons alone get something to hang on", Message(buttons=(HOUSE,)), [said("👇", reply_markup=inline([HOUSE]))]),
    (
        "a file with its text is one call",
        Message(plain("Обещанный гид"), media=(GUIDE,), buttons=(HOUSE,)),
        [
            Call("sendDocument", {"chat_id": 77, "caption": "Обещанный гид", "reply_markup": inline([HOUSE])}, GUIDE),
        ],
    ),
    ("a file alone", Message(media=(TEAM,)), [Call("sendPhoto", {"chat_id": 77}, TEAM)]),
    (
        "edge_12_a_text_too_long_for_a_caption_goes_below_the_file",
        Message(plain(LONG), media=(TEAM,), buttons=(HOUSE,)),
        [Call("sendPhoto", {"chat_id": 77}, TEAM), said(LONG, reply_markup=inline([HOUSE]))],
    ),
    (
        "several files, the text with the last",
        Message(plain("Вот"), media=(TEAM, GUIDE)),
        [Call("sendPhoto", {"chat_id": 77}, TEAM), Call("sendDocument", {"chat_id": 77, "caption": "Вот"}, GUIDE)],
    ),
    (
        "edge_13_entities_count_utf16",
        Message(plain("👨‍👩‍👧 *Да* тут", Span("bold", 6, 4), Span("link", 11, 3, "https://e.ru/"))),
        [
            said(
                "👨‍👩‍👧 *Да* тут",
                entities=[
                    {"type": "bold", "offset": 9, "length": 4},
                    {"type": "text_link", "offset": 14, "length": 3, "url": "https://e.ru/"},
                ],
            )
        ],
    ),
    (
        "caption entities",
        Message(plain("Вот гид", Span("italic", 4, 3)), media=(GUIDE,)),
        [
            Call(
                "sendDocument",
                {
                    "chat_id": 77,
                    "caption": "Вот гид",
                    "caption_entities": [{"type": "italic", "offset": 4, "length": 3}],
                },
                GUIDE,
            )
        ],
    ),
    (
        "edge_15_a_bad_address_goes_into_the_text",
        Message(plain("Что?"), buttons=(HOUSE, Button("Работы", link="http://localhost/"))),
        [said("Что?\n\nРаботы: http://localhost/", reply_markup=inline([HOUSE]))],
    ),
    (
        "edge_15_a_bad_link_in_the_text_too",
        Message(plain("Пишите нам", Span("bold", 0, 6), Span("link", 7, 3, "mailto:a@b.ru"))),
        [said("Пишите нам\n\nнам: mailto:a@b.ru", entities=[{"type": "bold", "offset": 0, "length": 6}])],
    ),
    (
        "a link button",
        Message(plain("Что?"), buttons=(WORKS,)),
        [said("Что?", reply_markup=inline([WORKS]))],
    ),
    (
        "ask for the phone",
        Message(plain("Телефон?"), ask_phone="Отправить номер"),
        [
            said(
                "Телефон?",
                reply_markup={
                    "keyboard": [[{"text": "Отправить номер", "request_contact": True}]],
                    "resize_keyboard": True,
                    "one_time_keyboard": True,
                },
            )
        ],
    ),
    (
        "ask for the phone, with choices and a link",
        Message(plain("Телефон?"), ask_phone="Отправить номер", buttons=(HOUSE, WORKS), drop_keyboard=True),
        [
            said(
                "Телефон?\n\nПосмотреть работы: https://example.com/works",
                reply_markup={
                    "keyboard": [[{"text": "Отправить номер", "request_contact": True}], [{"text": "Дом"}]],
                    "resize_keyboard": True,
                    "one_time_keyboard": True,
                },
            )
        ],
    ),
    ("drop the keyboard", Message(plain("Спасибо"), drop_keyboard=True), [said("Спасибо", reply_markup=REMOVED)]),
    (
        "drop the keyboard with a file",
        Message(plain("Спасибо"), media=(TEAM,), drop_keyboard=True),
        [Call("sendPhoto", {"chat_id": 77, "caption": "Спасибо", "reply_markup": REMOVED}, TEAM)],
    ),
    (
        "drop the keyboard and show buttons",
        Message(plain("Спасибо"), buttons=(HOUSE,), drop_keyboard=True),
        [said("👌", reply_markup=REMOVED), said("Спасибо", reply_markup=inline([HOUSE]))],
    ),
    (
        "drop the keyboard with the file, show buttons with the text",
        Message(plain(LONG), media=(TEAM,), buttons=(HOUSE,), drop_keyboard=True),
        [
            Call("sendPhoto", {"chat_id": 77, "reply_markup": REMOVED}, TEAM),
            said(LONG, reply_markup=inline([HOUSE])),
        ],
    ),
    (
        "edge_07_a_token_that_does_not_fit_becomes_a_number",
        Message(plain("Что?"), buttons=(HOUSE, Button("Баню", "я" * 33))),
        [said("Что?\n\n1. Дом\n2. Баню")],
    ),
    (
        "a button without a label",
        Message(plain("Что?"), buttons=(Button(" ", "1.a.0"),)),
        [said("Что?", reply_markup=inline([Button("•", "1.a.0")]))],
    ),
    (
        "edge_14_a_label_is_cut_between_graphemes",
        Message(plain("Что?"), buttons=(Button("👨‍👩‍👧" * 9, "1.a.0"),)),
        [said("Что?", reply_markup=inline([Button("👨‍👩‍👧" * 7 + "…", "1.a.0")]))],
    ),
]


@pytest.mark.parametrize(("label", "message", "calls"), GOLDEN, ids=[case[0] for case in GOLDEN])
def test_golden(label, message, calls):
    assert render_message(77, message) == calls


def test_where_buttons_cannot_be_pressed_choices_are_numbered():
    message = Message(plain("Что?"), buttons=(HOUSE, WORKS))
    (call,) = render_message(77, message, callback_buttons=False)
    assert call.params == {"chat_id": 77, "text": numbered(message.text, message.buttons).plain}


def test_over_a_hundred_buttons_are_numbered():
    buttons = tuple(Button(str(number), f"1.a.{number}") for number in range(101))
    (call,) = render_message(77, Message(plain("Что?"), buttons=buttons))
    assert "reply_markup" not in call.params
    assert call.params["text"].endswith("\n101. 100")
    (hundred,) = render_message(77, Message(plain("Что?"), buttons=buttons[:100]))
    assert sum(map(len, hundred.params["reply_markup"]["inline_keyboard"])) == 100


def test_edge_12_a_long_text_is_split_at_words_with_the_keyboard_on_the_last_part():
    calls = render_message(77, Message(plain("слово " * 2000), buttons=(HOUSE,)))
    assert len(calls) == 3
    assert ["reply_markup" in call.params for call in calls] == [False, False, True]
    assert " ".join(call.params["text"] for call in calls).split() == ["слово"] * 2000


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Да", "Нет"], [2]),
        (["1", "2", "3", "4", "5"], [3, 2]),
        (["1", "2", "3", "4"], [2, 2]),
        (["Да", "Нет, спасибо"], [2]),
        (["Да", "Нет, спасибо", "Потом"], [2, 1]),
        (["Позвать менеджера", "Да", "Нет"], [1, 2]),
        (["Вызвать замерщика", "Дорого", "Прислать гид", "Посмотреть работы"], [1, 2, 1]),
    ],
)
def test_rows(labels, rows):
    buttons = tuple(Button(label, f"1.a.{number}") for number, label in enumerate(labels))
    (call,) = render_message(77, Message(plain("?"), buttons=buttons))
    keyboard = call.params["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in keyboard] == rows
    assert [key["text"] for row in keyboard for key in row] == labels


urls = st.sampled_from(
    ["", "https://e.ru/", "http://localhost", "javascript:1", "tg://resolve?domain=x", "https://a b.ru"]
)
texts = st.one_of(st.text(max_size=60), st.sampled_from(["слово " * 300, "👨‍👩‍👧" * 900, "x" * 9000]))
buttons_drawn = st.builds(Button, label=st.text(max_size=80), token=st.text("abc.0123", max_size=70), link=urls)
media_drawn = st.builds(Media, kind=st.sampled_from(["image", "video", "audio", "document"]), path=st.just("x"))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    text = draw(texts)
    spans = []
    position = 0
    while position < len(text) and len(spans) < 4 and draw(st.booleans()):
        length = draw(st.integers(1, 8))
        kind = draw(st.sampled_from(["bold", "italic", "link"]))
        spans.append(Span(kind, position, length, draw(urls) if kind == "link" else ""))
        position += length + draw(st.integers(0, 3))
    return Message(
        text=RichText(plain=text, spans=tuple(spans)),
        media=tuple(draw(st.lists(media_drawn, max_size=2))),
        buttons=tuple(draw(st.lists(buttons_drawn, max_size=12))),
        ask_phone=draw(st.sampled_from(["", "Отправить номер"])),
        drop_keyboard=draw(st.booleans()),
    )


@settings(max_examples=300, deadline=None)
@given(messages(), st.booleans())
def test_whatever_is_said_every_call_is_within_the_rules(message, callback_buttons):
    calls = render_message(77, message, callback_buttons=callback_buttons)
    upload = Upload("x.bin", "application/octet-stream", b"x")
    for call in calls:
        file = {SENDING[call.media.kind][1]: upload} if call.media else {}
        assert complaints(call.method, {**call.params, **file}) == []
        assert len([call for call in calls if "inline_keyboard" in call.params.get("reply_markup", {})]) <= 1
    assert [call.media for call in calls if call.media] == list(message.media)


@settings(max_examples=50, deadline=None)
@given(messages())
def test_aiogram_knows_every_call(message):
    for call in render_message(77, message):
        model = getattr(aiogram.methods, call.method[0].upper() + call.method[1:])
        file = {SENDING[call.media.kind][1]: "id"} if call.media else {}
        model.model_validate({**call.params, **file})
        assert not set(call.params) - set(model.model_fields)


def test_every_kind_of_file_has_its_method():
    assert dict(SENDING.values()) == {METHODS[field]: field for _, field in SENDING.values()}
    assert set(CAPABILITIES.file_bytes) == set(SENDING)


def test_limits_name_their_source():
    limits = [CAPABILITIES.text, CAPABILITIES.caption, CAPABILITIES.buttons, CAPABILITIES.label, CAPABILITIES.payload]
    assert all(limit.source and limit.unit for limit in limits)


@pytest.mark.parametrize(("external", "expected"), [("77", 77), ("-100123", -100123), ("@name", "@name"), ("", "")])
def test_chat_ids_are_numbers(external, expected):
    assert chat_id(Address("telegram", "1", external)) == expected
