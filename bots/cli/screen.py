"""What every command shares: the language it speaks, its settings, and how it shows progress and mistakes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

from bots.bilingual import Language, Text, language_of
from bots.environment import SettingsError, load_settings
from bots.settings import Settings

FAILED = 1
WRONG_USE = 2

SPOKEN = language_of(os.environ)
"""The language of help texts, which are made before the command line is read."""

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LANG = Text("Language of what is printed; by default the terminal's.", "Язык вывода; по умолчанию — язык терминала.")


def say(en: str, ru: str) -> str:
    """Choose a help text."""
    return Text(en, ru)(SPOKEN)


def speaks(command: _Command) -> _Command:
    """Give a command the option `--lang`, passed as `lang`."""
    option = click.option(
        "--lang", type=click.Choice(["en", "ru"]), default=SPOKEN, show_default=True, help=_LANG(SPOKEN)
    )
    return option(command)


def settings_or_exit(lang: Language) -> Settings:
    """Read the settings; on mistakes print all of them and end the program."""
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        heading = Text("The settings have mistakes:", "В настройках ошибки:")
        print(heading(lang), file=sys.stderr)
        for problem in error.problems:
            print(f"  {problem(lang)}", file=sys.stderr)
        raise SystemExit(WRONG_USE) from None


@contextlib.contextmanager
def busy(text: str) -> Iterator[None]:
    """Show on a terminal that something is under way; print nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
