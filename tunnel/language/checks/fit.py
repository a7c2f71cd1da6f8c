"""How choices and texts will look on each channel that a tunnel is meant for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tunnel.language.checks.content import Content
from tunnel.language.definition import Choice, Template
from tunnel.language.limits import CHANNEL_TITLES, LIMITS, ChannelLimits
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
    for text, channels, has_choices in _texts(content):
        _check_text(content, text, channels, has_choices=has_choices)
    for step in content.steps.values():
        if step.ask is not None and step.ask.share:
            for channel in content.channels(step.tunnel):
                if not LIMITS[channel].ask_phone:
                    place = content.scope.marks.of(step.ask)
                    content.report.add("fit-phone", place, channel=CHANNEL_TITLES[channel])


Offer = tuple[tuple[Choice, ...], Place, tuple[str, ...]]


def _offers(content: Content) -> Iterator[Offer]:
    for step in content.steps.values():
        channels = content.channels(step.tunnel)
        if step.choices:
            yield step.choices, content.scope.marks.of(step.choices[0]), channels
        for silence in step.silence:
            if silence.choices:
                yield silence.choices, content.scope.marks.of(silence.choices[0]), channels
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
        if not limits.link_buttons:
            for choice in choices:
                if choice.link:
                    label = choice.label.source
                    content.report.add("fit-link", content.scope.marks.of(choice.label), channel=title, label=label)
        _note_form(content, answers if not limits.link_buttons else choices, place, channel)


def _note_form(content: Content, choices: Sequence[Choice], place: Place, channel: str) -> None:
    """Buttons, else a list, else numbers."""
    limits, title = LIMITS[channel], CHANNEL_TITLES[channel]
    longest = max((_length(choice.label) for choice in choices), default=0)
    if len(choices) <= limits.buttons.value and longest <= limits.label.value:
        return
    rows, row_label = limits.list_rows, limits.list_label
    if rows is None or row_label is None or len(choices) > rows.value or longest > row_label.value:
        content.report.add("fit-numbers", place, channel=title, why=_why(len(choices), longest, limits))
    else:
        content.report.add("fit-list", place, channel=title, why=_why(len(choices), longest, limits, buttons=True))


def _why(count: int, longest: int, limits: ChannelLimits, *, buttons: bool = False) -> str:
    most = limits.buttons if buttons or limits.list_rows is None else limits.list_rows
    label = limits.label if buttons or limits.list_label is None else limits.list_label
    return f"{count} > {most.value}" if count > most.value else f"label {longest} > {label.value}"


def _texts(content: Content) -> Iterator[tuple[Template, tuple[str, ...], bool]]:
    for step in content.steps.values():
        channels = content.channels(step.tunnel)
        if step.say is not None:
            yield step.say, channels, bool(step.choices or step.media)
        if step.ask is not None:
            yield step.ask.say, channels, bool(step.choices)
        for silence in step.silence:
            if silence.say is not None:
                yield silence.say, channels, bool(step.choices)
    for objection in content.definition.objections.values():
        for answer in objection.answers:
            yield answer.say, content.channels_anywhere, bool(answer.choices)


def _check_text(content: Content, text: Template, channels: Sequence[str], *, has_choices: bool) -> None:
    """A text without holes has a known length; one with holes is judged by what stands around them."""
    length = _length(text)
    for channel in channels:
        limit = LIMITS[channel].caption if has_choices else LIMITS[channel].text
        if length > limit.value:
            place = content.scope.marks.of(text)
            content.report.add("fit-split", place, channel=CHANNEL_TITLES[channel], limit=limit.value)


def _length(text: Template) -> int:
    """Characters that the customer will see; UTF-16 units, the larger count, as most channels measure."""
    return len(parse(text.source).plain.encode("utf-16-le")) // 2 if not text.names else len(text.source)
