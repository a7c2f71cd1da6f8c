"""`tunnel emit`: let an event happen to a contact, through the store or through the API of a running program."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from bots.bilingual import Language, Text
from bots.cli.findings import (
    content_directory,
    content_option,
    definition_or_exit,
    language_of,
    load_content,
    speaks_of_content,
)
from bots.cli.screen import FAILED, SPOKEN, WRONG_USE, say, settings_or_exit
from bots.settings import Settings

if TYPE_CHECKING:
    from tunnel.language.definition import Definition, EventKind

SOURCE = "terminal"
TIME_S = 15.0

_WHO = Text(
    "Say who: exactly one of --contact, --phone, --email, --address channel:id.",
    "Скажите, кто это: ровно одно из --contact, --phone, --email, --address канал:id.",
)
_BAD_PAIR = Text("{pair!r}: write name=value.", "{pair!r}: нужно имя=значение.")
_WRONG = Text("✗ {field}: {error}. {remedy}", "✗ {field}: {error}. {remedy}")
_TAKEN = Text("✓ {name} is stored (id {id}).", "✓ {name} сохранено (id {id}).")
_AGAIN = Text("✓ {name} with the id {id} was there already.", "✓ {name} с id {id} уже было.")
_WAITS = Text(
    "Nobody is known by this yet: it waits until somebody is.", "Под этим пока никто не известен: событие подождёт."
)
_REFUSED = Text("✗ {status}: {error}. {remedy}", "✗ {status}: {error}. {remedy}")
_NO_ANSWER = Text("✗ {url} does not answer: {error}", "✗ {url} не отвечает: {error}")
_NO_REDIS = Text("Redis: {error}", "Redis: {error}")
_TOKEN = Text(
    "--url needs --token (or TUNNEL_EVENTS_TOKENS in the settings).",
    "к --url нужен --token (или TUNNEL_EVENTS_TOKENS в настройках).",
)


@click.command(
    help=say(
        "Let the event NAME happen to a contact, as a shop's program would tell it: `tunnel emit cart.abandoned "
        "--phone +79160000000 total=4990 items=Parka,Cap`. What the event carries is written name=value; lists with "
        "commas. "
        "It goes straight into the store of these settings, or, with --url, to a running program's API.",
        "Пусть с контактом случится событие NAME, как если бы о нём сообщил магазин: `tunnel emit cart.abandoned "
        "--phone +79160000000 total=4990 items=Пуховик,Шапка`. Что событие несёт, пишут имя=значение; списки — через "
        "запятую. Событие идёт прямо в хранилище из настроек или, с --url, в API работающей программы.",
    )
)
@click.argument("name")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--contact", help=say("Our id of the contact.", "Наш id контакта."))
@click.option("--phone", help=say("The contact's phone.", "Телефон контакта."))
@click.option("--email", help=say("The contact's e-mail.", "Почта контакта."))
@click.option("--address", help=say("channel:id, such as telegram:12345.", "канал:id, например telegram:12345."))
@click.option(
    "--id",
    "event_id",
    help=say("The event's id; the same id again does nothing.", "id события; повтор ничего не сделает."),
)
@click.option("--url", help=say("Address of a running program.", "Адрес работающей программы."))
@click.option("--token", help=say("Bearer token for --url.", "Токен (Bearer) для --url."))
@content_option
@speaks_of_content
def emit(
    name: str,
    pairs: tuple[str, ...],
    contact: str | None,
    phone: str | None,
    email: str | None,
    address: str | None,
    event_id: str | None,
    url: str | None,
    token: str | None,
    directory: Path | None,
    lang: Language | None,
) -> None:
    """Build the event, check it, bring it."""
    settings = settings_or_exit(lang or SPOKEN)
    directory = content_directory(directory, lang)
    loaded = load_content(directory, lang)
    definition = definition_or_exit(loaded, directory, lang)
    spoken = language_of(loaded, lang)
    channel, _, user = (address or "").partition(":")
    named: dict[str, Any] = {"id": contact, "phone": phone, "email": email}
    named["address"] = {"channel": channel, "external_id": user} if address else None
    who = {key: value for key, value in named.items() if value is not None}
    if len(who) != 1:
        _fail(_WHO, spoken)
    data = _data(pairs, definition.events.get(name), spoken)
    event = {"id": event_id or uuid4().hex, "name": name, "contact": who, "data": data}
    if url is not None:
        raise SystemExit(asyncio.run(_through_api(settings, url, token, event, spoken)))
    from state import StateError

    try:
        raise SystemExit(asyncio.run(_through_store(settings, definition, event, spoken)))
    except StateError as error:
        print(_NO_REDIS.filled(error=error)(spoken), file=sys.stderr)
        raise SystemExit(FAILED) from None


def _fail(text: Text, lang: Language) -> None:
    print(text(lang), file=sys.stderr)
    raise SystemExit(WRONG_USE)


def _data(pairs: tuple[str, ...], kind: EventKind | None, lang: Language) -> dict[str, Any]:
    """What is typed, as JSON would have it: by the field's type, or by its look where any field may come."""
    data: dict[str, Any] = {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals or not field:
            _fail(_BAD_PAIR.filled(pair=pair), lang)
        data[field] = _typed(value, kind.fields.get(field) if kind else None)
    return data


def _typed(value: str, kind: str | None) -> Any:
    flags = {"true": True, "yes": True, "да": True, "false": False, "no": False, "нет": False}
    if kind == "list":
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind == "flag":
        return flags.get(value.lower(), value)
    if kind == "number" or (kind is None and value.replace(".", "", 1).isdecimal()):
        try:
            return float(value)
        except ValueError:
            return value
    return flags[value] if kind is None and value in ("true", "false") else value


async def _through_store(settings: Settings, definition: Definition, event: dict[str, Any], lang: Language) -> int:
    from bots.accounts import build_accounts
    from bots.arrivals import Reader, Rejected, rejected_there
    from bots.cli.dead import open_store

    async with open_store(settings) as store:
        accounts = build_accounts(settings, store)
        for channel in accounts.channels:
            await channel.close()
        reader = Reader(definition, list(accounts.by_key), SOURCE, time.time())
        try:
            received = reader.read(event)
            arrival = received.arrival()
            waits = bool(arrival.identity) and await store.contact_of(arrival.identity) is None
            (fate,) = await store.arrive([arrival])
            if (refused := rejected_there(fate)) is not None:
                raise refused
        except Rejected as rejected:
            told = {"field": rejected.field, "error": rejected.error(lang), "remedy": rejected.remedy(lang)}
            print(_WRONG.filled(**told)(lang), file=sys.stderr)
            return FAILED
    click.echo((_TAKEN if fate == "accepted" else _AGAIN).filled(name=event["name"], id=event["id"])(lang))
    if waits:
        click.echo(_WAITS(lang))
    return 0


async def _through_api(settings: Settings, url: str, token: str | None, event: dict[str, Any], lang: Language) -> int:
    from aiohttp import ClientError, ClientSession, ClientTimeout

    from bots.settings import named_secrets

    known = named_secrets(settings.events_tokens)
    token = token or (known[0][1] if known else None)
    if token is None:
        _fail(_TOKEN, lang)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": lang}
    place = f"{url.rstrip('/')}/api/events"
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=TIME_S)) as client,
            client.post(place, json=event, headers=headers) as answer,
        ):
            status, told = answer.status, await answer.json(content_type=None)
    except (ClientError, TimeoutError, json.JSONDecodeError, ValueError) as error:
        print(_NO_ANSWER.filled(url=place, error=type(error).__name__)(lang), file=sys.stderr)
        return FAILED
    if not isinstance(told, dict) or "error" in told or "accepted" not in told:
        parts = told if isinstance(told, dict) else {}
        said = {name: parts.get(name, "?") for name in ("error", "remedy")}
        print(_REFUSED.filled(status=status, **said)(lang), file=sys.stderr)
        return FAILED
    for one in told["rejected"]:
        print(_WRONG.filled(field=one["field"], error=one["error"], remedy=one["remedy"])(lang), file=sys.stderr)
    if status != 202:
        return FAILED
    click.echo((_TAKEN if told["accepted"] else _AGAIN).filled(name=event["name"], id=event["id"])(lang))
    return 0
