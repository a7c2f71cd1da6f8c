"""Keys that are read from the start, but do not act yet: said aloud, once a file."""

from __future__ import annotations

from tunnel.language.checks.content import Content
from tunnel.language.source import Place
from tunnel.language.tunnel_models import TunnelKeys

NOT_YET = frozenset({
    "SettingsKeys.quiet", "SettingsKeys.frequency", "SharedKeys.promos", "TunnelKeys.events", "EnterKeys.event",
    "StageKeys.within", "StageKeys.late", "StageKeys.step", "StepKeys.split",
})  # fmt: skip
"""Model.key of each of them, for the reference."""


def check_later(content: Content) -> None:
    """Report the first use of each such key in a file."""
    for key in ("quiet", "frequency"):
        if content.settings.has(key):
            _report(content, key, content.settings.key_place(key))
    for shared in content.shared:
        if shared.promos:
            _report(content, "promos", shared.key_place("promos"))
    for keys in content.tunnels:
        _check_tunnel(content, keys)


def _check_tunnel(content: Content, keys: TunnelKeys) -> None:
    if keys.events:
        _report(content, "events", keys.key_place("events"))
    event = next((entry for entry in keys.enter or () if entry.event is not None), None)
    if event is not None:
        _report(content, "event", event.key_place("event"))
    for key in ("within", "late", "step"):
        stage = next((stage for stage in (keys.stages or {}).values() if stage.has(key)), None)
        if stage is not None:
            _report(content, key, stage.key_place(key))
    split = next((step for step in keys.steps.values() if step.split is not None and step.split.arms), None)
    if split is not None and split.split is not None:
        content.report.add("inactive-split", split.key_place("split"), name=next(iter(split.split.arms)))


def _report(content: Content, key: str, place: Place) -> None:
    content.report.add("inactive", place, key=key, what=f"@later.{key}")
