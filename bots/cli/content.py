"""`tunnel check|diagram|schema`: what a marketer runs over a content directory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from bots.bilingual import Language, Text
from bots.cli.findings import (
    content_directory,
    content_option,
    definition_or_exit,
    directory_argument,
    language_of,
    load_content,
    print_findings,
    speaks_of_content,
)
from bots.cli.live import fault_row, live_faults, print_faults
from bots.cli.screen import FAILED, SPOKEN, WRONG_USE, say

FILE_KINDS = ("settings", "tunnel", "shared", "script")
_NO_TUNNEL = Text("There is no tunnel {name!r}. There are: {known}", "Воронки {name!r} нет. Есть: {known}")


@click.command(
    help=say(
        "Check a content directory (TUNNEL_CONTENT by default). Each finding says file, line and column, what is wrong "
        "and what to write instead. Exit code 1 on a mistake; warnings and notes do not count. With --live, also what "
        "failed while customers talked to this content: texts and conditions that met values they cannot deal with.",
        "Проверить каталог содержания (по умолчанию TUNNEL_CONTENT). Каждая находка называет файл, строку и столбец, "
        "что не так и что написать вместо. Код выхода 1 при ошибке; предупреждения и заметки не в счёт. С --live — ещё "
        "и то, что подвело в разговорах с клиентами: тексты и условия, которым попались негодные для них значения.",
    )
)
@directory_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--live",
    is_flag=True,
    help=say("Also what failed at run time.", "И то, что подвело в работе."),
)
@speaks_of_content
def check(directory: Path | None, form: str, lang: Language | None, *, live: bool) -> None:
    """Print every finding."""
    directory = content_directory(directory, lang)
    loaded = load_content(directory, lang)
    spoken = language_of(loaded, lang)
    faults = live_faults(loaded.definition.revision if loaded.definition else "", lang or SPOKEN) if live else []
    if form == "json":
        rows = [finding.as_dict() for finding in loaded.findings] + [fault_row(fault) for fault in faults]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print_findings(loaded.findings, directory, spoken)
        if live:
            print_faults(faults, directory, spoken)
    if loaded.errors:
        raise SystemExit(FAILED)


@click.command(
    help=say(
        "Print one tunnel as a Mermaid diagram.",
        "Напечатать воронку диаграммой Mermaid.",
    )
)
@click.argument("name", metavar="TUNNEL")
@content_option
@speaks_of_content
def diagram(name: str, directory: Path | None, lang: Language | None) -> None:
    """Print the diagram."""
    from tunnel.language import diagram as draw

    directory = content_directory(directory, lang)
    loaded = load_content(directory, lang)
    definition = definition_or_exit(loaded, directory, lang)
    if name not in definition.tunnels:
        known = ", ".join(sorted(definition.tunnels))
        print(_NO_TUNNEL.filled(name=name, known=known)(language_of(loaded, lang)), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    click.echo(draw(definition, name))


@click.command(
    help=say(
        "Print the content language's JSON Schema, for completion in an editor: of one kind of file, or of any.",
        "Напечатать JSON Schema языка содержания — для подсказок в редакторе: одного вида файлов или любого.",
    )
)
@click.argument("kind", required=False, type=click.Choice(FILE_KINDS))
def schema(kind: Any) -> None:
    """Print the schema."""
    from tunnel.language import schema as build

    click.echo(json.dumps(build(kind), ensure_ascii=False, indent=2))
