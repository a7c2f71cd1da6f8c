"""Markdown in, plain text and spans out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel.markup import escape, parse, safe_url
from tunnel.messages import Span

SIGNS = st.text(alphabet=st.sampled_from("*[]()\\ab \n:/.h🙂ё_`"), max_size=60)
ANYTHING = st.one_of(SIGNS, st.text(max_size=200))


@pytest.mark.parametrize(
    ("markdown", "plain", "spans"),
    [
        ("просто текст", "просто текст", ()),
        ("**жирный** и *курсив*", "жирный и курсив", (Span("bold", 0, 6), Span("italic", 9, 6))),
        ("***оба***", "оба", (Span("bold", 0, 3), Span("italic", 0, 3))),
        ("***а** б*", "а б", (Span("italic", 0, 3), Span("bold", 0, 1))),
        ("**а *б***", "а б", (Span("bold", 0, 3), Span("italic", 2, 1))),
        ("[сайт](https://a.ru)", "сайт", (Span("link", 0, 4, "https://a.ru"),)),
        ("[**сайт**](https://a.ru)", "сайт", (Span("link", 0, 4, "https://a.ru"), Span("bold", 0, 4))),
        ("**[сайт](https://a.ru)**", "сайт", (Span("bold", 0, 4), Span("link", 0, 4, "https://a.ru"))),
        ("[звонок](tel:+79123456789)", "звонок", (Span("link", 0, 6, "tel:+79123456789"),)),
        ("[вики](https://ru.wikipedia.org/wiki/A_(b))", "вики", (Span("link", 0, 4, "https://ru.wikipedia.org/wiki/A_(b)"),)),
        ("2*3*4 и 2 * 3", "2*3*4 и 2 * 3", ()),
        ("* список", "* список", ()),
        ("**не закрыт", "**не закрыт", ()),
        ("****", "****", ()),
        ("a_b_c __d__", "a_b_c __d__", ()),
        (r"\*не курсив\*", "*не курсив*", ()),
        (r"C:\папка \\ \a", r"C:\папка \ \a", ()),
        ("[текст](javascript:alert(1))", "[текст](javascript:alert(1))", ()),
        ("[текст](file:///etc/passwd)", "[текст](file:///etc/passwd)", ()),
        ("[](https://a.ru)", "[](https://a.ru)", ()),
        ("[а [б](https://b.ru) в](https://a.ru)", "[а б в](https://a.ru)", (Span("link", 3, 1, "https://b.ru"),)),
        ("**[б**](https://b.ru)", "**б**", (Span("link", 2, 3, "https://b.ru"),)),
        ("**а **б** в**", "а б в", (Span("bold", 0, 5),)),
    ],
)  # fmt: skip
def test_parse(markdown: str, plain: str, spans: tuple[Span, ...]) -> None:
    found = parse(markdown)
    assert (found.plain, found.spans) == (plain, spans)


@given(ANYTHING)
def test_what_is_escaped_stays_as_it_was(text: str) -> None:
    found = parse(escape(text))
    assert found.plain == text
    assert not found.spans


@given(ANYTHING, ANYTHING, ANYTHING)
def test_escaped_text_keeps_to_itself_inside_marks(before: str, name: str, after: str) -> None:
    """Whatever a customer is called, the author's marks around it are neither opened nor closed by it."""
    marked = parse(f"[{escape(name) or 'x'}](https://a.ru)")
    assert marked.plain == (name or "x")
    assert [span.kind for span in marked.spans] == ["link"]


@given(ANYTHING)
def test_spans_lie_within_the_text_in_order_and_never_cross(markdown: str) -> None:
    found = parse(markdown)
    ends: list[int] = []
    last = 0
    for span in found.spans:
        end = span.start + span.length
        assert span.length > 0
        assert last <= span.start
        assert end <= len(found.plain)
        while ends and ends[-1] <= span.start:
            ends.pop()
        assert not ends or end <= ends[-1]
        ends.append(end)
        last = span.start
        assert (span.kind == "link") == bool(span.url)
        assert not span.url or safe_url(span.url)


@given(ANYTHING)
def test_nothing_is_added_or_reordered(markdown: str) -> None:
    """Only marks disappear: the plain text is the source with some of its signs left out."""
    rest = iter(markdown)
    assert all(sign in rest for sign in parse(markdown).plain)


@pytest.mark.parametrize(
    "unit", ["*a ", "[", "](http://", "**", "[a](http://x ", "\\", "[a](https://(", "***a** ", "]("]
)
def test_work_grows_with_the_length_only(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in tokens looked at, not in time."""
    from tunnel import markup

    looked = 0
    real = markup._close_stars

    def counted(token: object, stack: list[object], floor: int) -> None:
        nonlocal looked
        looked += min(len(stack), markup._REACH) + 1
        real(token, stack, floor)  # type: ignore[arg-type]

    monkeypatch.setattr(markup, "_close_stars", counted)
    parse.__wrapped__(unit * 2_000)
    assert looked <= 2_000 * len(unit) * (markup._REACH + 1)


@pytest.mark.parametrize("url", ["https://a.ru", "http://a.ru/б?в=г", "tel:+7912", "mailto:a@b.ru", "HTTPS://A.RU"])
def test_links_that_are_let_through(url: str) -> None:
    assert safe_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "a.ru", "https://", "javascript:alert(1)", "data:text/html,x", "https://a.ru/ b", "https://a\n.ru", "ftp://a.ru",
     "//a.ru", "tel:", "https://[", "https://" + "a" * 3000],
)  # fmt: skip
def test_links_that_are_not(url: str) -> None:
    assert not safe_url(url)
