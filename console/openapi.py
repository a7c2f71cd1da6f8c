"""The OpenAPI file, made of the table of routes and the models."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from console.routes import CONFLICT, PREFIX, REFUSAL, ROUTES, Route

Json = dict[str, Any]
_REFS = "#/components/schemas/{name}"


def document() -> Json:
    """The whole document, OpenAPI 3.1."""
    types = _types()
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFS)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Console",
            "version": "1",
            "description": "The operators' API. Every request but GET carries X-CSRF-Token (from /me) and our Origin.",
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "responses": {
                "Conflict": _json(by_type[CONFLICT], "Somebody was faster, or it does not fit: what is true now"),
                **{name: _json(by_type[REFUSAL], words) for name, words in _REASONS.values()},
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-tunnel_console"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def text() -> str:
    """The document as the file holds it."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2).decode() + "\n"


def _types() -> list[Any]:
    found: dict[Any, None] = {REFUSAL: None, CONFLICT: None}
    for route in ROUTES:
        found |= dict.fromkeys(kind for kind in (route.query, route.body, route.answer) if kind is not None)
    return list(found)


def _operation(route: Route, schemas: dict[Any, Json], components: Json) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.area],
        "responses": {"200": _answer(route, schemas)},
    }
    for status in route.errors:
        name = "Conflict" if status == 409 and route.command else _REASONS[status][0]
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query is not None:
        query = components[schemas[route.query]["$ref"].rpartition("/")[2]]
        parameters += [
            {"name": name, "in": "query", "required": name in query.get("required", ()), "schema": schema}
            for name, schema in query["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[route.body]}}}
    elif route.upload:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    if route.roles is None:
        operation["security"] = []
    else:
        operation["security"] = [{"session": [], **({"csrf": []} if route.method != "GET" else {})}]
        operation["x-roles"] = sorted(route.roles)
    return operation


def _answer(route: Route, schemas: dict[Any, Json]) -> Json:
    if route.kind == "empty":
        return {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}}
    if route.kind == "file":
        return {"description": "The file", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    if route.kind == "stream":
        return {"description": _STREAM, "content": {"text/event-stream": {"schema": schemas[route.answer]}}}
    return _json(schemas[route.answer], "Done")


def _json(schema: Json, description: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_STREAM = (
    "Server-sent events: `ready` (data: {feed: number}; nothing was missed), `change` (data: a Change; id: its number),"
    " `reset` (what was missed is gone: load all anew; data: {feed: number}), `presence` (data: {online: [ids]}),"
    " `ended` (the session is over), and a comment every 15 seconds"
)
_REASONS = {
    400: ("Wrong", "The request is wrong: `field` says where"),
    401: ("Unknown", "Not logged in, or not with this"),
    403: ("Forbidden", "Not for this role, or not from our page"),
    404: ("Missing", "No such thing"),
    409: ("Unfit", "Does not fit what is true now; nothing was done"),
    413: ("TooLarge", "Too large"),
    415: ("WrongType", "Of a type that is not taken"),
    429: ("TooOften", "Too often: wait as long as Retry-After says"),
    503: ("Away", "Redis or the database is away: try again"),
}
