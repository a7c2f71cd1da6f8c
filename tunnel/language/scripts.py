"""Dialogue scripts: how a conversation must go. The engine's room plays them; here they are read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tunnel.language.definition import Definition, EventKind
from tunnel.language.event_kinds import read_field
from tunnel.language.fields import NO, YES, to_flag, to_number
from tunnel.language.read import read_yaml, validate
from tunnel.language.scope import Scope
from tunnel.language.source import Map, Place, Seq, Text
from tunnel.language.tunnel_models import LineKeys, ScriptKeys
from tunnel.session import Value

LineKind = Literal[
    "customer", "bot", "choices", "on", "click", "event", "stage", "tunnel", "step", "has", "tags", "promo", "wait",
    "file", "mode", "operator",
]  # fmt: skip
LINE_KINDS: tuple[LineKind, ...] = get_args(LineKind)
_BESIDE: Mapping[str, tuple[str, ...]] = {"choices": ("bot",), "on": ("customer", "bot"), "data": ("event",)}
"""Keys that may stand beside another one, and beside which."""
GIVEN = frozenset({"name", "sex", "tags", "source", "split", "stage", "at", "promos", "had", "desk"})
"""What `given` may hold besides the settings' variables; a variable of such a name is what is meant."""
CHANNELS = ("telegram", "vk", "whatsapp", "web")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dialogue. `value`: a tuple for `choices` and `tags`, the seconds as text for `wait`, else what was
    written. `data`: of an event, or the variables of `has`. `on`: the channel, "" where it is not said.

    A bot's `choices` become a line of their own, right after it. `line` counts from 1 in the script's file.
    """

    kind: LineKind
    value: str | tuple[str, ...]
    line: int
    data: Mapping[str, Value] = field(default_factory=dict)
    on: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue. `given`, known at the start: name, sex, source, variables, tags; `split` (step → arm), `stage`
    (tunnel → stage), `at` ("sat 23:00"), `promos` (promo → how many codes are left), `had` (magnets), `desk` (whether
    operators can be reached).

    `file`: path relative to the content directory.
    """

    name: str
    channels: tuple[str, ...]
    given: Mapping[str, Any]
    lines: tuple[Line, ...]
    file: str
    place: Place = field(default=Place(""))


def build_scripts(files: Mapping[str, bytes], scope: Scope, definition: Definition | None) -> list[Script]:
    """Read every script; what is wrong goes into the scope's report. definition: as far as it could be built."""
    scripts: list[Script] = []
    for name, raw in files.items():
        found = read_yaml(raw, name, scope.report, dict(scope.sources))
        keys = validate(ScriptKeys, found, scope.report) if found is not None else None
        if keys is not None:
            scripts.append(_build_script(keys, name, scope, definition))
    return scripts


def _build_script(keys: ScriptKeys, file: str, scope: Scope, definition: Definition | None) -> Script:
    lines = [line for field in keys.dialogue for line in _lines(field, scope, definition)]
    if not lines:
        scope.report.add("script-empty", keys.script.at)
    elif lines[0].kind not in ("customer", "wait", "file", "event", "on"):
        scope.report.add("script-first-line", Place(file, lines[0].line))
    channels = tuple(map(str, keys.as_)) if keys.as_ is not None else CHANNELS
    given = _given(keys.given or {}, scope, definition)
    return Script(str(keys.script), channels, given, tuple(lines), file, keys.script.at)


def _lines(field: LineKeys, scope: Scope, definition: Definition | None) -> list[Line]:
    written = [key for key in (*LINE_KINDS, "data") if field.has(key)]
    what = [key for key in written if key not in _BESIDE] or [key for key in written if key == "on"]
    if not what and written == ["choices"]:
        scope.report.add("choices-without-bot", field.at)
        return []
    beside = [key for key in written if key not in what]
    if len(what) != 1 or any(what[0] not in _BESIDE[key] for key in beside):
        scope.report.add("line-one-thing", field.at, known=", ".join(LINE_KINDS))
        return []
    kind: LineKind = what[0]  # type: ignore[assignment]
    _check_name(field, kind, scope, definition)
    line = field.key_place(kind).line
    on = str(field.on or "") if kind != "on" else ""
    lines = [
        Line(
            kind,
            _value(None if kind == "has" else getattr(field, kind)),
            line,
            _data(field, kind, scope, definition),
            on,
        )
    ]
    if field.choices is not None:
        lines.append(Line("choices", tuple(map(str, field.choices)), field.key_place("choices").line))
    return lines


def _value(written: Any) -> str | tuple[str, ...]:
    if isinstance(written, float):
        return f"{written:g}"
    if written is None:
        return ""
    return tuple(map(str, written)) if isinstance(written, list) else str(written).strip()


def _check_name(field: LineKeys, kind: LineKind, scope: Scope, definition: Definition | None) -> None:
    """A name in a line exists."""
    if kind == "promo" and field.promo is not None:
        scope.known("unknown-promo", field.promo, scope.promos)
    elif kind == "tunnel" and field.tunnel is not None:
        scope.known("unknown-tunnel", field.tunnel, scope.steps)
    elif kind == "step" and field.step is not None:
        scope.known("unknown-step", field.step, frozenset().union(*scope.steps.values()))
    elif kind == "event" and field.event is not None and definition is not None:
        scope.known("script-event", field.event, definition.events)


def _data(field: LineKeys, kind: LineKind, scope: Scope, definition: Definition | None) -> dict[str, Value]:
    """What an event carries, or what the variables of `has` are to be."""
    data: dict[str, Value] = {}
    if kind == "has":
        for name, text in (field.has_ or {}).items():
            if scope.known("unknown-variable", name, scope.declared):
                _put(data, name, _constant(name, text, scope), scope)
    of = definition.events.get(str(field.event)) if definition is not None else None
    for name, value in (field.data or {}).items() if kind == "event" else ():
        _put(data, name, _carried(of, name, value), scope)
    return data


def _carried(kind: EventKind | None, name: str, value: Any) -> Value | None:
    """A field of an event; None for what it cannot be."""
    try:
        if isinstance(value, Text):
            return read_field(kind, name, str(value), plain=not value.style)
        if isinstance(value, Seq) and all(isinstance(one, Text) for one in value):
            return read_field(kind, name, [str(one) for one in value])
    except ValueError:
        return None
    return None


def _put(data: dict[str, Value], name: Text, value: Value | None, scope: Scope) -> None:
    if value is None:
        scope.report.add("given-value", name.at, name=name)
    else:
        data[str(name)] = value


def _given(written: Mapping[Text, Any], scope: Scope, definition: Definition | None) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in written.items():
        if not scope.known("given-unknown", name, scope.declared | GIVEN):
            continue
        own = name in GIVEN and name not in scope.declared
        if own and not _names_exist(name, value, scope):
            continue
        found = _own(name, value, definition) if own else _constant(name, value, scope)
        given[str(name)] = found
        if found is None:
            scope.report.add("given-value", name.at, name=name)
    return given


def _names_exist(name: str, value: Any, scope: Scope) -> bool:
    """The promos and gifts that `given` names exist; reported where they do not."""
    if name == "promos" and isinstance(value, Map):
        return all(scope.known("unknown-promo", promo, scope.promos) for promo in value)
    if name == "had" and isinstance(value, Seq):
        gifts = scope.magnets | scope.promos
        return all(scope.known("unknown-magnet", gift, gifts) for gift in value if isinstance(gift, Text))
    return True


def _own(name: str, value: Any, definition: Definition | None) -> Any:
    """One of GIVEN as it is kept; None for what it cannot be."""
    if name in ("split", "source"):
        return _texts(value)
    if name in ("tags", "had"):
        fits = isinstance(value, Seq) and all(isinstance(one, Text) for one in value)
        return [str(one) for one in value] if fits else None
    if name == "stage":
        default = definition.settings.default if definition is not None else ""
        return {default: str(value)} if isinstance(value, Text) else _texts(value)
    if name == "promos":
        left = _texts(value) or {}
        return {promo: int(count) for promo, count in left.items()} if all(map(str.isdecimal, left.values())) else None
    if not isinstance(value, Text):
        return None
    if name == "at":
        return str(value) if _AT.fullmatch(value) else None
    if name == "sex":
        return str(value) if value in ("female", "male", "") else None
    if name == "desk":
        return {word: word in YES for word in YES | NO}.get(value.strip().casefold())
    return str(value)


_AT = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)(?: ([01]?\d|2[0-3]):[0-5]\d)?")


def _texts(value: Any) -> dict[str, str] | None:
    fits = isinstance(value, Map) and all(isinstance(one, Text) for one in value.values())
    return {str(key): str(one) for key, one in value.items()} if fits else None


def _constant(name: Text, value: Any, scope: Scope) -> str | float | bool | None:
    variable = scope.variables.get(name)
    kind = variable.type if variable is not None else "text"
    if not isinstance(value, Text):
        return None
    try:
        return to_number(value) if kind == "number" else to_flag(value) if kind == "flag" else str(value)
    except ValueError:
        return None
