"""`tunnel records`: how the records do, made anew, and sessions given back to an emptied Redis."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, WRONG_USE, busy, say, settings_or_exit, speaks
from bots.settings import Settings

if TYPE_CHECKING:
    from records import Records

_Result = TypeVar("_Result")

_AWAY = Text("The records cannot be read: {cause}", "Записи прочитать нельзя: {cause}")
_REBUILT = Text(
    "The tables were made anew from {lines} lines of the journal; set aside: {set_aside}",
    "Таблицы построены заново из строк журнала: {lines}; отложено: {set_aside}",
)
_RESTORED = Text(
    "Sessions given back: {restored}. Left as they were, because Redis has them: {kept}.",
    "Возвращено сессий: {restored}. Оставлены как есть, потому что в Redis они есть: {kept}.",
)
_GAP = Text(
    "The gap that remains: turns after {at} UTC, events that waited for an answer, messages that waited to be sent.",
    "Чего уже нет: ходов после {at} UTC, событий, ждавших ответа, и сообщений, ждавших отправки.",
)
_NOTHING = Text("There are no snapshots: nothing was ever projected.", "Снимков нет: в записи ещё ничего не попало.")
_LAST = Text("Last projected: {at} UTC", "Последнее записанное: {at} UTC")
_NEVER = Text("Nothing has been projected yet.", "Ещё ничего не записано.")
_SET_ASIDE = Text(
    "set aside  {at:%Y-%m-%d %H:%M}  {entry}  {contact}  {cause}",
    "отложено  {at:%Y-%m-%d %H:%M}  {entry}  {contact}  {cause}",
)


@click.command(
    help=say(
        "`status`: how far the records are, how much they hold, what was set aside. `rebuild`: make every table anew "
        "from the journal. `restore-sessions`: give an emptied Redis its sessions back, and say what gap remains.",
        "`status` — докуда дошли записи, сколько в них и что отложено. `rebuild` — построить все таблицы заново из "
        "журнала. `restore-sessions` — вернуть опустевшему Redis сессии и сказать, чего уже нет.",
    )
)
@click.argument("action", type=click.Choice(["status", "rebuild", "restore-sessions"]))
@speaks
def records(action: str, lang: Language) -> None:
    """Do it, and say what was done."""
    settings = settings_or_exit(lang)
    actions = {"status": _status, "rebuild": _rebuild, "restore-sessions": _restore}
    with busy("…"):
        lines = asyncio.run(with_records(settings, lang, lambda own: actions[action](own, settings, lang)))
    for line in lines:
        click.echo(line)


async def with_records(settings: Settings, lang: Language, ask: Callable[[Records], Awaitable[_Result]]) -> _Result:
    """What `ask` finds in the records; where they cannot be read, say why and end the program."""
    from records import Away, Misaddressed, Records

    try:
        records = Records.open(settings.database_url, settings.data)
    except Misaddressed as error:
        print(f"TUNNEL_DATABASE_URL: {error}", file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    try:
        await records.migrate()
        return await ask(records)
    except Away as error:
        print(_AWAY.filled(cause=error)(lang), file=sys.stderr)
        raise SystemExit(FAILED) from None
    finally:
        await records.close()


async def _status(own: Records, settings: Settings, lang: Language) -> list[str]:
    from records.status import status

    found = await status(own.engine)
    lines = [_LAST.filled(at=f"{found.last_at:%Y-%m-%d %H:%M:%S}")(lang) if found.last_at else _NEVER(lang)]
    lines += [f"{name:<18}{count:>10}" for name, count in found.counts.items()]
    return lines + [
        _SET_ASIDE.filled(at=row.at, entry=row.entry, contact=row.contact, cause=row.cause)(lang)
        for row in found.set_aside
    ]


async def _rebuild(own: Records, settings: Settings, lang: Language) -> list[str]:
    from bots.content import Content
    from records.rebuild import rebuild

    variables = Content.load(settings.content).definition.settings.variables
    done = await rebuild(own.engine, {name: variable.type for name, variable in variables.items()})
    return [_REBUILT.filled(lines=done.lines, set_aside=done.set_aside)(lang)]


async def _restore(own: Records, settings: Settings, lang: Language) -> list[str]:
    from bots.restoring import restore_sessions
    from records.snapshots import last_projected

    at = await last_projected(own.engine)
    if at is None:
        return [_NOTHING(lang)]
    restored, kept = await restore_sessions(own, settings)
    gap = _GAP.filled(at=f"{at:%Y-%m-%d %H:%M:%S}")(lang)
    return [_RESTORED.filled(restored=restored, kept=kept)(lang), gap]
