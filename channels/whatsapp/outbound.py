"""Messages → WhatsApp's calls, within every limit. One kind of button a message: replies, a list, or one link.

Sources: facebook/openapi, business-messaging-api v23.0; Meta, "Interactive messages" and "Business-scoped user ids";
read 2026-11-21.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from channels.base import Call
from channels.files import mime_type
from channels.text import ELLIPSIS, cut, extract, is_web_address, numbered, split, unique, utf16_units, with_links
from channels.whatsapp.limits import (
    BODY_CHARS,
    CAPABILITIES,
    LINK_TITLE_CHARS,
    LIST_ROWS,
    MEDIA_TYPES,
    REPLY_BUTTONS,
    REPLY_TITLE_CHARS,
    ROW_DESCRIPTION_CHARS,
    ROW_TITLE_CHARS,
    TEMPLATE_BUTTONS,
    TEMPLATE_HOLE_CHARS,
)
from channels.whatsapp.marks import fit, spell_links
from tunnel.events import Address
from tunnel.messages import Approved, Button, Media, Message, RichText

TEXT_LIMIT = CAPABILITIES.text.value
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_ADDRESS = re.compile(r"https?://")
_HEADER_KINDS = ("image", "video", "document")
_WITHOUT_CAPTION = ("audio",)

Params = dict[str, Any]


class Menu(NamedTuple):
    """What stands under a body: the interactive message without its body. `header`: whether a file may stand on top."""

    interactive: Params
    header: bool


def render(address: Address, message: Message) -> list[Call]:
    """Say `message`: files first, with the text as the last one's caption or header where that fits."""
    if message.template is not None:
        return [_call(address, "template", _template(message.template, message.buttons))]
    text, menu = _with_menu(message)
    media = [_shown_as(item) for item in message.media]
    if menu is None:
        return _plain(address, media, text)
    body, before = _body(text)
    on_top = media[-1] if media and menu.header and not before and media[-1].kind in _HEADER_KINDS else None
    calls = [_media_call(address, item) for item in (media[:-1] if on_top else media)]
    calls += [_text_call(address, part) for part in before]
    interactive = {**menu.interactive, "body": {"text": body}}
    if on_top:
        interactive = {"header": {"type": on_top.kind, on_top.kind: {}}, **interactive}
    return [*calls, _call(address, "interactive", interactive, on_top)]


def _template(template: Approved, buttons: Sequence[Button]) -> Params:
    """A message that was approved beforehand, its holes filled; a quick reply comes back with the choice's token."""
    components: list[Params] = []
    if template.params:
        holes = [{"type": "text", "text": _hole(param)} for param in template.params]
        components.append({"type": "body", "parameters": holes})
    tokens = [button.token for button in buttons if button.token] if template.buttons else []
    components += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": token}],
        }
        for index, token in enumerate(tokens[:TEMPLATE_BUTTONS])
    ]
    named: Params = {"name": template.name, "language": {"policy": "deterministic", "code": template.language}}
    return {**named, "components": components} if components else named


def _hole(text: str) -> str:
    """A parameter: Meta refuses line breaks, tabs, more than four spaces on end, and nothing at all."""
    return cut(_one_line(text), TEMPLATE_HOLE_CHARS, utf16_units)


def typing(message_id: str) -> Call:
    """Mark a customer's message as read, and show for at most 25 s that an answer is being written."""
    params = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }
    return Call("messages", params, ephemeral=True)


def recipient(external_id: str) -> Params:
    """Whom a message is for: a phone number, or a business-scoped user id ("RU.13491208655302741918")."""
    return {"recipient": external_id} if "." in external_id else {"to": external_id}


def _with_menu(message: Message) -> tuple[RichText, Menu | None]:
    """The buttons as the best menu that WhatsApp has for them, and the text with what the menu cannot say."""
    offered = message.buttons
    choices = [button for button in offered if not button.link]
    links = [button for button in offered if button.link]
    if len(choices) > LIST_ROWS:
        return numbered(message.text, offered), None
    if len(links) == 1 and not choices and _fits_link(links[0]):
        return message.text, Menu(_link(links[0]), header=True)
    longest = REPLY_TITLE_CHARS if len(choices) <= REPLY_BUTTONS else ROW_DESCRIPTION_CHARS
    too_long = any(utf16_units(_one_line(choice.label)) > longest for choice in choices)
    text = numbered(message.text, offered) if too_long else with_links(message.text, links)
    if not choices:
        return text, None
    if len(choices) <= REPLY_BUTTONS:
        return text, Menu(_replies(choices), header=True)
    return text, Menu(_list(choices, _chooser(message)), header=False)


def _fits_link(button: Button) -> bool:
    return is_web_address(button.link) and 0 < utf16_units(button.label.strip()) <= LINK_TITLE_CHARS


def _link(button: Button) -> Params:
    parameters = {"display_text": _one_line(button.label), "url": button.link}
    return {"type": "cta_url", "action": {"name": "cta_url", "parameters": parameters}}


def _replies(choices: Sequence[Button]) -> Params:
    titles = unique((_one_line(choice.label) for choice in choices), REPLY_TITLE_CHARS, utf16_units)
    buttons = [
        {"type": "reply", "reply": {"id": choice.token, "title": title}}
        for choice, title in zip(choices, titles, strict=True)
    ]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(choices: Sequence[Button], chooser: str) -> Params:
    labels = [_one_line(choice.label) for choice in choices]
    titles = unique(labels, ROW_TITLE_CHARS, utf16_units)
    rows = [
        {"id": choice.token, "title": title}
        | ({} if title == label else {"description": cut(label, ROW_DESCRIPTION_CHARS, utf16_units)})
        for choice, label, title in zip(choices, labels, titles, strict=True)
    ]
    return {"type": "list", "action": {"button": chooser, "sections": [{"rows": rows}]}}


def _chooser(message: Message) -> str:
    """The words on the button that opens a list, in the language that the labels are in."""
    return "Выбрать" if any(_CYRILLIC.search(button.label) for button in message.buttons) else "Choose"


def _plain(address: Address, media: Sequence[Media], text: RichText) -> list[Call]:
    caption = fit(text, TEXT_LIMIT)
    fits = len(caption) == 1 and utf16_units(caption[0]) <= BODY_CHARS
    if media and fits and media[-1].kind not in _WITHOUT_CAPTION:
        *first, last = media
        return [*(_media_call(address, item) for item in first), _media_call(address, last, caption[0])]
    return [*(_media_call(address, item) for item in media), *(_text_call(address, part) for part in caption)]


def _body(text: RichText) -> tuple[str, list[str]]:
    """The text's end for the interactive message, and what of it goes before as messages of their own."""
    parts = fit(text, BODY_CHARS)
    if len(parts) <= 1:
        return (parts[0] if parts else ELLIPSIS), []
    shown = spell_links(text)
    end = len(shown.plain.rstrip())
    shown = extract(shown, 0, end)
    # Room for the signs of emphasis is found by trying: the last piece of an ever finer split.
    limit = BODY_CHARS
    while True:
        last = split(shown, limit, utf16_units)[-1]
        bodies = fit(last, BODY_CHARS)
        if len(bodies) == 1:
            break
        limit = max(limit // 2, BODY_CHARS // 64)
    before = fit(extract(shown, 0, end - len(last.plain)), TEXT_LIMIT)
    return bodies[0], before


def _shown_as(media: Media) -> Media:
    """A file as WhatsApp takes it: what it cannot show goes as a document."""
    known = MEDIA_TYPES.get(media.kind)
    if known is None or mime_type(media.path) in known:
        return media
    return Media(kind="document", path=media.path, name=media.name, data=media.data)


def _media_call(address: Address, media: Media, caption: str = "") -> Call:
    return _call(address, media.kind, {"caption": caption} if caption else {}, media)


def _text_call(address: Address, part: str) -> Call:
    return _call(address, "text", {"body": part, "preview_url": bool(_ADDRESS.search(part))})


def _call(address: Address, kind: str, content: Params, media: Media | None = None) -> Call:
    params = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **recipient(address.external_id),
        "type": kind,
        kind: content,
    }
    return Call("messages", params, media=media)


def _one_line(label: str) -> str:
    return " ".join(label.split()) or ELLIPSIS
