"""What content may write inside `{{ … }}`, `{% … %}` and `when:`, decided on Jinja's syntax tree before any of it runs.

Everything not listed is refused: the list is short, and what it holds is bounded (no calls, no nested loops, no powers,
no repeated texts, a hundred items a loop).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from types import MappingProxyType

from jinja2 import nodes

from tunnel.language.sandbox import FILTERS, LOOP_NAMES, MAX_LOOP, MOMENT_NAMES, TESTS

MAX_SOURCE = 8_000
MAX_NODES = 2_000
MAX_NESTING = 30

RESERVED = frozenset({"name", "company", "channel", "sex", "tags", "stage", "now", "event", "promo", "source"})
"""Names that are always there; a variable may not take them."""
OFFERED = frozenset({"season", "had", "visited", "weekday", "hour", "stages", "products", "product", "recommended"})
"""Names that are there too, unless the content has a variable of that name: then it means the variable.

season: winter, spring, summer, autumn (the contact's local month); had: the names of the magnets and promos handed out;
visited: the steps entered in this tunnel; weekday ("mon"…) and hour (0–23) on the contact's clock; stages: tunnel →
stage; products: name → product; product: the one that the step or rung shows, else the one that the event
names; recommended: what its `next` leads to. A product has PRODUCT_NAMES.
"""
OPENED = frozenset({"event", "promo", "source", "stages", "product", "recommended"})
"""Names whose parts are looked up by a point: `event.total`. `products` has two levels: `products.drain.price`."""
PRODUCT_NAMES = frozenset({"name", "title", "price", "link", "text", "tags"})
PROMO_NAMES = frozenset({"code", "discount", "until"})
PARTS = MappingProxyType({"promo": PROMO_NAMES, "product": PRODUCT_NAMES, "recommended": PRODUCT_NAMES})
"""What may be looked up in a name by a point, where it is always the same."""


def always(variables: Collection[str]) -> frozenset[str]:
    """The names that mean no variable, in content with these variables."""
    return RESERVED | OFFERED.difference(variables)


_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const, nodes.List,
    nodes.Tuple, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat,
    nodes.Compare, nodes.Operand, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Pos, nodes.Not, nodes.And, nodes.Or, nodes.Pow, nodes.Call,
)  # fmt: skip


_WRITTEN = {
    "Assign": "{% set %}", "AssignBlock": "{% set %}", "Macro": "{% macro %}", "CallBlock": "{% call %}",
    "FilterBlock": "{% filter %}", "With": "{% with %}", "Include": "{% include %}", "Import": "{% import %}",
    "FromImport": "{% from %}", "Extends": "{% extends %}", "Block": "{% block %}", "Dict": "{…: …}",
    "ScopedEvalContextModifier": "{% autoescape %}",
}  # fmt: skip
"""How an author writes what Jinja's tree calls so."""


class BadTemplate(Exception):
    """A template that may not be. `code` names the finding; `line` counts within the text, from 1."""

    def __init__(self, code: str, line: int = 1, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.details = details


def vet(tree: nodes.Node) -> None:
    """Refuse what content may not write. Raises BadTemplate for the first such thing."""
    count = 0
    stack: list[tuple[nodes.Node, int, nodes.For | None]] = [(tree, 0, None)]
    while stack:
        node, depth, loop = stack.pop()
        count += 1
        if depth > MAX_NESTING or count > MAX_NODES:
            raise BadTemplate("template-too-complex", node.lineno or 1)
        _vet_node(node, loop)
        inner = node if isinstance(node, nodes.For) else loop
        stack.extend((child, depth + 1, inner) for child in node.iter_child_nodes())


def _vet_node(node: nodes.Node, loop: nodes.For | None) -> None:
    refuse = partial(BadTemplate, line=node.lineno or 1)
    if isinstance(node, nodes.For):
        _vet_loop(node, loop)
    elif isinstance(node, nodes.Call):
        raise refuse("template-call", name=_called(node))
    elif isinstance(node, nodes.Pow):
        raise refuse("template-power")
    elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise refuse("unknown-filter", name=node.name)
    elif isinstance(node, nodes.Test) and node.name not in TESTS:
        raise refuse("unknown-test", name=node.name)
    elif isinstance(node, nodes.Filter | nodes.Test) and (node.dyn_args or node.dyn_kwargs or node.kwargs):
        raise refuse("template-construct", name="*")
    elif isinstance(node, nodes.Filter) and node.node is None:
        raise refuse("template-construct", name="{% filter %}")
    elif isinstance(node, nodes.Name) and (node.ctx != "load" and not _is_target(node, loop)):
        raise refuse("template-construct", name=f"{{% set {node.name} %}}")
    elif isinstance(node, nodes.Name) and node.name.startswith("_"):
        raise refuse("template-attribute", name=node.name)
    elif isinstance(node, nodes.Getattr | nodes.Getitem):
        _vet_part(node)
    elif isinstance(node, nodes.Mul | nodes.Mod) and any(_is_text(side) for side in (node.left, node.right)):
        raise refuse("template-repetition")
    elif not isinstance(node, _ALLOWED):
        name = type(node).__name__
        raise refuse("template-construct", name=_WRITTEN.get(name, name.lower()))


def _vet_loop(node: nodes.For, outer: nodes.For | None) -> None:
    if outer is not None:
        raise BadTemplate("template-nested-loop", node.lineno)
    if node.recursive or not isinstance(node.target, nodes.Name):
        raise BadTemplate("template-construct", node.lineno, name="for …")
    if isinstance(node.iter, nodes.List | nodes.Tuple) and len(node.iter.items) > MAX_LOOP:
        raise BadTemplate("template-loop-length", node.lineno, limit=MAX_LOOP)
    if node.target.name in RESERVED | {"loop"}:
        raise BadTemplate("template-reserved", node.lineno, name=node.target.name)


def _vet_part(node: nodes.Getattr | nodes.Getitem) -> None:
    """`event.total`, `source["utm_source"]`, `tags[0]`, `loop.first`, `now.hour`: no other way into a value."""
    if isinstance(node, nodes.Getitem):
        key = node.arg
        if isinstance(key, nodes.Slice):
            return
        if not isinstance(key, nodes.Const) or not isinstance(key.value, int | str) or isinstance(key.value, bool):
            raise BadTemplate("template-construct", node.lineno, name="[…]")
        if isinstance(key.value, int):
            return
        name = key.value
    else:
        name = node.attr
    base = node.node.name if isinstance(node.node, nodes.Name) else ""
    allowed = (
        (base in OPENED and not name.startswith("_"))
        or (base == "loop" and name in LOOP_NAMES)
        or (base == "now" and name in MOMENT_NAMES)
        or _in_products(node.node, name)
    )
    if not allowed:
        raise BadTemplate("template-attribute", node.lineno, name=f"{base or '…'}.{name}")


def _in_products(base: nodes.Node, name: str) -> bool:
    """`products.drain`, and below it `.price`."""
    if isinstance(base, nodes.Name):
        return base.name == "products" and not name.startswith("_")
    if isinstance(base, nodes.Getitem):
        found = isinstance(base.node, nodes.Name) and base.node.name == "products"
    else:
        found = isinstance(base, nodes.Getattr) and isinstance(base.node, nodes.Name) and base.node.name == "products"
    return found and name in PRODUCT_NAMES


def _called(node: nodes.Call) -> str:
    function = node.node
    if isinstance(function, nodes.Getattr):
        return f".{function.attr}()"
    return f"{function.name}()" if isinstance(function, nodes.Name) else "()"


def _is_target(node: nodes.Name, loop: nodes.For | None) -> bool:
    return loop is not None and loop.target is node


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Concat | nodes.TemplateData) or (
        isinstance(node, nodes.Const) and isinstance(node.value, str)
    )


def names(tree: nodes.Node) -> frozenset[str]:
    """The names that a vetted tree reads from outside."""
    return frozenset(name.name for name, local in _reads(tree) if name.name not in local)


def _reads(tree: nodes.Node) -> Iterator[tuple[nodes.Name, frozenset[str]]]:
    stack: list[tuple[nodes.Node, frozenset[str]]] = [(tree, frozenset())]
    while stack:
        node, local = stack.pop()
        if isinstance(node, nodes.Name):
            if node.ctx == "load":
                yield node, local
        elif isinstance(node, nodes.For):
            target = node.target.name if isinstance(node.target, nodes.Name) else ""
            inside = local | {target, "loop"}
            stack.append((node.iter, local))
            stack.extend((child, inside) for child in (*node.body, *node.else_, *([node.test] if node.test else [])))
        else:
            stack.extend((child, local) for child in node.iter_child_nodes())


def parts_of(tree: nodes.Node | None, name: str) -> frozenset[str]:
    """What a vetted tree looks up in `name` by a point: {"total"} for `event.total > 0`."""
    if tree is None:
        return frozenset()
    found = set()
    for node in whole(tree):
        if isinstance(node, nodes.Getattr | nodes.Getitem) and getattr(node.node, "name", "") == name:
            part = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", "")
            found.add(str(part))
    return frozenset(found)


def whole(tree: nodes.Node) -> Iterator[nodes.Node]:
    """The tree itself and all below it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.iter_child_nodes())
