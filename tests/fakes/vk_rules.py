"""What VK takes, as a check of one call: the official schema, its gaps filled, and the limits that it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

SPECS = Path(__file__).parents[1] / "specs" / "vk"
COMMON = {"access_token", "v", "lang", "test_mode"}
"""Parameters of every method (dev.vk.com/api/api-requests)."""
UNLISTED = {"messages.send": {"format_data"}}
"""Live parameters that the schema has not heard of."""


def load(name: str) -> dict[str, Any]:
    return json.loads((SPECS / f"{name}.json").read_text(encoding="utf-8"))


def modern(node: Any) -> Any:
    """A draft-03 `required: true` of a property as the list that draft-07 wants; references made local."""
    if isinstance(node, list):
        return [modern(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: modern(value) for key, value in node.items() if not (key == "required" and value is True)}
    properties = node.get("properties", {})
    required = [name for name, value in properties.items() if isinstance(value, dict) and value.get("required") is True]
    if required:
        result["required"] = required
    if "$ref" in node:
        result["$ref"] = "#/definitions/" + node["$ref"].split("/")[-1]
    return result


METHODS = {method["name"]: {p["name"]: p for p in method["parameters"]} for method in load("methods")["methods"]}
_keyboards = {"definitions": modern(load("keyboard")["definitions"]), "$ref": "#/definitions/messages_keyboard"}
_keyboards["definitions"]["messages_keyboard_button"]["properties"]["color"]["enum"].append("secondary")
KEYBOARD = jsonschema.Draft7Validator(_keyboards)


def check(method: str, params: dict[str, str]) -> list[str]:
    """Everything that VK would dislike about a call; [] for a good one."""
    known = METHODS.get(method)
    if known is None:
        return [f"{method}: no such method in the schema"]
    problems = [f"{method}: unknown parameter {name}" for name in params if name not in known.keys() | COMMON
                and name not in UNLISTED.get(method, ())]  # fmt: skip
    problems += [
        f"{method}: {name} is missing" for name, p in known.items() if p.get("required") and name not in params
    ]
    for name, value in params.items():
        if name in known:
            problems += [f"{method}: {name}: {problem}" for problem in _check_value(known[name], value)]
    if method == "messages.send":
        problems += [f"{method}: {problem}" for problem in _check_message(params)]
    return problems


def _check_value(rule: dict[str, Any], value: str) -> list[str]:
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    problems = []
    if kinds == ["integer"]:
        if not value.lstrip("-").isdecimal():
            return ["is no integer"]
        if int(value) < rule.get("minimum", -(2**63)):
            problems.append("is below the minimum")
    if kinds == ["boolean"] and value not in ("0", "1"):
        problems.append("is no 0 or 1")
    if len(value) > rule.get("maxLength", 10**9):
        problems.append("is too long")
    if "enum" in rule and value not in rule["enum"]:
        problems.append("is none of the enum")
    return problems


def _check_message(params: dict[str, str]) -> list[str]:
    problems = []
    if "peer_ids" in params:
        problems.append("peer_ids would hide refusals")
    if "peer_id" not in params and "user_id" not in params:
        problems.append("has no recipient")
    if not -(2**31) <= int(params.get("random_id", "0")) < 2**31 or params.get("random_id", "0") == "0":
        problems.append("random_id is no int32, or switched off")
    message = params.get("message", "")
    if not message.strip() and not params.get("attachment"):
        problems.append("has neither message nor attachment")
    if len(message) > 4096:
        problems.append("message is over 4096 code points")
    if message != message.strip():
        problems.append("white space around the message moves every offset")
    if "keyboard" in params:
        problems += check_keyboard(params["keyboard"])
    if "format_data" in params:
        problems += check_format(params["format_data"], message)
    return problems


def check_keyboard(text: str) -> list[str]:
    """A keyboard against the schema and the numbers of dev.vk.com/api/bots/development/keyboard."""
    keyboard = json.loads(text)
    problems = [f"keyboard: {error.message}" for error in KEYBOARD.iter_errors(keyboard)]
    if problems:
        return problems
    rows, inline = keyboard["buttons"], keyboard.get("inline", False)
    buttons = [button["action"] for row in rows for button in row]
    most, most_rows = (10, 6) if inline else (40, 10)
    if len(buttons) > most or len(rows) > most_rows or any(not 1 <= len(row) <= 5 for row in rows):
        problems.append(f"keyboard: {len(buttons)} buttons in {len(rows)} rows")
    if inline and keyboard["one_time"]:
        problems.append("keyboard: an inline one cannot be one_time")
    for action in buttons:
        if not action["label"].strip() or len(action["label"]) > 40:
            problems.append("keyboard: a label is empty or over 40 characters")
        payload = action.get("payload", "{}")
        if len(payload) > 255 or not isinstance(json.loads(payload), dict):
            problems.append("keyboard: a payload is over 255 characters or no object")
        if action["type"] == "callback" and not inline:
            problems.append("keyboard: our callback buttons belong under messages")
    return problems


def check_format(text: str, message: str) -> list[str]:
    """`format_data`, counted in UTF-16 units."""
    data, units = json.loads(text), len(message.encode("utf-16-le")) // 2
    if data.get("version") != 1 or not isinstance(data.get("items"), list) or not data["items"]:
        return ["format_data: no version 1, or nothing in it"]
    problems = []
    for item in data["items"]:
        if item["type"] not in ("bold", "italic", "underline", "url") or (item["type"] == "url") != ("url" in item):
            problems.append("format_data: an item of an unknown kind")
        if item["offset"] < 0 or item["length"] < 1 or item["offset"] + item["length"] > units:
            problems.append("format_data: an item outside of the message")
    return problems
