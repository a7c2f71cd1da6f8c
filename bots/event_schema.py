"""The JSON Schema of what `POST /api/events` takes, and the OpenAPI file of the shops' API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bots.arrivals import CHANNELS, EVENTS_MOST, FIELDS_MOST, ID_CHARS, ITEMS_MOST, NUMBER_MOST, TEXT_CHARS
from bots.sources import SIGNATURE, TIMESTAMP
from tunnel.language.definition import Definition, EventKind
from tunnel.language.event_kinds import BUILT_IN

Json = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_WORDS: Json = {"type": ["string", "number"], "maxLength": TEXT_CHARS}
_FIELDS: Mapping[str, Json] = {
    "text": _WORDS,
    "number": {"type": "number", "minimum": -NUMBER_MOST, "maximum": NUMBER_MOST},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "items": _WORDS, "maxItems": ITEMS_MOST},
    "date": {
        "type": ["string", "number"],
        "description": "ISO 8601 (2026-05-01, 2026-05-01T12:00:00+03:00) or Unix seconds",
    },
}
_CONTACT: Json = {
    "type": "object",
    "description": "Who it is: at least one of these",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{24}$", "description": "our id of a contact"},
        "phone": {"type": ["string", "integer"], "description": "with the country's code: +79160000000"},
        "email": {"type": "string", "maxLength": 254},
        "address": {
            "type": "object",
            "properties": {
                "channel": {"enum": list(CHANNELS)},
                "external_id": {"type": ["string", "integer"], "description": "who it is on the channel"},
                "user": {"type": ["string", "integer"], "description": "the same by another name"},
                "account": {"type": "string", "description": "which of our accounts; by default the first"},
            },
            "required": ["channel"],
            "anyOf": [{"required": ["external_id"]}, {"required": ["user"]}],
            "additionalProperties": False,
        },
    },
    "minProperties": 1,
    "additionalProperties": False,
}


def events_schema(definition: Definition) -> Json:
    """The body of `POST /api/events` under this content: many events, a bare list, or one."""
    return schema_of(definition.events)


def schema_of(kinds: Mapping[str, EventKind]) -> Json:
    """The same for these events."""
    listed = {"type": "array", "items": {"$ref": "#/$defs/event"}, "minItems": 1, "maxItems": EVENTS_MOST}
    several: Json = {"type": "object", "properties": {"events": listed}, "required": ["events"]}
    return {
        "$schema": DIALECT,
        "title": "POST /api/events",
        "anyOf": [several, listed, {"$ref": "#/$defs/event"}],
        "$defs": {
            "event": {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds]} if kinds else False,
            "contact": _CONTACT,
            **{name: _event(kind) for name, kind in kinds.items()},
        },
    }


def _event(kind: EventKind) -> Json:
    fields = {name: {"anyOf": [_FIELDS[one], {"type": "null"}]} for name, one in kind.fields.items()}
    more = {} if kind.open else dict.fromkeys(sorted(kind.used - kind.fields.keys()), True)
    return {
        "title": kind.title,
        "type": "object",
        "properties": {
            "id": {
                "type": ["string", "integer"],
                "maxLength": ID_CHARS,
                "description": "yours; a repetition is ignored",
            },
            "name": {"const": kind.name},
            "event": {"const": kind.name, "description": "the same by another name"},
            "contact": {"$ref": "#/$defs/contact"},
            "data": {
                "type": ["object", "null"],
                "properties": fields | more,
                "additionalProperties": kind.open,
                "maxProperties": FIELDS_MOST,
            },
            "at": {"type": ["string", "number"], "description": "when it happened: ISO 8601 or Unix seconds"},
        },
        "required": ["id", "contact"],
        "anyOf": [{"required": ["name"]}, {"required": ["event"]}],
        "additionalProperties": False,
    }


def openapi() -> Json:
    """The shops' API as an OpenAPI 3.1 document, with the events that every content knows."""
    kinds = {name: EventKind(name, kind.en, kind.fields, open=kind.open) for name, kind in BUILT_IN.items()}
    told = {"type": "object", "properties": {"error": {"type": "string"}, "remedy": {"type": "string"}}}
    rejected = {
        "type": "object",
        "properties": {
            "index": {"type": "integer"},
            "id": {"type": ["string", "null"]},
            "field": {"type": "string"},
            "error": {"type": "string"},
            "remedy": {"type": "string"},
        },
    }
    result = {
        "type": "object",
        "properties": {
            "accepted": {"type": "integer"},
            "duplicates": {"type": "integer"},
            "rejected": {"type": "array", "items": rejected},
        },
    }
    redemption = {
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "order": {"type": ["string", "integer"]},
            "total": {"type": ["number", "null"], "minimum": 0},
        },
        "required": ["code", "order"],
    }
    redeemed = {
        "type": "object",
        "properties": {
            name: {"type": "string"} for name in ("promo", "discount", "contact", "redeemed_at")
        },
    }  # fmt: skip
    schemas = schema_of(kinds)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Events and promo codes",
            "version": "1",
            "description": "For shops and other programs. The events of your own content: GET /api/events/schema.",
        },
        "security": [{"token": []}, {"signature": [], "timestamp": []}],
        "paths": {
            "/api/events": {
                "post": {
                    "summary": "Tell what happened",
                    "requestBody": _content(_moved(schemas["anyOf"])),
                    "responses": {
                        "202": _content(result, "Stored; each event's fate"),
                        "422": _content(result, "None was taken"),
                        **_refusals(told, "400", "401", "403", "408", "413", "503"),
                    },
                }
            },
            "/api/events/schema": {
                "get": {
                    "summary": "The JSON Schema of the events of your content",
                    "responses": {
                        "200": _content({"type": "object"}, "JSON Schema 2020-12"),
                        **_refusals(told, "401", "403"),
                    },
                }
            },
            "/api/promos/redeem": {
                "post": {
                    "summary": "Redeem a promo code for an order",
                    "requestBody": _content(redemption),
                    "responses": {
                        "200": _content(redeemed, "Redeemed, now or before for this very order"),
                        **_refusals(told, "400", "401", "403", "404", "408", "409", "410", "413", "422", "503"),
                    },
                }
            },
        },
        "components": {
            "schemas": _moved(schemas["$defs"]),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "signature": {"type": "apiKey", "in": "header", "name": SIGNATURE},
                "timestamp": {"type": "apiKey", "in": "header", "name": TIMESTAMP},
            },
        },
    }


def openapi_text() -> str:
    """The document as the file holds it."""
    return msgspec.json.format(msgspec.json.encode(openapi()), indent=2).decode() + "\n"


_REASONS = {
    "400": "Not JSON, or no events in it",
    "401": "A wrong token, signature or timestamp",
    "403": "No source is set up; the remedy says how",
    "404": "There is no such code",
    "408": "The body came too slowly",
    "409": "Redeemed for another order",
    "410": "The code has run out",
    "413": "Too many events, or too many bytes",
    "422": "A field is wrong",
    "503": "Not durable at the moment: send the same again",
}


def _content(schema: Any, description: str = "") -> Json:
    content: Json = {"content": {"application/json": {"schema": schema}}}
    return {"description": description, **content} if description else {"required": True, **content}


def _refusals(told: Json, *statuses: str) -> Json:
    return {status: _content(told, _REASONS[status]) for status in statuses}


def _moved(schema: Any) -> Any:
    """The schema with its references pointing into the document's components."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema
