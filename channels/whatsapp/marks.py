"""Emphasis and links as WhatsApp wants them: signs in the text itself, `*bold*` and `_italic_`, and bare addresses.

WhatsApp has no escape character, so a sign that the text itself holds and that would switch something on is replaced
by its look-alike. A mark counts only at a word's border, and not across lines.
Source: faq.whatsapp.com, "How to format your messages", read 2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.text import SMALLEST_LIMIT, extract, is_web_address, split, utf16_units
from tunnel.messages import RichText, Span

_SIGNS = {"bold": "*", "italic": "_"}
_LOOK_ALIKES = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
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
    addresses = [match.span() for match in _ADDRESS.finditer(text.plain)]
    lines = []
    for match in _LINE.finditer(text.plain):
        spans = _placed(extract(text, *match.span()), [(a - match.start(), b - match.start()) for a, b in addresses])
        lines.append((match.span(), _mark_line(match.group(), spans, addresses, match.start())))
    result, position = [], 0
    for (start, end), line in lines:
        result += [text.plain[position:start], line]
        position = end
    return "".join([*result, text.plain[position:]])


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
    return [span for i, span in enumerate(placed) if not any(_within(span, outer) for outer in placed[:i])]


def _within(span: Span, outer: Span) -> bool:
    """Whether an outer span says it already."""
    return span.kind == outer.kind and span.start < outer.start + outer.length


def _glued(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start], line[end : end + 1]
    return before.isalnum() or after.isalnum()


def _mark_line(line: str, spans: Sequence[Span], addresses: Sequence[tuple[int, int]], offset: int) -> str:
    openings: dict[int, str] = {}
    closings: dict[int, str] = {}
    for span in spans:  # the outer one first
        sign, end = _SIGNS[span.kind], span.start + span.length
        openings[span.start] = openings.get(span.start, "") + sign
        closings[end] = sign + closings.get(end, "")
    used = {_SIGNS[span.kind] for span in spans}
    chars = _disarm(line, used, addresses, offset)
    marked = [closings.get(i, "") + openings.get(i, "") + char for i, char in enumerate(chars)]
    return "".join(marked) + closings.get(len(line), "")


def _disarm(line: str, used: set[str], addresses: Sequence[tuple[int, int]], offset: int) -> list[str]:
    """The line's characters, with look-alikes for signs that would switch something on. Addresses stay as they are."""
    chars = list(line)
    for sign, look_alike in _LOOK_ALIKES.items():
        active = [
            i
            for i, char in enumerate(line)
            if char == sign and _switches(line, i) and not any(a <= i + offset < b for a, b in addresses)
        ]
        if len(active) > 1 or (active and sign in used):
            for i in active:
                chars[i] = look_alike
    return chars


def _switches(line: str, i: int) -> bool:
    before, after = line[i - 1 : i] if i else "", line[i + 1 : i + 2]
    opens = not before.isalnum() and after != "" and not after.isspace()
    closes = before != "" and not before.isspace() and not after.isalnum()
    return opens or closes
