"""Emphasis and links as WhatsApp wants them: signs in the text itself, `*bold*` and `_italic_`, and bare addresses.

WhatsApp has no escape character, so a sign that the text itself holds and that would switch something on is replaced
by its look-alike. A mark counts only at a word's border, and not across lines.
Source: faq.whatsapp.com, "How to format your messages", read 2026-11-21.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from channels.text import SMALLEST_LIMIT, extract, is_web_address, split, utf16_units
from tunnel.messages import RichText, Span

_SIGNS = {"bold": "*", "italic": "_"}
_LOOK_ALIKES = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
_SIGN = re.compile(r"[*_~`]")
_ADDRESS = re.compile(r"https?://\S+")
_LINE = re.compile(r"[^\n]+")


def fit(text: RichText, limit: int) -> list[str]:
    """Split a text into marked parts of at most `limit` UTF-16 units; no part is blank. [] for a blank text."""
    shown = spell_links(text)
    plain_limit = limit
    while plain_limit >= SMALLEST_LIMIT:
        parts = [part for piece in split(shown, plain_limit, utf16_units) if (part := mark(piece).strip())]
        excess = max((utf16_units(part) for part in parts), default=0) - limit
        if excess <= 0:
            return parts
        plain_limit -= max(excess, plain_limit // 8)
    return fit(RichText(plain=shown.plain), limit)  # more signs than words


def spell_links(text: RichText) -> RichText:
    """Write each link's address after its words ("наши работы: https://…"); other spans leave the address out."""
    for span in sorted((span for span in text.spans if span.kind == "link"), key=lambda link: -link.start):
        end = min(span.start + span.length, len(text.plain))
        words = text.plain[max(span.start, 0) : end]
        if is_web_address(span.url) and words.strip() != span.url:
            text = _insert(text, end, f": {span.url}" if words.strip() else span.url)
    return RichText(plain=text.plain, spans=tuple(span for span in text.spans if span.kind != "link"))


def _insert(text: RichText, at: int, addition: str) -> RichText:
    before, after = extract(text, 0, at), extract(text, at, len(text.plain))
    shift = at + len(addition)
    moved = (Span(span.kind, span.start + shift, span.length, span.url) for span in after.spans)
    return RichText(plain=before.plain + addition + after.plain, spans=(*before.spans, *moved))


def mark(text: RichText) -> str:
    """The text with WhatsApp's signs in it. Links must be spelt out before."""
    if not text.spans and _SIGN.search(text.plain) is None:
        return text.plain
    addresses = [match.span() for match in _ADDRESS.finditer(text.plain)]
    return _LINE.sub(
        lambda match: _mark_line(extract(text, *match.span()), _within(addresses, *match.span())), text.plain
    )


def _within(addresses: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The addresses of one line, counted from its start."""
    return [(first - start, last - start) for first, last in addresses if start <= first < end]


def _placed(line: RichText, addresses: Sequence[tuple[int, int]]) -> list[Span]:
    """The spans that WhatsApp will honour: without spaces inside their ends, at words' borders, clear of addresses."""
    placed = []
    for span in line.spans:
        start, end = span.start, span.start + span.length
        while start < end and line.plain[start].isspace():
            start += 1
        while end > start and line.plain[end - 1].isspace():
            end -= 1
        clear = not any((first < end and start < last) or last == start or first == end for first, last in addresses)
        if start < end and clear and not _glued(line.plain, start, end):
            placed.append(Span(span.kind, start, end - start))
    placed.sort(key=lambda span: (span.start, -span.length))
    return [span for i, span in enumerate(placed) if not any(_said_by(span, outer) for outer in placed[:i])]


def _said_by(span: Span, outer: Span) -> bool:
    """Whether an outer span says it already."""
    return span.kind == outer.kind and span.start < outer.start + outer.length


def _glued(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start], line[end : end + 1]
    return before.isalnum() or after.isalnum()


def _mark_line(line: RichText, addresses: Sequence[tuple[int, int]]) -> str:
    openings: dict[int, str] = {}
    closings: dict[int, str] = {}
    spans = _placed(line, addresses)
    for span in spans:  # the outer one first
        sign, end = _SIGNS[span.kind], span.start + span.length
        openings[span.start] = openings.get(span.start, "") + sign
        closings[end] = sign + closings.get(end, "")
    plain = _disarm(line.plain, {_SIGNS[span.kind] for span in spans}, addresses)
    marked, position = [], 0
    for border in sorted(openings.keys() | closings.keys()):
        marked += [plain[position:border], closings.get(border, ""), openings.get(border, "")]
        position = border
    return "".join([*marked, plain[position:]])


def _disarm(line: str, used: set[str], addresses: Sequence[tuple[int, int]]) -> str:
    """The line, with look-alikes for signs that would switch something on. Addresses stay as they are."""
    places = [match.start() for match in _SIGN.finditer(line)]
    active = [at for at in places if _switches(line, at) and not any(start <= at < end for start, end in addresses)]
    counts = Counter(line[at] for at in active)
    chars = list(line) if active else []
    for at in active:
        if counts[line[at]] > 1 or line[at] in used:
            chars[at] = _LOOK_ALIKES[line[at]]
    return "".join(chars) if active else line


def _switches(line: str, i: int) -> bool:
    before, after = line[i - 1 : i] if i else "", line[i + 1 : i + 2]
    opens = not before.isalnum() and after != "" and not after.isspace()
    closes = before != "" and not before.isspace() and not after.isalnum()
    return opens or closes
