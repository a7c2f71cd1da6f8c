"""The JSON Schema of content files, for completion in editors and for the reference."""

from __future__ import annotations

from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from tunnel.language.fields import Keys
from tunnel.language.findings import Language
from tunnel.language.models import SettingsKeys, SharedKeys
from tunnel.language.tunnel_models import ScriptKeys, TunnelKeys
from tunnel.language.wording.keys import KEYS_RU

FileKind = Literal["settings", "tunnel", "shared", "script"]

FILES: dict[FileKind, type[Keys]] = {
    "settings": SettingsKeys,
    "tunnel": TunnelKeys,
    "shared": SharedKeys,
    "script": ScriptKeys,
}
"""The kinds of files, and the model that reads each."""


def schema(kind: FileKind | None = None, *, language: Language = "en") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of file; without a kind, one that any content file satisfies.

    language: of the descriptions.
    """
    references, whole = models_json_schema([(model, "validation") for model in FILES.values()])
    kinds = [kind] if kind is not None else list(FILES)
    chosen = [references[FILES[one], "validation"] for one in kinds]
    models = _trimmed(whole["$defs"])
    if language == "ru":
        _say_in_russian(models)
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messenger tunnel content" if kind is None else f"Messenger tunnel content: {kind}",
        "$defs": models,
    }
    return document | (chosen[0] if kind is not None else {"anyOf": chosen})


def _say_in_russian(models: dict[str, Any]) -> None:
    for name, model in models.items():
        model["description"] = KEYS_RU[name]
        for key, field in model["properties"].items():
            field["description"] = KEYS_RU[f"{name}.{key}"]


def _trimmed(node: Any) -> Any:
    """Without pydantic's generated titles and null alternatives, which only make noise in an editor."""
    if isinstance(node, list):
        return [_trimmed(one) for one in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("description"), str):
        node = node | {"description": " ".join(node["description"].split())}
    kept = {key: _trimmed(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    options = [one for one in kept.get("anyOf", []) if one != {"type": "null"}]
    if len(options) == 1 and len(kept.get("anyOf", [])) == 2:
        kept.pop("anyOf")
        kept.pop("default", None)
        return {**options[0], **kept}
    if options:
        kept["anyOf"] = options
        kept.pop("default", None) if kept.get("default", "") is None else None
    return kept
