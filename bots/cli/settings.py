"""`tunnel settings`: what may be set, what is set, what it means."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import click
from pydantic import SecretStr

from bots.bilingual import Language, Text
from bots.cli.screen import say, settings_or_exit, speaks
from bots.settings import Settings, about_of, variable

MASK = "••••••"
_DEFAULT = Text("default", "по умолчанию")


def shown(field: str, value: object) -> str:
    """A value as it may be shown: secrets and passwords masked, "" where nothing is set."""
    if isinstance(value, SecretStr):
        return MASK if value else ""
    if value is None or (field == "vk_group_id" and value == 0):
        return ""
    text = str(value)
    if field in ("redis_url", "database_url") and (password := urlsplit(text).password):
        return text.replace(f":{password}@", f":{MASK}@")
    return text


def rows(settings: Settings, lang: Language) -> list[dict[str, str]]:
    """One row a setting: name, value, default, unit, meaning."""
    found = []
    for field, info in Settings.model_fields.items():
        about = about_of(field)
        default = shown(field, info.default) or about.unset(lang)
        found.append(
            {
                "name": variable(field),
                "value": shown(field, getattr(settings, field)),
                "default": default,
                "unit": about.unit(lang),
                "meaning": about.meaning(lang),
            }
        )
    return found


@click.command(
    help=say(
        "List every setting with its value (secrets masked), default, unit and meaning.",
        "Перечислить все настройки: значение (секреты скрыты), умолчание, единица, смысл.",
    )
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
def settings(form: str, lang: Language) -> None:
    """Print the settings."""
    found = rows(settings_or_exit(lang), lang)
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in found:
        # What is set stands out; two lines each fit any terminal.
        click.echo(f"{click.style(row['name'], bold=row['value'] not in ('', row['default']))} = {row['value']}")
        default = f"{_DEFAULT(lang)}: {row['default']}" if row["default"] else ""
        notes = ", ".join(note for note in (default, row["unit"]) if note)
        click.echo(f"    {row['meaning']}" + (f" [{notes}]" if notes else ""))
