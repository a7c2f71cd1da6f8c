"""The wiring: which parts a process holds, how they start and how they stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import structlog
from aiohttp import web

from bots.accounts import Accounts, build_accounts
from bots.bilingual import language_of
from bots.console import ConsolePart
from bots.console_files import ConsoleFiles
from bots.content import Content, ContentBroken
from bots.desk import DESK_PACE, Desk
from bots.front import Front
from bots.intake import Intake
from bots.links import LinkMaker, Signer, open_links
from bots.phrases import OPEN_THE_CHAT
from bots.polling import Poller
from bots.projector import Projector
from bots.registration import registrations
from bots.roles import ROLES
from bots.rows import DESK_ACCOUNT, account_key
from bots.scheduler import Scheduler
from bots.sender import AccountSender, ChannelDeliverer
from bots.server import build_server, webhooks
from bots.settings import Settings
from bots.turns import Turner
from bots.watch import WebhookWatch
from bots.worker import Worker
from channels.base import Channel
from channels.web.network import NEAR, Network, read_networks
from console.site import Console
from records import Misaddressed, Records
from state import EmbeddedRedis, StateError, Store, Unavailable
from tunnel.engine import prepare

log = structlog.get_logger(__name__)

STOP_TIME_S = 5.0
"""What is left after it (sends that hang) is cut, so that a stop ends within 10 s; the next start sends their rows."""
ANSWER_TIME_S = 2.0
"""For answers that are on their way when the program ends."""
LINGER_S = 1.0
GARBAGE_EVERY = 20_000
"""Objects made and not yet freed before the garbage collector looks through the young ones; Python begins with 700."""
WORKERS = 2
"""Claimers in one process: while one waits for Redis, the other computes."""


class Part(Protocol):
    """Something that runs until it is told to stop."""

    async def run(self) -> None: ...
    def stop(self) -> None: ...


def run(settings: Settings, roles: frozenset[str], poll: bool | None = None) -> int:
    """Run the roles named until SIGTERM or Ctrl-C; the process's exit code.

    poll: whether to ask Telegram and VK for updates; None decides by `TUNNEL_PUBLIC_URL`.
    """
    try:
        content = Content.load(settings.content)
    except ContentBroken as error:
        print(error.report, file=sys.stderr)  # noqa: T201 - for the person who started the program
        return 1
    try:
        return _runner()(_main(settings, content, roles, settings.polls if poll is None else poll))
    except (StateError, Misaddressed) as error:
        reason = str(error)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        reason = f"port {settings.port} is taken by another program: stop it, or choose another (TUNNEL_PORT, PORT=)"
    print(f"The program did not start: {reason}", file=sys.stderr)  # noqa: T201 - for the person who started it
    return 1


def _runner() -> Callable[[Coroutine[Any, Any, int]], int]:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform
        return asyncio.run
    return uvloop.run


async def _main(settings: Settings, content: Content, roles: frozenset[str], poll: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    starting = asyncio.current_task()

    def ask_to_stop() -> None:
        stop.set()
        if starting is not None:  # it may wait for Redis for as long as that is away
            starting.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ask_to_stop)
    with contextlib.suppress(asyncio.CancelledError):
        async with running(settings, content, roles, poll) as app:
            starting = None
            app.announce()
            settle_garbage()
            await stop.wait()
            log.info("stopping")
    log.info("stopped")
    return 0


def settle_garbage() -> None:
    """Keep the garbage collector away from what lives as long as the process: modules, content, dictionaries.

    Turns make many objects and hardly any cycles. Looking for these at every 700th object took a tenth of the
    process's time (docs/decisions/0012).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)


class App:
    """The parts of one process, wired."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        store: Store,
        accounts: Accounts,
        roles: frozenset[str],
        poll: bool,
        links: tuple[Signer, LinkMaker],
    ) -> None:
        self.settings = settings
        self.content = content
        self.store = store
        self.accounts = accounts
        self.roles = roles
        self.poll = poll
        self.clock: Callable[[], float] = time.time
        self.desk = (
            Desk(accounts.telegram, store, settings.data, content) if accounts.desk and accounts.telegram else None
        )
        self.intake = Intake(store, self.clock, self.desk)
        self.closing = asyncio.Event()
        """Set when the process stops: streams to browsers end."""
        self.port = settings.port
        self.records = Records.open(settings.database_url, settings.data) if roles & {"projector", "console"} else None
        self.network = Network(read_networks(settings.proxies) or NEAR)
        self.console: Console | None = None
        if self.records is not None and "console" in roles:
            self.console = Console(
                store=store,
                records=self.records,
                definition=lambda: self.content.definition,
                clock=self.clock,
                data=settings.data,
                network=self.network,
                windows={
                    (channel.name, channel.account): channel.capabilities.window_s for channel in accounts.channels
                },
                fetch=ConsoleFiles(accounts, settings.content, settings.data).fetch,
                public_url=settings.public_url,
            )
        self.signer, self.link_maker = links
        self._turner: Turner | None = None

    def turner(self) -> Turner:
        """The one of the present content."""
        definition = self.content.definition
        if self._turner is None or self._turner.definition is not definition:
            prepare(definition)
            self._turner = Turner(
                definition, self.accounts.by_key, echo=self.accounts.web.echo_call, links=self.link_maker
            )
        return self._turner

    def parts(self) -> list[Part]:
        """What the roles run in the background, in the order in which it stops."""
        parts: list[Part] = []
        if self.poll and "webhook" in self.roles:
            parts += [Poller(channel, self.store, self.intake, self.clock) for channel in self.accounts.polled]
        elif "webhook" in self.roles and self.settings.public_url:
            parts.append(
                WebhookWatch(registrations(self.accounts.telegram, self.accounts.vk, self.settings.public_url))
            )
        if "scheduler" in self.roles:
            parts.append(Scheduler(self.store, self.clock))
        if "worker" in self.roles:
            parts += self._workers()
        if "sender" in self.roles:
            parts += self._senders()
        if self.records is not None and "projector" in self.roles:
            parts.append(Projector(self.store, self.records, lambda: self.content.definition, self.clock))
        if self.console is not None:
            parts.append(ConsolePart(self.console, lambda: self.base))
        return parts

    @property
    def base(self) -> str:
        """Where browsers reach us."""
        return self.settings.public_url or f"http://{_shown(self.settings.host)}:{self.port}"

    def announce(self) -> None:
        """Say in the terminal where to click, and what is on."""
        log.info(
            "ready",
            roles=sorted(self.roles),
            channels=list(self.settings.channels_on),
            polling=[channel.name for channel in self.accounts.polled] if self.poll else [],
            desk="on" if self.desk else "off: operators answer in the console (or set TUNNEL_DESK_TELEGRAM_CHAT)",
            content=str(self.settings.content),
            revision=self.content.definition.revision,
        )
        if "webhook" in self.roles:
            language = language_of(os.environ)
            links = [
                f"  {tunnel.title}: {self.base}/chat/{name}" for name, tunnel in self.content.definition.tunnels.items()
            ]
            print("\n".join(("", OPEN_THE_CHAT(language), *links, "")), flush=True)  # noqa: T201 - where to click

    def _workers(self) -> list[Part]:
        name = f"{socket.gethostname()}:{os.getpid()}"
        return [
            Worker(
                f"{name}:{number}",
                self.store,
                self.turner,
                self.accounts.by_key,
                desk=self.desk is not None,
                clock=self.clock,
            )
            for number in range(WORKERS)
        ]

    def _senders(self) -> list[Part]:
        senders: list[Part] = [
            AccountSender(
                account_key(channel.name, channel.account),
                ChannelDeliverer(channel, self.store.files),
                self.store,
                self.intake,
                pace=self.accounts.pace(channel),
                clock=self.clock,
            )
            for channel in self.accounts.channels
        ]
        if self.desk:
            senders.append(
                AccountSender(DESK_ACCOUNT, self.desk, self.store, self.intake, pace=DESK_PACE, clock=self.clock)
            )
        return senders


@asynccontextmanager
async def running(settings: Settings, content: Content, roles: frozenset[str], poll: bool) -> AsyncIterator[App]:
    """Everything started on entering; stopped in order, within ten seconds, on leaving."""
    async with AsyncExitStack() as stack:
        url = settings.redis_url or await stack.enter_async_context(embedded_redis(settings))
        store = await _connect(url, settings)
        stack.push_async_callback(store.close)
        accounts = build_accounts(settings, store)
        stack.push_async_callback(_close_all, accounts.channels)
        links = await open_links(store, settings.public_url)
        app = App(settings, content, store, accounts, roles, poll, links)
        if app.records is not None:
            stack.push_async_callback(app.records.close)
        app.turner()
        parts = app.parts()
        tasks = [asyncio.create_task(part.run(), name=type(part).__name__) for part in parts]
        for task in tasks:
            task.add_done_callback(_say_if_died)
        stack.push_async_callback(_stop, parts, tasks)
        if roles & {"webhook", "console"}:
            runner = web.AppRunner(
                build_server(app),
                access_log=None,
                shutdown_timeout=ANSWER_TIME_S,
                handle_signals=False,
                lingering_time=LINGER_S,  # what is left of a refused body is not waited for
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            stack.callback(app.closing.set)
            app.port = await stack.enter_async_context(_listening(app, runner))
        yield app


@asynccontextmanager
async def embedded_redis(settings: Settings) -> AsyncIterator[str]:
    """A Redis of our own, for as long as the context lasts; its URL."""
    server = EmbeddedRedis(settings.data, fsync=settings.redis_fsync)
    url = await server.start()
    try:
        yield url
    finally:
        await server.stop()


async def _connect(url: str, settings: Settings) -> Store:
    """Connect; a Redis that is away at the start is waited for, as it would be later."""
    waited = False
    while True:
        try:
            return await Store.connect(url, partitions=settings.partitions)
        except Unavailable as error:
            if not waited:
                log.warning("waiting for Redis", cause=str(error))
            waited = True
            await asyncio.sleep(0.5)


async def _stop(parts: Sequence[Part], tasks: Sequence[asyncio.Task[None]]) -> None:
    for part in parts:
        part.stop()
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=STOP_TIME_S)
    for task in late:
        log.warning("cut at the stop; its rows are sent after the next start", part=task.get_name())
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _close_all(channels: Sequence[Channel]) -> None:
    for channel in channels:
        with contextlib.suppress(Exception):
            await channel.close()


def _say_if_died(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.critical("a part of the program died; restart it", part=task.get_name(), exc_info=task.exception())
        os.kill(os.getpid(), signal.SIGTERM)  # half a program is worse than a restart by the supervisor


@asynccontextmanager
async def _listening(app: App, runner: web.AppRunner) -> AsyncIterator[int]:
    """Connections are taken; the port. On leaving, deliveries that are being answered end first."""
    assert runner.server is not None
    front = Front(runner.server, webhooks(app))
    host, port = app.settings.host, app.settings.port
    shared = len(app.roles) < len(ROLES)
    server = await asyncio.get_running_loop().create_server(front, host, port, backlog=128, reuse_port=shared)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await front.close(ANSWER_TIME_S)


def _shown(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "127.0.0.1", "::") else host  # noqa: S104 - only shown
