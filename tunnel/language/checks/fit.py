"""How choices and texts will look on each channel that a tunnel is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tunnel.language.checks.content import Content
from tunnel.language.definition import Choice, Template
from tunnel.language.limits import CHANNEL_TITLES, LIMITS, Number
from tunnel.language.source import Place
from tunnel.markup import parse

MOST_CHOICES = 20
"""Our own: nobody reads more."""
LONGEST_LABEL = 100
"""Our own: longer than this no channel shows a label whole."""


def check_fit(content: Content) -> None:
    """Report what does not fit, and note what will be shown in another form."""
    for choices, place, channels in _offers(content):
        _check_offer(content, choices, place, channels)
    for text, channels, form in _texts(content):
        _check_text(content, text, channels, form)
    for step in content.steps.values():
        if step.ask is not None and step.ask.share:
            without = [channel for channel in content.channels(step.tunnel) if not LIMITS[channel].ask_phone]
            if without:
                titles = ", ".join(CHANNEL_TITLES[channel] for channel in without)
                content.report.add("fit-phone", content.scope.marks.of(step.ask), channel=titles)


Offer = tuple[tuple[Choice, ...], Place, tuple[str, ...]]


def _offers(content: Content) -> Iterator[Offer]:
    for step in content.steps.values():
        channels = content.channels(step.tunnel)
        if step.choices:
            yield step.choices, content.scope.marks.of(step.choices[0]), channels
        for silence in step.silence:
            if silence.choices:
                yield silence.choices, content.scope.marks.of(silence.choices[0]), channels
    for rung, channels in content.rungs:
        if rung.choices:
            yield rung.choices, content.scope.marks.of(rung.choices[0]), channels
    for objection in content.definition.objections.values():
        for answer in objection.answers:
            if answer.choices:
                yield answer.choices, content.scope.marks.of(answer.choices[0]), content.channels_anywhere


def _check_offer(content: Content, choices: Sequence[Choice], place: Place, channels: Sequence[str]) -> None:
    if len(choices) > MOST_CHOICES:
        content.report.add("fit-choices", place, count=len(choices))
    for choice in choices:
        if _length(choice.label) > LONGEST_LABEL:
            content.report.add("fit-label", content.scope.marks.of(choice.label), limit=LONGEST_LABEL)
    for channel in channels:
        limits, title = LIMITS[channel], CHANNEL_TITLES[channel]
        answers = [choice for choice in choices if not choice.link]
        if limits.links_beside_answers or answers == list(choices) or len(choices) == 1:
            _note_form(content, choices, place, channel)
            continue
        for choice in choices:
            if choice.link:
                where, label = content.scope.marks.of(choice.label), choice.label.source
                content.report.add("fit-link", where, channel=title, label=label)
        _note_form(content, answers, place, channel)


def _note_form(content: Content, choices: Sequence[Choice], place: Place, channel: str) -> None:
    """Buttons, else a list, else numbers."""
    limits, title = LIMITS[channel], CHANNEL_TITLES[channel]
    longest = max((_length(choice.label) for choice in choices), default=0)
    if len(choices) <= limits.buttons.value and longest <= limits.label.value:
        return
    rows, row_label = limits.list_rows, limits.list_label
    if rows is None or row_label is None:
        most, label = limits.buttons, limits.label
    else:
        most, label = rows, row_label
    if rows is not None and len(choices) <= most.value and longest <= label.value:
        content.report.add(
            "fit-list", place, channel=title, **_why(len(choices), longest, limits.buttons, limits.label)
        )
    else:
        content.report.add("fit-numbers", place, channel=title, **_why(len(choices), longest, most, label))


def _why(count: int, longest: int, most: Number, label: Number) -> dict[str, object]:
    if count > most.value:
        return {"what": "@choices", "count": count, "limit": most.value}
    return {"what": "@labels", "count": longest, "limit": label.value}


def _texts(content: Content) -> Iterator[tuple[Template, tuple[str, ...], str]]:
    """Each text, where it is said, and which limit holds for it."""
    for step in content.steps.values():
        channels = content.channels(step.tunnel)
        with_buttons = "body" if step.choices else "text"
        said = step.ask.say if step.ask is not None else step.say
        if said is not None:
            yield said, channels, "caption" if step.media else with_buttons
        for silence in step.silence:
            if silence.say is not None:
                yield silence.say, channels, with_buttons
    for rung, channels in content.rungs:
        if rung.say is not None:
            yield rung.say, channels, "caption" if rung.media else "body" if rung.choices else "text"
    for objection in content.definition.objections.values():
        for answer in objection.answers:
            yield answer.say, content.channels_anywhere, "body" if answer.choices else "text"


def _check_text(content: Content, text: Template, channels: Sequence[str], form: str) -> None:
    """A text without holes has a known length; one with holes is judged by what stands around them."""
    length = _length(text)
    for channel in channels:
        limit: Number = getattr(LIMITS[channel], form)
        if length > limit.value:
            place = content.scope.marks.of(text)
            content.report.add("fit-split", place, channel=CHANNEL_TITLES[channel], limit=limit.value)


def _length(text: Template) -> int:
    """Characters that the customer will see; UTF-16 units, the larger count, as most channels measure."""
    return len(parse(text.source).plain.encode("utf-16-le")) // 2 if not text.names else len(text.source)
