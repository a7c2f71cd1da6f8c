"""Content directories on the command line: which one, what is wrong with it, in which language that is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, SPOKEN, busy, say, settings_or_exit

if TYPE_CHECKING:
    from tunnel.language import Finding, Loaded
    from tunnel.language.definition import Definition

_Command = TypeVar("_Command", bound=Callable[..., Any])

_SEVERITIES = {
    "error": Text("", ""),
    "warning": Text("warning: ", "предупреждение: "),
    "note": Text("note: ", "к сведению: "),
}
_ALL_WELL = Text("{directory}: no mistakes", "{directory}: ошибок нет")
_COUNTED = Text(
    "{directory}: mistakes {error}, warnings {warning}, notes {note}",
    "{directory}: ошибок {error}, предупреждений {warning}, заметок {note}",
)
_READING = Text("Reading the content …", "Читаю содержание …")

directory_argument = click.argument(
    "directory", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]"
)
content_option = click.option(
    "--content",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help=say("Content directory, instead of TUNNEL_CONTENT.", "Каталог содержания вместо TUNNEL_CONTENT."),
)


def speaks_of_content(command: _Command) -> _Command:
    """Give a command the option `--lang`; unset, findings are in the content's own language."""
    option = click.option(
        "--lang",
        type=click.Choice(["en", "ru"]),
        help=say(
            "Language of what is printed; by default the content's.", "Язык вывода; по умолчанию — язык содержания."
        ),
    )
    return option(command)


def content_directory(directory: Path | None, lang: Language | None) -> Path:
    """The directory named, else the settings' one."""
    return directory if directory is not None else settings_or_exit(lang or SPOKEN).content


def load_content(directory: Path, lang: Language | None) -> Loaded:
    """Read and check a directory."""
    from tunnel.language import load

    with busy(_READING(lang or SPOKEN)):
        return load(directory, lang)


def language_of(loaded: Loaded, lang: Language | None) -> Language:
    """The language that the findings are in: the one asked for, else the content's own."""
    if lang is not None:
        return lang
    if loaded.definition is not None:
        return loaded.definition.settings.language
    # Content that cannot be loaded does not say its language; what is said of it shows it.
    return "ru" if any("а" <= sign <= "я" for one in loaded.findings for sign in one.message) else "en"


def definition_or_exit(loaded: Loaded, directory: Path, lang: Language | None) -> Definition:
    """The definition; where it has mistakes, print them and end the program."""
    if loaded.definition is None:
        print_findings(loaded.errors, directory, language_of(loaded, lang), err=True)
        raise SystemExit(FAILED)
    return loaded.definition


def print_findings(findings: Sequence[Finding], directory: Path, lang: Language, *, err: bool = False) -> None:
    """A line each, as editors and terminals link them; the count goes to standard error."""
    for finding in findings:
        click.echo(finding_line(finding, directory, lang), err=err)
    counts = Counter({"error": 0, "warning": 0, "note": 0})
    counts.update(finding.severity for finding in findings)
    summary = _COUNTED if findings else _ALL_WELL
    click.echo(summary.filled(directory=directory, **counts)(lang), err=True)


def finding_line(finding: Finding, directory: Path, lang: Language) -> str:
    """`file:line:column: message (remedy)`, the file as seen from here."""
    file = directory / finding.file if directory.is_dir() else directory
    place = f"{file}:{finding.line}:{finding.column}"
    remedy = f" ({finding.remedy})" if finding.remedy else ""
    return f"{place}: {_SEVERITIES[finding.severity](lang)}{finding.message}{remedy}"
