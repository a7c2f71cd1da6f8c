"""What events from outside the chat do, and which events there are: models → definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tunnel.language.build import build_choices, build_days, build_media, short_key
from tunnel.language.definition import Action, EventKind, EventRule, FieldType, Rung, Tunnel
from tunnel.language.event_kinds import ACTED_ON, BUILT_IN
from tunnel.language.findings import Language
from tunnel.language.models import EventKindKeys
from tunnel.language.scope import Scope
from tunnel.language.source import Text
from tunnel.language.tunnel_models import ActionKeys, EventKeys, RungKeys, TunnelKeys


def build_rules(keys: TunnelKeys, scope: Scope, stages: frozenset[str]) -> dict[str, EventRule]:
    """What a tunnel does at each event."""
    rules: dict[str, EventRule] = {}
    for name, field in (keys.events or {}).items():
        with scope.about(str(name)):
            rule = _build_rule(name, field, scope, str(keys.tunnel), stages)
        rules[str(name)] = scope.marks.put(rule, name.at)
    return rules


def _build_rule(name: Text, field: EventKeys, scope: Scope, tunnel: str, stages: frozenset[str]) -> EventRule:
    if field.stage is not None:
        scope.known("unknown-stage", field.stage, stages)
    if not (field.damaged or any(field.has(key) for key in ("to", "stage", "ladder", "set", "do"))):
        scope.report.add("event-does-nothing", name.at, name=name)
    rungs = []
    for position, rung in enumerate(field.ladder or ()):
        key = short_key(f"{tunnel}/{name}/{position}", scope.keys)
        scope.keys.add(key)
        rungs.append(_build_rung(rung, scope, tunnel, key))
    return EventRule(
        event=str(name),
        tunnel=tunnel,
        start=field.start,
        until=str(field.until or ""),
        when=scope.condition(field.when),
        set=scope.settings_of(field.set),
        do=build_actions(field.do, scope),
        stage=str(field.stage or ""),
        reason=str(field.reason or ""),
        to=scope.target(field.to, tunnel),
        ladder=tuple(rungs),
    )


def _build_rung(field: RungKeys, scope: Scope, tunnel: str, key: str) -> Rung:
    if field.promo is not None:
        scope.known("unknown-promo", field.promo, scope.promos)
    if field.product is not None:
        scope.known("unknown-product", field.product, scope.products)
    if not (field.damaged or any(field.has(key) for key in ("say", "to", "media"))):
        scope.report.add("rung-does-nothing", field.at)
    rung = Rung(
        after_s=field.after,
        key=key,
        say=scope.text(field.say),
        choices=build_choices(field.choices, scope, tunnel),
        promo=str(field.promo or ""),
        via=tuple(map(str, field.via or ())),
        days=build_days(field.days),
        to=scope.target(field.to, tunnel),
        when=scope.condition(field.when),
        media=build_media(field.media, scope),
        product=str(field.product or ""),
        template=scope.approved(field.template),
    )
    result: Rung = scope.marks.put(rung, field.place("after"))
    return result


def build_actions(fields: Sequence[ActionKeys] | None, scope: Scope) -> tuple[Action, ...]:
    """The things of `do` or `then`."""
    return tuple(action for field in fields or () if (action := _build_action(field, scope)) is not None)


def _build_action(field: ActionKeys, scope: Scope) -> Action | None:
    written = [key for key in ("set", "tag", "untag", "notify") if field.has(key)]
    if len(written) != 1:
        if not field.damaged:
            scope.report.add("action-one-thing", field.at)
        return None
    if field.has("notify") != field.has("text"):
        scope.report.add("notify-with-text", field.at)
    if field.notify is not None:
        scope.known("unknown-queue", field.notify, scope.queues)
    return Action(
        set=scope.settings_of(field.set),
        tag=str(field.tag or ""),
        untag=str(field.untag or ""),
        notify=str(field.notify or ""),
        text=scope.text(field.text, plain=True),
    )


def build_kinds(
    declared: Mapping[Text, EventKindKeys], tunnels: Iterable[Tunnel], scope: Scope, language: Language
) -> dict[str, EventKind]:
    """Every event that may come: the built-in ones, those that the content declares, and those that it names.

    One that is only named may carry anything. A built-in one that is declared keeps its own fields and gets these too.
    """
    named = {name for tunnel in tunnels for name in _named(tunnel)} - {""}
    written = {str(name): keys for name, keys in declared.items()}
    everywhere = frozenset(scope.event_parts.get("", {}))
    kinds: dict[str, EventKind] = {}
    for name in sorted({*BUILT_IN, *written, *named}):
        built_in, keys = BUILT_IN.get(name), written.get(name)
        fields: dict[str, FieldType] = dict(built_in.fields) if built_in is not None else {}
        title = (built_in.ru if language == "ru" else built_in.en) if built_in is not None else name
        if keys is not None:
            title = str(keys.title or title)
            fields |= {str(one): str(kind) for one, kind in (keys.fields or {}).items()}  # type: ignore[misc]
        used = everywhere | frozenset(scope.event_parts.get(name, {})) | ACTED_ON.intersection(fields)
        free = built_in.open if built_in is not None else keys is None or keys.fields is None
        kinds[name] = EventKind(name, title, fields, used, free)
    return kinds


def _named(tunnel: Tunnel) -> Iterable[str]:
    for rule in tunnel.events.values():
        yield rule.event
        yield rule.until
    for entry in tunnel.enter:
        yield entry.event
