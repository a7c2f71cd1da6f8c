"""Templates and conditions use values as what they are: no sums of texts, no numbers compared with words."""

from __future__ import annotations

from typing import Literal

from jinja2 import nodes

from tunnel.language.checks.content import Content
from tunnel.language.checks.needs import tree_of
from tunnel.language.definition import EventKind
from tunnel.language.expressions import OFFERED, RESERVED
from tunnel.language.source import Text

Kind = Literal["text", "number", "flag", "list", "moment", "any"]

_OF_VARIABLES: dict[str, Kind] = {"number": "number", "flag": "flag"}
_OF_RESERVED: dict[str, Kind] = {
    "tags": "list", "now": "moment", "event": "any", "promo": "any", "source": "any", "had": "list", "visited": "list",
    "hour": "number", "stages": "any", "products": "any", "product": "any", "recommended": "any",
}  # fmt: skip
_OF_FIELDS: dict[str, Kind] = {"text": "text", "number": "number", "flag": "flag", "list": "list"}
"""An event's fields; a date may be compared with many things."""
_GIVES: dict[str, Kind] = {
    "round": "number", "int": "number", "float": "number", "abs": "number", "length": "number", "sort": "list",
    "default": "any", "first": "text", "last": "text",
}  # fmt: skip
_TAKES: dict[str, tuple[Kind, ...]] = {
    "money": ("number",), "number": ("number",), "plural": ("number",), "round": ("number",), "abs": ("number",),
    "join": ("list",), "sort": ("list",), "first": ("list",), "last": ("list",), "length": ("list", "text"),
    "date": ("moment", "text"),
}  # fmt: skip
_PART_OF = {
    "event": "event.total", "promo": "promo.code", "source": "source.utm_source", "stages": "stages.siding",
    "products": "products.drain.price", "product": "product.name", "recommended": "recommended.name",
}  # fmt: skip
"""Names that hold several values, and how one of these is written."""
_ARITHMETIC = (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
_ORDER = frozenset({"gt", "gteq", "lt", "lteq"})


def check_types(content: Content) -> None:
    """Report misused values in every text and condition."""
    for key, (source, compiled) in list(content.scope.texts.items()):
        event = content.definition.events.get(content.scope.events.get(key, ""))
        _Types(content, source, event).check(tree_of(compiled))


class _Types:
    def __init__(self, content: Content, source: Text, event: EventKind | None) -> None:
        self.content = content
        self.event = event
        self.source = source

    def check(self, tree: nodes.Node) -> None:
        stack = [tree]
        while stack:
            node = stack.pop()
            stack.extend(node.iter_child_nodes())
            if isinstance(node, nodes.Compare):
                self._compare(node)
            elif isinstance(node, (*_ARITHMETIC, nodes.Add)):
                self._arithmetic(node)
            elif isinstance(node, nodes.Neg | nodes.Pos):
                self._number(node.node)
            elif isinstance(node, nodes.Filter) and node.node is not None:
                self._filter(node, node.node)
            elif isinstance(node, nodes.For) and self.kind(node.iter) not in ("list", "any"):
                self._report_filter("for", node.iter, "list")

    def kind(self, node: nodes.Node) -> Kind:
        """What a value will be."""
        if isinstance(node, nodes.Name):
            variable = self.content.definition.settings.variables.get(node.name)
            if variable is not None:
                return _OF_VARIABLES.get(variable.type, "text")
            return _OF_RESERVED.get(node.name, "text") if node.name in RESERVED | OFFERED else "any"
        if isinstance(node, nodes.Const):
            if isinstance(node.value, bool):
                return "flag"
            return "text" if isinstance(node.value, str) else "number" if node.value is not None else "any"
        if isinstance(node, nodes.Filter):
            return self._default(node) if node.name == "default" else _GIVES.get(node.name, "text")
        if isinstance(node, (*_ARITHMETIC, nodes.Neg, nodes.Pos)):
            return "number"
        if isinstance(node, nodes.Add):
            return self.kind(node.left)
        if isinstance(node, nodes.Concat):
            return "text"
        if isinstance(node, nodes.List | nodes.Tuple):
            return "list"
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name == "event":
            return _OF_FIELDS.get(self.event.fields.get(node.attr, ""), "any") if self.event is not None else "any"
        return "any"

    def _default(self, node: nodes.Filter) -> Kind:
        kinds = {self.kind(one) for one in ([node.node] if node.node is not None else []) + node.args[:1]}
        return kinds.pop() if len(kinds) == 1 else "any"

    def _compare(self, node: nodes.Compare) -> None:
        left = node.expr
        for operand in node.ops:
            right = operand.expr
            compared = (left,) if operand.op in ("in", "notin") else (left, right)
            if any(self._whole(side) for side in compared):
                left = right
                continue
            kinds = self.kind(left), self.kind(right)
            ordered = operand.op in _ORDER and any(kind in ("flag", "list") for kind in kinds)
            if operand.op not in ("in", "notin") and "any" not in kinds and (kinds[0] != kinds[1] or ordered):
                self._report(
                    "type-compare", self._named(left, right),
                    left=_say(left), left_type=f"@{kinds[0]}", right=_say(right), right_type=f"@{kinds[1]}",
                )  # fmt: skip
            if operand.op in ("in", "notin") and kinds[1] not in ("list", "text", "any"):
                self._report_filter("in", right, "list")
            left = right

    def _whole(self, node: nodes.Node) -> bool:
        """Whether a name is compared that holds several values: reported, because it never equals one."""
        name = node.name if isinstance(node, nodes.Name) else ""
        if name not in _PART_OF or name in self.content.scope.declared:
            return False
        self._report("type-whole", name, shown=name, part=_PART_OF[name])
        return True

    def _arithmetic(self, node: nodes.BinExpr) -> None:
        kinds = {self.kind(node.left), self.kind(node.right)} - {"any"}
        if isinstance(node, nodes.Add) and kinds == {"text"}:
            return
        for side in (node.left, node.right):
            self._number(side)

    def _number(self, node: nodes.Node) -> None:
        kind = self.kind(node)
        if kind not in ("number", "any"):
            self._report("type-arithmetic", self._named(node), shown=_say(node), type=f"@{kind}")

    def _filter(self, node: nodes.Filter, value: nodes.Node) -> None:
        takes = _TAKES.get(node.name)
        kind = self.kind(value)
        if takes is not None and kind != "any" and kind not in takes:
            self._report_filter(node.name, value, "-or-".join(takes))

    def _report_filter(self, name: str, value: nodes.Node, expected: str) -> None:
        kind = self.kind(value)
        self._report(
            "type-filter", self._named(value), filter=name, shown=_say(value), type=f"@{kind}", expected=f"@{expected}"
        )

    def _named(self, *candidates: nodes.Node) -> str:
        return next((_say(node) for node in candidates if isinstance(node, nodes.Name | nodes.Getattr)), "")

    def _report(self, code: str, name: str, **details: str) -> None:
        place = self.content.scope.locate(self.source, name) if name else self.source.at
        self.content.report.add(code, place, **details)


def _say(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_say(node.node)}.{node.attr}"
    if isinstance(node, nodes.Const):
        return str(node.value)
    return "…"
