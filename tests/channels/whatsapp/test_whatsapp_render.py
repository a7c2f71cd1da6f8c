"""Messages → WhatsApp's calls: goldens for each shape, and every limit for whatever may be said."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from channels.base import Call, Roots
from channels.whatsapp import WhatsApp
from channels.whatsapp.marks import fit
from tests.fakes.messages import messages, rich_texts
from tests.fakes.whatsapp import FakeWhatsApp
from tests.fakes.whatsapp_rules import check, load
from tests.fakes.whatsapp_updates import BSUID
from tunnel.events import Address
from tunnel.messages import Approved, Button, Media, Message, RichText, Span

ADDRESS = Address("whatsapp", "1", "79990001122")
FRAME = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "79990001122"}
LINK = Button("Работы", link="https://example.com/works")
whatsapp = WhatsApp("token", "1", roots=Roots(Path(), Path()))


def calls(message: Message, address: Address = ADDRESS) -> list[Call]:
    """The calls, each checked as Meta would check it once its file has an id."""
    made = whatsapp.render(address, message)
    for call in made:
        assert check(with_file(call)) == []
    return made


def with_file(call: Call) -> dict:
    body = copy.deepcopy(call.params)
    holder = body["interactive"].get("header", {}) if body["type"] == "interactive" else body
    assert (call.media is not None) == (holder.get("type") in ("image", "video", "audio", "document"))
    if call.media is not None:
        holder[holder["type"]] |= {"id": "m1"} | ({"filename": "f"} if holder["type"] == "document" else {})
    return body


def choices(*names: str) -> tuple[Button, ...]:
    return tuple(Button(name, token=f"1.step.{number}") for number, name in enumerate(names))


def interactive(call: Call) -> dict:
    return call.params["interactive"]


def replies(call: Call) -> list[tuple[str, str]]:
    return [(button["reply"]["id"], button["reply"]["title"]) for button in interactive(call)["action"]["buttons"]]


def rows(call: Call) -> list[dict]:
    return interactive(call)["action"]["sections"][0]["rows"]


OURS = (
    "Send Text",
    "Send Image",
    "Send Video",
    "Send Audio",
    "Send Document",
    "Send Reply to ",
    "Send List",
    "Send Reply Button",
)
"""Examples of the kinds of message that we send."""
CONTRADICTED = {
    "Send Reply to Location Message": "the schema wants coordinates as text",
    "Send Reply to List Message": "has rows of the same id",
    "Send Reply to Contact Message": "leaves out what the schema requires",
    "Send Text Message with Preview URL": "leaves out what the schema requires",
}


@pytest.mark.parametrize("label", [label for label in load("examples_outgoing_messages") if label.startswith(OURS)])
def test_the_mended_schema_takes_the_official_examples(label: str):
    body = load("examples_outgoing_messages")[label]
    if body["to"].startswith("{{"):
        body["to"] = "16505551234"
    problems = [problem for problem in check(body) if "has a file name" not in problem]  # those by URL have none
    assert bool(problems) is (label in CONTRADICTED), problems


def test_the_check_refuses_what_whatsapp_refuses():
    [good] = calls(Message(RichText("?"), buttons=choices("Да", "Нет", "Позже")))
    buttons = interactive(good)["action"]["buttons"]
    four = copy.deepcopy(good.params)
    four["interactive"]["action"]["buttons"] = [*buttons, {"type": "reply", "reply": {"id": "4", "title": "4"}}]
    long = copy.deepcopy(good.params)
    long["interactive"]["action"]["buttons"][0]["reply"]["title"] = "x" * 21
    twice = copy.deepcopy(good.params)
    twice["interactive"]["action"]["buttons"][0]["reply"]["title"] = "Нет"
    body = copy.deepcopy(good.params)
    body["interactive"]["body"]["text"] = "x" * 1025
    blank = copy.deepcopy(good.params)
    blank["interactive"]["body"]["text"] = " "
    nobody = {key: value for key, value in good.params.items() if key != "to"}
    both = good.params | {"recipient": BSUID}
    extra = good.params | {"surprise": 1}
    for bad in (four, long, twice, body, blank, nobody, both, extra):
        assert check(bad)
    assert check({**FRAME, "type": "text", "text": {"body": "x" * 4097}})
    assert check(good.params) == []


def test_up_to_three_choices_are_reply_buttons():
    [call] = calls(Message(RichText("Что облицовываем?"), buttons=choices("Дом", "Баню", "Пока смотрю")))
    assert call.method == "messages"
    assert call.params == {
        **FRAME,
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Что облицовываем?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "1.step.0", "title": "Дом"}},
                    {"type": "reply", "reply": {"id": "1.step.1", "title": "Баню"}},
                    {"type": "reply", "reply": {"id": "1.step.2", "title": "Пока смотрю"}},
                ]
            },
        },
    }


def test_up_to_ten_choices_are_a_list():
    names = ("Дом", "Баню", "Пока смотрю", "Хочу посчитать стоимость вместе с работой")
    [call] = calls(Message(RichText("Что облицовываем?"), buttons=choices(*names)))
    assert interactive(call)["type"] == "list"
    assert interactive(call)["action"]["button"] == "Выбрать"
    assert rows(call)[0] == {"id": "1.step.0", "title": "Дом"}
    assert rows(call)[3] == {
        "id": "1.step.3",
        "title": "Хочу посчитать стоимост…",
        "description": "Хочу посчитать стоимость вместе с работой",
    }
    assert interactive(call)["body"]["text"] == "Что облицовываем?"


def test_the_button_of_a_list_speaks_the_labels_language():
    [call] = calls(Message(RichText("What?"), buttons=choices("House", "Sauna", "Garage", "Other")))
    assert interactive(call)["action"]["button"] == "Choose"


def test_more_choices_are_numbered_text():
    [call] = calls(Message(RichText("Город?"), buttons=choices(*(f"Город {n}" for n in range(1, 12)))))
    assert call.params["type"] == "text"
    assert call.params["text"]["body"].startswith("Город?\n\n1. Город 1\n2. Город 2\n")


def test_edge_14_titles_are_unique_after_cutting_and_told_in_full():
    names = ("Рассчитать дом целиком", "Рассчитать дом целиком и баню", "Да 👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧")
    [call] = calls(Message(RichText("?"), buttons=choices(*names)))
    titles = [title for _, title in replies(call)]
    assert titles == ["Рассчитать дом цели…", "Рассчитать дом це… 2", "Да 👨‍👩‍👧👨‍👩‍👧…"]
    assert interactive(call)["body"]["text"] == "?\n\n1. " + "\n".join([names[0], f"2. {names[1]}", f"3. {names[2]}"])


def test_a_label_too_long_even_for_a_rows_description_is_told_in_the_text():
    long = "Хочу " + "очень " * 15 + "подробный расчёт"
    [call] = calls(Message(RichText("?"), buttons=choices("a", "b", "c", long)))
    assert f"4. {long}" in interactive(call)["body"]["text"]
    assert rows(call)[3]["description"].endswith("…")


def test_edge_15_one_link_alone_is_a_button():
    [call] = calls(Message(RichText("Вот"), buttons=(LINK,)))
    assert interactive(call) == {
        "type": "cta_url",
        "body": {"text": "Вот"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Работы", "url": "https://example.com/works"}},
    }


@pytest.mark.parametrize(
    ("buttons", "text", "kind"),
    [
        ((LINK, LINK), "Вот\n\nРаботы: https://example.com/works\nРаботы: https://example.com/works", "text"),
        ((Button("Посмотреть наши последние работы", link="https://e.com"),),
         "Вот\n\nПосмотреть наши последние работы: https://e.com", "text"),
        ((Button("Сайт", link="http://localhost"),), "Вот\n\nСайт: http://localhost", "text"),
        ((*choices("Да"), LINK), "Вот\n\nРаботы: https://example.com/works", "interactive"),
        ((*choices("a", "b", "c", "d"), LINK), "Вот\n\nРаботы: https://example.com/works", "interactive"),
    ],
    ids=["two links", "a long label", "a bad link", "a choice and a link", "a list and a link"],
)  # fmt: skip
def test_edge_15_one_kind_of_button_a_message(buttons: tuple[Button, ...], text: str, kind: str):
    [call] = calls(Message(RichText("Вот"), buttons=buttons))
    assert call.params["type"] == kind
    assert FakeWhatsApp.words(call.params) == text


def test_edge_12_long_text_goes_first_and_the_buttons_come_last():
    text = "слово " * 1500
    made = calls(Message(RichText(text), buttons=choices("Да")))
    assert [call.params["type"] for call in made] == ["text", "text", "interactive"]
    assert " ".join(FakeWhatsApp.words(call.params) for call in made) == text.strip()


def test_edge_12_a_caption_that_is_too_long_is_a_message_of_its_own():
    picture = Media("image", "a.jpg")
    [short] = calls(Message(RichText("x" * 1024), media=(picture,)))
    assert short.params["image"] == {"caption": "x" * 1024}
    made = calls(Message(RichText("x" * 1025), media=(picture,)))
    assert [call.params["type"] for call in made] == ["image", "text"]
    assert made[0].params["image"] == {}


def test_a_picture_stands_on_top_of_its_buttons():
    [call] = calls(Message(RichText("Команда"), media=(Media("image", "a.jpg"),), buttons=choices("Да")))
    assert interactive(call)["header"] == {"type": "image", "image": {}}
    assert call.media == Media("image", "a.jpg")


@pytest.mark.parametrize(
    ("media", "buttons", "kinds"),
    [
        ("a.jpg", choices("a", "b", "c", "d"), ["image", "interactive"]),
        ("a.jpg", (LINK,), ["interactive"]),
        ("a.jpg", (), ["image"]),
    ],
    ids=["a list takes no picture", "a link does", "nothing below"],
)
def test_edge_15_headers(media: str, buttons: tuple[Button, ...], kinds: list[str]):
    made = calls(Message(RichText("Вот"), media=(Media("image", media),), buttons=buttons))
    assert [call.params["type"] for call in made] == kinds


def test_a_long_text_leaves_the_picture_first():
    made = calls(Message(RichText("слово " * 300), media=(Media("image", "a.jpg"),), buttons=choices("Да")))
    assert [call.params["type"] for call in made] == ["image", "text", "interactive"]


def test_audio_has_neither_caption_nor_header():
    made = calls(Message(RichText("Послушайте"), media=(Media("audio", "a.mp3"),)))
    assert [call.params["type"] for call in made] == ["audio", "text"]
    made = calls(Message(RichText("Послушайте"), media=(Media("audio", "a.mp3"),), buttons=choices("Да")))
    assert [call.params["type"] for call in made] == ["audio", "interactive"]


@pytest.mark.parametrize(
    ("kind", "path", "shown"),
    [
        ("image", "a.jpg", "image"),
        ("image", "a.webp", "document"),
        ("video", "a.mp4", "video"),
        ("video", "a.avi", "document"),
        ("audio", "a.opus", "audio"),
        ("audio", "a.wav", "document"),
        ("document", "a.jpg", "document"),
    ],
)
def test_what_whatsapp_cannot_show_goes_as_a_document(kind: str, path: str, shown: str):
    [call] = calls(Message(media=(Media(kind, path),)))
    assert call.params["type"] == shown
    assert call.media == Media(shown, path)


def test_an_approved_message_goes_instead_where_no_free_text_gets_through():
    template = Approved("recall", "ru", ("Ольга\n  и Пётр", ""), buttons=True)
    message = Message(text=RichText("Ещё нужны?"), buttons=(*choices("Да", "Нет"), LINK), template=template)
    (call,) = calls(message)
    assert call.params["type"] == "template"
    assert call.params["template"]["name"] == "recall"
    assert call.params["template"]["language"] == {"policy": "deterministic", "code": "ru"}
    body, *quick = call.params["template"]["components"]
    assert [hole["text"] for hole in body["parameters"]] == ["Ольга и Пётр", "…"]
    assert [(one["sub_type"], one["index"]) for one in quick] == [("quick_reply", "0"), ("quick_reply", "1")]
    assert [one["parameters"][0]["payload"] for one in quick] == [button.token for button in choices("Да", "Нет")]


def test_an_approved_message_without_holes_and_replies_is_its_name():
    message = Message(text=RichText("…"), buttons=choices("Да"), template=Approved("hello", "en_US"))
    assert calls(message)[0].params["template"] == {
        "name": "hello",
        "language": {"policy": "deterministic", "code": "en_US"},
    }


def test_a_business_scoped_user_id_is_a_recipient():
    [call] = calls(Message(RichText("да")), Address("whatsapp", "1", BSUID))
    assert call.params["recipient"] == BSUID
    assert "to" not in call.params


def test_nothing_to_say_and_nothing_to_press():
    assert calls(Message()) == []
    assert calls(Message(RichText(" \n"), ask_phone="Отправить номер", drop_keyboard=True)) == []
    [call] = calls(Message(buttons=choices("Да")))
    assert interactive(call)["body"]["text"] == "…"


def test_typing_marks_as_read():
    call = whatsapp.typing(ADDRESS, "wamid.1")
    assert call.ephemeral
    assert check(call.params) == []
    assert call.params == load("examples_outgoing_messages")["Send typing indicator and read receipt"] | {
        "message_id": "wamid.1"
    }


def test_a_tap_wants_no_answer():
    assert whatsapp.acknowledge(ADDRESS, "") is None


BOLD, ITALIC = "bold", "italic"
MARKS = {
    "bold": ("от 120 ₽ с", [Span(BOLD, 3, 5)], "от *120 ₽* с"),
    "italic in bold": ("очень важно", [Span(BOLD, 0, 11), Span(ITALIC, 6, 5)], "*очень _важно_*"),
    "the same twice": ("очень важно", [Span(BOLD, 0, 11), Span(BOLD, 6, 5)], "*очень важно*"),
    "spaces stay outside": ("от 120 с", [Span(BOLD, 2, 5)], "от *120* с"),
    "over lines": ("раз\nдва", [Span(BOLD, 0, 7)], "*раз*\n*два*"),
    "inside a word there is no such mark": ("перекрёсток", [Span(BOLD, 4, 3)], "перекрёсток"),
    "a link": ("наши работы", [Span("link", 5, 6, "https://e.com")], "наши работы: https://e.com"),
    "a link in bold": ("наши работы тут", [Span(BOLD, 0, 15), Span("link", 5, 6, "https://e.com")],
                       "*наши работы*: https://e.com *тут*"),
    "a link that says itself": ("https://e.com", [Span("link", 0, 13, "https://e.com")], "https://e.com"),
    "a link that is none": ("наши работы", [Span("link", 5, 6, "javascript:1")], "наши работы"),
    "edge_13 a customer's own stars": ("*Оля*, добрый день", [], "∗Оля∗, добрый день"),
    "edge_13 other signs": ("_a_ ~b~ `c`", [], "＿a＿ ∼b∼ ˋcˋ"),
    "edge_13 a star beside our own": ("(*) цена 120", [Span(BOLD, 9, 3)], "(∗) цена *120*"),
    "edge_13 signs that do nothing stay": ("2*3*4 a_b_c * 5", [], "2*3*4 a_b_c * 5"),
    "edge_13 addresses stay": ("https://e.com/_a_*b* _x_", [], "https://e.com/_a_*b* ＿x＿"),
}  # fmt: skip


@pytest.mark.parametrize("label", MARKS)
def test_marks(label: str):
    plain, spans, expected = MARKS[label]
    assert fit(RichText(plain, tuple(spans)), 4096) == [expected]


def test_marks_count_towards_the_limit():
    text = RichText("да " * 2000, tuple(Span(BOLD, start, 2) for start in range(0, 6000, 3)))
    parts = fit(text, 1024)
    assert all(len(part) <= 1024 for part in parts)
    assert " ".join(parts).replace("*", "").split() == ["да"] * 2000


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=rich_texts())
def test_marked_parts_fit_and_are_never_blank(text: RichText):
    for limit in (20, 1024, 4096):
        parts = fit(text, limit)
        assert all(part.strip() and len(part.encode("utf-16-le", "surrogatepass")) // 2 <= limit for part in parts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(message=messages)
def test_whatever_is_said_fits(message: Message):
    made = calls(message)
    assert [call.media.path for call in made if call.media] == [media.path for media in message.media]
    kinds = [call.params["type"] for call in made]
    assert "interactive" not in kinds[:-1]
    said = "\n".join(FakeWhatsApp.words(with_file(call)) for call in made if call.params["type"] != "audio")
    action = interactive(made[-1])["action"] if kinds[-1:] == ["interactive"] else {}
    taps = [button["reply"]["id"] for button in action.get("buttons", ())]
    taps += [row["id"] for section in action.get("sections", ()) for row in section["rows"]]
    for number, button in enumerate(message.buttons, start=1):
        if button.link:
            assert button.link in said or button.link == action.get("parameters", {}).get("url")
        else:
            assert button.token in taps or f"{number}." in said
