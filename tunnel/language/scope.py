"""What names mean while a content directory is being built, and where everything stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tunnel.language.definition import Condition, SetTo, Target, Template, Variable
from tunnel.language.expressions import PARTS, RESERVED, BadTemplate, always, parts_of
from tunnel.language.fields import to_flag, to_number
from tunnel.language.findings import Report, listed, nearest
from tunnel.language.sandbox import FILTERS, TESTS
from tunnel.language.source import Place, Text
from tunnel.language.templates import compile_condition, compile_text

_BLOCK_STYLES = ("|", ">")
_SINGLE_EQUALS = re.compile(r"\s*(?<![=!<>])=(?!=)\s*")


class Marks:
    """Places of built things, kept beside them: the definition itself carries none."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[Any, Place]] = {}

    def put(self, thing: Any, place: Place) -> Any:
        """Remember where `thing` stands, and give it back."""
        self._places[id(thing)] = (thing, place)
        return thing

    def of(self, thing: Any) -> Place:
        """Where it stands. Raises KeyError for what was never put."""
        return self._places[id(thing)][1]


@dataclass(slots=True)
class Scope:
    """All names that content may use. `steps`: tunnel → its steps, also those that could not be read."""

    report: Report
    language: str = "ru"
    currency: str = "RUB"
    sources: Mapping[str, str] = field(default_factory=dict)
    """file → its text, to point into long texts."""
    variables: dict[str, Variable] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()
    objections: frozenset[str] = frozenset()
    magnets: frozenset[str] = frozenset()
    promos: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    steps: dict[str, frozenset[str]] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    texts: dict[int, tuple[Text, Template | Condition]] = field(default_factory=dict)
    """Everything compiled, with what it was compiled from."""
    events: dict[int, str] = field(default_factory=dict)
    """By the same key: the event whose rule, entry or rung it belongs to; "" for none."""
    declared: frozenset[str] = frozenset()
    """Variables that are written in the settings, also those that could not be read."""
    event: str = ""
    """The event from outside whose rule, entry or rung is being built; "" in all else."""
    event_parts: dict[str, dict[str, list[Place]]] = field(default_factory=dict)
    """Event ("" outside the rules of any) → the fields of it that texts and conditions name → where."""
    keys: set[str] = field(default_factory=set)
    """Keys of steps and rungs, given away already."""
    written: set[str] = field(default_factory=set)
    """Variables that something sets."""
    blind: bool = False
    """A whole file could not be read: a name that is nowhere else may be declared there, so none is reported."""

    def known(self, code: str, name: Text, names: Iterable[str]) -> bool:
        """Whether a name exists; reports `code` if it does not."""
        known = sorted(names)
        if str(name) in known:
            return True
        if self.blind:
            return False
        self.report.add(code, name.at, name=name, near=nearest(name, known), known=listed(known))
        return False

    @contextmanager
    def about(self, event: str) -> Iterator[None]:
        """While what an event from outside does is being built."""
        self.event = event
        try:
            yield
        finally:
            self.event = ""

    def approved(self, name: Text | None) -> str:
        """The name of an approved message, "" for none; reports one that does not exist."""
        if name is not None:
            self.known("unknown-template", name, self.templates)
        return str(name or "")

    def text(self, source: Text | None, *, plain: bool = False) -> Template | None:
        """Compile a text; None if there is none or it is wrong (which is reported)."""
        if source is None:
            return None
        where = f"{source.at.file}:{source.at.line}"
        try:
            template = compile_text(source, where, language=self.language, currency=self.currency, plain=plain)
        except BadTemplate as error:
            self._report_bad(error, source)
            return None
        self._know(template, source)
        return template

    def said(self, source: Text) -> Template:
        """Compile a text that must be there; an empty one stands in for one that is wrong."""
        return self.text(source) or compile_text("")

    def condition(self, source: Text | None) -> Condition | None:
        """Compile a condition; None if there is none or it is wrong (which is reported)."""
        if source is None:
            return None
        where = f"{source.at.file}:{source.at.line}"
        if "{{" in source or "{%" in source:
            self.report.add("condition-braces", source.at, text=source.replace("{{", "").replace("}}", "").strip())
            return None
        try:
            condition = compile_condition(source.strip(), where, language=self.language, currency=self.currency)
        except BadTemplate as error:
            single = _SINGLE_EQUALS.search(source)
            if error.code == "template-syntax" and single is not None:
                self.report.add("condition-equals", source.at, text=_SINGLE_EQUALS.sub(" == ", source.strip()))
            else:
                self._report_bad(error, source)
            return None
        self._know(condition, source)
        return condition

    def _know(self, compiled: Template | Condition, source: Text) -> None:
        self.marks.put(compiled, source.at)
        self.texts[id(compiled)] = (source, compiled)
        for part in parts_of(getattr(compiled, "tree", None), "event"):
            places = self.event_parts.setdefault(self.event, {}).setdefault(part, [])
            places.append(self.locate(source, f"event.{part}"))
        self.events[id(compiled)] = self.event
        if {"product", "recommended"} & (compiled.names - self.declared):  # an event may name it
            self.event_parts.setdefault(self.event, {}).setdefault("product", [])
        for base in sorted(compiled.names & self.declared):
            for part in sorted(parts_of(getattr(compiled, "tree", None), base)):
                self.report.add("template-attribute", self.locate(source, base), name=f"{base}.{part}")
        for base in sorted(compiled.names & (PARTS.keys() - self.declared)):
            for part in sorted(parts_of(getattr(compiled, "tree", None), base) - PARTS[base]):
                near = nearest(part, PARTS[base])
                place = self.locate(source, f"{base}.{part}")
                self.report.add(
                    "unknown-part", place, name=base, part=part, near=near, known=listed(sorted(PARTS[base]))
                )
        names = always(self.declared)
        for name in () if self.blind else sorted(compiled.names - names - self.declared):
            known = sorted(self.declared | names)
            near = nearest(name, known)
            self.report.add("unknown-variable", self.locate(source, name), name=name, near=near, known=listed(known))

    def source_of(self, compiled: Template | Condition) -> Text:
        """What it was compiled from. Raises KeyError for what this scope has not compiled."""
        return self.texts[id(compiled)][0]

    def _report_bad(self, error: BadTemplate, source: Text) -> None:
        place = source.at
        if source.style in _BLOCK_STYLES:
            place = Place(place.file, place.line + error.line, 1)
        elif error.line > 1:
            place = Place(place.file, place.line + error.line - 1, 1)
        name = str(error.details.get("name", ""))
        if name and place == source.at:
            place = self.locate(source, name.removeprefix("…").strip("()"))
        details = dict(error.details)
        if error.code in ("unknown-filter", "unknown-test"):
            known = sorted(FILTERS if error.code == "unknown-filter" else TESTS)
            details |= {"near": nearest(name, known), "known": listed(known)}
        self.report.add(error.code, place, **details)

    def locate(self, text: Text, name: str) -> Place:
        """Where `name` stands inside a text: line and column of its first use."""
        source = self.sources.get(text.at.file, "")
        raw = source[text.start : text.end]
        first = max(0, min((at for sign in ("{{", "{%") if (at := raw.find(sign)) >= 0), default=0))
        found = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)").search(raw, first)
        if found is None:
            return text.at
        offset = text.start + found.start()
        return Place(text.at.file, source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset))

    def target(self, goal: Text | None, tunnel: str, *, resume: bool = False) -> Target | None:
        """Where a `to:` points. `tunnel` is "" in shared objections, whose steps any tunnel may have."""
        if goal is None:
            return None
        if goal == "end" or (goal == "resume" and resume):
            return Target(tunnel, str(goal))
        if goal == "resume":
            self.report.add("resume-outside", goal.at)
            return None
        other, slash, step = goal.partition("/")
        if slash:
            if other not in self.steps:
                self.known("unknown-tunnel", Text.make(other, goal.at), self.steps)
                return None
            found = self.known("unknown-step", Text.make(step, goal.at), self.steps[other])
            return Target(other, step) if found else None
        everywhere = frozenset().union(*self.steps.values()) if self.steps else frozenset()
        names = self.steps.get(tunnel, frozenset()) if tunnel else everywhere
        if goal in self.steps and goal not in names:
            self.report.add("tunnel-without-step", goal.at, name=goal, known=listed(sorted(self.steps[goal])))
            return None
        return Target(tunnel, str(goal)) if self.known("unknown-step", goal, names) else None

    def settings_of(self, values: Mapping[Text, Text] | None) -> tuple[SetTo, ...]:
        """A `set:` → what is set to what."""
        return tuple(filter(None, (self._set_to(name, value) for name, value in (values or {}).items())))

    def _set_to(self, name: Text, value: Text) -> SetTo | None:
        if not self.writable(name):
            return None
        variable = self.variables.get(name)
        if "{{" in value or "{%" in value:
            template = self.text(value, plain=True)
            return self.marks.put(SetTo(str(name), template), name.at) if template is not None else None
        kind = variable.type if variable else "text"
        try:
            constant = to_number(value) if kind == "number" else to_flag(value) if kind == "flag" else str(value)
        except ValueError:
            self.report.add("wrong-value", value.at, value=value, name=name, type=f"@{kind}")
            return None
        result: SetTo = self.marks.put(SetTo(str(name), constant), name.at)
        return result

    def writable(self, name: Text) -> bool:
        """Whether a variable may be set; reports it if not."""
        if name in RESERVED:
            self.report.add("reserved-name", name.at, name=name)
            return False
        self.written.add(str(name))
        return self.known("unknown-variable", name, self.declared)
