"""The words of every finding, in Russian and English, by code. `{holes}` are filled with the finding's details."""

from __future__ import annotations

from tunnel.language.wording.form import FORM
from tunnel.language.wording.jinja import jinja_problem
from tunnel.language.wording.meaning import MEANING
from tunnel.language.wording.paths import PATHS
from tunnel.language.wording.phrase import Severity, Wording
from tunnel.language.wording.terms import TERMS

WORDING: dict[str, Wording] = {**FORM, **MEANING, **PATHS}

__all__ = ["FORM", "TERMS", "WORDING", "Severity", "Wording", "jinja_problem"]
