"""Words of a message: normal form, tokens, and what Russian morphology makes of each.

Everything here is bounded: a hostile text costs no more than MAX_CHARS characters of work.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

MAX_CHARS = 1000
"""How much of a message is looked at for a meaning; a choice, a word or an objection comes in its beginning."""
MAX_WORD = 40
FAIR_SCORE = 0.25
"""A lemma counts when the readings that have it weigh this much together: «дорога» is 95 % a road."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BREAK = re.compile(r"[,.;:!?…()\n—–]| - ")
_CYRILLIC = re.compile(r"[а-я]+(?:-[а-я]+)*\Z")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_APOSTROPHE = str.maketrans({"’": "'", "ё": "е", "\u0301": None})


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a word: its dictionary form and the grammemes that matter here."""

    lemma: str
    pos: str
    weight: float
    comparative: bool
    softened: bool
    """«подороже»: a comparative with «по-»."""
    full: bool
    """A full adjective or participle, which can stand before a noun."""
    animate: bool
    nominative: bool
    """Nominative or vocative: the case in which somebody is addressed."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a message. `readings` hold the fair ones only; none for what is not Russian."""

    text: str
    known: bool
    readings: tuple[Reading, ...]
    lemmas: frozenset[str]


def listed(words: str) -> frozenset[str]:
    """A set written as one text, so that long lists of words stay readable."""
    return frozenset(words.split())


def normal(text: str) -> str:
    """Case, ё/е, punctuation, emoji and spaces evened out: what is left are words with one space between them."""
    return " ".join(_WORD.findall(_folded(text)))


def tokens(text: str) -> list[str]:
    """The words of a text, evened out as `normal` does."""
    return _WORD.findall(_folded(text))


def broken_tokens(text: str) -> tuple[list[str], frozenset[int]]:
    """The words of a text, and which of them begin a new thought: a comma, a full stop or the like stands before."""
    folded = _folded(text)
    found: list[str] = []
    breaks: set[int] = set()
    end = 0
    for match in _WORD.finditer(folded):
        if found and _BREAK.search(folded, end, match.start()):
            breaks.add(len(found))
        found.append(match[0])
        end = match.end()
    return found, frozenset(breaks)


def _folded(text: str) -> str:
    text = text[:MAX_CHARS]
    if not text.isascii():
        return unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHE)[:MAX_CHARS]
    return text.lower()


def undrawn(word: str) -> str:
    """«дорогооо» → «дорого»: three or more of one letter are one."""
    return _DRAWN_OUT.sub(r"\1", word)


@cache
def _analyzer() -> MorphAnalyzer:
    import pymorphy3  # here, for it costs 0.1 s and 15 MB: only where a text is matched

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=20_000)
def word(text: str) -> Word:
    """What a normalised word may be. Total: what morphology cannot read has no readings."""
    if len(text) > MAX_WORD or not _CYRILLIC.match(text):
        return Word(text, known=False, readings=(), lemmas=frozenset({text}))
    parses = _analyzer().parse(text)
    weights: dict[str, float] = {}
    for parse in parses:
        lemma = parse.normal_form.replace("ё", "е")
        weights[lemma] = weights.get(lemma, 0.0) + parse.score
    fair = {lemma for lemma, weight in weights.items() if weight >= FAIR_SCORE}
    readings = tuple(
        _reading(parse.normal_form.replace("ё", "е"), parse.tag, parse.score)
        for parse in parses
        if parse.normal_form.replace("ё", "е") in fair
    )
    return Word(text, bool(_analyzer().word_is_known(text)), readings, frozenset(fair) or frozenset({text}))


def _reading(lemma: str, tag: object, score: float) -> Reading:
    grammemes: frozenset[str] = tag.grammemes  # type: ignore[attr-defined]
    pos = next((name for name in _PARTS if name in grammemes), "")
    return Reading(
        lemma,
        pos,
        float(score),
        comparative="COMP" in grammemes,
        softened="Cmp2" in grammemes,
        full=pos in ("ADJF", "PRTF"),
        animate="anim" in grammemes,
        nominative="nomn" in grammemes or "voct" in grammemes,
    )


_PARTS = (
    "NOUN", "ADJF", "ADJS", "COMP", "VERB", "INFN", "PRTF", "PRTS", "GRND", "NUMR", "ADVB", "NPRO", "PRED", "PREP",
    "CONJ", "PRCL", "INTJ",
)  # fmt: skip
