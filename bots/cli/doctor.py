"""`tunnel doctor`: look at everything that the program leans on."""

from __future__ import annotations

import asyncio

import click

from bots.bilingual import Language
from bots.cli.screen import FAILED, busy, say, settings_or_exit, speaks
from bots.settings import Settings


@click.command(
    help=say(
        "Look whether Redis answers, the content loads, the tokens are valid, the webhooks point here and the "
        "operators' group is set up. Each ✗ says what to do; any makes the exit code 1.",
        "Проверить, что Redis отвечает, содержание загружается, токены действуют, вебхуки ведут сюда, а группа "
        "операторов настроена. Каждый ✗ говорит, что делать; с ним код выхода 1.",
    )
)
@speaks
def doctor(lang: Language) -> None:
    """Print a verdict for each."""
    settings = settings_or_exit(lang)
    if not asyncio.run(_examine(settings, lang)):
        raise SystemExit(FAILED)


async def _examine(settings: Settings, lang: Language) -> bool:
    from bots.doctor import examine

    all_well = True
    verdicts = aiter(examine(settings))
    while True:
        with busy("…"):
            verdict = await anext(verdicts, None)
        if verdict is None:
            return all_well
        all_well = all_well and verdict.ok
        click.echo(verdict.render(lang))
