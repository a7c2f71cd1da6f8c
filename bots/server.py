"""The HTTP server of a process: webhooks, the shops' API, tracked links, the web chat, health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bots.api import Api
from bots.clicks import Clicks
from bots.health import Health
from bots.metrics import may_see_metrics, metrics_page
from bots.sources import Sources
from bots.webhook import Webhook, whatsapp_handshake
from channels.base import Roots
from channels.web import ChatSite, PageInfo
from console.pages import Pages
from state import Unavailable
from tunnel.events import CustomerEvent

if TYPE_CHECKING:
    from bots.app import App


def build_server(app: App) -> web.Application:
    """Routes of the process's roles; without its token a channel's webhook is 404."""
    server = web.Application()
    health = Health(app.store)
    server.router.add_get("/livez", health.live)
    server.router.add_get("/readyz", health.ready)
    server.router.add_get("/metrics", _metrics(app, health))
    if "webhook" in app.roles:
        _add_customers(app, server)
    if app.console is not None:
        server.add_routes([*app.console.routes(), *Pages().routes()])
        server.on_response_prepare.append(app.console.protect)
    return server


def _add_customers(app: App, server: web.Application) -> None:
    for path, webhook in webhooks(app).items():
        server.router.add_post(path.decode(), webhook.post)
    if app.accounts.whatsapp is not None:
        server.router.add_get("/webhooks/whatsapp", whatsapp_handshake(app.accounts.whatsapp))
    api = Api(app.store, app.content, Sources(app.settings), list(app.accounts.by_key), app.clock)
    server.add_routes(api.routes())
    server.router.add_get("/l/{token}", Clicks(app.store, app.signer, app.clock).get)
    site = _chat(app)
    server.add_routes(site.routes())
    server.on_shutdown.append(lambda _: site.close())


def webhooks(app: App) -> dict[bytes, Webhook]:
    """The channels' endpoints, by path."""
    if "webhook" not in app.roles:
        return {}
    channels = (app.accounts.telegram, app.accounts.vk, app.accounts.whatsapp)
    return {
        f"/webhooks/{channel.name}".encode(): Webhook(channel, app.intake, app.clock)
        for channel in channels
        if channel is not None
    }


def _metrics(app: App, health: Health) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def metrics(request: web.Request) -> web.Response:
        if not may_see_metrics(request, app.settings.metrics_token.get_secret_value()):
            raise web.HTTPForbidden(text="metrics need the bearer token of TUNNEL_METRICS_TOKEN")
        await health.measure()
        return metrics_page()

    return metrics


def _chat(app: App) -> ChatSite:
    def page_info(name: str) -> PageInfo | None:
        definition = app.content.definition
        entry = definition.links.get(name.lower())
        tunnel = definition.tunnels.get(entry.to.tunnel if entry else name)
        if tunnel is None:
            return None
        return PageInfo(definition.settings.company, tunnel.title, definition.settings.language)

    async def accept(events: list[CustomerEvent]) -> list[bool]:
        return await app.intake.accept_events("web", events)

    return ChatSite(
        accept=accept,
        threads=app.store,
        roots=Roots(content=app.settings.content, data=app.settings.data),
        page_info=page_info,
        clock=app.clock,
        public_url=app.settings.public_url,
        unavailable=(Unavailable,),
        network=app.network,
    )
