"""The console of one process: what its handlers share, and its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from console import guard, pages
from console.accounts import links
from console.accounts.accounts import Accounts
from console.accounts.passwords import Passwords
from console.handlers import HANDLERS
from console.hub import Hub
from console.routes import PREFIX, ROUTES
from console.uploads import forget_old
from records import Away, Records
from state import Store
from tunnel.language.definition import Definition

log = structlog.get_logger(__name__)

FORGET_EVERY_S = 3600.0

Fetch = Callable[[str, str, Any], Awaitable[Path | None]]
"""channel, account, the file as the records name it → where it lies; None where there is none. Raises Refused where the
channel does not give it.
"""


class Console:
    """definition: gives the present content. clock: Unix seconds. data: the data directory. public_url: where browsers
    reach us, "" for whatever host they ask. network: the address whose attempts are counted together. windows: of each
    (channel, account) that is on, how long after the customer's word people may write, seconds; 0 for ever. fetch:
    brings a file of a thread to this machine.
    """

    link_lasts = links.LASTS

    def __init__(
        self,
        *,
        store: Store,
        records: Records,
        definition: Callable[[], Definition],
        clock: Callable[[], float],
        data: Path,
        network: Callable[[web.Request], str],
        windows: Mapping[tuple[str, str], float],
        fetch: Fetch,
        public_url: str = "",
        passwords: Passwords | None = None,
    ) -> None:
        parts = urlsplit(public_url)
        self.origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self.store = store
        self.records = records
        self.definition = definition
        self.clock = clock
        self.data = data
        self.network = network
        self.windows = windows
        self.fetch = fetch
        self.accounts = Accounts(records.engine, clock, passwords)
        self.hub = Hub(store, records, self._still)

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            web.route(route.method, PREFIX + route.path, guard.guarded(self, route, HANDLERS[route.name]))
            for route in ROUTES
        ]

    async def protect(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give 404, 405 and 301, which no handler of ours makes, the headers of all else: for `on_response_prepare`."""
        for prefix, headers in (("/api/console", guard.HEADERS), ("/console", pages.HEADERS)):
            if request.path == prefix or request.path.startswith(prefix + "/"):
                for name, value in headers.items():
                    response.headers.setdefault(name, value)

    async def run(self) -> None:
        """Feed the streams until `close`."""
        beside = asyncio.create_task(self._forget())
        try:
            await self.hub.run()
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _forget(self) -> None:
        """Remove uploads that nobody says, at the start and from time to time."""
        while True:
            try:
                await forget_old(self)
            except Away as error:
                log.warning("old uploads are not removed yet", cause=str(error))
            await asyncio.sleep(FORGET_EVERY_S)

    def close(self) -> None:
        """End the streams, so that the server can stop; the pages come back by themselves."""
        self.hub.close()

    def ended(self) -> None:
        """Sessions were ended: streams look whether theirs goes on."""
        self.hub.check()

    async def _still(self, session: str) -> bool:
        return await self.accounts.sessions.still(session, self.accounts.now())

    async def online(self) -> frozenset[str]:
        """Ids of those who have the console open. Raises Unavailable."""
        return await self.store.who_is_present()
