"""The Jinja environments that content runs in.

A template sees the values it is given and the filters of FILTERS, nothing else: no globals, no calls, no attributes of
Python objects. What is allowed at all is decided at load (`expressions`); this is the second fence, at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tunnel import markup
from tunnel.language.durations import DAYS
from tunnel.language.formats import Formats, formats

MAX_LOOP = 100
MAX_TEXT = 8_000
TEXT_FILTER = "_text"
LOOP_FILTER = "_loop"
"""Put in by the compiler (see `templates`); an author cannot name them."""

LOOP_NAMES = frozenset({"index", "index0", "revindex", "first", "last", "length"})
MOMENT_NAMES = frozenset({"year", "month", "day", "hour", "minute", "weekday"})
TESTS = ("defined", "undefined", "none", "even", "odd", "divisibleby", "in", "string", "number")


class Unset(StrictUndefined):
    """A name without a value: false when asked whether it is there, an error for every other use."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


class Missing(Unset):
    """A part that is not there, `source.utm_source`: it is like nothing, so that it may be compared; else as Unset."""

    __slots__ = ()
    __hash__ = Unset.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return False

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return True


class ContentEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with everything shut that texts do not need."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, shapes: Formats, *, escaped: bool) -> None:
        super().__init__(undefined=Unset, finalize=_finalizer(shapes, escaped=escaped), autoescape=False, cache_size=0)
        self.globals.clear()
        self.filters = _filters(shapes)
        self.tests = {name: self.tests[name] for name in TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`event.total`, `loop.index`, `now.hour`: keys of mappings and the names listed above, no attributes."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj  # `event.total` where there is no event: unset as a whole
        if isinstance(obj, Mapping):
            return obj[argument] if argument in obj else Missing(name=str(argument)[:60])
        if isinstance(obj, list | tuple | str) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else self.undefined(name="item")
        if isinstance(obj, LoopContext) and argument in LOOP_NAMES:
            return getattr(obj, argument)
        if isinstance(obj, datetime) and argument in MOMENT_NAMES:
            return DAYS[obj.weekday()] if argument == "weekday" else getattr(obj, argument)
        raise SecurityError("this is not open to templates")

    def call(self, *_args: Any, **_kwargs: Any) -> Any:
        """Nothing may be called."""
        raise SecurityError("calls are not open to templates")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`+` adds numbers or joins texts; `*` and `%` are for numbers alone: a text times a million is an attack."""
        for side in (left, right):
            if isinstance(side, Undefined):
                str(side)  # raises, and names what is unset
        numbers = _is_number(left) and _is_number(right)
        texts = operator == "+" and isinstance(left, str) and isinstance(right, str)
        if operator == "**" or not (numbers or texts):
            raise SecurityError(f"`{operator}` needs two numbers")
        return super().call_binop(context, operator, left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finalizer(shapes: Formats, *, escaped: bool) -> Callable[[Any], str]:
    text = shapes.text
    if not escaped:
        return text
    escape = markup.escape

    def finalize(value: Any) -> str:
        """What `{{ … }}` fills in is text, never marks: a customer called `**x**` stays just that."""
        return escape(value if type(value) is str else text(value))

    return finalize


def _filters(shapes: Formats) -> dict[str, Callable[..., Any]]:
    text = shapes.text

    def default(value: Any, fallback: Any = "") -> Any:
        return fallback if isinstance(value, Undefined) or value is None or value in ("", []) else value

    def join(values: Any, separator: str = ", ") -> str:
        parts = [text(value) for value in _listed(values)]
        if len(separator) * len(parts) + sum(map(len, parts)) > MAX_TEXT:  # a join of joins grows like a power
            raise SecurityError(f"the text is longer than {MAX_TEXT} characters")
        return separator.join(parts)

    def rounded(value: Any, digits: int = 0) -> float | int:
        result = round(float(_known(value)), max(0, min(int(digits), 6)))
        return result if digits > 0 else int(result)

    def truncate(value: Any, length: int = 100) -> str:
        whole = text(value)
        return whole if len(whole) <= length else whole[: max(0, length - 1)].rstrip() + "…"

    return {
        "default": default,
        "join": join,
        "money": shapes.money,
        "date": shapes.date,
        "number": shapes.number,
        "plural": shapes.plural,
        "round": rounded,
        "int": lambda value: int(float(_known(value))),
        "float": lambda value: float(_known(value)),
        "abs": lambda value: abs(_known(value)),
        "upper": lambda value: text(value).upper(),
        "lower": lambda value: text(value).lower(),
        "capitalize": lambda value: text(value)[:1].upper() + text(value)[1:],
        "trim": lambda value: text(value).strip(),
        "truncate": truncate,
        "length": lambda value: len(_known(value)),
        "first": lambda values: next(iter(_listed(values)), ""),
        "last": lambda values: next(reversed(_listed(values)), ""),
        "sort": lambda values: sorted(map(text, _listed(values))),
        TEXT_FILTER: text,
        LOOP_FILTER: _loop,
    }


def _known(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises, and names what is unset
    return value


def _listed(values: Any) -> list[Any]:
    if isinstance(_known(values), list | tuple):
        return list(values)
    raise TypeError("a list is needed")


def _loop(values: Any) -> list[Any]:
    items = _listed(values)
    if len(items) > MAX_LOOP:
        raise SecurityError(f"a loop over more than {MAX_LOOP} items")
    return items


FILTERS = frozenset(_filters(formats("en", "USD"))) - {TEXT_FILTER, LOOP_FILTER}
"""The filters an author may name."""


@lru_cache(maxsize=16)
def environment(language: str, currency: str, *, escaped: bool) -> ContentEnvironment:
    """The environment for one language. `escaped`: what is filled in is Markdown-escaped (labels are plain)."""
    return ContentEnvironment(formats(language, currency), escaped=escaped)
