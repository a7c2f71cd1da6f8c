"""What the check found: file, line, column, what is wrong, what to write instead.

Checks report a code and its details; the words, in Russian and English, are in `wording`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from tunnel.language.source import Place
from tunnel.language.wording import FORM, TERMS, WORDING, Severity, jinja_problem

Language = Literal["ru", "en"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake or remark. `remedy` is "" where the message says it all; `code` never changes its meaning."""

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{remedy}"

    def as_dict(self) -> dict[str, str | int]:
        """The JSON form."""
        return {
            "file": self.file, "line": self.line, "column": self.column, "severity": self.severity,
            "code": self.code, "message": self.message, "remedy": self.remedy,
        }  # fmt: skip


_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(slots=True)
class Report:
    """Collects what checks report, until the language to say it in is known."""

    _said: dict[tuple[Place, str, tuple[tuple[str, str], ...]], None] = field(default_factory=dict)

    def add(self, code: str, place: Place, **details: Any) -> None:
        """Report `code` at `place`; saying the same twice is saying it once."""
        said = tuple((name, str(value)) for name, value in details.items())
        self._said[place, code, said] = None

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(WORDING[code].severity == "error" for _, code, _ in self._said)

    def has(self, code: str) -> bool:
        """Whether `code` was reported."""
        return any(said == code for _, said, _ in self._said)

    @property
    def form_failed(self) -> bool:
        """Whether something could not be read at all, so that what was built lacks it."""
        return any(code in FORM and FORM[code].severity == "error" for _, code, _ in self._said)

    def once(self, code: str, place: Place, name: str) -> bool:
        """Whether `code` has not been reported of `name` at `place` yet."""
        return not any(
            (said_place, said, dict(details).get("name")) == (place, code, name)
            for said_place, said, details in self._said
        )

    def findings(self, language: Language) -> list[Finding]:
        """Everything reported, by file, line and column."""
        found = [_word(place, code, dict(details), language) for place, code, details in self._said]
        return sorted(found, key=lambda one: (one.file, one.line, one.column, _ORDER[one.severity], one.code))


def _word(place: Place, code: str, details: dict[str, str], language: Language) -> Finding:
    wording = WORDING[code]
    message, remedy = wording.texts(language)
    details = {name: _term(value, language) for name, value in details.items()}
    return Finding(
        place.file, place.line, place.column, wording.severity, code,
        _fill(message, details), _fill(remedy, details),
    )  # fmt: skip


def _term(value: str, language: Language) -> str:
    """A detail that is itself said in two languages is passed as "@term"."""
    if value.startswith("@jinja:"):
        return jinja_problem(value.removeprefix("@jinja:"), language)
    if not value.startswith("@") or value[1:] not in TERMS:
        return value
    russian, english = TERMS[value[1:]]
    return russian if language == "ru" else english


_HOLE = re.compile(r"\{(\w+)\}")


def _fill(text: str, details: dict[str, str]) -> str:
    """Replace `{name}`s. A remedy whose only hole is empty is left out (there is no near name to suggest)."""
    holes = _HOLE.findall(text)
    if len(holes) == 1 and not details.get(holes[0], "?"):
        return ""
    return _HOLE.sub(lambda hole: details.get(hole[1], hole[0]), text)


_MOST_LISTED = 20


def listed(names: Sequence[str]) -> str:
    """Names for a message: at most 20 of them, a dash for none."""
    return ", ".join([*names[:_MOST_LISTED], *(["…"] if len(names) > _MOST_LISTED else [])]) or "—"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` is probably a slip of the pen of, "" if none is near."""
    candidates = list(known)
    if not candidates:
        return ""
    found = process.extractOne(
        name.casefold(), candidates, scorer=DamerauLevenshtein.normalized_similarity, processor=str.casefold
    )
    near = found[1] >= 0.6 or DamerauLevenshtein.distance(name.casefold(), str(found[0]).casefold()) == 1
    return str(found[0]) if near else ""
