"""Which names an expression needs to have a value, and which ones its outcome proves to have one.

`{% if area %}{{ area }}{% endif %}` needs nothing; `area > 10` needs `area`; `area and area > 10` needs nothing and, if
true, proves that `area` is set.
"""

from __future__ import annotations

from jinja2 import nodes

from tunnel.language.definition import Condition, Template

_NONE: frozenset[str] = frozenset()
_BARE = (nodes.Name, nodes.Getattr, nodes.Getitem)
_ASKS_WHETHER_SET = frozenset({"defined", "undefined", "none"})


def tree_of(used: Template | Condition) -> nodes.Node:
    """The syntax tree of a compiled text or condition; an empty one for a text without holes."""
    tree = getattr(used, "tree", None)
    return tree if isinstance(tree, nodes.Node) else nodes.Template([])


def needed(tree: nodes.Node, known: frozenset[str], *, asked: bool = False) -> frozenset[str]:
    """The names outside `known` that `tree` cannot do without.

    asked: only whether it is true is asked (a condition): an unset name is then simply false.
    """
    if isinstance(tree, nodes.Name):
        return _NONE if asked or tree.name in known else frozenset({tree.name})
    if isinstance(tree, nodes.Getattr):
        return needed(tree.node, known, asked=asked)
    if isinstance(tree, nodes.Getitem):
        return needed(tree.node, known, asked=asked) | needed(tree.arg, known)
    if isinstance(tree, nodes.And):
        return needed(tree.left, known, asked=asked) | needed(tree.right, known | proven(tree.left), asked=asked)
    if isinstance(tree, nodes.Or):
        right = needed(tree.right, known | proven(tree.left, outcome=False), asked=asked)
        return needed(tree.left, known, asked=True) | right
    if isinstance(tree, nodes.Not):
        return needed(tree.node, known, asked=True)
    if isinstance(tree, nodes.CondExpr):
        return _of_choice(tree, known, asked=asked)
    if isinstance(tree, nodes.Filter) and tree.name == "default" and tree.node is not None:
        inner = needed(tree.node, known, asked=True) if isinstance(tree.node, _BARE) else needed(tree.node, known)
        return inner | _of_all(tree.args, known)
    if isinstance(tree, nodes.Test) and tree.name in _ASKS_WHETHER_SET:
        return needed(tree.node, known, asked=True)
    if isinstance(tree, nodes.If):
        return _of_if(tree, known)
    if isinstance(tree, nodes.For):
        return _of_loop(tree, known)
    return _of_all(tree.iter_child_nodes(), known)


def _of_all(trees: object, known: frozenset[str]) -> frozenset[str]:
    return _NONE.union(*(needed(tree, known) for tree in trees))  # type: ignore[attr-defined]


def _of_choice(tree: nodes.CondExpr, known: frozenset[str], *, asked: bool) -> frozenset[str]:
    names = needed(tree.test, known, asked=True) | needed(tree.expr1, known | proven(tree.test), asked=asked)
    if tree.expr2 is not None:
        names |= needed(tree.expr2, known | proven(tree.test, outcome=False), asked=asked)
    return names


def _of_if(tree: nodes.If, known: frozenset[str]) -> frozenset[str]:
    names = needed(tree.test, known, asked=True) | _of_all(tree.body, known | proven(tree.test))
    known |= proven(tree.test, outcome=False)
    for other in tree.elif_:
        names |= _of_if(other, known)
        known |= proven(other.test, outcome=False)
    return names | _of_all(tree.else_, known)


def _of_loop(tree: nodes.For, known: frozenset[str]) -> frozenset[str]:
    target = tree.target.name if isinstance(tree.target, nodes.Name) else ""
    inside = known | {target, "loop"}
    names = needed(tree.iter, known)
    if tree.test is not None:
        names |= needed(tree.test, inside, asked=True)
        inside |= proven(tree.test)
    return names | _of_all(tree.body, inside) | _of_all(tree.else_, known)


def proven(tree: nodes.Node, *, outcome: bool = True) -> frozenset[str]:
    """The names that have a value if `tree` turned out true (or, with outcome=False, false)."""
    if isinstance(tree, nodes.Name):
        return frozenset({tree.name}) if outcome else _NONE
    if isinstance(tree, nodes.Getattr | nodes.Getitem):
        return proven(tree.node) if outcome else _NONE
    if isinstance(tree, nodes.Not):
        return proven(tree.node, outcome=not outcome)
    if isinstance(tree, nodes.And | nodes.Or):
        left, right = proven(tree.left, outcome=outcome), proven(tree.right, outcome=outcome)
        both = isinstance(tree, nodes.And) == outcome
        return left | right if both else left & right
    if isinstance(tree, nodes.Test) and tree.name in _ASKS_WHETHER_SET:
        sets = outcome if tree.name == "defined" else not outcome
        return proven(tree.node) if sets and isinstance(tree.node, _BARE) else _NONE
    if isinstance(tree, nodes.Compare) and outcome:  # it was worked out, so what it needs was there
        return needed(tree, _NONE)
    return _NONE
