"""Fitting texts and labels into what a channel can carry: pure functions over `RichText`.

"👨‍👩‍👧 Да" is 8 code points, 11 UTF-16 units, 23 bytes and 4 characters to its reader, and each channel counts another
one of these. So a length is always asked of a *measure*, and nothing is ever cut inside what a reader sees as one
character (a grapheme cluster, Unicode Standard Annex 29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import urlsplit

import regex

from tunnel.messages import Button, RichText, Span, SpanKind

Measure = Callable[[str], int]

ELLIPSIS = "…"
SMALLEST_LIMIT = 4
"""No code point is longer in any measure, so every text can be split at this limit."""

# Where a line may end: no-break spaces (U+00A0, U+2007, U+202F) are left out, they hold "1 450 ₽" together.
_SPACE = r"[ \t\n\r\f\v\u0085\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]"
# A space that carries a mark, or a prefix, is a character of its own and no border.
_GAP = regex.compile(rf"(?<!\p{{GCB=Prepend}}){_SPACE}++(?![\p{{GCB=Extend}}\p{{GCB=SpacingMark}}\p{{GCB=ZWJ}}])")
_GRAPHEME = regex.compile(r"\X")


def code_points(text: str) -> int:
    """The length as Python, VK and WhatsApp count it."""
    return len(text)


def utf16_units(text: str) -> int:
    """The length as Telegram (limits and entity offsets), JavaScript and VK's `format_data` count it."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """The length on the wire: Telegram's `callback_data`."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def split(text: RichText, limit: int, measure: Measure) -> list[RichText]:
    """Split into parts of at most `limit`, at a paragraph, else a line, else a word, else between two graphemes.

    Nothing is lost or repeated but the white space at a cut (or before the first word); spans go on in the next part.
    The list is never empty. A paragraph's or line's end counts only where it leaves the part at least half full.
    Raises ValueError for a limit below SMALLEST_LIMIT.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"limit must be at least {SMALLEST_LIMIT}, got {limit}")
    plain = text.plain
    if measure(plain) <= limit:
        return [text]
    pieces: list[tuple[int, int]] = []
    start = 0
    while start < len(plain):
        if measure(plain[start:]) <= limit:
            pieces.append((start, len(plain)))
            break
        end, following = _best_cut(plain, start, _reach(plain, start, limit, measure))
        if end > start:
            pieces.append((start, end))
        start = following
    return [extract(text, start, end) for start, end in pieces] or [RichText()]


def extract(text: RichText, start: int, end: int) -> RichText:
    """The code points `start` to `end` of a text, with what its spans say about them."""
    spans = []
    for span in text.spans:
        first, last = max(span.start, start), min(span.start + span.length, end)
        if first < last:
            spans.append(Span(kind=span.kind, start=first - start, length=last - first, url=span.url))
    return RichText(plain=text.plain[start:end], spans=tuple(spans))


def _reach(plain: str, start: int, limit: int, measure: Measure) -> int:
    """The largest end for which plain[start:end] is within the limit; at least one code point on."""
    low, high = start + 1, min(len(plain), start + limit)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(plain[start:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _best_cut(plain: str, start: int, reach: int) -> tuple[int, int]:
    """Where the part ends and where the next begins; between them lies only white space."""
    half = start + (reach - start) // 2
    gaps: list[tuple[int, int]] = [
        match.span() for match in takewhile(lambda match: match.start() <= reach, _GAP.finditer(plain, start))
    ]
    for breaks, earliest in ((2, half), (1, half), (0, start + 1)):
        for first, last in reversed(gaps):
            if first >= earliest and plain.count("\n", first, last) >= breaks:
                return first, last
    if gaps:  # the only one stands at the start: nothing to keep
        return gaps[0]
    cut = _grapheme_border(plain, start, reach)
    return cut, cut


def _grapheme_border(plain: str, start: int, reach: int) -> int:
    """The last border between two graphemes, else (one grapheme longer than the limit) between two code points."""
    cut = start
    for match in _GRAPHEME.finditer(plain, start):
        if match.end() > reach:
            break
        cut = match.end()
    return cut if cut > start else reach


def cut(label: str, limit: int, measure: Measure) -> str:
    """Shorten a label to `limit`, on a grapheme border, with "…" where something was left out."""
    if measure(label) <= limit:
        return label
    room = limit - measure(ELLIPSIS)
    ending = ELLIPSIS if room > 0 else ""
    kept = ""
    for match in _GRAPHEME.finditer(label):
        longer = label[: match.end()]
        if measure(longer) > (room if ending else limit):
            break
        kept = longer
    return kept.rstrip() + ending


def unique(labels: Iterable[str], limit: int, measure: Measure) -> list[str]:
    """Shorten each label to `limit`, and number those that would then read the same ("Да", "Да 2")."""
    seen: set[str] = set()
    result = []
    for label in labels:
        short, number = cut(label, limit, measure), 1
        while short.casefold() in seen:
            number += 1
            suffix = f" {number}"
            short = (cut(label, max(limit - measure(suffix), 0), measure) + suffix).strip()
        seen.add(short.casefold())
        result.append(short)
    return result


class Utf16Span(NamedTuple):
    """A span as Telegram and VK want it: counted in UTF-16 units."""

    kind: SpanKind
    offset: int
    length: int
    url: str


def to_utf16_entities(text: RichText) -> list[Utf16Span]:
    """The text's spans, counted in UTF-16 units; empty ones and those outside of the text are left out."""
    plain = text.plain
    if not text.spans:
        return []
    wide = max(plain, default="") > "\uffff"

    def units(index: int) -> int:
        return utf16_units(plain[:index]) if wide else index

    entities = []
    for span in text.spans:
        first, last = max(span.start, 0), min(span.start + span.length, len(plain))
        if first < last:
            offset = units(first)
            entities.append(Utf16Span(span.kind, offset, units(last) - offset, span.url))
    return entities


def numbered(text: RichText, buttons: Sequence[Button]) -> RichText:
    """The choices as lines below the text: "1. Дом". A link shows its address.

    A choice's number is its place in `buttons`, from 1, links included: the number a customer types.
    """
    return with_lines(text, [f"{number}. {_shown(button)}" for number, button in enumerate(buttons, start=1)])


def with_links(text: RichText, buttons: Sequence[Button]) -> RichText:
    """Links as lines below the text ("Посмотреть работы: https://…"), for those that no button can carry."""
    return with_lines(text, [_shown(button) for button in buttons])


def with_lines(text: RichText, lines: Sequence[str]) -> RichText:
    """Lines below the text, after an empty one."""
    if not lines:
        return text
    head = text.plain.rstrip()
    spans = extract(text, 0, len(head)).spans
    return RichText(plain="\n".join([head, "", *lines] if head else lines), spans=spans)


def _shown(button: Button) -> str:
    if not button.link:
        return button.label
    return f"{button.label}: {button.link}" if button.label.strip() else button.link


def is_web_address(url: str) -> bool:
    """Whether a messenger will take this as a link: http(s), with a host that has a dot, nothing odd in it.

    Telegram refuses the whole message for one bad address ("Wrong HTTP URL", also for http://localhost).
    """
    if len(url) > 2048 or any(char.isspace() or not char.isprintable() for char in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and all(host.split(".")) and "." in host
