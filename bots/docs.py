"""`python -m bots.docs` writes the reference pages that are made from the program itself; `--check` only compares."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bots.bilingual import Language, Text
from bots.cli.settings import shown
from bots.docs_channels import PAGE as CHANNELS_PAGE
from bots.docs_channels import channels_page
from bots.docs_console import PAGES as CONSOLE_PAGES
from bots.docs_console import console_page
from bots.event_schema import openapi_text
from bots.settings import Settings, about_of, variable
from console import openapi
from tunnel.language.reference import reference

EVERY_KEY = Path(__file__).parent.parent / "tests/tunnel/language/every_key"
"""Content that uses every key of the language: the examples of its reference, loaded by the tests."""

_SETTINGS_HEAD = Text(
    "# Settings\n\n"
    "Each is an environment variable or a line of `.env`; the environment goes first. An empty value counts as unset,\n"
    "an unknown name is an error. `tunnel settings` prints them with the values in force.\n\n"
    "| setting | default | unit | meaning |\n|---|---|---|---|",
    "# Настройки\n\n"
    "Каждая — переменная окружения или строка файла `.env`; окружение важнее. Пустое значение — всё равно что\n"
    "не заданное, незнакомое имя — ошибка. `tunnel settings` показывает их вместе с действующими значениями.\n\n"
    "| настройка | по умолчанию | единица | смысл |\n|---|---|---|---|",
)


_METRICS_HEAD = (
    "# Metrics\n\n"
    "`GET /metrics` answers in Prometheus' text format: to whoever sends `Authorization: Bearer` with\n"
    "`TUNNEL_METRICS_TOKEN`; where that is unset, to this machine alone (not to what a proxy here hands on).\n"
    "Each process tells its own; the depths of the queues are the same in all.\n\n"
    "| metric | type | meaning |\n|---|---|---|"
)
_COMMANDS_HEAD = (
    "# Command line\n\n"
    "Exit codes: 0 all is well; 1 the content, a service or a check is not; 2 a wrong command line or wrong settings.\n"
    "Help is in Russian in a Russian terminal (`LANG=ru_RU.UTF-8`)."
)


def settings_page(language: Language) -> str:
    """The reference page of the settings."""
    lines = [_SETTINGS_HEAD(language)]
    for field, info in Settings.model_fields.items():
        about = about_of(field)
        default = shown(field, info.default)
        default = f"`{default}`" if default else about.unset(language)
        lines.append(f"| `{variable(field)}` | {default} | {about.unit(language)} | {about.meaning(language)} |")
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """The reference page of the metrics."""
    from bots.metrics import REGISTRY

    lines = [_METRICS_HEAD]
    for metric in REGISTRY.collect():
        if metric.name.startswith("tunnel_"):
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            lines.append(f"| `{name}` | {metric.type} | {metric.documentation} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The reference page of the command line, in English. Help is made when it is imported, in the terminal's
    language, hence the process of its own.
    """
    command = [sys.executable, "-m", "bots.docs", "--commands"]
    environ = os.environ | {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    root = Path(__file__).parent.parent
    return subprocess.run(command, env=environ, cwd=root, capture_output=True, check=True, text=True).stdout  # noqa: S603


def write_commands() -> None:
    """Print the page of the command line, in the language of this process."""
    import click

    from bots.cli import tunnel

    parent = click.Context(tunnel, info_name="tunnel", terminal_width=100)
    parts = [_COMMANDS_HEAD, f"```text\n{tunnel.get_help(parent)}\n```"]
    for name in tunnel.list_commands(parent):
        command = tunnel.get_command(parent, name)
        assert command is not None
        shown = command.get_help(click.Context(command, info_name=name, parent=parent, terminal_width=100))
        parts.append(f"## tunnel {name}\n\n```text\n{shown}\n```")
    print("\n\n".join(parts))


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": lambda: settings_page("en"),
    "docs/reference/settings.ru.md": lambda: settings_page("ru"),
    "docs/reference/metrics.md": metrics_page,
    "docs/reference/command-line.md": commands_page,
    CHANNELS_PAGE: channels_page,
    "docs/reference/api.openapi.json": openapi_text,
    "docs/reference/console-api.json": openapi.text,
    **{name: partial(console_page, name) for name in CONSOLE_PAGES},
    "docs/reference/content.md": lambda: reference(EVERY_KEY, "en"),
    "docs/reference/content.ru.md": lambda: reference(EVERY_KEY, "ru"),
}
"""File → what it has to hold."""


def outdated(root: Path) -> list[str]:
    """The pages that are not as the program would write them."""
    return [
        name
        for name, page in PAGES.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != page()
    ]


def write(root: Path) -> list[str]:
    """Write the pages that are out of date; their names."""
    names = outdated(root)
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(PAGES[name](), encoding="utf-8")
    return names


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    root = Path.cwd()
    if "--commands" in arguments:
        write_commands()
        return 0
    if "--check" in arguments:
        names = outdated(root)
        for name in names:
            print(f"{name} is out of date: run `make docs`", file=sys.stderr)
        return 1 if names else 0
    for name in write(root):
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
