"""The table of `make bench`: each row's result against its goal, and why a row falls short."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.shortfalls import SHORTFALLS
from bench.sides import ROOT, redis_binary

PAGE = ROOT / "docs" / "evidence.md"
BEGIN, END = "<!-- speed: written by `make bench ARGS=--evidence` -->", "<!-- /speed -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One line. met: None where there is no goal."""

    key: str
    what: str
    result: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**not met**", None: "–"}[self.met]


@dataclass(slots=True)
class Table:
    title: str
    rows: list[Row]


def at_most(key: str, what: str, value: float, limit: float, shown: str, goal: str) -> Row:
    return Row(key, what, shown, goal, value <= limit)


def at_least(key: str, what: str, value: float, limit: float, shown: str, goal: str) -> Row:
    return Row(key, what, shown, goal, value >= limit)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    server = subprocess.run([redis_binary(), "--version"], capture_output=True, text=True, check=True).stdout
    names = ("aiogram", "aiogram-dialog", "aiohttp", "redis", "uvloop")
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cpus": os.cpu_count(),
        "cpu": _cpu_model(),
        "system": platform.platform(),
        "Python": platform.python_version(),
        "Redis": next((word[2:] for word in server.split() if word.startswith("v=")), "?"),
        "packages": {name: version(name) for name in names},
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "CPU not named")


def markdown(tables: Sequence[Table], about: dict[str, Any], command: str, method: str, seconds: float) -> str:
    """What docs/evidence.md shows."""
    lines = []
    for table in tables:
        lines += [f"### {table.title}", "", "| row | result | goal | |", "|---|---|---|---|"]
        lines += [
            f"| {' | '.join(cell.replace('|', '/') for cell in (row.what, row.result, row.goal or '–', row.verdict))} |"
            for row in table.rows
        ]
        lines.append("")
    short = [row for table in tables for row in table.rows if row.met is False]
    if short:
        lines += ["What falls short:", ""]
        lines += [f"- *{row.what}*: {SHORTFALLS.get(row.key, 'not looked into yet.')}" for row in short]
        lines.append("")
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    lines += [
        method,
        "",
        f"Measured {about['date']} by `{command}` in {seconds / 60:.0f} minutes on {about['cpus']} CPUs "
        f"({about['cpu']}), {about['system']}, with Python {about['Python']}, Redis {about['Redis']}, {packages}.",
        "",
    ]
    return "\n".join(lines)


def printed(tables: Sequence[Table]) -> str:
    """For a terminal."""
    rows = [row for table in tables for row in table.rows]
    wide = [max((len(getattr(row, name)) for row in rows), default=0) for name in ("what", "result", "goal")]
    lines = []
    for table in tables:
        lines += ["", table.title]
        for row in table.rows:
            cells = [cell.ljust(width) for cell, width in zip((row.what, row.result, row.goal), wide, strict=True)]
            lines.append("  ".join((*cells, row.verdict.strip("*"))))
    return "\n".join(lines)


def write(folder: Path, tables: Sequence[Table], text: str, about: dict[str, Any], details: dict[str, Any]) -> None:
    """bench.json and bench.md."""
    folder.mkdir(parents=True, exist_ok=True)
    result = {"machine": about, "tables": [asdict(table) for table in tables], "details": details}
    (folder / "bench.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "bench.md").write_text(text, encoding="utf-8")


def write_page(text: str, page: Path = PAGE) -> None:
    """Put the tables where the page has its place for them."""
    whole = page.read_text(encoding="utf-8")
    head, begin, rest = whole.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page} has no place for the tables: it needs the lines {BEGIN} and {END}")
    page.write_text(f"{head}{BEGIN}\n{text}{END}{tail}", encoding="utf-8")
