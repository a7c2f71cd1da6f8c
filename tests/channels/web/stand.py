"""A whole chat without Redis: threads in memory, a scripted bot, a server that can be stopped and started again."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from channels.base import Call, Roots
from channels.web import ChatSite, Limits, PageInfo, WebChat
from tunnel.events import Address, CustomerEvent, Press, Start, Text
from tunnel.messages import Button, Media, Message, RichText, Span


class Away(Exception):
    """The store does not answer."""


class MemoryThreads:
    """What state's store does, for one process. `away`: raise instead of answering."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, bytes]] = defaultdict(dict)
        self.away = False
        self._news: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def thread_append(self, lane: str, contact: str, row: int, blob: bytes) -> bool:
        self._check()
        if row in self.rows[lane]:
            return False
        self.rows[lane][row] = blob
        self._news.pop(lane, asyncio.Event()).set()
        return True

    async def thread_read(self, lane: str, contact: str, after_row: int, count: int) -> list[tuple[int, bytes]]:
        await asyncio.sleep(0)
        self._check()
        return [(row, blob) for row, blob in sorted(self.rows[lane].items()) if row > after_row][:count]

    async def thread_wait(self, lane: str, timeout_s: float) -> bool:
        news = self._news[lane]
        try:
            async with asyncio.timeout(timeout_s):
                return await news.wait()
        except TimeoutError:
            return False

    def wake_all(self) -> None:
        """As when a connection to the store breaks: whoever waits looks again."""
        for news in list(self._news.values()):
            news.set()
        self._news.clear()

    def _check(self) -> None:
        if self.away:
            raise Away


class NoFileIds:
    async def get(self, account: str, key: str) -> str | None:
        return None

    async def put(self, account: str, key: str, file_id: str, ttl_s: float | None = None) -> None: ...

    async def forget(self, account: str, key: str) -> None: ...


def say(text: str, *choices: str, **more: object) -> Message:
    """A message; **bold** in the text, choices as "label=token" or "label=https://…"."""
    buttons = []
    for choice in choices:
        label, _, target = choice.rpartition("=")
        link = target.startswith("https:")
        buttons.append(Button(label=label, link=target if link else "", token="" if link else target))
    head, *rest = text.split("**")
    spans = (Span("bold", len(head), len(rest[0])),) if rest else ()
    return Message(text=RichText(text.replace("**", ""), spans), buttons=tuple(buttons), **more)  # type: ignore[arg-type]


STEPS = {
    "hello": say(
        "Здравствуйте! Я бот компании «Фасад». За минуту помогу выбрать материал.\nЧто облицовываем?",
        "Дом=1.hello.house",
        "Баню=1.hello.bath",
        "Пока смотрю=1.hello.guide",
        "Позвать менеджера=1.hello.human",
    ),
    "area": say("Какая площадь стен в квадратных метрах?"),
    "price": say(
        "Ориентир по вашему объекту — от **174 000 ₽** с материалом.",
        "Вызвать замерщика=1.price.phone",
        "Дорого=1.price.dear",
        "Прислать гид=1.hello.guide",
        "Посмотреть работы=https://example.com/works",
    ),
    "guide": say("Посчитать стоимость для вашего дома?", "Да=1.guide.yes", "Нет=1.guide.no"),
    "phone": say("Оставьте телефон — замерщик позвонит и согласует время.", ask_phone="Отправить номер"),
    "booked": say("Спасибо! Замерщик свяжется с вами в рабочее время."),
}
GUIDE = Message(
    text=RichText("Обещанный гид — 12 страниц, читать 5 минут."),
    media=(Media("document", "files/guide.pdf", name="Гид «Сайдинг или штукатурка»"),),
)
MOVES = {
    "1.hello.house": "area",
    "1.hello.bath": "area",
    "1.hello.guide": "guide",
    "1.guide.yes": "area",
    "1.price.phone": "phone",
}


@dataclass
class Bot:
    """Answers like the sample tunnel; counts what it was told. `mute`: takes everything, says nothing."""

    chat: WebChat
    threads: MemoryThreads
    events: list[CustomerEvent] = field(default_factory=list)
    mute: bool = False
    away: bool = False
    name: str = "Иван"
    _seen: set[str] = field(default_factory=set)
    _step: dict[str, str] = field(default_factory=dict)
    _row: int = 0

    async def accept(self, events: list[CustomerEvent]) -> list[bool]:
        """Take events once each; answers come a moment later, as from a worker."""
        if self.away:
            raise Away
        fresh = [event.id not in self._seen for event in events]
        for event, new in zip(events, fresh, strict=True):
            if new:
                self._seen.add(event.id)
                self.events.append(event)
                await self.answer(event)
        return fresh

    def forget(self) -> None:
        """As after the store was emptied."""
        self._seen.clear()
        self._step.clear()
        self._row = 0

    async def answer(self, event: CustomerEvent) -> None:
        words = {Text: "text", Press: "label"}.get(type(event))
        if words:
            await self.put(event.address, self.chat.echo_call(getattr(event, words), event.id))
        if self.mute:
            return
        lane = event.address.lane
        if isinstance(event, Start):
            self._step.setdefault(lane, "hello")
        elif isinstance(event, Press):
            self._step[lane] = MOVES.get(event.token, self._step.get(lane, "hello"))
            if event.token == "1.hello.guide":
                await self.tell(event.address, GUIDE)
        elif isinstance(event, Text):
            step = self._step.get(lane, "hello")
            self._step[lane] = {"area": "price", "phone": "booked"}.get(step, step)
        await self.tell(event.address, STEPS[self._step[lane]])

    async def tell(self, address: Address, message: Message) -> None:
        for call in self.chat.render(address, message):
            await self.put(address, call)

    async def put(self, address: Address, call: Call) -> None:
        self._row += 3  # rows have gaps
        await self.chat.send(address, call, key=self._row, files=NoFileIds())


class Stand:
    """The bot, its threads and the server. The port stays the same over restarts."""

    def __init__(self, roots: Roots, *, limits: Limits | None = None, info: PageInfo | None = None) -> None:
        self.roots = roots
        self.threads = MemoryThreads()
        self.now = 1_790_000_000.0
        self.real_time = False
        self.chat = WebChat(self.threads, roots, clock=self.clock, unavailable=(Away,))
        self.bot = Bot(self.chat, self.threads)
        self.limits = limits
        self.info = info or PageInfo("Фасад", "Сайдинг под ключ", "ru")
        self.public_url = ""
        self.port = _free_port()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def clock(self) -> float:
        if self.real_time:
            import time

            return time.time()
        return self.now

    def page_info(self, tunnel: str) -> PageInfo | None:
        return self.info if tunnel in ("siding", "vacuum", "сайдинг") else None

    async def start(self) -> None:
        self.site = ChatSite(
            accept=self.bot.accept,
            threads=self.threads,
            roots=self.roots,
            page_info=self.page_info,
            clock=self.clock,
            public_url=self.public_url,
            unavailable=(Away,),
            limits=self.limits,
        )
        app = web.Application()
        app.add_routes(self.site.routes())

        async def close(_: web.Application) -> None:
            await self.site.close()

        app.on_shutdown.append(close)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def make_roots(folder: Path) -> Roots:
    """A content and a data directory with a few small files."""
    files = folder / "content" / "files"
    files.mkdir(parents=True)
    (folder / "data").mkdir()
    (files / "guide.pdf").write_bytes(b"%PDF-1.4\n" + b"guide " * 220_000)
    (files / "page.html").write_text("<script>alert(1)</script>")
    (folder / "content" / "settings.yaml").write_text("company: secret")
    return Roots(content=folder / "content", data=folder / "data")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
