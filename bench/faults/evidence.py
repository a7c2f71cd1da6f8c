"""The table of faults in docs/evidence.md, made from bench/faults/results.json."""

from __future__ import annotations

from typing import Any

from bench.faults.processes import ROOT

PAGE = ROOT / "docs" / "evidence.md"
BEGIN, END = "<!-- faults: written by `make faults` -->", "<!-- /faults -->"


def write_page(rows: dict[str, Any]) -> None:
    """Put the table where the page has its place for it."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{table(rows)}{END}{tail}", encoding="utf-8")


COLUMNS = {
    "events": "events",
    "lost": "lost",
    "twice": "turns twice",
    "out of order": "out of order",
    "unanswered": "unanswered",
    "repeated sends": "repeated sends",
    "longest wait s": "longest wait, s",
}
"""Counts that every history has, and what the page calls them."""
UNINTERESTING = ("accepted", "turns", "strange", "unexplained repeats", "p99 wait s", "log")
"""Unless they are wrong, and then the row shows examples."""


def table(rows: dict[str, Any]) -> str:
    """Markdown: a row a fault, then on what it was measured."""
    head = ["fault", "pass mark", "result", *COLUMNS.values(), "further"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows.values():
        counts = row["counts"]
        further = [
            f"{name.replace('_', ' ')} {shown(value)}"
            for name, value in counts.items()
            if name not in COLUMNS and name not in UNINTERESTING and (value or name != "set aside")
        ]
        result = "passed" if row["passed"] else "**failed**: " + "; ".join(row["examples"][:2])
        cells = [row["fault"], row["mark"], result, *(shown(counts.get(name, "")) for name in COLUMNS)]
        cells = [cell.replace("|", "\\|") for cell in (*cells, "; ".join(further))]
        lines.append(f"| {' | '.join(cells)} |")
    places = {
        f"{row['date']} with Python {at['python']} and Redis {at['redis']} on {at['cpus']} CPUs, {at['system']}"
        for row in rows.values()
        for at in [row["machine"]]
    }
    return "\n".join([*lines, "", *(f"Measured {place}." for place in sorted(places)), ""])


def shown(value: Any) -> str:
    """A count for people."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items()) or "0"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
