"""docs/reference/channels.md: the tables of what each channel can carry, made from the channels' own data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bots.docs_parts import filled, table
from channels.base import Capabilities, Limit
from channels.telegram.rendering import CAPABILITIES as TELEGRAM
from channels.vk.limits import CAPABILITIES as VK
from channels.web.channel import CAPABILITIES as WEB
from channels.whatsapp.limits import CAPABILITIES as WHATSAPP

PAGE = "docs/reference/channels.md"
CHANNELS: Mapping[str, Capabilities] = {"telegram": TELEGRAM, "vk": VK, "whatsapp": WHATSAPP, "web": WEB}
TITLES = {"telegram": "Telegram", "vk": "VK", "whatsapp": "WhatsApp", "web": "Web chat"}
_MIB = 1024 * 1024
_BY_NAME = {
    "text": "text of a message",
    "caption": "text beside a file",
    "buttons": "buttons of a message",
    "label": "a button's label",
    "payload": "what a button carries",
    "list_rows": "choices of a list (a standard keyboard in VK)",
    "list_label": "a list row's label",
}


def channels_page() -> str:
    """The page, its tables as the channels' data say."""
    parts: dict[str, Callable[[], str]] = {"compared": compared}
    parts |= {f"limits:{name}": lambda name=name: limits(CHANNELS[name]) for name in CHANNELS}  # type: ignore[misc]
    return filled(PAGE, parts)


def compared() -> str:
    """What differs in kind, all channels side by side."""
    rows = [(title, *(shown(one) for one in CHANNELS.values())) for title, shown in _COMPARED.items()]
    return table(("", *TITLES.values()), rows)


def limits(channel: Capabilities) -> str:
    """One channel's limits, with what is counted and who says so."""
    rows = [
        (title, _amount(limit), "" if limit.unit == "bytes" else limit.unit, limit.source)
        for title, limit in _limits(channel)
    ]
    return table(("what", "at most", "counted in", "source"), rows)


def _limits(channel: Capabilities) -> Iterator[tuple[str, Limit]]:
    for name, title in _BY_NAME.items():
        limit = getattr(channel, name)
        if limit is not None:
            yield title, limit
    for kind, limit in channel.file_bytes.items():
        yield f"file: {kind}", limit


def _amount(limit: Limit) -> str:
    if limit.unit != "bytes":
        return f"{limit.value:,}".replace(",", " ")
    if limit.value < 1000:
        return f"{limit.value} bytes"
    if limit.value % _MIB == 0:
        return f"{limit.value // _MIB} MiB"
    return f"{limit.value / 1_000_000:g} MB"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _rate(per_s: float) -> str:
    if per_s <= 0:
        return "no limit known"
    return f"{per_s:g}/s" if per_s >= 1 else f"1 in {1 / per_s:g} s"


_COMPARED: Mapping[str, Callable[[Capabilities], str]] = {
    "choices as buttons": lambda one: f"up to {one.buttons.value}",
    "choices as a list": lambda one: f"up to {one.list_rows.value}" if one.list_rows else "–",
    "link buttons": lambda one: _yes(one.link_buttons),
    "“send my number” button": lambda one: _yes(one.ask_phone),
    "bold, italic, links": lambda one: _yes(one.formatting),
    "messages to one person": lambda one: _rate(one.person_rate_per_s),
    "messages of one account": lambda one: _rate(one.account_rate_per_s),
    "a repeated send is one message": lambda one: _yes(one.dedupes_sends),
    "free text allowed": lambda one: (
        f"{one.window_s / 3600:g} h after the customer's last message" if one.window_s else "always"
    ),
}
