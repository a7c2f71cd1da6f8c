"""`tunnel contacts`: find people, and see all that is known of one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, say, settings_or_exit, speaks

if TYPE_CHECKING:
    from records import Records
    from records.history import Card, Happening
    from records.search import Found, Said

_NOBODY = Text("Nobody was found.", "Никого не нашлось.")
_SAID = Text("In messages:", "В сообщениях:")
_UNKNOWN = Text(
    "There is no contact {id!r}; `tunnel contacts find` shows ids.",
    "Контакта {id!r} нет; id показывает `tunnel contacts find`.",
)
_FIELDS = {
    "phone": Text("phone", "телефон"),
    "email": Text("e-mail", "почта"),
    "mode": Text("answered by", "отвечает"),
    "operator": Text("operator", "оператор"),
    "tunnel": Text("tunnel", "воронка"),
    "step": Text("step", "шаг"),
}
_TAGS = Text("tags", "метки")
_STAGE = Text("{tunnel}: stage {stage} since {since}", "{tunnel}: этап {stage} с {since}")


@click.command(
    help=say(
        "`find`: people whose name, phone, e-mail or tag holds the text, and messages that hold its words in any form. "
        "`show`: everything known of the contact with this id, and its history.",
        "`find` — люди, у которых текст есть в имени, телефоне, почте или метке, и сообщения с этими словами в любой "
        "форме. `show` — всё известное о контакте с этим id и его история.",
    )
)
@click.argument("action", type=click.Choice(["find", "show"]))
@click.argument("text")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
def contacts(action: str, text: str, form: str, lang: Language) -> None:
    """Find or show."""
    from bots.cli.records import with_records

    settings = settings_or_exit(lang)
    if action == "find":
        people, said = asyncio.run(with_records(settings, lang, lambda own: _find(own, text)))
        _print(form, {"contacts": people, "messages": said}, found_lines(people, said, lang))
        return
    from records.history import card

    found = asyncio.run(with_records(settings, lang, lambda own: card(own.engine, text)))
    if found is None:
        print(_UNKNOWN.filled(id=text)(lang), file=sys.stderr)
        raise SystemExit(FAILED)
    _print(form, found, card_lines(found, lang))


async def _find(records: Records, text: str) -> tuple[list[Found], list[Said]]:
    from records.search import find_contacts, find_messages

    return await find_contacts(records.engine, text), await find_messages(records.engine, text)


def _print(form: str, found: Any, lines: Iterator[str]) -> None:
    if form == "json":
        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def found_lines(people: list[Found], said: list[Said], lang: Language) -> Iterator[str]:
    """One line a person, one a message."""
    for one in people:
        parts = [one.name or "—", one.phone, one.email, ", ".join(one.channels)]
        parts += [f"{tunnel}: {stage}" for tunnel, stage in one.stages.items()] + [f"#{tag}" for tag in one.tags]
        yield f"{one.id}  " + " · ".join(part for part in parts if part)
    if not people:
        yield _NOBODY(lang)
    if said:
        yield ""
        yield _SAID(lang)
        for line in said:
            words = " ".join(line.text.split())
            yield f"{line.contact}  {line.at:%Y-%m-%d %H:%M}  {line.name or '—'} ({line.by}): {words[:100]}"


def card_lines(card: Card, lang: Language) -> Iterator[str]:
    """What is known, then what happened, oldest first. Times are UTC."""
    contact = card.contact
    yield f"{contact['name'] or '—'}  {contact['id']}"
    for name, title in _FIELDS.items():
        if contact[name]:
            yield f"  {title(lang)}: {contact[name]}"
    for name, value in contact["variables"].items():
        yield f"  {name}: {value}"
    for address in card.addresses:
        yield f"  {address['channel']}: {address['external_id']}" + (
            f" ✗ {address['reason']}" if not address["reachable"] else ""
        )
    if card.tags:
        yield f"  {_TAGS(lang)}: {', '.join(card.tags)}"
    for lead in card.leads:
        yield "  " + _STAGE.filled(tunnel=lead["tunnel"], stage=lead["stage"], since=f"{lead['since']:%Y-%m-%d %H:%M}")(
            lang
        )
    yield ""
    for one in card.history:
        yield f"{one.at:%Y-%m-%d %H:%M:%S}  {told(one, lang)}"


def told(one: Happening, lang: Language) -> str:
    """One happening in a line."""
    row = one.row
    ways = {
        "messages": lambda: f"{row['by']}: {' '.join(row['text'].split())}" + _fate(row),
        "visits": lambda: (
            f"→ {row['tunnel']}/{row['step']}" + (f" … {row['label'] or row['left_by']}" if row["left_by"] else "")
        ),
        "lead_stages": lambda: f"⇒ {row['tunnel']}: {row['stage']}" + (f" ({row['reason']})" if row["reason"] else ""),
        "touches": lambda: f"⇢ {row['channel']} {row['ref']} {row['utm_source']}".rstrip(),
        "objections": lambda: f"? {row['name']}" + (f" ✓ {row['label']}" if row["won_at"] else ""),
        "grants": lambda: f"★ {row['magnet']}",
        "notes": lambda: f"✎ {row['by']}: {row['text']}",
        "tasks": lambda: f"☐ {row['title']}",
        "consents": lambda: f"{'✓' if row['given'] else '✗'} {row['channel']} {row['how']}",
        "outside_events": lambda: f"⚡ {row['name']}" + (f" ({row['origin']})" if row["origin"] else ""),
        "facts": lambda: "· " + fact(row)(lang),
        "payments": lambda: f"$ {row['tunnel']}: {row['value']} {row['currency']} {row['product']}".rstrip(),
    }
    return ways[one.what]()


def fact(row: Mapping[str, Any]) -> Text:
    """A fact of the records in words."""
    from bots.cli.report import WHATS, WHYS

    words = FACTS.get((row["what"], row["did"])) or FACTS.get((row["what"], "")) or FACTS["", ""]
    number = str(int(row["part"]) + 1) if row["what"] == "ladder" and row["part"].lstrip("-").isdigit() else ""
    filled = {**row, "number": number, "because": WHYS.get(row["why"], Text(row["why"], row["why"]))}
    if row["what"] == "held":
        filled["name"] = WHATS.get(row["name"], Text(row["name"], row["name"]))
    return words.filled(**filled)


FACTS = {
    ("trigger", ""): Text("{name} led to: {did} ({tunnel})", "{name}, что вышло: {did} ({tunnel})"),
    ("ladder", "started"): Text("ladder of {name} begins ({tunnel})", "началась лестница {name} ({tunnel})"),
    ("ladder", "said"): Text("ladder of {name}: message {number}", "лестница {name}: сообщение {number}"),
    ("ladder", "skipped"): Text(
        "ladder of {name}: message {number} was left out: {because}",
        "лестница {name}: сообщение {number} пропущено: {because}",
    ),
    ("ladder", "stopped"): Text("ladder of {name} stopped: {because}", "лестница {name} остановлена: {because}"),
    ("ladder", "ended"): Text("ladder of {name} is at its end", "лестница {name} закончилась"),
    ("held", ""): Text("{name} was not said at once: {because}", "{name}: не сказано сразу, {because}"),
    ("promo", "given"): Text("promo code {part} of {name}", "промокод {part} ({name})"),
    ("promo", "none"): Text("no promo code of {name} was left", "промокоды {name} кончились"),
    ("promo", "redeemed"): Text("promo code {part} of {name} was used", "промокод {part} ({name}) применён"),
    ("arm", ""): Text("split {tunnel}/{name}: {part}", "развилка {tunnel}/{name}: {part}"),
    ("parked", "left"): Text("left aside at {tunnel}/{name}", "отложено на {tunnel}/{name}"),
    ("parked", "taken up"): Text("taken up again at {tunnel}/{name}", "продолжено с {tunnel}/{name}"),
    ("parked", "dropped"): Text("{tunnel} left aside no longer", "{tunnel}: больше не отложено"),
    ("overdue", ""): Text("overdue at the stage {name} ({tunnel})", "просрочен этап {name} ({tunnel})"),
    ("clicked", ""): Text("opened {name}", "открыл {name}"),
    ("", ""): Text("{what} {tunnel} {name} {did} {why}", "{what} {tunnel} {name} {did} {why}"),
}
"""(what, did) → words; without `did` for all others."""


def _fate(row: dict[str, Any]) -> str:
    if row["direction"] == "in":
        return ""
    return f" [{row['status']}" + (f": {row['reason']}]" if row["reason"] else "]")
