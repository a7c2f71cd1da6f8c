"""Messages of every shape that content and people can make, for properties that must hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from tunnel.messages import Button, Media, Message, RichText, Span

WORDS = st.sampled_from(
    ["Дом", "баня", "от 145 000 ₽", "*скидка*", "_a_b_", "👨‍👩‍👧", "🏠", "\u200b", "\n", "\n\n", " ", "\u00a0", "https://e.com/a_b",
     "слово" * 30, "x" * 300, "~", "`код`", "é", "\ufeff", "[id1|Оля]", "1. ", "\x00"]
)  # fmt: skip
plains = (
    st.lists(WORDS, max_size=40).map("".join)
    | st.text(max_size=80)
    | st.lists(WORDS, max_size=10).map(lambda words: " ".join(words) * 60)
)
links = st.sampled_from(
    ["https://example.com", "https://example.com/a_b?c=*d*", "javascript:1", "http://localhost", "tel:1", ""]
)


@st.composite
def rich_texts(draw: st.DrawFn) -> RichText:
    plain = draw(plains)
    spans: list[Span] = []
    start = 0
    while len(spans) < 12 and start < len(plain) and draw(st.booleans()):
        start += draw(st.integers(0, max(0, (len(plain) - start) // 2)))
        length = draw(st.integers(1, max(1, len(plain) - start)))
        kind = draw(st.sampled_from(["bold", "italic", "link"]))
        spans.append(Span(kind, start, length, draw(links) if kind == "link" else ""))
        if length > 1 and draw(st.booleans()):
            inner = draw(st.integers(1, length))
            spans.append(Span(draw(st.sampled_from(["bold", "italic"])), start, inner))
        start += length
    return RichText(plain, tuple(spans))


labels = st.text(max_size=60) | WORDS | st.lists(WORDS, max_size=6).map(" ".join) | st.just("Да")


@st.composite
def buttons(draw: st.DrawFn, most: int = 45) -> tuple[Button, ...]:
    size = draw(st.sampled_from([0, 1, 2, 3, 4, 6, 10, 11, 12, 40, 41, most]))
    return tuple(
        Button(draw(labels), link=draw(links.filter(bool)))
        if draw(st.integers(0, 5)) == 0
        else Button(draw(labels), token=f"{number:x}.step.choice{number}")
        for number in range(min(size, most))
    )


media = st.sampled_from(
    [Media("image", "team.jpg"), Media("image", "team.webp"), Media("document", "guide.pdf", "Гид.pdf"),
     Media("video", "tour.mp4"), Media("video", "tour.avi"), Media("audio", "hello.mp3"), Media("audio", "hello.wav")]
)  # fmt: skip
messages = st.builds(
    Message,
    text=rich_texts(),
    media=st.lists(media, max_size=3).map(tuple),
    buttons=buttons(),
    ask_phone=st.sampled_from(["", "Отправить номер"]),
    drop_keyboard=st.booleans(),
)
