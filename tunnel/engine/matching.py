"""Recognising what a customer means in free words: phrases by word form, and labels in spite of a typo.

The rules that keep a phrase from being found are about language, not about one company: a negation before it
(«не так уж и дорого»), a comparison that praises («дешевле не бывает»), somebody addressed («дорогая Анна»), a question
about degree («насколько дороже»). `tests/tunnel/engine/data/` holds the sentences they answer for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from tunnel.engine.words import MAX_CHARS, Reading, Word, broken_tokens, listed, tokens, undrawn, word

MAX_TOKENS = 200

_NEGATIONS = listed("не ни not never no isn't aren't wasn't ain't don't doesn't didn't hardly without без")
_BETWEEN = listed("""очень так уж и слишком совсем особо особенно настолько сильно столь такой такая такое такие то
    чтобы что бы ли прямо у вас вам мне нам нас это он она оно они там будет было была были стоит стоить выйдет выходит
    получается получится обойдется кажется думаю считаю скажу сказал сказала сказать говорю говорил показалось
    покажется нахожу думали считаем из very so too that all really quite particularly at the a it to be is was think
    say said find feel believe""")
"""Words that may stand between a negation and what it denies."""
MAX_BETWEEN = 6
_GAP = listed("""я мне меня мы нам нас мой моему моим моя моей наш нашему нашей это этот эта эти оно она он они
    вам вас вы ваш ваши ваша ну же ли бы еще уже вот там тут просто пока
    пожалуй наверное очень совсем как то все весьма сам сначала
    i me my we our it is to a the this that just still really""")
"""Words that may stand inside a phrase of several: «не по [моему] карману», «надо [еще] подумать»."""
_NOWHERE = frozenset({"нигде", "некуда", "nowhere"})
_PRAISE_VERBS = frozenset({"бывать", "найти", "находить", "видеть", "встречать", "встретить", "сыскать", "придумать"})
_DEGREE = frozenset({"сколько", "насколько", "какой", "который", "самый", "наиболее"})
_SUPERLATIVE = frozenset({"самый", "наиболее"})
_THAN_EXPECTED = frozenset({"думать", "ожидать", "казаться", "рассчитывать", "предполагать", "полагать"})


@dataclass(frozen=True, slots=True)
class Text:
    """A message, taken apart once and matched against many phrases."""

    words: tuple[Word, ...]
    question: bool
    breaks: frozenset[int] = frozenset()
    """The words that a comma, a full stop or the like stands before: «Не, дорого» denies nothing."""

    @property
    def joined(self) -> str:
        return " ".join(each.text for each in self.words)


def read_text(text: str) -> Text:
    """Take a message apart; what lies beyond the bounds is not looked at."""
    found, breaks = broken_tokens(text)
    return Text(tuple(word(undrawn(token)) for token in found[:MAX_TOKENS]), "?" in text[:MAX_CHARS], breaks)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or several words to be found in a message by their forms."""

    words: tuple[Word, ...]

    @property
    def denies(self) -> bool:
        """Whether the phrase itself begins with a negation: «не по карману»."""
        return self.words[0].text in _NEGATIONS

    def found(self, text: Text) -> bool:
        """Whether the message says this, and does not deny it."""
        return any(
            (end := self._end(text.words, at)) is not None and not self._turned(text, at, end)
            for at in range(len(text.words))
        )

    def whole(self, text: Text) -> bool:
        """Whether the message is this and nothing else, in whatever form of the words."""
        return len(text.words) == len(self.words) and all(
            _same(mine, said) for mine, said in zip(self.words, text.words, strict=True)
        )

    def contained(self, text: Text) -> bool:
        """Whether the message has this in it, denied or not."""
        return any(self._end(text.words, at) is not None for at in range(len(text.words)))

    def _end(self, said: Sequence[Word], start: int) -> int | None:
        """Where the phrase ends that begins at `start`; one small word may stand between two of its words."""
        at = start
        for number, mine in enumerate(self.words):
            if number and at < len(said) and not _same(mine, said[at]) and said[at].text in _GAP:
                at += 1
            if at >= len(said) or not _same(mine, said[at]):
                return None
            at += 1
        return at

    def _turned(self, text: Text, start: int, end: int) -> bool:
        """Whether what stands around a finding gives it another meaning."""
        said = text.words
        head = said[start]
        readings = [reading for reading in head.readings if reading.lemma in self.words[0].lemmas]
        if not self.denies and _denied(text, start) and not _feared(text, start, end, readings):
            return True
        if any(reading.comparative for reading in readings):
            return _praising(text, start, end)
        return _addressing(said, start, readings) or _superlative(said, start)


def phrase(text: str) -> Phrase | None:
    """Compile a phrase of the content; None if it has no words."""
    words = tuple(word(token) for token in tokens(text))
    return Phrase(words) if words else None


def _same(mine: Word, said: Word) -> bool:
    """Whether a word of a phrase and a word of a message are forms of one, or one with a typo."""
    if mine.text == said.text:
        return True
    if mine.lemmas & said.lemmas and (mine.readings or said.readings):
        return _degrees_fit(mine, said)
    if not mine.readings:
        return _english_forms(mine.text, said.text) or _typo(mine, said)
    return _typo(mine, said)


def _degrees_fit(mine: Word, said: Word) -> bool:
    """«дешевле» is a wish, «дешёвый» a property; «дороже» complains, «подороже» asks for more."""
    compared = any(reading.comparative for reading in mine.readings)
    if compared:
        return any(reading.comparative for reading in said.readings)
    return not any(reading.softened for reading in said.readings)


_ENDINGS = ("s", "es", "ed", "d", "ing", "'s")


def _english_forms(mine: str, said: str) -> bool:
    if not (mine.isascii() and said.isascii()) or min(len(mine), len(said)) < 3:
        return False
    short, long = sorted((mine, said), key=len)
    return any(long == short + ending for ending in _ENDINGS) or (short.endswith("e") and long == short[:-1] + "ing")


def allowed_typos(length: int) -> int:
    """How many letters may be wrong in a word: none in short ones, where one letter is another word."""
    if length < 5:
        return 0
    return 1 if length < 8 else 2


def _typo(mine: Word, said: Word) -> bool:
    """A slip of the finger: only in a word that is none of the language's, and never one that denies."""
    if said.known or said.text.isdecimal() or any(sign.isdecimal() for sign in mine.text + said.text):
        return False
    return close(mine.text, said.text)


def close(mine: str, said: str) -> bool:
    """Whether two words differ by no more than a typo that cannot change the meaning."""
    limit = allowed_typos(min(len(mine), len(said)))
    if not limit or abs(len(mine) - len(said)) > limit or mine[0] != said[0] or _negated_form(mine, said):
        return False
    if mine.isascii() and len(mine) == len(said) and sorted(mine) != sorted(said):
        return False  # no dictionary of English here: «extensive» is one letter from «expensive»
    return DamerauLevenshtein.distance(mine, said, score_cutoff=limit) <= limit


def _negated_form(one: str, other: str) -> bool:
    return any(
        one.startswith(prefix) != other.startswith(prefix) for prefix in ("не", "ни", "без", "бес", "un", "in", "non")
    )


def _denied(text: Text, start: int) -> bool:
    """«не дорого», «не так уж и дорого», «не думаю, что это дорого»."""
    said = text.words
    at = start - 1
    while at >= max(0, start - MAX_BETWEEN) and said[at].text in _BETWEEN and not _breaks(text, at + 1):
        at -= 1
    return at >= 0 and said[at].text in _NEGATIONS and not _breaks(text, at + 1)


def _breaks(text: Text, at: int) -> bool:
    """Whether a thought ends before the word `at`. A comma before «что» ends none."""
    return at in text.breaks and text.words[at].text not in ("что", "чтобы", "that")


def _feared(text: Text, start: int, end: int, readings: Sequence[Reading]) -> bool:
    """A denial that is a question fears the thing itself: «не дороговато ли?», «вы не обманете?»."""
    said = text.words
    whether = any(each.text == "ли" for each in said[max(0, start - 2) : end + 1])
    return whether or (text.question and any(reading.pos == "VERB" for reading in readings))


def _praising(text: Text, start: int, end: int) -> bool:
    """A comparison that is no complaint: praise, a superlative, a question about degree."""
    said = text.words
    before = said[start - 1] if start else None
    after = said[end : end + 3]
    if any(each.text in _NOWHERE for each in after[:1]) or (before and before.text in _NOWHERE):
        return True
    if after and after[0].text == "не" and len(after) > 1 and after[1].lemmas & _PRAISE_VERBS:
        return True
    if any(each.lemmas & _DEGREE for each in said[max(0, start - 2) : start]):
        return True
    if after and after[0].text == "чем" and any(each.lemmas & _THAN_EXPECTED for each in after[1:]):
        return True
    with_us = start >= 2 and said[start - 2].text == "у" and said[start - 1].text == "вас"
    return with_us and not text.question and _cheaper(said[start])


def _cheaper(said: Word) -> bool:
    """«у вас дешевле» praises, «у вас дороже» does not."""
    return not any(reading.lemma == "дорогой" for reading in said.readings)


def _superlative(said: Sequence[Word], start: int) -> bool:
    """«покажите самый дорогой» asks; «вы самые дорогие» complains."""
    if not start or not said[start - 1].lemmas & _SUPERLATIVE:
        return False
    return start < 2 or said[start - 2].text not in ("вы", "вас")


def _addressing(said: Sequence[Word], start: int, readings: Sequence[Reading]) -> bool:
    """«Дорогая Анна, …»: a full adjective at the beginning with a living being after it."""
    if not any(reading.full and reading.nominative for reading in readings) or start + 1 >= len(said) or start > 1:
        return False
    next_readings = said[start + 1].readings
    return any(reading.pos == "NOUN" and reading.animate and reading.nominative for reading in next_readings)


_NAMING = frozenset({"NOUN", "ADJF"})


def like(label: Sequence[Word], said: Sequence[Word]) -> int | None:
    """How far a typed text is from a label, in letters; None if it may mean something else.

    Digits and short words must be the same; a longer word may be another form of a noun or an adjective («баня» for
    «Баню») or have a typo that makes it no word at all.
    """
    if len(label) != len(said) or not label:
        return None
    total = 0
    for mine, theirs in zip(label, said, strict=True):
        if mine.text == theirs.text:
            continue
        if _named_alike(mine, theirs):
            continue
        if not _typo(mine, theirs):
            return None
        total += DamerauLevenshtein.distance(mine.text, theirs.text)
    return total if total <= 2 else None


def _named_alike(mine: Word, theirs: Word) -> bool:
    shared = mine.lemmas & theirs.lemmas
    return any(
        reading.lemma in shared and reading.pos in _NAMING and not reading.comparative
        for each in (mine, theirs)
        for reading in each.readings[:1]
    ) and bool(mine.readings and theirs.readings)
