"""A content directory → its definition and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tunnel.language.build import (
    build_magnets,
    build_objections,
    build_products,
    build_promos,
    build_queues,
    build_settings,
    build_templates,
    build_variables,
    currency_of,
)
from tunnel.language.build_events import build_kinds
from tunnel.language.build_tunnel import build_tunnel
from tunnel.language.checks import Content, check_all
from tunnel.language.definition import Definition, Entry, Step, Tunnel
from tunnel.language.directory import Files, list_files, revision_of
from tunnel.language.findings import Finding, Language, Report
from tunnel.language.models import SettingsKeys, SharedKeys
from tunnel.language.read import read_yaml, validate
from tunnel.language.scope import Scope
from tunnel.language.scripts import Script, build_scripts
from tunnel.language.source import Map, Place, Text, declared_names
from tunnel.language.tunnel_models import TunnelKeys


@dataclass(frozen=True, slots=True)
class Loaded:
    """The outcome of `load`. `definition` is None if a finding is an error."""

    definition: Definition | None
    findings: list[Finding]
    scripts: list[Script] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the content from running."""
        return [finding for finding in self.findings if finding.severity == "error"]


@dataclass(slots=True)
class Raw:
    """All files as maps and models. `blind`: some file could not be read at all."""

    report: Report
    blind: bool = False
    sources: dict[str, str] = field(default_factory=dict)
    settings: SettingsKeys | None = None
    settings_map: Map | None = None
    shared: list[SharedKeys] = field(default_factory=list)
    shared_maps: list[Map] = field(default_factory=list)
    tunnels: list[TunnelKeys] = field(default_factory=list)
    tunnel_maps: list[Map] = field(default_factory=list)


def load(directory: Path, language: Language | None = None) -> Loaded:
    """Read, check and build a content directory. Never raises for whatever it holds.

    language: of the findings; the settings' own by default.
    """
    report = Report()
    files = list_files(directory, report)
    raw = _read_all(files, report)
    scope = _scope(raw)
    definition = _build(raw, scope, files) if raw.settings is not None else None
    scripts = build_scripts(files.scripts, scope, definition)
    if definition is None or report.failed:
        definition = None
    return Loaded(definition, report.findings(language or ("en" if scope.language == "en" else "ru")), scripts)


def load_scripts(directory: Path, language: Language | None = None) -> tuple[list[Script], list[Finding]]:
    """The dialogue scripts of a content directory, and what is wrong with them."""
    loaded = load(directory, language)
    return loaded.scripts, [finding for finding in loaded.findings if finding.file.startswith("scripts/")]


def _read_all(files: Files, report: Report) -> Raw:
    raw = Raw(report)
    for name, data in files.settings.items():
        raw.settings_map = read_yaml(data, name, report, raw.sources)
        if raw.settings_map is not None:
            raw.settings = validate(SettingsKeys, raw.settings_map, report)
    if len(files.settings) > 1:
        first, second = sorted(files.settings)
        report.add("same-name", Place(second), name="settings", file=first, line=1)
    if not files.settings and files.root.is_dir():
        report.add("no-settings", Place("settings.yaml"))
    for name, data in files.shared.items():
        found = read_yaml(data, name, report, raw.sources)
        if found is not None:
            raw.shared_maps.append(found)
            shared = validate(SharedKeys, found, report)
            raw.shared += [shared] if shared is not None else []
    for name, data in files.tunnels.items():
        found = read_yaml(data, name, report, raw.sources)
        if found is not None:
            raw.tunnel_maps.append(found)
            tunnel = validate(TunnelKeys, found, report)
            raw.tunnels += [tunnel] if tunnel is not None else []
    if not files.tunnels and files.root.is_dir():
        report.add("no-tunnels", Place("tunnels"))
    unread = len(raw.sources) < len(files.settings) + len(files.shared) + len(files.tunnels)
    raw.blind = unread or len(raw.tunnels) < len(raw.tunnel_maps) or len(raw.shared) < len(raw.shared_maps)
    return raw


def _scope(raw: Raw) -> Scope:
    settings = raw.settings
    language = str(settings.language) if settings is not None and settings.language is not None else "ru"
    scope = Scope(raw.report, language=language, sources=raw.sources, blind=raw.blind or settings is None)
    if settings is not None:
        scope.currency = currency_of(settings, "en" if language == "en" else "ru", raw.report)
        scope.variables = build_variables(settings.variables or {}, raw.report)
    scope.declared = _declared([raw.settings_map] if raw.settings_map is not None else [], "variables")
    everywhere = [*raw.shared_maps, *([raw.settings_map] if raw.settings_map is not None else [])]
    scope.queues = _declared(everywhere, "queues")
    scope.objections = _declared(raw.shared_maps, "objections")
    scope.magnets = _declared(raw.shared_maps, "magnets")
    scope.promos = _declared(raw.shared_maps, "promos")
    scope.products = _declared(raw.shared_maps, "products")
    scope.templates = _declared(raw.shared_maps, "templates")
    for found in raw.tunnel_maps:
        name = found.get("tunnel")  # type: ignore[call-overload]
        if isinstance(name, Text):
            steps = declared_names(found.get("steps"))  # type: ignore[call-overload]
            scope.steps[str(name)] = scope.steps.get(str(name), frozenset()) | steps
    return scope


def _declared(maps: list[Map], key: str) -> frozenset[str]:
    names = [declared_names(found.get(key)) for found in maps]  # type: ignore[call-overload]
    return frozenset().union(*names) if names else frozenset()


def _merged(raw: Raw, key: str, report: Report) -> dict[Text, object]:
    """One mapping out of several files; a name written twice is reported."""
    merged: dict[Text, object] = {}
    parts = [getattr(one, key) or {} for one in raw.shared]
    if key == "queues" and raw.settings is not None:
        parts.insert(0, raw.settings.queues or {})
    for part in parts:
        for name, value in part.items():
            first = next((known for known in merged if known == name), None)
            if first is not None:
                report.add("same-name", name.at, name=name, file=first.at.file, line=first.at.line)
            else:
                merged[name] = value
    return merged


def _build(raw: Raw, scope: Scope, files: Files) -> Definition:
    assert raw.settings is not None
    report = raw.report
    queues = build_queues(_merged(raw, "queues", report))  # type: ignore[arg-type]
    magnets = build_magnets(_merged(raw, "magnets", report), scope)  # type: ignore[arg-type]
    objections = build_objections(_merged(raw, "objections", report), scope)  # type: ignore[arg-type]
    promos = build_promos(_merged(raw, "promos", report), scope)  # type: ignore[arg-type]
    products = build_products(_merged(raw, "products", report), scope)  # type: ignore[arg-type]
    templates = build_templates(_merged(raw, "templates", report), scope)  # type: ignore[arg-type]
    tunnels: dict[str, Tunnel] = {}
    steps_by_key: dict[str, Step] = {}
    for keys in raw.tunnels:
        first = tunnels.get(str(keys.tunnel))
        if first is not None:
            line = scope.marks.of(first).line
            report.add("same-name", keys.tunnel.at, name=keys.tunnel, file=first.file, line=line)
            continue
        tunnel = build_tunnel(keys, scope)
        tunnels[tunnel.name] = tunnel
        steps_by_key |= {step.key: step for step in tunnel.steps.values()}
    settings = build_settings(raw.settings, scope, queues, sorted(scope.steps))
    declared = _merged(raw, "events", report)
    draft = Definition(
        revision="", directory=str(files.root), settings=settings, tunnels=tunnels, objections=objections,
        magnets=magnets, steps_by_key=steps_by_key, links=_links(tunnels), promos=promos, products=products,
        templates=templates,
        events=build_kinds(declared, tunnels.values(), scope, settings.language),  # type: ignore[arg-type]
    )  # fmt: skip
    media = check_all(Content(draft, raw.settings, raw.tunnels, raw.shared, scope))
    return replace(draft, revision=revision_of(files, media)) if not report.failed else draft


def _links(tunnels: Mapping[str, Tunnel]) -> dict[str, Entry]:
    links: dict[str, Entry] = {}
    for tunnel in tunnels.values():
        for entry in tunnel.enter:
            if entry.link:
                links.setdefault(entry.link.casefold(), entry)
    return links
