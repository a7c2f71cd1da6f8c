from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from channels.base import BadMessage, Call, Forged, Inbound, RetryLater, Roots, Unreadable
from channels.web import WebChat
from channels.web.entry import decode, entry_from, for_page
from tests.channels.web.stand import Away, MemoryThreads, NoFileIds, make_roots, say
from tunnel.events import Address
from tunnel.messages import Button, Media, Message, RichText, Span

ADDRESS = Address("web", "site", "0" * 32)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return make_roots(tmp_path)


@pytest.fixture
def threads() -> MemoryThreads:
    return MemoryThreads()


@pytest.fixture
def chat(threads: MemoryThreads, roots: Roots) -> WebChat:
    return WebChat(threads, roots, clock=lambda: 1000.5, unavailable=(Away,))


def drawn(call: Call, row: int = 7) -> dict[str, object]:
    """What the page reads of a call."""
    result: dict[str, object] = json.loads(for_page(row, entry_from(call.params)))
    return result


def test_a_message_is_one_row_with_all_its_parts(chat: WebChat) -> None:
    message = say("Ориентир — **174 000 ₽**.", "Дорого=1.p.d", "Работы=https://example.com/w", ask_phone="Номер")
    [call] = chat.render(ADDRESS, message)
    assert call.method == "append"
    assert drawn(call) == {
        "row": 7,
        "by": "us",
        "at": 0.0,
        "text": "Ориентир — 174 000 ₽.",
        "spans": [["bold", 11, 9, ""]],
        "buttons": [{"label": "Дорого", "token": "1.p.d"}, {"label": "Работы", "link": "https://example.com/w"}],
        "ask_phone": "Номер",
    }


def test_params_are_plain_json(chat: WebChat) -> None:
    message = say("**b**", "x=t", media=(Media("document", "files/guide.pdf"),))
    for call in chat.render(ADDRESS, message):
        assert json.loads(json.dumps(call.params)) == call.params


def test_a_file_is_named_for_people_and_measured(chat: WebChat, roots: Roots) -> None:
    [call] = chat.render(ADDRESS, Message(media=(Media("document", "files/guide.pdf", name="Гид «Сайдинг»"),)))
    size = (roots.content / "files/guide.pdf").stat().st_size
    assert drawn(call)["files"] == [
        {
            "kind": "document",
            "name": "Гид «Сайдинг».pdf",
            "mime": "application/pdf",
            "size": size,
            "url": f"/api/chat/files/7/0/{quote('Гид «Сайдинг».pdf')}",
        }
    ]


def test_the_page_never_learns_where_a_file_lies(chat: WebChat) -> None:
    [call] = chat.render(ADDRESS, Message(media=(Media("document", "files/guide.pdf", name="Гид"),)))
    assert "files/guide.pdf" not in json.dumps(drawn(call)["files"])


def test_a_missing_file_is_drawn_without_a_size(chat: WebChat) -> None:
    [call] = chat.render(ADDRESS, Message(media=(Media("image", "files/no.png"),)))
    [file] = drawn(call)["files"]  # type: ignore[misc]
    assert file["size"] == 0
    assert file["name"] == "no.png"


def test_edge_12_a_long_text_is_split_at_words_with_the_buttons_last(chat: WebChat) -> None:
    words = " ".join(f"слово{number}" for number in range(4000))
    media = (Media("document", "files/guide.pdf"),)
    bold = Span("bold", 0, len(words))
    message = Message(text=RichText(words, (bold,)), media=media, buttons=(Button("Да", "1.a.b"),), ask_phone="Номер")
    rows = [drawn(call) for call in chat.render(ADDRESS, message)]
    assert len(rows) > 1
    assert all(len(str(row["text"])) <= chat.capabilities.text.value for row in rows)
    assert " ".join(str(row["text"]) for row in rows) == words
    assert ["buttons" in row for row in rows] == [False] * (len(rows) - 1) + [True]
    assert ["ask_phone" in row for row in rows] == [False] * (len(rows) - 1) + [True]
    assert ["files" in row for row in rows] == [True] + [False] * (len(rows) - 1)
    assert all(row["spans"] == [["bold", 0, len(str(row["text"])), ""]] for row in rows)


def test_edge_12_a_text_at_the_limit_stays_whole(chat: WebChat) -> None:
    assert len(chat.render(ADDRESS, say("x" * chat.capabilities.text.value))) == 1


def test_edge_14_a_label_is_cut_between_characters(chat: WebChat) -> None:
    family = "👨‍👩‍👧"
    [call] = chat.render(ADDRESS, say("?", f"{family * 60}=1.a.b"))
    [button] = drawn(call)["buttons"]  # type: ignore[misc]
    label = button["label"]
    assert len(label) <= chat.capabilities.label.value
    assert label == family * (len(label) // len(family)) + "…"


def test_edge_13_marks_stay_text(chat: WebChat) -> None:
    text = "<script>alert(1)</script> *_~ &amp; </body>"
    [call] = chat.render(ADDRESS, say(text.replace("**", ""), "<b>x</b>=1.a.b"))
    assert drawn(call)["text"] == text
    assert drawn(call)["buttons"] == [{"label": "<b>x</b>", "token": "1.a.b"}]


async def test_edge_11_the_same_row_is_written_once(chat: WebChat, threads: MemoryThreads) -> None:
    [call] = chat.render(ADDRESS, say("Привет"))
    for _ in range(3):
        sent = await chat.send(ADDRESS, call, key=5, files=NoFileIds())
        assert sent.message_id == "5"
    assert list(threads.rows[ADDRESS.lane]) == [5]
    entry = decode(threads.rows[ADDRESS.lane][5])
    assert (entry.by, entry.text, entry.at) == ("us", "Привет", 1000.5)


async def test_the_customers_words_carry_the_pages_own_id(chat: WebChat, threads: MemoryThreads) -> None:
    await chat.send(ADDRESS, chat.echo_call("Дом", f"web:{'0' * 32}:abc-1"), key=1, files=NoFileIds())
    entry = decode(threads.rows[ADDRESS.lane][1])
    assert (entry.by, entry.text, entry.event) == ("you", "Дом", "abc-1")


async def test_a_store_that_is_away_means_later(chat: WebChat, threads: MemoryThreads) -> None:
    threads.away = True
    with pytest.raises(RetryLater):
        await chat.send(ADDRESS, chat.echo_call("Дом", "web:v:1"), key=1, files=NoFileIds())


@pytest.mark.parametrize("call", [Call(method="sendMessage"), Call(method="append", params={"by": "nobody"})])
async def test_a_call_that_is_not_ours_is_never_repeated(chat: WebChat, call: Call) -> None:
    with pytest.raises(BadMessage):
        await chat.send(ADDRESS, call, key=1, files=NoFileIds())


def test_no_webhook_speaks_for_a_visitor(chat: WebChat) -> None:
    with pytest.raises(Forged):
        chat.verify(Inbound(headers={}, body=b"{}"))
    with pytest.raises(Unreadable):
        chat.parse(b"{}", 0.0)


async def test_a_press_needs_no_answer_and_a_visitor_has_no_profile(chat: WebChat) -> None:
    assert chat.acknowledge(ADDRESS, "") is None
    assert await chat.profile(ADDRESS) is None
