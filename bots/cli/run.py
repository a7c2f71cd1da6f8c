"""`tunnel run`: start the processes."""

from __future__ import annotations

import click
import structlog

from bots.bilingual import Language
from bots.cli.screen import busy, say, settings_or_exit, speaks
from bots.environment import warnings
from bots.roles import ROLES
from bots.settings import Settings


@click.command(
    help=say(
        "Start the program: everything in one process, or the roles named. Ctrl-C or SIGTERM ends it in order.",
        "Запустить программу: всё в одном процессе или названные роли. Ctrl-C или SIGTERM завершает её по порядку.",
    )
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["all", *ROLES]),
    help=say("A role to run; may be repeated. By default all.", "Роль; можно повторять. По умолчанию все."),
)
@click.option(
    "--poll/--no-poll",
    default=None,
    help=say(
        "Ask Telegram and VK for updates. By default only where TUNNEL_PUBLIC_URL is unset.",
        "Опрашивать Telegram и ВКонтакте. По умолчанию — только если не задан TUNNEL_PUBLIC_URL.",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=say("Port to listen on, instead of TUNNEL_PORT.", "Порт вместо TUNNEL_PORT."),
)
@speaks
def run(roles: tuple[str, ...], poll: bool | None, port: int | None, lang: Language) -> None:
    """Start the roles and stay until told to stop."""
    settings = settings_or_exit(lang)
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    from bots.logs import set_up_logs

    set_up_logs(settings)
    for warning in warnings(settings):
        structlog.get_logger("bots.settings").warning(warning(lang))
    chosen = frozenset(ROLES) if not roles or "all" in roles else frozenset(roles)
    raise SystemExit(start(settings, chosen, poll))


def start(settings: Settings, roles: frozenset[str], poll: bool | None) -> int:
    """Import what takes a second to import, and go."""
    with busy("…"):
        from bots.app import run as run_app
    return run_app(settings, roles, poll)
