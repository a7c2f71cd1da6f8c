"""Messages → VK's calls: at most one text, one attachment and one keyboard each, within every limit.

Sources: VKCOM/vk-api-schema 5.199, messages.send and messages_keyboard; dev.vk.com, "Keyboards for bots" and the
message's `format_data`; read 2026-11-21.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import msgspec

from channels.base import Call
from channels.text import (
    ELLIPSIS,
    code_points,
    cut,
    extract,
    is_web_address,
    numbered,
    split,
    to_utf16_entities,
    with_links,
)
from channels.vk.limits import CAPABILITIES, INLINE_ROWS, PER_ROW, STANDARD_BUTTONS, STANDARD_ROWS
from tunnel.events import Address
from tunnel.messages import Button, Message, RichText

TEXT_LIMIT = CAPABILITIES.text.value
LABEL_LIMIT = CAPABILITIES.label.value
INLINE_BUTTONS = CAPABILITIES.buttons.value

_ROW_CHARS = 32
"""Labels of one row together; more are cut short on a phone held upright."""
_PRESS_KEYS = {"event_id", "user_id", "peer_id"}
_NO_KEYBOARD: dict[str, Any] = {"one_time": True, "buttons": []}

Keyboard = dict[str, Any]


def render(address: Address, message: Message, *, callback_buttons: bool) -> list[Call]:
    """Say `message`: files first, the last of them with the text's beginning; the keyboard under the text's end."""
    buttons = [button for button in message.buttons if not button.link or is_web_address(button.link)]
    text = _with_buttons(_trim(message.text), message.buttons, buttons)
    keyboard = _keyboard(buttons, callback_buttons=callback_buttons)
    if keyboard is None and message.drop_keyboard:
        keyboard = _NO_KEYBOARD
    parts = [part for piece in split(text, TEXT_LIMIT, code_points) if (part := _trim(piece)).plain]
    calls = [Call("messages.send", {"peer_id": int(address.external_id)}, media=media) for media in message.media]
    calls[-1:], parts = _first_text(calls[-1:], parts, address)
    calls += [Call("messages.send", _text_params(address, part)) for part in parts]
    if keyboard is not None:
        _attach_keyboard(calls, keyboard, address, wanted=bool(buttons))
    return calls


def acknowledge(ack: str) -> Call | None:
    """Answer a callback button, so that it stops spinning; None where nothing waits for an answer."""
    try:
        press = json.loads(ack) if ack else None
    except ValueError:
        return None
    if not isinstance(press, dict) or not press.keys() >= _PRESS_KEYS:
        return None
    return Call("messages.sendMessageEventAnswer", {key: press[key] for key in sorted(_PRESS_KEYS)}, ephemeral=True)


def typing(address: Address) -> Call:
    """Show that an answer is being written, for some ten seconds."""
    return Call("messages.setActivity", {"peer_id": int(address.external_id), "type": "typing"}, ephemeral=True)


def _trim(text: RichText) -> RichText:
    """Without white space around it: VK cuts it off itself, and then every offset would be wrong."""
    if text.plain == text.plain.strip():
        return text
    start = len(text.plain) - len(text.plain.lstrip())
    return extract(text, start, len(text.plain.rstrip()))


def _with_buttons(text: RichText, offered: Sequence[Button], buttons: Sequence[Button]) -> RichText:
    """The text, with what no keyboard can show: broken links, labels over the limit, choices beyond forty."""
    if len(buttons) > STANDARD_BUTTONS or any(len(_one_line(button.label)) > LABEL_LIMIT for button in buttons):
        return numbered(text, offered)
    return with_links(text, [button for button in offered if button not in buttons])


def _first_text(last_media: list[Call], parts: list[RichText], address: Address) -> tuple[list[Call], list[RichText]]:
    if not last_media or not parts:
        return last_media, parts
    call = last_media[0]
    return [Call(call.method, _text_params(address, parts[0]), media=call.media)], parts[1:]


def _text_params(address: Address, part: RichText) -> dict[str, Any]:
    params: dict[str, Any] = {"peer_id": int(address.external_id), "message": part.plain}
    if format_data := _format_data(part):
        params["format_data"] = format_data
    return params


def _format_data(text: RichText) -> str:
    items: list[dict[str, Any]] = []
    for kind, offset, length, url in to_utf16_entities(text):
        if kind != "link":
            items.append({"type": kind, "offset": offset, "length": length})
        elif is_web_address(url):
            items.append({"type": "url", "offset": offset, "length": length, "url": url})
    return _json({"version": 1, "items": items}) if items else ""


def _attach_keyboard(calls: list[Call], keyboard: Keyboard, address: Address, *, wanted: bool) -> None:
    """Put the keyboard on the last call; buttons without any text get a line to stand under."""
    if not calls:
        if not wanted:
            return
        calls.append(Call("messages.send", {"peer_id": int(address.external_id), "message": ELLIPSIS}))
    calls[-1].params["keyboard"] = _json(keyboard)


def _keyboard(buttons: Sequence[Button], *, callback_buttons: bool) -> Keyboard | None:
    if not buttons or len(buttons) > STANDARD_BUTTONS:
        return None
    inline = len(buttons) <= INLINE_BUTTONS
    kind = "callback" if inline and callback_buttons else "text"
    rows = _rows(buttons, INLINE_ROWS if inline else STANDARD_ROWS)
    keyboard: Keyboard = {
        "one_time": not inline,
        "buttons": [[_button(button, kind) for button in row] for row in rows],
    }
    return {**keyboard, "inline": True} if inline else keyboard


def _button(button: Button, kind: str) -> dict[str, Any]:
    label = cut(_one_line(button.label), LABEL_LIMIT, code_points)
    if button.link:
        return {"action": {"type": "open_link", "label": label, "link": button.link}}
    return {"action": {"type": kind, "label": label, "payload": _json({"t": button.token})}}


def _rows(buttons: Sequence[Button], most: int) -> list[list[Button]]:
    """Short labels side by side, long ones alone; evenly filled where that would take too many rows."""
    rows: list[list[Button]] = []
    room = 0
    for button in buttons:
        width = len(button.label) + 2
        if not rows or len(rows[-1]) == PER_ROW or width > room:
            rows.append([])
            room = _ROW_CHARS
        rows[-1].append(button)
        room -= width
    if len(rows) <= most:
        return rows
    size = math.ceil(len(buttons) / most)
    return [list(buttons[start : start + size]) for start in range(0, len(buttons), size)]


def _one_line(label: str) -> str:
    return " ".join(label.split()) or ELLIPSIS


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
