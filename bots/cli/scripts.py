"""`tunnel test`: hold the tunnels against their dialogue scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.bilingual import Language, Text
from bots.cli.findings import (
    content_directory,
    definition_or_exit,
    directory_argument,
    language_of,
    load_content,
    speaks_of_content,
)
from bots.cli.screen import FAILED, busy, say

if TYPE_CHECKING:
    from tunnel.engine.scripts import Difference

_PASSED = Text("✓ {name} ({channels})", "✓ {name} ({channels})")
_WENT_OTHERWISE = Text("✗ {name} ({channel}) — {file}:{line}", "✗ {name} ({channel}) — {file}:{line}")
_EXPECTED = Text("expected", "ожидалось")
_SAID = Text("happened", "вышло")
_SUMMARY = Text("{passed} of {all} scripts went as written", "как написано, прошли {passed} из {all} сценариев")
_NONE = Text("{directory}/scripts holds no scripts", "в {directory}/scripts нет сценариев")


@click.command(
    help=say(
        "Play every dialogue script (DIR/scripts) on each of its channels; print where a conversation goes another way "
        "than written. Exit code 1 if one does.",
        "Проиграть каждый сценарий диалога (DIR/scripts) на каждом его канале и показать, где разговор идёт не так, "
        "как написано. Тогда код выхода 1.",
    )
)
@directory_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks_of_content
def test(directory: Path | None, form: str, lang: Language | None) -> None:
    """Run the scripts, print each difference."""
    directory = content_directory(directory, lang)
    loaded = load_content(directory, lang)
    spoken = language_of(loaded, lang)
    definition = definition_or_exit(loaded, directory, lang)
    from tunnel.engine.scripts import run_script

    differences: list[Difference] = []
    passed = 0
    for script in loaded.scripts:
        with busy(script.name):
            found = run_script(definition, script)
        differences += found
        passed += not found
        if form == "text":
            _print(script.name, script.channels, found, directory, spoken)
    if form == "json":
        click.echo(json.dumps([asdict(difference) for difference in differences], ensure_ascii=False, indent=2))
    summary = (
        _SUMMARY.filled(passed=passed, all=len(loaded.scripts)) if loaded.scripts else _NONE.filled(directory=directory)
    )
    click.echo(summary(spoken), err=True)
    if differences:
        raise SystemExit(FAILED)


def _print(name: str, channels: tuple[str, ...], found: list[Difference], directory: Path, lang: Language) -> None:
    if not found:
        click.echo(_PASSED.filled(name=name, channels=", ".join(channels))(lang))
    width = max(len(_EXPECTED(lang)), len(_SAID(lang)))
    for one in found:
        file = directory / one.file
        click.echo(_WENT_OTHERWISE.filled(name=name, channel=one.channel, file=file, line=one.line)(lang))
        for sign, word, text, colour in (("-", _EXPECTED, one.expected, "red"), ("+", _SAID, one.said, "green")):
            body = text.replace("\n", "\n" + " " * (width + 6))
            click.echo(click.style(f"  {sign} {word(lang):<{width}}  {body}", fg=colour))
