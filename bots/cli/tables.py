"""Tables and durations in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.bilingual import Language, Text

_UNITS = (
    (86400.0, Text("d", "д")),
    (3600.0, Text("h", "ч")),
    (60.0, Text("min", "мин")),
    (1.0, Text("s", "с")),
)


def lines_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell; the last is left as it is."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, ["─" * width for width in widths], *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def duration(seconds: float | None, lang: Language) -> str:
    """5400 → "1.5 h"; nothing for None."""
    if seconds is None:
        return ""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit(lang)}"
    return f"0 {_UNITS[-1][1](lang)}"
