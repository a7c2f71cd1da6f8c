"""What WhatsApp takes, as a check of one body: the official schema, mended, and the limits that it leaves out.

Mended: `additionalProperties: false` inside `allOf` refuses the official examples themselves, so it becomes
`unevaluatedProperties`; `recipient` (business-scoped user ids) and `cta_url` are live and not in the schema yet; a
template's button has an index from 0 to 9, as the schema's own words and example have it, not its pattern.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema

SPECS = Path(__file__).parents[1] / "specs" / "whatsapp"
HEADERS = {
    "button": {"text", "image", "video", "document"},
    "cta_url": {"text", "image", "video", "document"},
    "list": {"text"},
}
"""Which headers each kind of interactive message may have."""
CAPTIONED = {"image", "video", "document"}


def load(name: str) -> Any:
    return json.loads((SPECS / f"{name}.json").read_text(encoding="utf-8"))


def _mended() -> dict[str, Any]:
    schemas = copy.deepcopy(load("messages")["components"]["schemas"])
    for schema in schemas.values():
        parts = schema.get("allOf", ())
        for part in parts:
            if part.pop("additionalProperties", None) is False:
                schema["unevaluatedProperties"] = False
    _mend_indexes(schemas)
    base = schemas["BaseMessageProperties"]
    base["properties"]["recipient"] = {"type": "string", "pattern": r"^[A-Z]{2}\.[A-Za-z0-9.]+$"}
    base["properties"]["to"]["pattern"] = r"^[0-9]+$"
    base["required"].remove("to")
    base["oneOf"] = [{"required": ["to"]}, {"required": ["recipient"]}]
    schemas["InteractiveObject"]["properties"]["type"]["enum"].append("cta_url")
    link = {
        "type": "object",
        "required": ["display_text", "url"],
        "additionalProperties": False,
        "properties": {
            "display_text": {"type": "string", "minLength": 1, "maxLength": 20},
            "url": {"type": "string", "pattern": "^https?://[^ ]+$"},
        },
    }
    schemas["ActionObject"]["oneOf"].append(
        {"required": ["name", "parameters"], "properties": {"name": {"const": "cta_url"}, "parameters": link}}
    )
    schemas["MarkMessageRequestPayload"]["properties"]["typing_indicator"] = {
        "type": "object", "required": ["type"], "properties": {"type": {"const": "text"}}}  # fmt: skip
    schemas["MarkMessageRequestPayload"]["additionalProperties"] = False
    return schemas


def _mend_indexes(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("pattern") == "^[2-6, 11-14]$":
            part["pattern"] = "^[0-9]$"
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        _mend_indexes(each)


SCHEMAS = _mended()


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}})


_BY_TYPE = {
    kind: _validator(reference.split("/")[-1])
    for kind, reference in SCHEMAS["Message"]["discriminator"]["mapping"].items()
}
_MARK = _validator("MarkMessageRequestPayload")


def check(body: dict[str, Any]) -> list[str]:
    """Everything that WhatsApp would dislike about a body of POST /{phone}/messages; [] for a good one."""
    if "status" in body:
        return [error.message for error in _MARK.iter_errors(body)]
    validator = _BY_TYPE.get(body.get("type", ""))
    if validator is None:
        return [f"type {body.get('type')!r} is unknown"]
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    if problems:
        return problems
    kind, content = body["type"], body[body["type"]]
    if kind == "text":
        return _check_text(content["body"], 4096, "text")
    if kind == "interactive":
        return _check_interactive(content)
    if kind in CAPTIONED or kind == "audio":
        return _check_media(kind, content)
    return []


def _check_text(text: str, limit: int, name: str) -> list[str]:
    problems = []
    if not text.strip():
        problems.append(f"{name} is blank")
    if len(text.encode("utf-16-le")) // 2 > limit:
        problems.append(f"{name} is over {limit}")
    return problems


def _check_media(kind: str, content: dict[str, Any]) -> list[str]:
    problems = []
    if "caption" in content:
        problems += _check_text(content["caption"], 1024, "caption") if kind in CAPTIONED else [f"{kind} has a caption"]
    if ("filename" in content) != (kind == "document"):
        problems.append(f"{kind}: a document, and only that, has a file name")
    return problems


def _check_interactive(content: dict[str, Any]) -> list[str]:
    kind, action = content["type"], content["action"]
    problems = _check_text(content.get("body", {}).get("text", ""), 1024, "body")
    header = content.get("header")
    if header is not None:
        if header["type"] not in HEADERS[kind]:
            problems.append(f"{kind} takes no {header['type']} header")
        if header["type"] in CAPTIONED:
            problems += _check_media(header["type"], header[header["type"]])
    if kind == "button":
        problems += _check_choices([button["reply"] for button in action["buttons"]], 3, 20)
    if kind == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        problems += _check_choices(rows, 10, 24) + _check_text(action["button"], 20, "list button")
        if len(action["sections"]) > 1 and not all(section.get("title") for section in action["sections"]):
            problems.append("sections without titles")
        problems += [
            p for row in rows if "description" in row for p in _check_text(row["description"], 72, "description")
        ]
    return problems


def _check_choices(choices: list[dict[str, str]], most: int, longest: int) -> list[str]:
    problems = [] if 1 <= len(choices) <= most else [f"{len(choices)} choices"]
    for name in ("id", "title"):
        values = [choice[name] for choice in choices]
        if len(set(values)) < len(values) or not all(value == value.strip() and value for value in values):
            problems.append(f"{name}s are empty, padded or not unique: {values}")
    for choice in choices:
        problems += _check_text(choice["title"], longest, "title")
    return problems
