"""A definition made ready for turns: step graphs, phrases, labels. Built once per definition and kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from tunnel.base36 import base36
from tunnel.engine import matching
from tunnel.engine.graph import Graph
from tunnel.engine.matching import Phrase
from tunnel.engine.phrases import START_WORDS
from tunnel.engine.words import Word, normal, tokens, word
from tunnel.language.definition import Choice, Definition, Entry, EventRule, Objection, Rung, Step, Target, Template
from tunnel.messages import RichText

ENDED_KEY = "ended"
"""Stands for a step in the tokens of "start again" and "talk to a manager". Too short to be a step's key."""
AGAIN_KEY, MANAGER_KEY = "again", "people"


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice, ready to be shown and recognised. `label`, `normal` and `words` are set where the label has no holes.

    trigger: the edge of the step's graph, "" where the choice is no edge.
    """

    choice: Choice
    trigger: str = ""
    label: str | None = None
    normal: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step and its choices; `reminders` are the choices of each silence entry (empty: the step's own)."""

    step: Step
    state: str
    offers: tuple[Offer, ...]
    reminders: tuple[tuple[Offer, ...], ...]
    next: tuple[str, ...]
    """The triggers of its branches."""


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """One answer to an objection. `key` stands for a step's key in the tokens of its choices."""

    objection: str
    index: int
    key: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class RungPlan:
    """A rung of a ladder and its choices."""

    tunnel: str
    rung: Rung
    offers: tuple[Offer, ...]


class Compiled:
    """Everything the engine derives from a definition. Immutable once built, and shared by all turns."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.language = definition.settings.language
        self.first_queue = next(iter(definition.settings.queues), "")
        self.graphs: Mapping[str, Graph] = {name: Graph(tunnel) for name, tunnel in definition.tunnels.items()}
        self.plans: Mapping[tuple[str, str], StepPlan] = {
            (tunnel.name, step.name): _plan(step)
            for tunnel in definition.tunnels.values()
            for step in tunnel.steps.values()
        }
        self.answers: Mapping[tuple[str, int], AnswerPlan] = _answer_plans(definition)
        self.answers_by_key: Mapping[str, AnswerPlan] = {plan.key: plan for plan in self.answers.values()}
        self.words: Mapping[str, str] = _words(definition)
        self.human = _phrases(definition.settings.human)
        self.objections = _objection_phrases(definition.objections.values())
        self.entries = _entry_phrases(definition)
        self.rules: Mapping[str, Sequence[EventRule]] = _by_event(
            rule for tunnel in definition.tunnels.values() for rule in tunnel.events.values()
        )
        self.event_entries: Mapping[str, Sequence[Entry]] = _by_event(
            entry for tunnel in definition.tunnels.values() for entry in tunnel.enter if entry.event
        )
        self.heard = frozenset(self.rules) | frozenset(self.event_entries) | _until(self.rules)
        """The events from outside that content does something with."""
        self.rungs: Mapping[str, RungPlan] = {
            rung.key: RungPlan(rule.tunnel, rung, offers(rung.choices))
            for rules in self.rules.values()
            for rule in rules
            for rung in rule.ladder
        }
        """By the rung's key."""
        self.texts: dict[int, RichText] = {}
        """Texts without holes, rendered when first said; by the template's identity, which lives as long as we do."""

    def start_of(self, tunnel: str) -> Target | None:
        """Where a tunnel begins; None for an unknown one."""
        found = self.definition.tunnels.get(tunnel)
        return Target(found.name, found.start) if found else None

    def objection_in(self, text: matching.Text) -> str | None:
        """The objection that a message raises: the one with the longest phrase, the content's first among equals."""
        return next((name for phrase, name in self.objections if phrase.found(text)), None)

    def entries_in(self, text: matching.Text, *, whole: bool) -> Iterator[Entry]:
        """The entries whose words the message holds (or, with `whole`, is), the longest phrase first."""
        for phrase, entry in self.entries:
            if phrase.whole(text) if whole else phrase.contained(text):
                yield entry

    def word_in(self, text: matching.Text, normalised: str) -> str:
        """What the whole message asks for: "stop", "human", "back", "start", or ""."""
        found = self.words.get(normalised, "")
        if found or len(text.words) > MAX_WORD_TOKENS:
            return found
        return "human" if any(each.whole(text) for each in self.human) else ""


MAX_WORD_TOKENS = 6


@lru_cache(maxsize=8)
def compiled(definition: Definition) -> Compiled:
    """The compiled form; definitions are told apart by identity. A few are kept, for revisions that overlap."""
    return Compiled(definition)


def offers(choices: Iterable[Choice], trigger: str = "") -> tuple[Offer, ...]:
    """Make choices ready; `trigger` begins the names of their edges."""
    return tuple(_offer(choice, f"{trigger}{index}" if trigger else "") for index, choice in enumerate(choices))


def plain_label(template: Template) -> str | None:
    """A label without holes is shown exactly as written; None for one that has to be rendered."""
    return None if template.names or "{{" in template.source or "{%" in template.source else template.source.strip()


def _offer(choice: Choice, trigger: str) -> Offer:
    label = plain_label(choice.label)
    if label is None:
        return Offer(choice, trigger)
    return Offer(choice, trigger, label, normal(label), tuple(word(token) for token in tokens(label)))


def _plan(step: Step) -> StepPlan:
    return StepPlan(
        step,
        f"{step.tunnel}/{step.name}",
        offers(step.choices, "choice"),
        tuple(offers(silence.choices, f"silence{index}choice") for index, silence in enumerate(step.silence)),
        tuple(f"next{index}" for index in range(len(step.to))),
    )


def _answer_plans(definition: Definition) -> dict[tuple[str, int], AnswerPlan]:
    taken = set(definition.steps_by_key)
    plans = {}
    for objection in definition.objections.values():
        for index, answer in enumerate(objection.answers):
            key = _free_key(f"{objection.name}\x00{index}", taken)
            taken.add(key)
            plans[objection.name, index] = AnswerPlan(objection.name, index, key, offers(answer.choices))
    return plans


def _free_key(name: str, taken: set[str]) -> str:
    """Six letters and digits derived from a name; salted in the one case in two thousand million that collides."""
    salt = 0
    while True:
        number = int.from_bytes(blake2b(f"{salt}\x00{name}".encode(), digest_size=8, person=b"objection").digest())
        key = base36(number % 36**6).rjust(6, "0")
        if key not in taken:
            return key
        salt += 1


def _words(definition: Definition) -> dict[str, str]:
    settings = definition.settings
    found = dict.fromkeys(START_WORDS, "start")
    for kind, words in (("back", settings.back), ("human", settings.human), ("stop", settings.stop)):
        found.update((normal(each), kind) for each in words if normal(each))
    return found


def _phrases(texts: Sequence[str]) -> tuple[Phrase, ...]:
    return tuple(phrase for text in texts if (phrase := matching.phrase(text)) is not None)


def _objection_phrases(objections: Iterable[Objection]) -> tuple[tuple[Phrase, str], ...]:
    found = [(phrase, objection.name) for objection in objections for phrase in _phrases(objection.phrases)]
    return tuple(sorted(found, key=lambda pair: -len(pair[0].words)))


_Named = TypeVar("_Named", EventRule, Entry)


def _by_event(found: Iterable[_Named]) -> dict[str, list[_Named]]:
    by_event: dict[str, list[_Named]] = {}
    for each in found:
        by_event.setdefault(each.event, []).append(each)
    return by_event


def _until(rules: Mapping[str, Sequence[EventRule]]) -> frozenset[str]:
    return frozenset(rule.until for each in rules.values() for rule in each if rule.until)


def _entry_phrases(definition: Definition) -> tuple[tuple[Phrase, Entry], ...]:
    found = [
        (phrase, entry)
        for tunnel in definition.tunnels.values()
        for entry in tunnel.enter
        for phrase in _phrases(entry.words)
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[0].words)))
