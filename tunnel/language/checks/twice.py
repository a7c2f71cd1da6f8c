"""A link, an entry's words, an objection's phrase: each leads to one place."""

from __future__ import annotations

from collections.abc import Iterator

from tunnel.language.checks.content import Content
from tunnel.language.source import Text


def folded(text: str) -> str:
    """Words as they are compared: without case, ё, punctuation and repeated spaces."""
    plain = "".join(sign if sign.isalnum() else " " for sign in text.casefold().replace("ё", "е"))
    return " ".join(plain.split())


def check_twice(content: Content) -> None:
    """Report links, words and phrases that were given away already."""
    seen: dict[str, Text] = {}
    for keys in content.tunnels:
        for entry in keys.enter or ():
            if entry.link is not None:
                _once(content, "same-link", str(entry.link).casefold(), entry.link, seen)
    words: dict[str, Text] = {}
    for word in _words_everywhere(content):
        _once(content, "same-words", folded(word), word, words)
    for word in _entry_words(content):
        _once(content, "same-words", folded(word), word, words)
    _check_phrases(content)


def _once(content: Content, code: str, key: str, text: Text, seen: dict[str, Text]) -> None:
    first = seen.setdefault(key, text)
    if first is not text:
        content.report.add(code, text.at, name=text, file=first.at.file, line=first.at.line)


def _words_everywhere(content: Content) -> Iterator[Text]:
    words = content.settings.words
    if words is not None:
        for group in (words.stop, words.human, words.back):
            yield from group or ()


def _entry_words(content: Content) -> Iterator[Text]:
    for keys in content.tunnels:
        for entry in keys.enter or ():
            yield from entry.words or ()


def _check_phrases(content: Content) -> None:
    owners: dict[str, Text] = {}
    for shared in content.shared:
        for objection in (shared.objections or {}).values():
            for phrase in objection.phrases:
                first = owners.setdefault(folded(phrase), phrase)
                if first is not phrase:
                    place = first.at
                    content.report.add("same-phrase", phrase.at, name=phrase, file=place.file, line=place.line)
