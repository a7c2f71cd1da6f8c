"""Tracked links, opened: the customer goes on at once, and the tunnel is told once a minute."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable

import structlog
from aiohttp import web

from bots.bilingual import Text
from bots.links import Forged, Goal, Signer, decode_goal
from bots.metrics import CLICKS
from channels.web.rates import Buckets, Rate
from state import Incoming, Store, Unavailable
from tunnel.events import Trigger, encode_event

log = structlog.get_logger(__name__)

AGAIN_S = 60
"""Whoever opens the same link again within it is told of once."""
TOLD_RATE = Rate(burst=20, per_s=0.2)
"""Clicks of one contact that the tunnel is told of; all are redirected."""
TELL_TIME_S = 1.0
"""A customer does not wait longer for the page because of our counting."""
REMEMBERED = 10_000
PREVIEW = re.compile(
    r"(?<!cu)bot\b|crawl|spider|preview|facebookexternalhit|facebot|whatsapp/|vkshare|slurp|embedly|"
    r"skypeuripreview|curl/|wget/|python-|go-http-client|headlesschrome",
    re.IGNORECASE,
)
"""Programs that look at a link to show what is behind it: messengers' previews, search engines, scripts. (Cubot makes
phones.)
"""

_GONE = Text("This link leads nowhere. Is it complete?", "Эта ссылка никуда не ведёт. Она целая?")
_AWAY = Text("One moment: try again in a few seconds.", "Секунду: попробуйте ещё раз чуть позже.")
_PAGE = (
    '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{title}</title>'
    '<body style="font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;padding:0 1rem">'
    "<p>{first}<p>{second}"
)


class Clicks:
    """`GET /l/<token>`."""

    def __init__(self, store: Store, signer: Signer, clock: Callable[[], float]) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._goals: OrderedDict[str, Goal] = OrderedDict()
        self._told = Buckets(TOLD_RATE)

    async def get(self, request: web.Request) -> web.Response:
        """Redirect to where the link leads; 404 for a token not of ours, 503 where Redis alone knows and is away."""
        try:
            contact, link = self._signer.read(request.match_info["token"])
        except Forged:
            CLICKS.labels("forged").inc()
            return _page(404, _GONE)
        try:
            goal = await self._goal(link)
        except Unavailable:
            CLICKS.labels("unavailable").inc()
            return _page(503, _AWAY)
        if goal is None:
            CLICKS.labels("unknown").inc()
            return _page(404, _GONE)
        if request.method == "HEAD" or PREVIEW.search(request.headers.get("User-Agent", "")):
            CLICKS.labels("preview").inc()
        else:
            await self._tell(contact, link, goal)
        headers = {"Location": goal.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(status=302, headers=headers)

    async def _goal(self, link: str) -> Goal | None:
        """Where it leads. What was opened here before is known without Redis. Raises Unavailable."""
        goal = self._goals.get(link)
        if goal is None:
            stored = await self._store.link(link)
            if stored is None:
                return None
            goal = decode_goal(stored)
            if len(self._goals) >= REMEMBERED:
                self._goals.popitem(last=False)
            self._goals[link] = goal
        return goal

    async def _tell(self, contact: str, link: str, goal: Goal) -> None:
        now = self._clock()
        try:
            async with asyncio.timeout(TELL_TIME_S):
                if self._told.wait_s(contact, now) or not await self._store.first_click(contact, link, AGAIN_S):
                    CLICKS.labels("repeated").inc()
                    return
                event = Trigger(
                    id=f"click:{link}:{contact}:{now:.3f}",
                    at=now,
                    name="link.clicked",
                    data={"link": goal.link, "label": goal.label},
                    origin="link",
                )
                await self._store.accept([Incoming(contact, event.id, encode_event(event))])
                CLICKS.labels("told").inc()
        except (Unavailable, TimeoutError) as error:
            log.warning("a click was not told", cause=type(error).__name__)
            CLICKS.labels("unavailable").inc()


def _page(status: int, text: Text) -> web.Response:
    body = _PAGE.format(title=status, first=text.en, second=text.ru)
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if status == 503 else {})
    return web.Response(status=status, text=body, content_type="text/html", headers=headers)
