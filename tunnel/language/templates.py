"""Texts with holes and conditions, compiled once, run many times.

A text without marks never meets Jinja. What `{{ … }}` fills in is Markdown-escaped in `say` texts and left plain in
labels, notes and values (`plain=True`), which are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateSyntaxError, UndefinedError, nodes
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import SecurityError
from jinja2.parser import Parser
from jinja2.runtime import new_context

from tunnel.language.definition import TemplateFault
from tunnel.language.expressions import MAX_SOURCE, BadTemplate, names, vet
from tunnel.language.sandbox import LOOP_FILTER, MAX_TEXT, TEXT_FILTER, ContentEnvironment, environment

__all__ = ["CompiledCondition", "CompiledTemplate", "StaticTemplate", "compile_condition", "compile_text"]

_NO_NAMES: frozenset[str] = frozenset()


class StaticTemplate:
    """A text without holes."""

    __slots__ = ("source",)
    names = _NO_NAMES
    tree = None

    def __init__(self, source: str) -> None:
        self.source = source

    def render(self, _values: Mapping[str, Any]) -> str:
        """The text itself."""
        return self.source


class CompiledTemplate:
    """A text with holes. `where` is told in faults; `tree` is what was vetted, for the checks."""

    __slots__ = ("_environment", "_loops", "_run", "names", "source", "tree", "where")

    def __init__(self, source: str, where: str, tree: nodes.Template, jinja: JinjaTemplate) -> None:
        self.source = source
        self.where = where
        self.tree = tree
        self.names = names(tree)
        self._loops = any(True for _ in tree.find_all(nodes.For))
        self._environment = jinja.environment
        self._run = jinja.root_render_func

    def render(self, values: Mapping[str, Any]) -> str:
        """The text for these values. Raises TemplateFault."""
        try:
            context = new_context(self._environment, None, {}, values, shared=True)  # type: ignore[arg-type]
            text = _joined(self._run(context)) if self._loops else "".join(self._run(context))
        except Exception as error:
            raise TemplateFault(f"{self.where}: {_cause(error)}") from None
        if len(text) > MAX_TEXT:
            raise TemplateFault(f"{self.where}: the text is longer than {MAX_TEXT} characters")
        return text


class CompiledCondition:
    """A yes-or-no expression."""

    __slots__ = ("_environment", "_run", "names", "source", "tree", "where")

    def __init__(self, source: str, where: str, tree: nodes.Expr, jinja: JinjaTemplate) -> None:
        self.source = source
        self.where = where
        self.tree = tree
        self.names = names(tree)
        self._environment = jinja.environment
        self._run = jinja.root_render_func

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is so for these values. Raises TemplateFault."""
        try:
            context = new_context(self._environment, None, {}, values, shared=True)  # type: ignore[arg-type]
            for _ in self._run(context):
                pass
            return bool(context.vars["result"])
        except Exception as error:
            raise TemplateFault(f"{self.where}: {_cause(error)}") from None


def compile_text(
    source: str, where: str = "", *, language: str = "ru", currency: str = "RUB", plain: bool = False
) -> StaticTemplate | CompiledTemplate:
    """Compile a text. Raises BadTemplate, whose `line` counts within `source`."""
    source = source.rstrip()
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return StaticTemplate(source)
    sandbox = environment(language, currency, escaped=not plain)
    tree = _parsed(source, lambda: sandbox.parse(source))
    assert isinstance(tree, nodes.Template)
    return CompiledTemplate(source, where, tree, _compiled(sandbox, _parsed(source, lambda: sandbox.parse(source))))


def compile_condition(
    source: str, where: str = "", *, language: str = "ru", currency: str = "RUB"
) -> CompiledCondition:
    """Compile a condition. Raises BadTemplate."""
    sandbox = environment(language, currency, escaped=False)
    tree = _parsed(source, lambda: _expression(sandbox, source))
    assert isinstance(tree, nodes.Expr)
    again = _parsed(source, lambda: _expression(sandbox, source))
    assign = nodes.Assign(nodes.Name("result", "store", lineno=1), again, lineno=1)
    body = nodes.Template([assign], lineno=1)
    return CompiledCondition(source, where, tree, _compiled(sandbox, body))


def _expression(sandbox: ContentEnvironment, source: str) -> nodes.Expr:
    parser = Parser(sandbox, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError("chunk after expression", parser.stream.current.lineno)
    assert isinstance(expression, nodes.Expr)
    expression.set_environment(sandbox)
    return expression


def _parsed(source: str, parse: Any) -> nodes.Node:
    if len(source) > MAX_SOURCE:
        raise BadTemplate("template-too-long", limit=MAX_SOURCE)
    try:
        tree: nodes.Node = parse()
    except TemplateSyntaxError as error:
        raise BadTemplate("template-syntax", error.lineno, problem=f"@jinja:{error.message}") from None
    except (RecursionError, MemoryError, ValueError, OverflowError):
        raise BadTemplate("template-too-complex") from None
    vet(tree)
    return tree


def _compiled(sandbox: ContentEnvironment, tree: nodes.Node) -> JinjaTemplate:
    assert isinstance(tree, nodes.Template)
    for concat in list(tree.find_all(nodes.Concat)):
        concat.nodes = [_filtered(part, TEXT_FILTER) for part in concat.nodes]
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _filtered(loop.iter, LOOP_FILTER)
    tree.set_environment(sandbox)
    try:
        return sandbox.from_string(tree)
    except (TemplateSyntaxError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        raise BadTemplate("template-too-complex") from None


def _filtered(node: nodes.Expr | nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _joined(parts: Any) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part)
        if length > MAX_TEXT:
            raise SecurityError(f"the text is longer than {MAX_TEXT} characters")
        kept.append(part)
    return "".join(kept)


def _cause(error: Exception) -> str:
    """Why it failed, in our own words: what Python says may hold the customer's data."""
    if isinstance(error, UndefinedError | SecurityError):
        return str(error)
    return {"TypeError": "a value of the wrong type", "ZeroDivisionError": "a division by zero"}.get(
        type(error).__name__, type(error).__name__
    )
