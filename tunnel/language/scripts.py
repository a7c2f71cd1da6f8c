"""Dialogue scripts: how a conversation must go. The engine's room plays them; here they are read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tunnel.language.fields import to_flag, to_number
from tunnel.language.read import read_yaml, validate
from tunnel.language.scope import Scope
from tunnel.language.source import Map, Place, Seq, Text
from tunnel.language.tunnel_models import LineKeys, ScriptKeys

LineKind = Literal["customer", "bot", "choices", "stage", "wait", "file", "mode", "operator"]
LINE_KINDS: tuple[LineKind, ...] = ("customer", "bot", "choices", "stage", "wait", "file", "mode", "operator")
GIVEN = frozenset({"name", "sex", "tags", "source", "split"})
"""What `given` may hold besides the settings' variables."""
CHANNELS = ("telegram", "vk", "whatsapp", "web")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dialogue. `value`: a tuple for `choices`, the seconds as text for `wait`, else what was written.

    A bot's `choices` become a line of their own, right after it. `line` counts from 1 in the script's file.
    """

    kind: LineKind
    value: str | tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue. `given`: name, sex, source, variables and `split` (step → arm) known at the start.

    `file`: path relative to the content directory.
    """

    name: str
    channels: tuple[str, ...]
    given: Mapping[str, Any]
    lines: tuple[Line, ...]
    file: str
    place: Place = field(default=Place(""))


def build_scripts(files: Mapping[str, bytes], scope: Scope) -> list[Script]:
    """Read every script; what is wrong goes into the scope's report."""
    scripts: list[Script] = []
    for name, raw in files.items():
        found = read_yaml(raw, name, scope.report, dict(scope.sources))
        keys = validate(ScriptKeys, found, scope.report) if found is not None else None
        if keys is not None:
            scripts.append(_build_script(keys, name, scope))
    return scripts


def _build_script(keys: ScriptKeys, file: str, scope: Scope) -> Script:
    lines = [line for field in keys.dialogue for line in _lines(field, scope)]
    if not lines:
        scope.report.add("script-empty", keys.script.at)
    elif lines[0].kind not in ("customer", "wait", "file"):
        scope.report.add("script-first-line", Place(file, lines[0].line))
    channels = tuple(map(str, keys.as_)) if keys.as_ is not None else CHANNELS
    return Script(str(keys.script), channels, _given(keys.given or {}, scope), tuple(lines), file, keys.script.at)


def _lines(field: LineKeys, scope: Scope) -> list[Line]:
    written = [kind for kind in LINE_KINDS if field.has(kind)]
    what = [kind for kind in written if kind != "choices"]
    if not what and written:
        scope.report.add("choices-without-bot", field.at)
        return []
    if len(what) != 1 or ("choices" in written and what != ["bot"]):
        scope.report.add("line-one-thing", field.at, known=", ".join(LINE_KINDS))
        return []
    kind = what[0]
    value = getattr(field, kind)
    line = field.key_place(kind).line
    lines = [Line(kind, f"{value:g}" if isinstance(value, float) else str(value).strip(), line)]
    if field.choices is not None:
        lines.append(Line("choices", tuple(map(str, field.choices)), field.key_place("choices").line))
    return lines


def _given(written: Mapping[Text, Any], scope: Scope) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in written.items():
        known = scope.declared | GIVEN
        if not scope.known("given-unknown", name, known):
            continue
        if name in ("split", "source"):
            fits = isinstance(value, Map) and all(isinstance(one, Text) for one in value.values())
            given[str(name)] = {str(key): str(one) for key, one in value.items()} if fits else None
        elif name == "tags":
            fits = isinstance(value, Seq) and all(isinstance(one, Text) for one in value)
            given["tags"] = [str(one) for one in value] if fits else None
        else:
            given[str(name)] = _constant(name, value, scope)
        if given[str(name)] is None:
            scope.report.add("given-value", name.at, name=name)
    return given


def _constant(name: Text, value: Any, scope: Scope) -> str | float | bool | None:
    variable = scope.variables.get(name)
    kind = variable.type if variable is not None else "text"
    if not isinstance(value, Text):
        return None
    try:
        return to_number(value) if kind == "number" else to_flag(value) if kind == "flag" else str(value)
    except ValueError:
        return None
