"""`tunnel webhooks`: where the messengers deliver updates."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, WRONG_USE, busy, say, settings_or_exit, speaks
from bots.settings import MESSENGERS, Settings

_NOWHERE = Text(
    "TUNNEL_PUBLIC_URL is missing: the messengers need an address to deliver to. Without one, updates are polled.",
    "Не задано TUNNEL_PUBLIC_URL: мессенджерам нужен адрес для доставки. Без него обновления опрашиваются.",
)
_NOTHING_ON = Text("No messenger is on: set a token first.", "Ни один мессенджер не включён: сначала задайте токен.")
_OFF = Text("{name} is missing", "Не задано {name}")


@click.command(
    help=say(
        "Set, check or remove the webhooks of Telegram and VK; for WhatsApp, print the steps. All channels that are "
        "on, or the one named. For `set` the program should be running: VK asks it at once.",
        "Задать, проверить или убрать вебхуки Telegram и ВКонтакте; для WhatsApp — напечатать шаги. Все включённые "
        "каналы или названный. Для `set` программа должна работать: ВКонтакте обратится к ней сразу.",
    )
)
@click.argument("action", type=click.Choice(["set", "check", "remove"]))
@click.argument("channel", required=False, type=click.Choice(MESSENGERS))
@speaks
def webhooks(action: str, channel: str | None, lang: Language) -> None:
    """Do `action` for each channel, and say how it went."""
    settings = settings_or_exit(lang)
    wanted = [channel] if channel else [name for name in MESSENGERS if name in settings.channels_on]
    mistake = _mistake(settings, action, wanted)
    if mistake is not None:
        print(mistake(lang), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    if not asyncio.run(_do(settings, action, wanted, lang)):
        raise SystemExit(FAILED)


def _mistake(settings: Settings, action: str, wanted: Sequence[str]) -> Text | None:
    if not wanted:
        return _NOTHING_ON
    for name in wanted:
        if name not in settings.channels_on:
            return _OFF.filled(name=f"TUNNEL_{name.upper()}_TOKEN")
    # Telegram's webhook can be removed without knowing where it pointed.
    if not settings.public_url and not (action == "remove" and list(wanted) == ["telegram"]):
        return _NOWHERE
    return None


async def _do(settings: Settings, action: str, wanted: Sequence[str], lang: Language) -> bool:
    from bots.accounts import build_channels
    from bots.registration import registrations
    from channels.base import Roots
    from channels.whatsapp import webhook_steps

    telegram, vk, whatsapp = build_channels(settings, Roots(content=settings.content, data=settings.data))
    known = registrations(telegram, vk, settings.public_url)
    all_well = True
    try:
        for name in wanted:
            if name == "whatsapp":
                click.echo(webhook_steps(settings.public_url, lang))
                continue
            with busy(f"{name} …"):
                verdict = await getattr(known[name], action)()
            all_well = all_well and verdict.ok
            click.echo(verdict.render(lang))
    finally:
        for channel in (telegram, vk, whatsapp):
            if channel is not None:
                await channel.close()
    return all_well
