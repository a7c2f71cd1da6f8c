"""YAML → a checked, immutable definition; findings with file, line, column and remedy."""

from __future__ import annotations

from tunnel.language.diagram import diagram
from tunnel.language.durations import parse_duration
from tunnel.language.findings import Finding
from tunnel.language.load import Loaded, load, load_scripts
from tunnel.language.schema import schema
from tunnel.language.scripts import Line, Script

__all__ = [
    "Finding", "Line", "Loaded", "Script", "diagram", "load", "load_scripts", "parse_duration", "schema",
]  # fmt: skip
