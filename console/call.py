"""One request on its way to its handler, checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from console.accounts.sessions import Visitor
from console.routes import Route
from console.words import Language

if TYPE_CHECKING:
    from console.site import Console


@dataclass(slots=True)
class Call:
    """query, body: of the route's models. address: the network address that counts. cookie: what the answer's cookie
    becomes: None leaves it, "" takes it away. taken: ids of uploads that wait no longer, because of this call.
    """

    route: Route
    request: web.Request
    language: Language
    address: str
    query: Any = None
    body: Any = None
    cookie: str | None = None
    who: Visitor | None = None
    path: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    @property
    def visitor(self) -> Visitor:
        """Who asks. Only routes with roles have one."""
        assert self.who is not None
        return self.who


Handler = Callable[["Console", Call], Awaitable[Any]]
"""Gives the route's answer; a web.StreamResponse for streams and files. Raises Refused, Away, Unavailable."""
