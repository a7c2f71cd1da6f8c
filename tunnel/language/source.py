"""YAML 1.2 → texts, maps and lists that know where they stand.

Every scalar stays the text that was written; its field gives it a type later. Reading works on the parser's events, not
on objects, so nothing a file says can build one, and it is bounded: half a megabyte, 40 levels, 20,000 values, also
when aliases repeat them (the "billion laughs").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

MAX_BYTES = 500_000
MAX_DEPTH = 40
MAX_VALUES = 20_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: `file` relative to the content directory, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1


class Text(str):
    """A scalar as written. `style`: "" plain, or one of `'"|>`. `start`, `end`: offsets in the file."""

    __slots__ = ("at", "end", "start", "style")

    at: Place
    style: str
    start: int
    end: int

    @classmethod
    def make(cls, value: str, at: Place, style: str = "", span: tuple[int, int] = (0, 0)) -> Text:
        text = cls(value)
        text.at, text.style = at, style
        text.start, text.end = span
        return text

    @property
    def missing(self) -> bool:
        """Nothing was written (YAML's null), as opposed to `""`."""
        return not self and not self.style


class Map(dict[Text, Any]):
    """A mapping. `at`: its first character; `model`: the model that read it, for hints about its keys."""

    __slots__ = ("at", "dropped", "flow", "model", "owner", "repeated", "size")

    def __init__(self, at: Place, *, flow: bool = False) -> None:
        super().__init__()
        self.at = at
        self.flow = flow
        self.owner: Text | None = None
        """The key that it is the value of."""
        self.repeated: list[tuple[Text, Text]] = []
        """Keys written twice: (the second, the first)."""
        self.dropped: list[Text] = []
        """Keys taken out because their values could not be read; the names they declare still count."""
        self.model: Any = None
        self.size = 1

    def key(self, name: str) -> Text | None:
        """The key as written, with its place."""
        return next((key for key in self if key == name), None)


class Seq(list[Any]):
    """A list. `at`: its first character."""

    __slots__ = ("at", "flow", "size")

    def __init__(self, at: Place, *, flow: bool = False) -> None:
        super().__init__()
        self.at = at
        self.flow = flow
        self.size = 1


Node = Text | Map | Seq


def declared_names(node: object) -> frozenset[str]:
    """The names that a mapping declares, also those whose value could not be read."""
    return frozenset(map(str, [*node, *node.dropped])) if isinstance(node, Map) else frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """One file as text."""

    file: str
    text: str

    def line(self, number: int) -> str:
        """Line `number`, from 1; "" if there is none."""
        lines = self.text.split("\n")
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


class Unreadable(Exception):
    """The file is not readable YAML. `code` names the finding; `place` is where reading stopped."""

    def __init__(self, code: str, place: Place, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.place = place
        self.details = details


def decode(raw: bytes, file: str) -> Source:
    """Bytes → Source. Raises Unreadable (too large, not UTF-8, control characters)."""
    if len(raw) > MAX_BYTES:
        raise Unreadable("file-too-large", Place(file), size=len(raw), limit=MAX_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable("not-utf8", Place(file, line)) from None
    for number, line_text in enumerate(text.split("\n"), 1):
        for column, sign in enumerate(line_text, 1):
            if (sign < " " and sign not in "\t\r") or sign in "\x7f\ufeff\ufffe\uffff" or "\ud800" <= sign <= "\udfff":
                raise Unreadable("control-character", Place(file, number, column), sign=f"U+{ord(sign):04X}")
    return Source(file, text)


def compose(source: Source) -> Node | None:
    """Read one YAML document; None if the file holds nothing. Raises Unreadable."""
    builder = _Builder(source.file)
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        until = mark.line + 1 if mark else 1
        if _left_open(error):  # point to where it was opened
            mark = error.context_mark
        problem = str(error.problem or error.context or "")
        raise Unreadable("yaml-syntax", _marked(source.file, mark), problem=problem, until=until) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise Unreadable("yaml-syntax", Place(source.file), problem=type(error).__name__) from None
    return builder.root


def _left_open(error: MarkedYAMLError) -> bool:
    """A quote, or a bracket that is not closed on its line."""
    context, opened, met = str(error.context or ""), error.context_mark, error.problem_mark
    if opened is None or met is None:
        return False
    return "quoted scalar" in context or ("flow" in context and opened.line < met.line)


def _marked(file: str, mark: StringMark | None) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)


class _Builder:
    """Puts events together, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self._open: list[Map | Seq] = []
        self._keys: list[Text | None] = []  # for each open map: the key that waits for its value
        self._anchors: dict[str, Node] = {}
        self._pending: dict[int, str] = {}  # anchor names of collections still open
        self._documents = 0

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._unreadable("several-documents", event)
        elif isinstance(event, CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
            self._finish()

    def _unreadable(self, code: str, event: Event, **details: object) -> Unreadable:
        return Unreadable(code, self._place(event), **details)

    def _place(self, event: Event) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _begin(self, event: CollectionStartEvent) -> None:
        self._no_tag(event)
        if len(self._open) >= MAX_DEPTH:
            raise self._unreadable("too-deep", event, limit=MAX_DEPTH)
        if self._expects_key():
            raise self._unreadable("key-not-text", event)
        flow = bool(event.flow_style)
        node: Map | Seq
        if isinstance(event, MappingStartEvent):
            node = Map(self._place(event), flow=flow)
            node.owner = self._keys[-1] if self._open else None
        else:
            assert isinstance(event, SequenceStartEvent)
            node = Seq(self._place(event), flow=flow)
        if event.anchor:
            self._pending[id(node)] = event.anchor
        self._open.append(node)
        self._keys.append(None)

    def _finish(self) -> None:
        node = self._open.pop()
        self._keys.pop()
        values = node.values() if isinstance(node, Map) else node
        node.size = 1 + sum(_size(value) for value in values)
        if node.size > MAX_VALUES:
            raise Unreadable("too-many-values", node.at, limit=MAX_VALUES)
        anchor = self._pending.pop(id(node), None)
        if anchor:
            self._anchors[anchor] = node
        self._put(node)

    def _scalar(self, event: ScalarEvent) -> None:
        self._no_tag(event)
        span = event.start_mark.index, event.end_mark.index
        text = Text.make(event.value, self._place(event), event.style or "", span)
        if event.anchor:
            self._anchors[event.anchor] = text
        if self._expects_key():
            self._keys[-1] = text
        else:
            self._put(text)

    def _alias(self, event: AliasEvent) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._unreadable("unknown-alias", event, name=event.anchor)
        if self._expects_key():
            raise self._unreadable("key-not-text", event)
        self._put(node)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], Map) and self._keys[-1] is None

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
        else:
            parent = self._open[-1]
            if isinstance(parent, Map):
                key = self._keys[-1]
                assert key is not None
                self._keys[-1] = None
                first = parent.key(key) if key in parent else None
                if first is not None:
                    parent.repeated.append((key, first))
                else:
                    parent[key] = node
            else:
                parent.append(node)

    def _no_tag(self, event: NodeEvent) -> None:
        tag = getattr(event, "ctag", None)
        if tag is not None and str(tag) != "!":
            raise self._unreadable("tag", event, tag=str(tag))


def _size(node: Node) -> int:
    return 1 if isinstance(node, Text) else node.size


def walk(node: Node | None) -> Iterator[Node]:
    """Each node once, aliases too, parents first."""
    seen: set[int] = set()
    stack: list[Node] = [node] if node is not None else []
    while stack:
        here = stack.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        if isinstance(here, Map):
            stack.extend(reversed(list(here.values())))
        elif isinstance(here, Seq):
            stack.extend(reversed(here))
