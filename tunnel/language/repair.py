"""Texts that YAML has cut or bent, and the line as it should be written.

An unquoted `,` or `: ` in `{…}`, a ` #`, a leading `{{`, `*`, `[` or `%`: the author meant a text, YAML saw signs of
its own. The repair quotes the text; it is believed only if reading then gets further than before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tunnel.language.findings import Report
from tunnel.language.source import Map, Node, Place, Source, Text, Unreadable, compose, walk

TEXT_KEYS = frozenset(
    {"say", "label", "title", "note", "text", "retry", "result", "reason", "unknown", "company", "bot", "customer"}
    | {"script", "unit", "tag", "untag"}
)
"""Keys whose value is a text that people read."""
_OTHER_KEYS = frozenset(
    {"to", "set", "when", "link", "objection", "handoff", "after", "choices", "save", "min", "max", "share", "queue"}
    | {"else", "notify", "image", "video", "audio", "document", "name", "file", "type", "personal", "hours", "media"}
    | {"within", "late", "step", "outcome", "reasons", "end", "stage", "ask", "magnet", "via", "days", "promo"}
    | {"words", "event", "phrases", "answers", "wait", "mode", "operator", "from", "do", "then", "silence", "split"}
)
_KEY = re.compile(r"([\w.-]+):(?=\s|$)", re.ASCII)
_BLOCK = re.compile(r"(?P<head>\s*(?:- +)*(?:[\w.-]+: +|- +))(?P<value>\S.*?)(?P<comment> {2,}# .*)?$")
_RISKY = re.compile(r"[,{}\[\]]|: |:$| #|^[-?:,\[\]{}#&*!|>'\"%@`]")
_CAUSES = (
    ("'\\t'", "yaml-tab"),
    ("mapping values are not allowed", "yaml-colon"),
    ("unexpected end of stream", "yaml-unclosed"),
    ("expected ',' or", "yaml-flow"),
    ("expected the node content", "yaml-flow"),
    ("expected <block end>", "yaml-indent"),
    ("could not find expected ':'", "yaml-no-colon"),
    ("cannot start any token", "yaml-sign"),
)


@dataclass(frozen=True, slots=True)
class Mended:
    """A syntax error as a finding, and the source to go on with, if there is one."""

    code: str
    place: Place
    details: dict[str, object] = field(default_factory=dict)
    source: Source | None = None


def quoted(text: str) -> str:
    """The text in double quotes, for YAML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def repair(source: Source, error: Unreadable) -> Mended:
    """Find the line to blame, and how it should be written."""
    if error.code in ("yaml-syntax", "key-not-text", "unknown-alias"):
        for code, number, candidate in _candidates(source, error.place.line):
            mended = _with_line(source, number, candidate)
            until = int(str(error.details.get("until", error.place.line)))
            if candidate != source.line(number) and _gets_further(mended, until):
                place = error.place if number == error.place.line else Place(source.file, number, _indent(candidate))
                return Mended(code, place, {"line": candidate.strip()}, mended)
    if error.code != "yaml-syntax":
        return Mended(error.code, error.place, error.details)
    problem = str(error.details.get("problem", ""))
    if int(str(error.details.get("until", 0))) > error.place.line:
        return Mended("yaml-unclosed", error.place)
    code = next((code for sign, code in _CAUSES if sign in problem), "yaml-syntax")
    return Mended(code, error.place, {"problem": problem})


def _candidates(source: Source, number: int) -> Iterator[tuple[str, int, str]]:
    """(code, line, the line as it may have been meant), the most careful first."""
    line = source.line(number)
    yield "missing-comma", number, _with_comma(line)
    yield "text-bent", number, _requoted_flow(line)
    yield "bracket-unclosed", number, _with_bracket(line)
    yield "text-bent", number, _requoted_block(line)
    for above in range(number, max(0, number - _LOOK_BACK), -1):
        opened = _OPEN_QUOTE.match(source.line(above))
        if opened:
            yield "quote-unclosed", above, f"{opened[0].rstrip()}{opened['quote']}"


_LOOK_BACK = 200
_OPEN_QUOTE = re.compile(r"""\s*(?:- +)*(?:[\w.-]+: +)?(?P<quote>["'])(?:(?!(?P=quote)).)*$""")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) + 1


def _with_bracket(line: str) -> str:
    """`words: [сайдинг` → `words: [сайдинг]`; lines with quotes or templates are left alone."""
    if any(sign in line for sign in "\"'#") or "{{" in line or "{%" in line:
        return line
    missing: list[str] = []
    for sign in line:
        if sign in "[{":
            missing.append("]" if sign == "[" else "}")
        elif missing and sign == missing[-1]:
            missing.pop()
    return line.rstrip() + "".join(reversed(missing))


def _with_comma(line: str) -> str:
    """`{label: Дальше to: two}` → `{label: Дальше, to: two}`."""
    if "{" not in line:
        return line
    known = "|".join(sorted(TEXT_KEYS | _OTHER_KEYS))
    return re.sub(rf"(?<=[^\s,{{]) +(?=(?:{known}): )", ", ", line)


def _with_line(source: Source, number: int, text: str) -> Source:
    lines = source.text.split("\n")
    lines[number - 1] = text
    return Source(source.file, "\n".join(lines))


def _gets_further(mended: Source, until: int) -> bool:
    """Whether reading ends well, or breaks only below line `until`."""
    try:
        compose(mended)
    except Unreadable as later:
        return later.place.line > until
    return True


def _requoted_block(line: str) -> str:
    """`say: Внимание: скидка` → `say: "Внимание: скидка"`."""
    found = _BLOCK.match(line)
    key = found["head"].strip().removesuffix(":").split()[-1] if found else ""
    if not found or key not in TEXT_KEYS | {"-"}:
        return line
    value = found["value"]
    if value[0] in "\"'|>&" or (value[0] == "{" and value[:2] not in _JINJA):
        return line
    return f"{found['head']}{quoted(found['value'])}{found['comment'] or ''}"


_JINJA = ("{{", "{%", "{#")


def _requoted_flow(line: str) -> str:
    """`{say: Привет, друг, to: x}` → `{say: "Привет, друг", to: x}`."""
    start = next((at for at, sign in enumerate(line) if sign == "{" and line[at : at + 2] not in _JINJA), -1)
    if start < 0:
        return line
    parts = [line[:start]]
    at = start
    while at < len(line):
        key = _KEY.match(line, at) if at and line[at - 1] in " {," else None
        if key is None or key[1] not in TEXT_KEYS:
            parts.append(line[at])
            at += 1
            continue
        value_at = key.end() + len(line[key.end() :]) - len(line[key.end() :].lstrip())
        end = _text_end(line, value_at)
        value = line[value_at:end].rstrip()
        risky = bool(value) and value[0] not in "\"'&|>" and not value.startswith("*after") and _RISKY.search(value)
        parts.append(line[at:value_at] + (quoted(value) if risky else value) + line[value_at + len(value) : end])
        at = end
    return "".join(parts)


def _text_end(line: str, at: int) -> int:
    """Where a text in a flow mapping ends: at its closing brace, or before `, key:`."""
    if line[at : at + 1] in "\"'" and line[at : at + 1]:
        closing = line.find(line[at], at + 1)
        return closing + 1 if closing > 0 else len(line)
    depth = 0
    while at < len(line):
        sign = line[at]
        if sign == "{":
            depth += 1
        elif sign == "}":
            if depth == 0:
                return at
            depth -= 1
        elif sign == "," and depth == 0:
            key = _KEY.match(line, at + 1 + len(line[at + 1 :]) - len(line[at + 1 :].lstrip()))
            if key and key[1] in TEXT_KEYS | _OTHER_KEYS:
                return at
        at += 1
    return at


def find_bent_texts(source: Source, root: Node, report: Report) -> Source | None:
    """Report texts that YAML could read, but not as they were meant. The mended source, if one was cut in `{…}`."""
    for node in walk(root):
        if isinstance(node, Map):
            for key, value in node.items():
                if isinstance(value, Text):
                    _find_comment(source, key, value, report)
            mended = _find_cut(source, node, report)
            if mended is not None:
                return mended
    return None


def _find_cut(source: Source, node: Map, report: Report) -> Source | None:
    """`{say: Привет, друг, to: x}`: a key without a value, right after a text."""
    before: Text | None = None
    for key, value in node.items():
        cut = node.flow and isinstance(value, Text) and value.missing and before is not None
        if cut and key not in TEXT_KEYS | _OTHER_KEYS:
            line = source.line(key.at.line)
            candidate = _requoted_flow(line)
            if candidate != line:
                report.add("text-cut-comma", key.at, line=candidate.strip())
                return _with_line(source, key.at.line, candidate)
        before = value if isinstance(value, Text) else None
    return None


def _find_comment(source: Source, key: Text, value: Text, report: Report) -> None:
    """`say: Скидка #1`: YAML takes the rest of the line for a comment."""
    if value.style or value.missing or key not in TEXT_KEYS:
        return
    rest = source.text[value.end :].split("\n", 1)[0]
    found = re.match(r"( +)#(\s?)(.*)", rest)
    if not found:
        return
    whole = source.text[value.start : value.end] + rest.rstrip()
    line_start = source.text.rfind("\n", 0, value.start) + 1
    fixed = (source.text[line_start : value.start] + quoted(whole)).strip()
    if not found[2] and found[3]:
        report.add("text-cut-comment", value.at, line=fixed)
    elif len(found[1]) == 1:
        report.add("text-maybe-cut", value.at, line=fixed)
