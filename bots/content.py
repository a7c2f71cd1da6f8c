"""The content that a process runs: loaded whole, or not at all."""

from __future__ import annotations

from pathlib import Path

from tunnel.language import Finding, load
from tunnel.language.definition import Definition


class ContentBroken(Exception):
    """The content has mistakes. `report`: every one of them, a line each, for the person who started the program."""

    def __init__(self, report: str, findings: list[Finding]) -> None:
        super().__init__("the content has mistakes")
        self.report = report
        self.findings = findings


class Content:
    """The present definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    @classmethod
    def load(cls, directory: Path) -> Content:
        """Read and check a content directory. Raises ContentBroken."""
        loaded = load(directory)
        if loaded.definition is None:
            report = "\n".join(str(finding) for finding in loaded.findings if finding.severity == "error")
            raise ContentBroken(report, loaded.findings)
        return cls(loaded.definition)
