"""`tunnel dead`: what was set aside, and how it comes back."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, WRONG_USE, busy, say, settings_or_exit, speaks
from bots.settings import Settings

if TYPE_CHECKING:
    from state import Kept, Store

_NOTHING = Text("Nothing was set aside.", "Ничего не отложено.")
_WHICH = Text("Which? Give ids of `tunnel dead list`, or --all.", "Какие? Назовите id из `tunnel dead list` или --all.")
_NOT_BOTH = Text("Either ids or --all.", "Либо id, либо --all.")
_NO_REDIS = Text("Redis: {error}", "Redis: {error}")
_VERDICTS = {
    "replayed": Text("✓ {id} is back", "✓ {id} возвращено"),
    "gone": Text("✗ {id}: no such letter (any more)", "✗ {id}: такого письма нет (или уже нет)"),
    "off": Text(
        "✗ {id}: its channel is switched off; set its token first",
        "✗ {id}: его канал выключен; сначала задайте токен",
    ),
    "unreadable": Text(
        "✗ {id}: this release cannot read it either; it stays",
        "✗ {id}: эта версия его тоже не понимает; оставлено",
    ),
    "post": Text(
        "✗ {id}: it is an operator's post; it stays, ask them to write again",
        "✗ {id}: это сообщение оператора; оставлено, попросите написать заново",
    ),
    "held": Text(
        "✗ {id}: the conversation is not the bot's now (people have it, or it was stopped); it stays",
        "✗ {id}: разговор сейчас ведёт не бот (у людей или остановлен); оставлено",
    ),
    "contactless": Text(
        "✗ {id}: its contact is unknown to this Redis; it stays",
        "✗ {id}: этот Redis не знает такого контакта; оставлено",
    ),
}


@click.command(
    help=say(
        "What was set aside: `list` shows each letter with its id, when, where (webhook, turn, send), what it holds "
        "and the cause; `replay` brings letters back, behind what waits by now: an event gets another turn, a message "
        "another send, a body another reading. Mend the cause first: what fails again is set aside again.",
        "Что было отложено: `list` показывает каждое письмо: id, когда, где (webhook, turn, send), что внутри и "
        "причину; `replay` возвращает письма, позади того, что уже ждёт: событие получит новый ход, сообщение — новую "
        "отправку, тело запроса — новый разбор. Сначала устраните причину: что не удастся снова, будет снова отложено.",
    )
)
@click.argument("action", type=click.Choice(["list", "replay"]))
@click.argument("ids", nargs=-1)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=say("Replay every letter, oldest first.", "Вернуть все письма, начиная со старых."),
)
@click.option(
    "--where",
    type=click.Choice(["webhook", "turn", "send"]),
    help=say("Only letters set aside there.", "Только отложенные здесь."),
)
@click.option("--count", type=click.IntRange(1, 100_000), default=100, show_default=True,
              help=say("At most so many, the newest.", "Не больше стольких, самые новые."))  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
def dead(
    action: str, ids: tuple[str, ...], everything: bool, where: str | None, count: int, form: str, lang: Language
) -> None:
    """List letters or replay them."""
    settings = settings_or_exit(lang)
    if action == "replay" and bool(ids) == everything:
        print((_NOT_BOTH if ids else _WHICH)(lang), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    from state import StateError

    try:
        if action == "list":
            asyncio.run(_list(settings, where, count, form, lang))
        elif not asyncio.run(_replay(settings, ids, where, count, lang)):
            raise SystemExit(FAILED)
    except StateError as error:
        print(_NO_REDIS.filled(error=error)(lang), file=sys.stderr)
        raise SystemExit(FAILED) from None


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The program's store; where Redis is our own, a running program's is shared."""
    from bots.app import embedded_redis
    from state import Store

    if settings.redis_url:
        store = await Store.connect(settings.redis_url, partitions=settings.partitions)
        try:
            yield store
        finally:
            await store.close()
        return
    async with embedded_redis(settings) as url:
        store = await Store.connect(url, partitions=settings.partitions)
        try:
            yield store
        finally:
            await store.close()


async def _wanted(store: Store, where: str | None, count: int) -> list[Kept]:
    kept = await store.letters(100_000 if where else count)
    return [one for one in kept if where is None or one.letter.where == where][:count]


async def _list(settings: Settings, where: str | None, count: int, form: str, lang: Language) -> None:
    from bots.letters import holds

    with busy("…"):
        async with open_store(settings) as store:
            kept = await _wanted(store, where, count)
    rows = [
        {
            "id": one.id,
            "at": datetime.fromtimestamp(one.letter.at, UTC).isoformat(timespec="seconds"),
            "where": one.letter.where,
            "holds": holds(one.letter),
            "contact": one.letter.contact,
            "cause": one.letter.cause,
        }
        for one in kept
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['at']}  {row['where']}  {row['holds']}  {row['contact']}\n    {row['cause']}")
    if not rows:
        click.echo(_NOTHING(lang))


async def _replay(settings: Settings, ids: Sequence[str], where: str | None, count: int, lang: Language) -> bool:
    from bots.accounts import build_accounts
    from bots.intake import Intake
    from bots.letters import Replay

    all_well = True
    async with open_store(settings) as store:
        accounts = build_accounts(settings, store)
        replay = Replay(store, Intake(store, time.time), accounts.by_key, time.time())
        try:
            chosen = ids or [one.id for one in reversed(await _wanted(store, where, count))]
            for letter_id in chosen:
                verdict = await replay.replay(letter_id)
                all_well = all_well and verdict == "replayed"
                click.echo(_VERDICTS[verdict].filled(id=letter_id)(lang))
            if not chosen:
                click.echo(_NOTHING(lang))
        finally:
            for channel in accounts.channels:
                await channel.close()
    return all_well
