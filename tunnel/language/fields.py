"""The types a scalar can be given, and what every model of content has in common.

A scalar arrives as `Text` (as written, with its place). Each field type checks it, raises an error whose type is the
code of a finding, and keeps the `Text` where later checks need its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tunnel.language.durations import DAYS, parse_day, parse_duration, parse_time
from tunnel.language.source import Map, Place, Text, declared_names
from tunnel.markup import safe_url

NOWHERE = Place("", 0, 0)
YES = frozenset({"true", "yes", "да"})
NO = frozenset({"false", "no", "нет"})
_NAME = re.compile(r"\w[\w-]{0,63}")
_DOTTED = re.compile(r"\w[\w.-]{0,63}")
_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCALAR = ["string", "number", "boolean"]


class Keys(BaseModel):
    """A mapping of content: its keys are all known, and it remembers where each of them stands."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=False)
    _source: Map = PrivateAttr(default_factory=lambda: Map(NOWHERE))

    @model_validator(mode="wrap")
    @classmethod
    def _remember(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if isinstance(data, Text) and data.missing:
            raise PydanticCustomError("no-value", "no value")
        if not isinstance(data, Map):
            keys = ", ".join(field.alias or name for name, field in cls.model_fields.items())
            raise PydanticCustomError("expected-map", "a mapping is needed", {"keys": keys})
        data.model = cls
        model = handler(data)
        model._source = data
        return model

    def place(self, key: str) -> Place:
        """Where the value of `key` stands; the mapping itself if it has no such key."""
        value = self._source.get(key)  # type: ignore[call-overload]
        return value.at if isinstance(value, Text | Map) else self.key_place(key)

    def key_place(self, key: str) -> Place:
        """Where `key` is written; the mapping itself if it is not."""
        found = self._source.key(key)
        return found.at if found is not None else self.at

    def has(self, key: str) -> bool:
        """Whether `key` was written, also if its value could not be read."""
        return key in self._source or key in self._source.dropped

    def declared(self, key: str) -> frozenset[str]:
        """The names that the mapping under `key` declares, also those whose value could not be read."""
        return declared_names(self._source.get(key))  # type: ignore[call-overload]

    @property
    def damaged(self) -> bool:
        """Whether something in it could not be read, so that what is missing may have been written."""
        return bool(self._source.dropped)

    @property
    def at(self) -> Place:
        """Where the mapping stands: the key that it belongs to, if it has one."""
        owner = self._source.owner
        return owner.at if owner is not None and not self._source.flow else self._source.at


def known_keys(model: type[Keys]) -> list[str]:
    """The keys that a mapping read by `model` may have."""
    return [field.alias or name for name, field in model.model_fields.items()]


def shape(value: Any) -> str:
    """Which form of a union was written: "~text", "~map" or "~list" (the tilde keeps them apart from keys)."""
    return "~text" if isinstance(value, Text) else "~map" if isinstance(value, Map) else "~list"


by_shape = Discriminator(shape)


def as_text(value: Any) -> Text:
    """A scalar that says something."""
    if isinstance(value, Map) and not value.flow and len(value) == 1:
        raise PydanticCustomError("text-read-as-map", "YAML read this text as a key", {"key": str(next(iter(value)))})
    if not isinstance(value, Text):
        raise PydanticCustomError("expected-text", "a text is needed")
    if value.missing or not value.strip():
        raise PydanticCustomError("no-value", "no value")
    return value


def _checked(code: str, check: Callable[[str], Any], **details: Any) -> Callable[[Any], Any]:
    """A validator that turns ValueError into the finding `code` and gives the converted value."""

    def validate(value: Any) -> Any:
        text = as_text(value)
        try:
            return check(text)
        except ValueError:
            raise PydanticCustomError(code, "wrong value", {"value": str(text)[:60], **details}) from None

    return validate


def _matching(code: str, pattern: re.Pattern[str]) -> Callable[[Any], Text]:
    def validate(value: Any) -> Text:
        text = as_text(value)
        if not pattern.fullmatch(text):
            raise PydanticCustomError(code, "wrong value", {"value": str(text)[:60]})
        return text

    return validate


def to_number(text: str) -> float:
    """`1.50`, `1,5`, `10 000` → float. Raises ValueError."""
    plain = re.sub(r"(?<=\d)[ \u00a0\u202f_](?=\d{3}\b)", "", text.strip()).replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", plain):
        raise ValueError("not a number")
    return float(plain)


def to_flag(text: str) -> bool:
    """`true`, `да`, `no`… → bool. Raises ValueError."""
    word = text.strip().casefold()
    if word not in YES | NO:
        raise ValueError("neither yes nor no")
    return word in YES


def _url(value: Any) -> Text:
    text = as_text(value)
    if not safe_url(text):
        raise PydanticCustomError("bad-link", "not a link", {"value": str(text)[:60]})
    return text


def _path(value: Any) -> Text:
    text = as_text(value)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or re.match(r"[A-Za-z]:|\w+://", text):
        raise PydanticCustomError("file-outside", "outside the content directory", {"value": str(text)[:80]})
    return text


def _discount(value: Any) -> Text:
    text = as_text(value)
    try:
        number = to_number(text.removesuffix("%").rstrip())
    except ValueError:
        number = 0.0
    if number <= 0 or (text.endswith("%") and number > 100):
        raise PydanticCustomError("bad-percent", "wrong value", {"value": str(text)[:60]})
    return text


def _weight(text: str) -> float:
    number = to_number(text)
    if number <= 0:
        raise ValueError("not a weight")
    return number


def _scalar(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": _SCALAR, **more})


Words = Annotated[Text, PlainValidator(as_text), _scalar()]
"""Any text: what is said, a label, a condition."""
Name = Annotated[Text, PlainValidator(_matching("bad-name", _NAME)), _scalar()]
DottedName = Annotated[Text, PlainValidator(_matching("bad-name", _DOTTED)), _scalar()]
LinkWord = Annotated[Text, PlainValidator(_matching("bad-link-word", _LINK)), _scalar(pattern="^[A-Za-z0-9_-]{1,64}$")]
Goal = Annotated[
    Text,
    PlainValidator(_matching("bad-goal", re.compile(r"\w[\w-]*(/\w[\w-]*)?"))),
    _scalar(description="a step, `tunnel/step`, `end`, or `resume` in an objection's answer"),
]
Url = Annotated[Text, PlainValidator(_url), WithJsonSchema({"type": "string", "format": "uri"})]
FilePath = Annotated[Text, PlainValidator(_path), WithJsonSchema({"type": "string"})]
Duration = Annotated[
    float,
    PlainValidator(_checked("bad-duration", parse_duration)),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+(\.\d+)?[smhdw])+$", "examples": ["30m", "1h", "2d"]}),
]
TimeOfDay = Annotated[
    time,
    PlainValidator(_checked("bad-time", parse_time)),
    WithJsonSchema({"type": "string", "examples": ["09:00", "21:00"]}),
]
Day = Annotated[
    int,
    PlainValidator(_checked("bad-day", parse_day, days=", ".join(DAYS))),
    WithJsonSchema({"type": "string", "enum": list(DAYS)}),
]
Number = Annotated[float, PlainValidator(_checked("bad-number", to_number)), WithJsonSchema({"type": "number"})]
Whole = Annotated[
    int, PlainValidator(_checked("bad-whole", lambda text: int(text) if int(text) > 0 else int("-"))),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]  # fmt: skip
Flag = Annotated[bool, PlainValidator(_checked("bad-flag", to_flag)), WithJsonSchema({"type": "boolean"})]
Discount = Annotated[Text, PlainValidator(_discount), _scalar(examples=["10%", "500"])]
"""A share of the price, or a sum."""
Weight = Annotated[float, PlainValidator(_checked("bad-weight", _weight)), WithJsonSchema({"type": "number"})]


@dataclass(frozen=True)
class OneOf:
    """A field type: one of the given words."""

    options: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}

    def _validate(self, value: Any) -> Text:
        text = as_text(value)
        if text not in self.options:
            details = {"value": str(text)[:60], "options": ", ".join(self.options)}
            raise PydanticCustomError("bad-option", "wrong value", details)
        return text
