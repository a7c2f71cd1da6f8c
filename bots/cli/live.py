"""`tunnel check --live`: what of the content failed at run time, as the running program counted it."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.bilingual import Language, Text
from bots.cli.screen import FAILED, settings_or_exit
from bots.settings import Settings

if TYPE_CHECKING:
    from state import FaultCount

_NO_REDIS = Text("Redis: {error}", "Redis: {error}")
_FAILED = Text(
    "failed at run time: {cause} (step {where}, {count}×, last on {day})",
    "подвело в работе: {cause} (шаг {where}, раз: {count}, последний — {day})",
)
_NONE = Text("nothing failed at run time", "в работе ничего не подвело")
_PLACE = re.compile(r"(?P<file>[^:]+\.ya?ml):(?P<line>\d+): (?P<cause>.*)", re.DOTALL)


def live_faults(revision: str, lang: Language) -> list[FaultCount]:
    """What failed with this revision of the content (with any, if it is ""); ends the program where Redis is away."""
    from state import StateError

    try:
        return asyncio.run(_read(settings_or_exit(lang), revision))
    except StateError as error:
        print(_NO_REDIS.filled(error=error)(lang), file=sys.stderr)
        raise SystemExit(FAILED) from None


async def _read(settings: Settings, revision: str) -> list[FaultCount]:
    from bots.cli.dead import open_store

    async with open_store(settings) as store:
        return await store.faults(revision)


def fault_row(fault: FaultCount) -> dict[str, str | int]:
    """The JSON form: a finding's keys, how often it happened and when it did last."""
    file, line, cause = _place(fault)
    return {
        "file": file, "line": line, "column": 1, "severity": "live", "code": "failed-at-run-time", "message": cause,
        "remedy": "", "where": fault.where, "count": fault.count,
        "last_at": datetime.fromtimestamp(fault.last_at, UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def print_faults(faults: Sequence[FaultCount], directory: Path, lang: Language) -> None:
    """A line each, the most frequent first, in the form of a finding."""
    for fault in faults:
        file, line, cause = _place(fault)
        place = f"{directory / file}:{line}:1" if file else str(directory)
        day = f"{datetime.fromtimestamp(fault.last_at, UTC):%Y-%m-%d %H:%M} UTC"
        said = _FAILED.filled(cause=cause, where=fault.where, count=fault.count, day=day)
        click.echo(f"{place}: {said(lang)}")
    if not faults:
        click.echo(_NONE(lang), err=True)


def _place(fault: FaultCount) -> tuple[str, int, str]:
    """File, line and cause: a template's fault begins with where it stands."""
    found = _PLACE.fullmatch(fault.message)
    return (found["file"], int(found["line"]), found["cause"]) if found else ("", 1, fault.message)
