"""The table of faults in docs/evidence.md, made from bench/results/faults.json."""

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


def table(rows: dict[str, Any]) -> str:
    """Markdown: a row a fault, then on what it was measured."""
    lines = ["| fault | pass mark | result | counted | scale |", "|---|---|---|---|---|"]
    for row in rows.values():
        counts = "; ".join(f"{name} {shown(value)}" for name, value in row["counts"].items() if value not in ([], {}))
        result = "passed" if row["passed"] else "**failed**"
        lines.append(f"| {row['fault']} | {row['mark']} | {result} | {counts} | {row['scale']:g} |")
    places = {
        f"{row['date']}: Python {at['python']}, Redis {at['redis']}, {at['cpus']} CPUs, {at['system']}"
        for row in rows.values()
        for at in [row["machine"]]
    }
    return "\n".join([*lines, "", *(f"Measured {place}." for place in sorted(places)), ""])


def shown(value: Any) -> str:
    """A count for people."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
