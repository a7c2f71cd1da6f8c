"""Messages → VK's calls: goldens for each shape, and every limit for whatever may be said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from channels.base import Roots
from channels.vk import Vk
from tests.fakes.messages import messages
from tests.fakes.vk_rules import check
from tunnel.events import Address
from tunnel.messages import Button, Media, Message, RichText, Span

ADDRESS = Address("vk", "1", "424242")
vk = Vk("token", 1, roots=Roots(Path(), Path()))


def calls(message: Message, **options):
    """The calls, each checked as VK would check it."""
    made = vk.render(ADDRESS, message, **options)
    for call in made:
        assert problems(call) == []
    return made


def problems(call) -> list[str]:
    params = {key: str(value) for key, value in call.params.items()} | {"random_id": "1"}
    return check(call.method, params | ({"attachment": "doc1_1"} if call.media else {}))


def keyboard(call):
    return json.loads(call.params["keyboard"])


def actions(call) -> list[list[dict]]:
    return [[button["action"] for button in row] for row in keyboard(call)["buttons"]]


def choices(*names: str) -> tuple[Button, ...]:
    return tuple(Button(name, token=f"1.step.{number}") for number, name in enumerate(names))


def test_a_step_is_one_message():
    message = Message(
        RichText("Что облицовываем?"), buttons=(*choices("Дом", "Баню"), Button("Работы", link="https://example.com"))
    )
    [call] = calls(message)
    assert call.params["peer_id"] == 424242
    assert call.params["message"] == "Что облицовываем?"
    assert keyboard(call) == {
        "one_time": False,
        "inline": True,
        "buttons": [
            [
                {"action": {"type": "callback", "label": "Дом", "payload": '{"t":"1.step.0"}'}},
                {"action": {"type": "callback", "label": "Баню", "payload": '{"t":"1.step.1"}'}},
                {"action": {"type": "open_link", "label": "Работы", "link": "https://example.com"}},
            ]
        ],
    }


def test_a_client_without_callback_buttons_gets_text_buttons():
    [call] = calls(Message(RichText("?"), buttons=choices("Да")), callback_buttons=False)
    assert actions(call) == [[{"type": "text", "label": "Да", "payload": '{"t":"1.step.0"}'}]]
    assert keyboard(call)["inline"] is True


def test_long_labels_stand_alone_and_short_ones_side_by_side():
    names = ("Да", "Нет", "Сначала расскажите подробнее", "Позже", "Не знаю")
    [call] = calls(Message(RichText("?"), buttons=choices(*names)))
    assert [[action["label"] for action in row] for row in actions(call)] == [
        ["Да", "Нет"],
        ["Сначала расскажите подробнее"],
        ["Позже", "Не знаю"],
    ]


@pytest.mark.parametrize(
    ("count", "inline", "rows"),
    [(1, True, 1), (6, True, 6), (7, True, 4), (10, True, 5), (11, False, 6), (40, False, 10)],
)
def test_buttons_within_rows(count, inline, rows):
    [call] = calls(Message(RichText("?"), buttons=choices(*(f"Очень длинный вариант номер {n}" for n in range(count)))))
    assert keyboard(call).get("inline", False) is inline
    assert keyboard(call)["one_time"] is not inline
    assert len(actions(call)) == rows
    assert {action["type"] for row in actions(call) for action in row} == {"callback" if inline else "text"}


def test_over_forty_choices_become_numbered_text():
    [call] = calls(Message(RichText("Город?"), buttons=choices(*(f"Город {n}" for n in range(1, 42)))))
    assert "keyboard" not in call.params
    assert call.params["message"].startswith("Город?\n\n1. Город 1\n2. Город 2")
    assert call.params["message"].endswith("41. Город 41")


def test_edge_14_a_label_over_the_limit_is_cut_and_told_in_full():
    label = "Хочу посчитать стоимость облицовки вместе с работой 👨‍👩‍👧"
    [call] = calls(Message(RichText("?"), buttons=choices("Да", label)))
    assert call.params["message"] == f"?\n\n1. Да\n2. {label}"
    assert actions(call)[-1][-1]["label"] == "Хочу посчитать стоимость облицовки вмес…"


def test_edge_15_a_bad_link_goes_into_the_text():
    [call] = calls(Message(RichText("Вот"), buttons=(*choices("Да"), Button("Сайт", link="http://localhost"))))
    assert call.params["message"] == "Вот\n\nСайт: http://localhost"
    assert [action["label"] for row in actions(call) for action in row] == ["Да"]


def test_edge_13_emphasis_and_links_count_utf16():
    text = RichText("👨‍👩‍👧 Цена и сайт", (Span("bold", 6, 4), Span("link", 13, 4, "https://e.com")))
    [call] = calls(Message(text))
    assert json.loads(call.params["format_data"]) == {
        "version": 1,
        "items": [
            {"type": "bold", "offset": 9, "length": 4},
            {"type": "url", "offset": 16, "length": 4, "url": "https://e.com"},
        ],
    }
    units = call.params["message"].encode("utf-16-le")
    assert units[18:26].decode("utf-16-le") == "Цена"


def test_edge_13_a_name_in_markup_stays_plain_text():
    [call] = calls(Message(RichText("Здравствуйте, **<b>Оля</b>**!")))
    assert call.params == {"peer_id": 424242, "message": "Здравствуйте, **<b>Оля</b>**!"}


def test_white_space_around_the_text_does_not_move_emphasis():
    [call] = calls(Message(RichText("\n\n Цена ", (Span("bold", 3, 4),))))
    assert call.params["message"] == "Цена"
    assert json.loads(call.params["format_data"])["items"] == [{"type": "bold", "offset": 0, "length": 4}]


def test_edge_12_long_text_is_split_at_words_with_the_keyboard_on_the_last_part():
    text = "слово " * 1500
    made = calls(Message(RichText(text, (Span("bold", 0, len(text)),)), buttons=choices("Да")))
    assert len(made) == 3
    assert ["keyboard" in call.params for call in made] == [False, False, True]
    assert all("format_data" in call.params for call in made)
    assert " ".join(call.params["message"] for call in made) == text.strip()
    assert all(call.params["message"].endswith("слово") for call in made)


def test_a_file_and_its_words_are_one_message():
    media = Media("document", "guide.pdf")
    [call] = calls(Message(RichText("Обещанный гид"), media=(media,), buttons=choices("Да")))
    assert call.media == media
    assert call.params["message"] == "Обещанный гид"
    assert "keyboard" in call.params


def test_several_files_and_a_long_text():
    pictures = (Media("image", "a.jpg"), Media("image", "b.jpg"))
    made = calls(Message(RichText("слово " * 900), media=pictures, buttons=choices("Да")))
    assert [call.media for call in made] == [*pictures, None]
    assert ["message" in call.params for call in made] == [False, True, True]
    assert ["keyboard" in call.params for call in made] == [False, False, True]


def test_buttons_without_words():
    [call] = calls(Message(buttons=choices("Да")))
    assert call.params["message"] == "…"
    [call] = calls(Message(media=(Media("image", "a.jpg"),), buttons=choices("Да")))
    assert "message" not in call.params
    assert "keyboard" in call.params


def test_nothing_to_say():
    assert calls(Message()) == []
    assert calls(Message(RichText(" \n "))) == []


def test_ask_phone_is_plain_and_a_keyboard_can_be_taken_away():
    [call] = calls(Message(RichText("Телефон?"), ask_phone="Отправить номер"))
    assert "keyboard" not in call.params
    [call] = calls(Message(RichText("Спасибо"), drop_keyboard=True))
    assert keyboard(call) == {"one_time": True, "buttons": []}


def test_typing():
    call = vk.typing(ADDRESS)
    assert (call.method, call.params, call.ephemeral) == (
        "messages.setActivity",
        {"peer_id": 424242, "type": "typing"},
        True,
    )
    assert check(call.method, {key: str(value) for key, value in call.params.items()}) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(message=messages)
def test_whatever_is_said_fits(message: Message):
    made = calls(message)
    assert [call.media for call in made if call.media] == list(message.media)
    assert sum("keyboard" in call.params for call in made) <= 1
    assert all("keyboard" not in call.params for call in made[:-1])
    said = "\n".join(call.params.get("message", "") for call in made)
    shown = [action for call in made if "keyboard" in call.params for row in actions(call) for action in row]
    offered = {action.get("payload") or action["link"] for action in shown}
    for number, button in enumerate(message.buttons, start=1):
        if button.link:
            assert button.link in offered or button.link in said
        else:
            assert json.dumps({"t": button.token}, separators=(",", ":")) in offered or f"{number}." in said
