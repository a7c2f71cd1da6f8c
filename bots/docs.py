"""`python -m bots.docs` writes the reference pages that are made from the program itself; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bots.bilingual import Language, Text
from bots.cli.settings import shown
from bots.settings import Settings, about_of, variable

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


def settings_page(language: Language) -> str:
    """The reference page of the settings."""
    lines = [_SETTINGS_HEAD(language)]
    for field, info in Settings.model_fields.items():
        about = about_of(field)
        default = shown(field, info.default)
        default = f"`{default}`" if default else about.unset(language)
        lines.append(f"| `{variable(field)}` | {default} | {about.unit(language)} | {about.meaning(language)} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": lambda: settings_page("en"),
    "docs/reference/settings.ru.md": lambda: settings_page("ru"),
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
