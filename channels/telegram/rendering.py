"""What is to be said → Bot API calls, each within every limit.

Texts go with entities, never with a parse mode: nothing in a name or an answer can then be taken for markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from channels.base import Call, Capabilities, Limit
from channels.text import (
    cut,
    extract,
    is_web_address,
    numbered,
    split,
    to_utf16_entities,
    utf8_bytes,
    utf16_units,
    with_links,
)
from tunnel.messages import Button, Media, MediaKind, Message, RichText

Params = dict[str, Any]

_SENDING_FILES = "https://core.telegram.org/bots/api#sending-files, Bot API 10.1"
_FILE = Limit(50_000_000, "bytes", _SENDING_FILES)

CAPABILITIES = Capabilities(
    text=Limit(4096, "UTF-16 units", "sendMessage: text, 1-4096 characters after entities parsing, Bot API 10.1"),
    caption=Limit(1024, "UTF-16 units", "sendPhoto: caption, 0-1024 characters after entities parsing, Bot API 10.1"),
    buttons=Limit(100, "buttons", "not in the Bot API's text; aiogram 3.31, InlineKeyboardBuilder.max_buttons"),
    per_row=8,
    label=Limit(64, "UTF-16 units", "our own: the Bot API states none, and phones show less"),
    payload=Limit(64, "bytes", "InlineKeyboardButton: callback_data, 1-64 bytes, Bot API 10.1"),
    file_bytes={
        "image": Limit(10_000_000, "bytes", _SENDING_FILES),
        "video": _FILE,
        "audio": _FILE,
        "document": _FILE,
    },
    ask_phone=True,
    person_rate_per_s=1.0,  # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    person_burst=5,
    account_rate_per_s=30.0,
)

SENDING: dict[MediaKind, tuple[str, str]] = {
    "image": ("sendPhoto", "photo"),
    "video": ("sendVideo", "video"),
    "audio": ("sendAudio", "audio"),
    "document": ("sendDocument", "document"),
}
"""By kind of a file of ours: the method, and the parameter that holds the file."""

POINTER = "👇"
"""What is said above buttons that come without a text: a keyboard needs a message."""
NOD = "👌"
"""What is said to take a reply keyboard away: the message that does so cannot have inline buttons of its own."""

_ENTITY = {"bold": "bold", "italic": "italic", "link": "text_link"}
_SHORT, _MIDDLING = 8, 14
"""Labels up to this long (in UTF-16 units) go three, or two, in a row: what a narrow phone shows whole."""


def render_message(chat_id: int | str, message: Message, *, callback_buttons: bool = True) -> list[Call]:
    """The calls that say `message` in a chat: files, then text, with the buttons on the last of them.

    One call where Telegram allows it: a text of up to 1024 UTF-16 units is the last file's caption. A message with
    nothing in it gives no call.
    """
    text, markup = _with_buttons(message, callback_buttons)
    text = _trimmed(_with_plain_links(text))
    as_caption = bool(message.media) and utf16_units(text.plain) <= CAPABILITIES.caption.value
    drafts = [_file(chat_id, media) for media in message.media]
    if as_caption:
        drafts[-1][1].update(caption_params(text))
    elif text.plain or (markup and not drafts):
        limit = CAPABILITIES.text.value
        drafts += [
            _text(chat_id, part) for part in split(text if text.plain else RichText(POINTER), limit, utf16_units)
        ]
    if not drafts:
        return []
    if markup:
        drafts[-1][1]["reply_markup"] = markup
    if message.drop_keyboard and not message.ask_phone:
        if "reply_markup" in drafts[0][1]:
            drafts.insert(0, _text(chat_id, RichText(NOD)))
        drafts[0][1]["reply_markup"] = {"remove_keyboard": True}
    return [Call(method=method, params=params, media=media) for method, params, media in drafts]


Draft = tuple[str, Params, Media | None]


def _text(chat_id: int | str, text: RichText) -> Draft:
    return "sendMessage", {"chat_id": chat_id, **text_params(text)}, None


def _file(chat_id: int | str, media: Media) -> Draft:
    return SENDING[media.kind][0], {"chat_id": chat_id}, media


def _worded(words: str, marks: str, text: RichText) -> Params:
    """A text and its entities under the names that a method has for them."""
    if not text.plain:
        return {}
    params: Params = {words: text.plain}
    if entities := [_entity(*span) for span in to_utf16_entities(text)]:
        params[marks] = entities
    return params


def text_params(text: RichText) -> Params:
    """`text` and `entities` of sendMessage. The text must be within the limit."""
    return _worded("text", "entities", text)


def caption_params(text: RichText) -> Params:
    """`caption` and `caption_entities` of the methods for files. The text must be within the limit."""
    return _worded("caption", "caption_entities", text)


def _entity(kind: str, offset: int, length: int, url: str) -> Params:
    entity: Params = {"type": _ENTITY[kind], "offset": offset, "length": length}
    if kind == "link":
        entity["url"] = url
    return entity


def _with_buttons(message: Message, callback_buttons: bool) -> tuple[RichText, Params | None]:
    """The text, with what no button can carry below it, and the keyboard."""
    text, buttons = message.text, message.buttons
    usable = callback_buttons and all(_link_or_payload(button) for button in buttons)
    if message.ask_phone:
        return _phone_keyboard(message, with_choices=usable and len(buttons) <= CAPABILITIES.buttons.value)
    if not usable or len(buttons) > CAPABILITIES.buttons.value:
        return numbered(text, buttons), None
    text = with_links(text, [button for button in buttons if button.link and not is_link(button.link)])
    rows = _rows([button for button in buttons if not button.link or is_link(button.link)])
    return text, {"inline_keyboard": [[_inline(button) for button in row] for row in rows]} if rows else None


def _link_or_payload(button: Button) -> bool:
    return bool(button.link) or 1 <= utf8_bytes(button.token) <= CAPABILITIES.payload.value


def _phone_keyboard(message: Message, *, with_choices: bool) -> tuple[RichText, Params]:
    """The keyboard with "send my number". A message has but one keyboard, so choices become keys that write their
    label, and links go into the text.
    """
    keys = [[{"text": _label(message.ask_phone), "request_contact": True}]]
    text = with_links(message.text, [button for button in message.buttons if button.link])
    if with_choices:
        keys += [[{"text": _label(button.label)}] for button in message.buttons if not button.link]
    else:
        text = numbered(message.text, message.buttons)
    return text, {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}


def _inline(button: Button) -> Params:
    if button.link:
        return {"text": _label(button.label or button.link), "url": button.link}
    return {"text": _label(button.label), "callback_data": button.token}


def _label(label: str) -> str:
    return cut(label.strip(), CAPABILITIES.label.value, utf16_units) or "•"


def is_link(url: str) -> bool:
    """Whether Telegram takes this as the address of a button or a link; it refuses the whole message otherwise."""
    return is_web_address(url) or (url.startswith("tg://") and len(url) > len("tg://") and url.isprintable())


def _rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """One button a row, but short neighbours together: "Да" and "Нет", or five numbers as three and two."""
    rows: list[list[Button]] = []
    for short, group in groupby(buttons, key=lambda button: len(button.label) <= _MIDDLING):
        run = list(group)
        width = max([len(button.label) for button in run])
        per_row = 1 if not short else 2 if width > _SHORT else 3
        count = -(-len(run) // per_row)
        for number in range(count):  # as even as can be, the longer rows first
            size = -(-len(run) // (count - number))
            rows.append(run[:size])
            run = run[size:]
    return rows


def _with_plain_links(text: RichText) -> RichText:
    """Links that Telegram would refuse are shown below the text."""
    odd = [span for span in text.spans if span.kind == "link" and not is_link(span.url)]
    if not odd:
        return text
    kept = RichText(plain=text.plain, spans=tuple(span for span in text.spans if span not in odd))
    shown = [Button(label=extract(text, span.start, span.start + span.length).plain, link=span.url) for span in odd]
    return with_links(kept, [button for button in shown if button.link])


def _trimmed(text: RichText) -> RichText:
    """Telegram trims texts by itself, but then counts the entities anew: better to give it nothing to trim."""
    plain = text.plain
    if plain == plain.strip():
        return text
    start = len(plain) - len(plain.lstrip())
    return extract(text, start, max(len(plain.rstrip()), start))
