"""Files → models: every mistake of form becomes a finding, as many of them as possible in one go."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tunnel.language.fields import Keys, known_keys
from tunnel.language.findings import Report, nearest
from tunnel.language.models import SettingsKeys, SharedKeys
from tunnel.language.repair import find_bent_texts, repair
from tunnel.language.source import Map, Node, Place, Seq, Source, Text, Unreadable, compose, decode, walk
from tunnel.language.tunnel_models import ScriptKeys, TunnelKeys

Model = TypeVar("Model", bound=Keys)

_MAX_REPAIRS = 30

_BUILT_IN = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "dict_type": "expected-map",
    "list_type": "expected-list",
    "union_tag_invalid": "wrong-shape",
}


def read_yaml(raw: bytes, file: str, report: Report, sources: dict[str, str]) -> Map | None:
    """Bytes → the file's mapping, or None if there is none to be had; what is wrong with it goes into the report.

    The text that was read in the end goes into `sources`.

    After a syntax error reading goes on with the line as it was probably meant, to find the mistakes that follow.
    """
    try:
        source = decode(raw, file)
    except Unreadable as error:
        report.add(error.code, error.place, **error.details)
        return None
    node = _composed(source, report, sources)
    if node is None:
        return None
    if not isinstance(node, Map):
        report.add("file-not-map", node.at)
        del sources[file]
        return None
    _report_repeated(node, report)
    return node


def _composed(source: Source, report: Report, sources: dict[str, str]) -> Node | None:
    for _ in range(_MAX_REPAIRS):
        try:
            node = compose(source)
        except Unreadable as error:
            mended = repair(source, error)
            report.add(mended.code, mended.place, **mended.details)
            if mended.source is None:
                return None
            source = mended.source
            continue
        if node is None:
            report.add("file-empty", Place(source.file))
            sources[source.file] = source.text
            return None
        mended_text = find_bent_texts(source, node, report)
        if mended_text is None:
            sources[source.file] = source.text
            return node
        source = mended_text
    return None


def _report_repeated(root: Node, report: Report) -> None:
    for node in walk(root):
        if isinstance(node, Map):
            for second, first in node.repeated:
                report.add("repeated-key", second.at, key=second, line=first.at.line)


def validate(model: type[Model], data: Map, report: Report) -> Model | None:
    """A file's mapping → its model; every mistake goes into the report.

    What cannot be read is taken out of `data` and reading is tried again, so that one mistake does not hide the next.
    None if nothing is left.
    """
    for _ in range(_MAX_REPAIRS):
        try:
            return model.model_validate(data)
        except ValidationError as failure:
            errors = failure.errors(include_url=False)
        for error in errors:
            if not _follows_from_another(error, data):
                _report_error(error, data, model, report)
        if not all(_take_out(data, error) for error in errors):
            return None
    return None


def _follows_from_another(error: ErrorDetails, root: Map) -> bool:
    """A key that is missing because its value was taken out."""
    path = _path(error, root)
    if error["type"] != "missing":
        return False
    parent, _, _ = _follow(root, path)
    return isinstance(parent, Map) and path[-1] in parent.dropped


def _path(error: ErrorDetails, root: Map) -> list[Any]:
    """Where the error is, without what pydantic adds of its own: "[key]" and the forms of unions ("~map")."""
    path: list[Any] = []
    node: Any = root
    for part in error["loc"]:
        added = isinstance(part, str) and (part == "[key]" or part[:1] == "~")
        if added and not (isinstance(node, Map) and part in node):
            continue
        path.append(part)
        if isinstance(node, Map):
            node = node.get(part)  # type: ignore[call-overload]
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            node = node[part]
    return path


def _take_out(root: Map, error: ErrorDetails) -> bool:
    """Remove what the error is about: the value, or, where a key is missing, what it is missing in."""
    path = _path(error, root)
    if error["type"] == "missing":
        path = path[:-1]
    if not path:
        return False
    parent, node, _ = _follow(root, path)
    last = path[-1]
    if isinstance(parent, Map) and (key := parent.key(str(last))) is not None:
        parent.dropped.append(key)
        del parent[key]
        return True
    if isinstance(parent, Seq) and node is not None:
        parent[:] = [one for one in parent if one is not node]
        return True
    return node is None  # taken out already, by another error of the same pass


def _report_error(error: ErrorDetails, root: Map, model: type[Keys], report: Report) -> None:
    code = _BUILT_IN.get(error["type"], error["type"])
    details: dict[str, Any] = dict(error.get("ctx", {}))
    path = _path(error, root)
    parent, node, key = _follow(root, path)
    place = _place_of(parent, node, key)
    last = str(path[-1]) if path else ""
    if code == "unknown-key":
        known = known_keys(parent.model or model) if isinstance(parent, Map) else []
        details = {"key": last, "near": nearest(last, known), "known": ", ".join(known)}
        place = _key_place(parent, last, place)
        if len(path) == 1 and (file := home_of(last)):
            code, details = "misplaced-key", {"key": last, "file": file}
    elif code == "missing-key":
        details = {"key": last}
    elif code == "wrong-shape":
        details = {"expected": details.get("expected_tags", "").replace("~", "").replace("'", "")}
    if code in ("bad-name", "bad-link-word") and error["loc"][-1] == "[key]":
        place = _key_place(parent, last, place)
    details.setdefault("key", str(key) if key is not None else "")
    if code == "expected-map":
        details.setdefault("keys", "…")
    report.add(code, place, **details)


def home_of(key: str) -> str:
    """The file that a top-level key belongs to, "" if it belongs to none."""
    if key in known_keys(SharedKeys):
        return f"{key}.yaml"
    if key in known_keys(TunnelKeys):
        return "tunnels/…"
    if key in known_keys(ScriptKeys):
        return "scripts/…"
    return "settings.yaml" if key in known_keys(SettingsKeys) else ""


def _follow(root: Map, path: list[Any]) -> tuple[Node, Node | None, Text | None]:
    """Walk down `path`: the container of its last part, the value there if any, the last key passed."""
    parent: Node = root
    node: Node | None = root
    key: Text | None = None
    for part in path:
        if isinstance(node, Map):
            parent = node
            key = node.key(str(part)) or key
            node = node.get(part)
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            parent, node = node, node[part]
        else:
            break
    return parent, node, key


def _place_of(parent: Node, node: Node | None, key: Text | None) -> Place:
    if isinstance(node, Text):
        return key.at if node.missing and key is not None else node.at
    if node is not None:
        return node.at
    if isinstance(parent, Map) and parent.owner is not None and not parent.flow:
        return parent.owner.at
    return parent.at


def _key_place(parent: Node, name: str, otherwise: Place) -> Place:
    key = parent.key(name) if isinstance(parent, Map) else None
    return key.at if key is not None else otherwise
