"""Words as they are searched on SQLite: folded, and cut to their stems. PostgreSQL has the same algorithm built in."""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"\w+")
_russian = snowballstemmer.stemmer("russian")
_english = snowballstemmer.stemmer("english")
MOST_WORDS = 2_000
"""Of one text; what follows is not found by full-text search."""


def folded(text: str) -> str:
    """Lower case, with «е» for «ё», as people type it."""
    return text.casefold().replace("ё", "е")


def stems(text: str) -> str:
    """The stems of a text's words, a space between."""
    return " ".join(_stem(word) for word in _WORD.findall(folded(text))[:MOST_WORDS])


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stemmer = _english if word.isascii() else _russian
    return str(stemmer.stemWord(word))
