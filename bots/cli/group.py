"""The table of commands, and the way out for errors."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module

import click

from bots.bilingual import Text
from bots.cli.screen import FAILED, SPOKEN, say

COMMANDS = {
    "run": ("bots.cli.run", "run"),
    "check": ("bots.cli.content", "check"),
    "test": ("bots.cli.scripts", "test"),
    "chat": ("bots.cli.chat", "chat"),
    "diagram": ("bots.cli.content", "diagram"),
    "schema": ("bots.cli.content", "schema"),
    "emit": ("bots.cli.emit", "emit"),
    "report": ("bots.cli.report", "report"),
    "contacts": ("bots.cli.contacts", "contacts"),
    "records": ("bots.cli.records", "records"),
    "settings": ("bots.cli.settings", "settings"),
    "doctor": ("bots.cli.doctor", "doctor"),
    "webhooks": ("bots.cli.webhooks", "webhooks"),
    "account": ("bots.cli.account", "account"),
    "dead": ("bots.cli.dead", "dead"),
}
"""Command → module and function, in the order in which help lists them."""

_UNEXPECTED = Text(
    "An unexpected error: {kind}. Run again with TUNNEL_LOG_LEVEL=debug to see where.",
    "Непредвиденная ошибка: {kind}. Повторите с TUNNEL_LOG_LEVEL=debug, чтобы увидеть, где.",
)


class Commands(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name]
        command = getattr(import_module(module), function)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=say(
        "A sales tunnel for Telegram, VK, WhatsApp and a site's chat, written as YAML.\n\n"
        "Settings come from the environment and from .env; `tunnel settings` lists them.",
        "Воронка продаж для Telegram, ВКонтакте, WhatsApp и чата на сайте, написанная на YAML.\n\n"
        "Настройки берутся из окружения и файла .env; их перечисляет `tunnel settings`.",
    ),
)
@click.version_option(package_name="messenger-tunnel", prog_name="tunnel")
def tunnel() -> None:
    """Run one of COMMANDS."""


def main() -> None:
    """Run the command line; the script `tunnel`."""
    try:
        tunnel.main(prog_name="tunnel")
    except Exception as error:  # the person at the terminal gets a sentence; whoever debugs gets the trace
        if os.environ.get("TUNNEL_LOG_LEVEL", "").lower() == "debug":
            traceback.print_exc()
        else:
            print(_UNEXPECTED.filled(kind=type(error).__name__)(SPOKEN), file=sys.stderr)
        raise SystemExit(FAILED) from None
