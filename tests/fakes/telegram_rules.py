"""Is a call to the Bot API right? Judged by the specification's data and by limits that it states nowhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

SPECIFICATION = Path(__file__).parents[1] / "specs" / "telegram" / "api.json"
UPLOAD_BYTES = {"photo": 10_000_000}
ANY_UPLOAD_BYTES = 50_000_000
BUTTONS, PER_ROW = 100, 8


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    content: bytes


@lru_cache(maxsize=1)
def specification() -> dict[str, Any]:
    return json.loads(SPECIFICATION.read_text(encoding="utf-8"))


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def from_form(method: str, fields: dict[str, str]) -> dict[str, Any]:
    """A form's texts as the JSON that they stand for: everything but strings and files is JSON in a form."""
    known = {field["name"]: field for field in specification()["methods"][method]["fields"]}
    params: dict[str, Any] = {}
    for name, value in fields.items():
        types = known[name]["types"] if name in known else ["String"]
        params[name] = value
        if "String" not in types or (name == "chat_id" and re.fullmatch(r"-?\d+", value)):
            params[name] = json.loads(value)
    return params


async def read_params(request: web.Request, method: str) -> dict[str, Any]:
    """A call's parameters, however they were sent."""
    if request.content_type == "application/json":
        return dict(await request.json())
    if request.content_type != "multipart/form-data":
        return dict(request.query)
    texts: dict[str, str] = {}
    files: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            texts[name] = str(value)
    return from_form(method, texts) | files


def complaints(method: str, params: dict[str, Any]) -> list[str]:
    """All that is wrong with a call; files are `Upload`s in `params`."""
    found = _fields(specification()["methods"][method]["fields"], params, method)
    if found:
        return found
    found += _text(method, params, "text", "entities")
    found += _text(method, params, "caption", "caption_entities")
    found += _uploads(method, params)
    markup = params.get("reply_markup") or {}
    if "inline_keyboard" in markup:
        found += _inline(method, markup["inline_keyboard"])
    if "keyboard" in markup:
        found += _reply_keyboard(method, markup["keyboard"], params.get("chat_id"))
    if isinstance(params.get("chat_id"), str) and not params["chat_id"].startswith("@"):
        found.append(f"{method}: chat_id is a text without @")
    return found


def update_complaints(update: dict[str, Any]) -> list[str]:
    """All that a real update could not look like (types outside of the excerpt are taken as they are)."""
    return _object("Update", update, "update")


def _fields(fields: list[dict[str, Any]], given: dict[str, Any], path: str) -> list[str]:
    known = {field["name"]: field for field in fields}
    found = [f"{path}: there is no {name}" for name in given if name not in known]
    for name, field in known.items():
        if name not in given:
            if field["required"]:
                found.append(f"{path}: {name} is missing")
            continue
        found += min((_value(kind, given[name], f"{path}.{name}") for kind in field["types"]), key=len)
        found += _length(field.get("description", ""), given[name], f"{path}.{name}")
    return found


def _value(kind: str, value: Any, path: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        return [wrong for index, item in enumerate(value) for wrong in _value(kind[9:], item, f"{path}[{index}]")]
    fits = {
        "Integer": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, (int, float)) and not isinstance(value, bool),
        "String": isinstance(value, str),
        "Boolean": isinstance(value, bool),
        "InputFile": isinstance(value, Upload),
    }.get(kind)
    if fits is None:
        return _object(kind, value, path)
    return [] if fits else [f"{path}: not of type {kind}"]


def _object(kind: str, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: not of type {kind}"]
    described = specification()["types"].get(kind)
    if described is None:
        return []
    if described.get("subtypes"):
        return min((_object(subtype, value, path) for subtype in described["subtypes"]), key=len)
    return _fields(described["fields"], value, path) if described["fields"] else []


def _length(description: str, value: Any, path: str) -> list[str]:
    limit = re.match(r"(\d+)-(\d+) (characters|bytes)", description)
    if limit is None or not isinstance(value, str):
        return []
    size = len(value.encode()) if limit[3] == "bytes" else utf16(value)
    return [] if int(limit[1]) <= size <= int(limit[2]) else [f"{path}: {size} {limit[3]}, not {limit[1]}-{limit[2]}"]


def _text(method: str, params: dict[str, Any], words: str, marks: str) -> list[str]:
    text = params.get(words)
    if text is None:
        return [f"{method}: {marks} without {words}"] if marks in params else []
    found = [] if text.strip() else [f"{method}: {words} must be non-empty"]
    if "parse_mode" in params:
        found.append(f"{method}: a parse mode, where entities are our way")
    borders, position = {0}, 0
    for char in text:
        position += utf16(char)
        borders.add(position)
    open_until: list[int] = []
    for entity in sorted(params.get(marks, []), key=lambda entity: (entity["offset"], -entity["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["length"] <= 0 or start not in borders or end not in borders:
            found.append(f"{method}: entity {start}+{entity['length']} is outside of the text or inside a character")
        open_until = [until for until in open_until if until > start]
        if any(until < end for until in open_until):
            found.append(f"{method}: entities cross at {start}")
        open_until.append(end)
        if entity["type"] == "text_link" and not good_url(entity.get("url", "")):
            found.append(f"{method}: a link to {entity.get('url')!r}")
    return found


def _uploads(method: str, params: dict[str, Any]) -> list[str]:
    found = []
    for name, value in params.items():
        if isinstance(value, Upload):
            if not value.content:
                found.append(f"{method}: {name} is empty")
            if len(value.content) > UPLOAD_BYTES.get(name, ANY_UPLOAD_BYTES):
                found.append(f"{method}: {name} is too large")
            if not value.name or "/" in value.name:
                found.append(f"{method}: {name} has the file name {value.name!r}")
    return found


ACTIONS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}  # fmt: skip


def _inline(method: str, rows: list[list[dict[str, Any]]]) -> list[str]:
    buttons = [button for row in rows for button in row]
    found = []
    if not 1 <= len(buttons) <= BUTTONS:
        found.append(f"{method}: {len(buttons)} buttons")
    if any(not 1 <= len(row) <= PER_ROW for row in rows):
        found.append(f"{method}: a row with none or more than {PER_ROW} buttons")
    for button in buttons:
        if len(ACTIONS & button.keys()) != 1:
            found.append(f"{method}: button {button['text']!r} must do exactly one thing")
        if not button["text"].strip():
            found.append(f"{method}: a button without a text")
        if "url" in button and not good_url(button["url"]):
            found.append(f"{method}: inline keyboard button URL {button['url']!r} is invalid")
    return found


def _reply_keyboard(method: str, rows: list[list[dict[str, Any]]], chat_id: Any) -> list[str]:
    found = []
    if not rows or any(not row for row in rows):
        found.append(f"{method}: an empty keyboard or row")
    for button in (button for row in rows for button in row):
        if not button["text"].strip():
            found.append(f"{method}: a key without a text")
        if button.get("request_contact") and not (isinstance(chat_id, int) and chat_id > 0):
            found.append(f"{method}: a phone number can be asked in private chats only")
    return found


def good_url(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return True
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not re.search(r"\s", url)
