"""Events from outside are known, their ladders rise, and what they carry is what is read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tunnel.language.checks.content import Content
from tunnel.language.definition import EventKind
from tunnel.language.event_kinds import BUILT_IN
from tunnel.language.findings import listed, nearest
from tunnel.language.source import Place, Text
from tunnel.language.tunnel_models import EnterKeys, EventKeys, RungKeys, TunnelKeys


def check_outside(content: Content) -> None:
    """Report events that nobody knows, ladders that do not rise, and parts of an event that it does not have."""
    _check_names(content)
    _check_entries(content)
    for keys in content.tunnels:
        for name, event in (keys.events or {}).items():
            _check_event(content, keys, name, event)
    for of, parts in content.scope.event_parts.items():
        kind = content.definition.events.get(of)
        if kind is not None and not kind.open:
            _check_parts(content, kind, parts)


def _check_names(content: Content) -> None:
    """A name that is neither built in nor declared is the company's own, or a slip of the pen."""
    declared = {str(name) for shared in content.shared for name in shared.events or {}}
    known = sorted({*BUILT_IN, *declared})
    handled = {str(name) for keys in content.tunnels for name in keys.events or {}}
    for name in _names(content.tunnels):
        if str(name) in known:
            continue
        near = nearest(name, [one for one in {*known, *handled} if one != name])
        content.report.add("unknown-event" if near else "own-event", name.at, name=name, near=near)


def _names(tunnels: Sequence[TunnelKeys]) -> Iterator[Text]:
    for keys in tunnels:
        yield from (entry.event for entry in keys.enter or () if entry.event is not None)
        for name, event in (keys.events or {}).items():
            yield name
            if event.until is not None:
                yield event.until


def _check_entries(content: Content) -> None:
    """Of several ways in by one event, the first whose condition holds is taken."""
    taken: dict[str, list[EnterKeys]] = {}
    for keys in content.tunnels:
        for entry in keys.enter or ():
            if entry.event is None:
                continue
            before = taken.setdefault(str(entry.event), [])
            first = next((one for one in before if one.when is None or one.when == entry.when), None)
            if first is not None:
                place = first.place("event")
                content.report.add(
                    "same-event", entry.event.at, name=entry.event, file=place.file, line=place.line
                )  # fmt: skip
            before.append(entry)


def _check_event(content: Content, keys: TunnelKeys, name: Text, event: EventKeys) -> None:
    report = content.report
    if event.until is not None and not event.ladder and not event.damaged:
        report.add("until-without-ladder", event.key_place("until"))
    if event.until == name:
        report.add("until-itself", event.until.at, name=name)
    before = 0.0
    for rung in event.ladder or ():
        if rung.after <= before:
            report.add("ladder-order", rung.place("after"))
        before = rung.after
        _check_rung(content, keys, rung)


def _check_rung(content: Content, keys: TunnelKeys, rung: RungKeys) -> None:
    meant = content.channels(str(keys.tunnel))
    for channel in rung.via or ():
        if channel not in meant:
            content.report.add("via-channel", channel.at, channel=channel, known=listed(meant))
    if rung.choices and not (rung.say or rung.media or rung.damaged):
        content.report.add("choices-without-say", rung.key_place("choices"), name=f"{rung.key_place('choices').line}")


def _check_parts(content: Content, kind: EventKind, parts: Mapping[str, Sequence[Place]]) -> None:
    known = sorted(kind.fields)
    for part, places in parts.items():
        if part not in kind.fields:
            for place in places:
                content.report.add(
                    "event-field", place, event=kind.name, name=part, near=nearest(part, known), known=listed(known)
                )  # fmt: skip
