"""Pages that people write, with parts that the program fills in: `<!-- name -->` … `<!-- /name -->`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
_PART = re.compile(r"(<!-- (?P<name>[\w:-]+) -->\n)(?:.*?\n)??(<!-- /(?P=name) -->)", re.DOTALL)


def filled(page: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The page (a path from the repository's root) with its parts as they should be.

    Raises ValueError if a part of the page has no maker, or a maker no part.
    """
    text = (ROOT / page).read_text(encoding="utf-8")
    names = [match["name"] for match in _PART.finditer(text)]
    if sorted(names) != sorted(parts):
        raise ValueError(f"{page} has the parts {sorted(names)}, to be filled are {sorted(parts)}")
    return _PART.sub(lambda match: f"{match[1]}\n{parts[match['name']]()}\n\n{match[3]}", text)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("|" + "|".join(_cell(cell) for cell in line) + "|" for line in lines)


def _cell(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return escaped if text == "---" else f" {escaped} "
