"""The part of the console's reference that is made from its table of routes."""

from __future__ import annotations

from bots.bilingual import Language
from bots.docs_parts import filled, table
from console.models.people import Role
from console.routes import READING, ROUTES, Route

PAGES: dict[str, Language] = {"docs/reference/console.md": "en", "docs/reference/console.ru.md": "ru"}
_HEAD = {"en": ("operation", "request", "who"), "ru": ("операция", "запрос", "кто")}
_EVERYBODY = {"en": "everybody", "ru": "любой"}
_LOGGED_IN = {"en": "whoever is logged in", "ru": "любой вошедший"}
_ORDER: tuple[Role, ...] = ("admin", "manager", "operator", "marketer", "viewer")


def console_page(name: str) -> str:
    """One of PAGES, with its table as it should be."""
    language = PAGES[name]
    return filled(name, {"operations": lambda: operations(language)})


def operations(language: Language) -> str:
    """Every operation with its request and roles."""
    rows = [(route.name, f"{route.method} {route.path}", _who(route, language)) for route in ROUTES]
    return table(_HEAD[language], [(f"`{name}`", f"`{request}`", who) for name, request, who in rows])


def _who(route: Route, language: Language) -> str:
    if route.roles is None:
        return _EVERYBODY[language]
    if route.roles == READING:
        return _LOGGED_IN[language]
    return ", ".join(role for role in _ORDER if role in route.roles)
