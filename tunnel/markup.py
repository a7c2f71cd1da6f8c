r"""The little Markdown that content is written in: `**bold**`, `*italic*`, `[text](https://…)`, backslash escapes.

`parse` is total and linear: whatever is not balanced or not known stays as it was written. It is not CommonMark: there
are no blocks, no `_`, and a single `*` inside a word is only a star, so that `2*3*4` stays a product.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from tunnel.messages import RichText, Span, SpanKind

__all__ = ["escape", "parse", "safe_url"]

_ESCAPES = str.maketrans({sign: "\\" + sign for sign in "\\*[]()"})
_ESCAPED = re.compile(r"""\\([!-/:-@\[-`{-~])""")
_TOKEN = re.compile(r"""\\[!-/:-@\[-`{-~]|\*+|\[|\]""")
# An address may hold one level of round brackets, as Wikipedia's do. Stops at white space, so it never runs far.
_ADDRESS = re.compile(
    r"""\(((?:https?://|mailto:|tel:)(?:[^\s()\\]|\\[!-/:-@\[-`{-~]|\([^\s()\\]*\)){1,2000})\)""", re.IGNORECASE
)


def escape(text: str) -> str:
    """Write `text` so that `parse` gives it back as plain: parse(escape(x)).plain == x."""
    return text.translate(_ESCAPES)


def safe_url(url: str) -> bool:
    """Whether a link may point there: http(s) with a host, mailto or tel, no white space or control characters."""
    if not url or len(url) > 2048 or any(sign <= " " or sign == "\x7f" for sign in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(host)
    return parts.scheme in ("mailto", "tel") and bool(parts.path)


@dataclass(slots=True)
class _Token:
    """A piece of the source. `opens` and `closes` are decided before anything is written out."""

    text: str
    kind: str = "text"  # text, stars, open, close
    url: str = ""
    can_open: bool = False
    can_close: bool = False
    left: int = 0
    """Stars that found no partner and stay as text."""
    opens: list[SpanKind] = field(default_factory=list)
    closes: list[SpanKind] = field(default_factory=list)


@lru_cache(maxsize=4096)
def parse(markdown: str) -> RichText:
    """Read Markdown into plain text and spans. Never raises; takes time linear in the text's length."""
    if not any(sign in markdown for sign in "*[\\"):
        return RichText(plain=markdown)
    tokens = _tokens(markdown)
    _pair_stars(tokens)
    return _written(tokens)


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    brackets: list[int] = []  # indices of "[" that may still become links
    at = 0
    while found := _TOKEN.search(source, at):
        start, end = found.span()
        if start > at:
            tokens.append(_Token(source[at:start]))
        sign = found[0]
        at = end
        if sign[0] == "*":
            tokens.append(_stars(source, start, end))
        elif sign == "[":
            brackets.append(len(tokens))
            tokens.append(_Token(sign))
        elif sign == "]":
            at = _close_bracket(source, end, tokens, brackets)
        else:
            tokens.append(_Token(sign[1]))
    tokens.append(_Token(source[at:]))
    return tokens


def _close_bracket(source: str, at: int, tokens: list[_Token], brackets: list[int]) -> int:
    """Handle a "]" that ends at `at`; returns where reading goes on."""
    opener = brackets.pop() if brackets else None
    address = _ADDRESS.match(source, at) if opener is not None and opener + 1 < len(tokens) else None
    url = _ESCAPED.sub(r"\1", address[1]) if address else ""
    if opener is None or address is None or not safe_url(url):
        tokens.append(_Token("]"))
        return at
    tokens[opener].kind = "open"
    tokens[opener].url = url
    tokens.append(_Token("]", kind="close"))
    brackets.clear()  # a link holds no link
    return address.end()


def _stars(source: str, start: int, end: int) -> _Token:
    count = end - start
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    token = _Token("*" * count, kind="stars", left=count)
    if count <= 3:
        word = count == 1  # a single star only at the edge of a word
        token.can_open = not after.isspace() and not (word and before.isalnum())
        token.can_close = not before.isspace() and not (word and after.isalnum())
    return token


_WIDTH: dict[SpanKind, int] = {"bold": 2, "italic": 1}


def _pair_stars(tokens: list[_Token]) -> None:
    """Give each run of stars its partner. Each opener is put on the stack and taken off once: linear."""
    stack: list[tuple[SpanKind, _Token]] = []
    floors = [0]  # inside a link, stars do not pair with stars outside it
    for token in tokens:
        if token.kind == "open":
            floors.append(len(stack))
        elif token.kind == "close":
            del stack[floors.pop() :]
        elif token.kind == "stars":
            if token.can_close:
                _close_stars(token, stack, floors[-1])
            if token.can_open and not token.closes:
                stack.extend((kind, token) for kind in _kinds(token.left))


def _kinds(stars: int) -> tuple[SpanKind, ...]:
    kinds: tuple[tuple[SpanKind, ...], ...] = ((), ("italic",), ("bold",), ("bold", "italic"))
    return kinds[stars]


_REACH = 4
"""How many open stars back a partner is looked for: keeps the pairing linear on hostile texts."""


def _close_stars(token: _Token, stack: list[tuple[SpanKind, _Token]], floor: int) -> None:
    while token.left:
        kinds = _kinds(token.left)
        within = range(len(stack) - 1, max(floor, len(stack) - _REACH) - 1, -1)
        partner = next((at for at in within if stack[at][0] in kinds), None)
        if partner is None:
            return
        kind, opener = stack[partner]
        opener.opens.append(kind)
        opener.left -= _WIDTH[kind]
        token.closes.append(kind)
        token.left -= _WIDTH[kind]
        stack[partner:] = [entry for entry in stack[partner + 1 :] if entry[1] is opener]  # `***a** b*`


def _written(tokens: list[_Token]) -> RichText:
    parts: list[str] = []
    spans: list[tuple[SpanKind, int, int, str]] = []
    open_spans: list[int] = []
    length = 0

    def put(text: str) -> None:
        nonlocal length
        parts.append(text)
        length += len(text)

    def begin(kind: SpanKind, url: str = "") -> None:
        open_spans.append(len(spans))
        spans.append((kind, length, 0, url))

    def finish() -> None:
        at = open_spans.pop()
        kind, start, _, url = spans[at]
        spans[at] = (kind, start, length - start, url)

    for token in tokens:
        if token.kind == "stars":
            for _ in token.closes:
                finish()
            put("*" * token.left)
            for kind in reversed(token.opens):  # the last to find its partner is the outermost
                begin(kind)
        elif token.kind == "open":
            begin("link", token.url)
        elif token.kind == "close":
            finish()
        else:
            put(token.text)
    return RichText(plain="".join(parts), spans=_without_repeats(spans))


def _without_repeats(spans: list[tuple[SpanKind, int, int, str]]) -> tuple[Span, ...]:
    """Drop empty spans, and bold in bold: channels differ in what they make of those."""
    kept: list[Span] = []
    ends: dict[SpanKind, int] = {}
    for kind, start, length, url in spans:
        if length == 0 or ends.get(kind, -1) >= start + length:
            continue
        ends[kind] = start + length
        kept.append(Span(kind, start, length, url))
    return tuple(kept)
