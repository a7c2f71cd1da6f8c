"""Promo codes can be made, there is a time when the bot may speak, and names are compared with what they can be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import nodes

from tunnel.language.checks.content import Content
from tunnel.language.checks.needs import tree_of
from tunnel.language.definition import Quiet
from tunnel.language.durations import DAYS
from tunnel.language.expressions import OFFERED, parts_of, whole
from tunnel.language.findings import listed, nearest
from tunnel.language.source import Place, Text

CODE_SIGNS = 31
"""How many signs a random place can take: letters and digits without those that look alike. Fewer than the program
uses are safe here."""
FEWEST_RANDOM, MOST_RANDOM = 4, 20
GUESSES = 1_000
"""A code tried at random must be wrong at least so often for each one handed out."""
LONGEST_CODE = 40
_HOLE = re.compile(r"\{random:(\d{1,3})\}")


def check_offers(content: Content) -> None:
    """Report codes that cannot be personal, hours that never open, values that a name never has."""
    for shared in content.shared:
        for promo in (shared.promos or {}).values():
            _check_code(content, promo.code, promo.limit)
    _check_quiet(content)
    for name in content.settings.variables or {}:
        if str(name) in OFFERED:
            content.report.add("hides-name", name.at, name=name)
    for source, compiled in list(content.scope.texts.values()):
        _check_products(content, source, tree_of(compiled))
        _check_values(content, source, tree_of(compiled))


def _check_code(content: Content, code: Text, limit: int | None) -> None:
    holes = [int(number) for number in _HOLE.findall(code)]
    rest = _HOLE.sub("", code)
    random = sum(holes)
    if not re.fullmatch(r"[A-Za-z0-9-]*", rest) or len(rest) + random > LONGEST_CODE:
        content.report.add("promo-code", code.at, value=code)
    elif not holes:
        content.report.add("promo-not-personal", code.at, value=code)
    else:
        fewest = next(
            size for size in range(FEWEST_RANDOM, MOST_RANDOM + 1) if CODE_SIGNS**size >= GUESSES * (limit or GUESSES)
        )
        if random < fewest:
            content.report.add("promo-guessable", code.at, count=random, limit=limit or "∞", fewest=fewest)


def _check_quiet(content: Content) -> None:
    quiet, keys = content.definition.settings.quiet, content.settings.quiet
    shut = frozenset(range(7)) if quiet is not None and _all_day(quiet) else quiet.days if quiet is not None else None
    if keys is not None and shut is not None and len(shut) == len(DAYS):
        content.report.add("quiet-never-opens", content.settings.key_place("quiet"))
        return
    for days, place in _days(content):
        if not days - (shut or frozenset()):
            content.report.add("days-never", place)


def _all_day(quiet: Quiet) -> bool:
    return quiet.start == quiet.end or (
        quiet.start.hour == quiet.start.minute == 0 and quiet.end.hour == 23 and quiet.end.second == 59
    )


def _days(content: Content) -> Iterator[tuple[frozenset[int], Place]]:
    for step in content.steps.values():
        for silence in step.silence:
            if silence.days is not None:
                yield silence.days, content.scope.marks.of(silence)
    for rung, _ in content.rungs:
        if rung.days is not None:
            yield rung.days, content.scope.marks.of(rung)


def _check_products(content: Content, source: Text, tree: nodes.Node) -> None:
    if "products" in content.scope.declared:
        return
    scope, products = content.scope, content.definition.products
    for name in sorted(parts_of(tree, "products")):
        scope.known("unknown-product", Text.make(name, scope.locate(source, f"products.{name}")), scope.products)
    for node in whole(tree):
        inner = node.node if isinstance(node, nodes.Getattr) and node.attr == "price" else None
        if isinstance(inner, nodes.Getattr) and getattr(inner.node, "name", "") == "products":
            product = products.get(inner.attr)
            if product is not None and product.price is None:
                content.report.add("no-price", scope.locate(source, f"products.{inner.attr}"), name=inner.attr)
    for tunnel in sorted(parts_of(tree, "stages")) if "stages" not in content.scope.declared else ():
        place = scope.locate(source, f"stages.{tunnel}")
        scope.known("unknown-tunnel", Text.make(tunnel, place), content.definition.tunnels)


def _check_values(content: Content, source: Text, tree: nodes.Node) -> None:
    """`season == "winer"` and `"giude" in had` are never so."""
    for node in whole(tree):
        if not isinstance(node, nodes.Compare) or len(node.ops) != 1:
            continue
        for name, other in ((node.expr, node.ops[0].expr), (node.ops[0].expr, node.expr)):
            known = _values(content, name)
            if known and isinstance(other, nodes.Const) and isinstance(other.value, str) and other.value not in known:
                content.report.add(
                    "never-so", content.scope.locate(source, getattr(name, "name", "")), value=other.value,
                    name=getattr(name, "name", ""), near=nearest(other.value, known), known=listed(sorted(known)),
                )  # fmt: skip


def _values(content: Content, node: nodes.Node) -> frozenset[str]:
    """All values that a name can have; empty where anything goes."""
    name = getattr(node, "name", "") if isinstance(node, nodes.Name) else ""
    if name in content.scope.declared:
        return frozenset()
    definition = content.definition
    if name == "had":
        return frozenset({*definition.magnets, *definition.promos})
    if name == "visited":
        return frozenset(step.name for step in content.steps.values())
    if name == "stage":
        return frozenset({"", *(stage for tunnel in definition.tunnels.values() for stage in tunnel.stages)})
    return _CLOSED.get(name, frozenset())


_CLOSED = {
    "season": frozenset({"winter", "spring", "summer", "autumn"}),
    "weekday": frozenset(DAYS),
    "channel": frozenset({"", "telegram", "vk", "whatsapp", "web"}),
    "sex": frozenset({"", "female", "male"}),
}
