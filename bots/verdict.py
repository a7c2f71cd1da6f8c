"""What a check of the surroundings says: well or not, in which words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from bots.bilingual import Language, Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line for the person at the terminal. `remedy`: what to do, where it is not well."""

    ok: bool
    text: Text
    remedy: Text = NOTHING

    def render(self, language: Language) -> str:
        """The line, with the remedy indented under it."""
        line = f"{'✓' if self.ok else '✗'} {self.text(language)}"
        remedy = self.remedy(language)
        return line if self.ok or not remedy else f"{line}\n    → {remedy}"


def well(text: Text) -> Verdict:
    """All is well."""
    return Verdict(True, text)


def wrong(text: Text, remedy: Text) -> Verdict:
    """Something is not, and this is what to do."""
    return Verdict(False, text, remedy)
