"""The shape of a finding's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong and what to do about it; the remedy may be ""."""

    severity: Severity
    ru: str
    ru_remedy: str
    en: str
    en_remedy: str

    def texts(self, language: str) -> tuple[str, str]:
        """(message, remedy) in "ru" or "en"."""
        return (self.ru, self.ru_remedy) if language == "ru" else (self.en, self.en_remedy)
