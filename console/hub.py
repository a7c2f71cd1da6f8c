"""The stream of changes: one reader of the records' feed in each process, fanned out to every tab.

A tab asks from the last number it has (`Last-Event-ID`) and gets everything after it, in order, each once; where that
is no longer kept, or is more than is worth telling, it gets `reset` and loads everything anew.
Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import msgspec
import structlog

from console.models.conversation import Change
from console.models.inbox import Owner
from records import Away, Records
from records.feed import Changed, feed_bounds, read_feed, trim_feed
from state import Store, Unavailable

log = structlog.get_logger(__name__)

POLL_S = 1.0
"""How often the feed is looked at where no wake-up comes."""
REST_S = 0.05
"""Behind a look: what comes meanwhile leaves together, as one write to each tab."""
PAGE = 1000
BACKLOG = 2000
"""Pieces that one tab may lag behind; one that takes no more is sent away, and comes back from where it was."""
MOST_MISSED = 10_000
"""Changes that a tab may lack, 2 MB; to load everything anew is less than more of them, for both sides."""
BEAT_S = 15.0
TRIM_EVERY_S = 600.0
PRESENCE_EVERY_S = 15.0


class Tab:
    """One open stream."""

    def __init__(self, user: str, session: str, gone: Callable[[], bool]) -> None:
        self.user = user
        self.session = session
        self.gone = gone
        self.pieces: asyncio.Queue[bytes | None] = asyncio.Queue(BACKLOG)

    def put(self, piece: bytes | None) -> None:
        """Queue a piece; None ends the stream. A tab that lags too far behind ends."""
        if self.pieces.full():
            while not self.pieces.empty():
                self.pieces.get_nowait()
            piece = None
        self.pieces.put_nowait(piece)


class Hub:
    """still: whether a session goes on."""

    def __init__(self, store: Store, records: Records, still: Callable[[str], Awaitable[bool]]) -> None:
        self._store = store
        self._records = records
        self._still = still
        self._tabs: set[Tab] = set()
        self._seq: int | None = None
        self._closing = asyncio.Event()
        self._look = asyncio.Event()
        self._online: frozenset[str] = frozenset()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        self._look.set()
        for tab in list(self._tabs):
            tab.put(None)

    def tabs_of(self, user: str) -> int:
        """How many streams somebody has open here, without those whose line is cut: the next beat finds them."""
        return sum(tab.user == user and not tab.gone() for tab in self._tabs)

    def check(self) -> None:
        """Sessions were ended: look whose streams end."""
        self._look.set()

    # --- reading the feed

    async def run(self) -> None:
        """Work until `close`."""
        beside = asyncio.create_task(self._keep_house())
        try:
            while not self._closing.is_set():
                try:
                    await self._read()
                    await asyncio.sleep(REST_S)  # before the wait: what comes after a pause is told at once
                    await self._store.wait_for_feed(POLL_S)
                except (Away, Unavailable) as error:
                    log.warning("the console's stream waits", cause=str(error))
                    await asyncio.sleep(POLL_S)
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _read(self) -> None:
        if self._seq is None:
            _, self._seq = await feed_bounds(self._records.engine)
        while True:
            changes = await read_feed(self._records.engine, self._seq, PAGE)
            if not changes:
                return
            self._seq = changes[-1].seq
            together = b"".join(map(_piece, changes))
            for tab in list(self._tabs):
                tab.put(together)

    async def _keep_house(self) -> None:
        """Say who is here; end streams whose session is over; forget old changes."""
        trimmed_at = asyncio.get_running_loop().time()
        while not self._closing.is_set():
            try:
                await self._check_sessions()
                await self._store.present({tab.user for tab in self._tabs})
                await self._tell_presence()
                if asyncio.get_running_loop().time() - trimmed_at >= TRIM_EVERY_S:
                    await trim_feed(self._records.engine)
                    trimmed_at = asyncio.get_running_loop().time()
            except (Away, Unavailable) as error:
                log.warning("the console's housekeeping waits", cause=str(error))
            self._look.clear()
            try:
                async with asyncio.timeout(PRESENCE_EVERY_S):
                    await self._look.wait()
            except TimeoutError:
                continue

    async def _check_sessions(self) -> None:
        for session in {tab.session for tab in self._tabs}:
            if not await self._still(session):
                for tab in [tab for tab in self._tabs if tab.session == session]:
                    tab.put(b"event: ended\ndata: {}\n\n")
                    tab.put(None)

    async def _tell_presence(self) -> None:
        online = await self._store.who_is_present()
        if online != self._online:
            self._online = online
            for tab in list(self._tabs):
                tab.put(_presence(online))

    # --- one tab

    async def follow(
        self, user: str, session: str, after: int | None, gone: Callable[[], bool] = lambda: False
    ) -> AsyncGenerator[bytes, None]:
        """The stream of one tab, from the change after `after` on (None: from now on). Raises Away, Unavailable.

        gone: whether its line is cut.
        """
        tab = Tab(user, session, gone)
        # Registered before what was missed is read: nothing can fall between the two, and what comes twice is dropped.
        self._tabs.add(tab)
        try:
            head, sent = await self._missed(after)
            yield head + _presence(self._online | {user})
            await self._store.present([user])
            self._look.set()
            while not self._closing.is_set():
                try:
                    async with asyncio.timeout(BEAT_S):
                        piece = await tab.pieces.get()
                except TimeoutError:
                    yield b": beat\n\n"
                    continue
                if piece is None:
                    return
                fresh = _after(piece, sent)
                if fresh:
                    yield fresh
        finally:
            self._tabs.discard(tab)
            if all(other.user != user for other in self._tabs):
                try:
                    await self._store.absent(user)
                    self._look.set()
                except Unavailable:
                    pass

    async def _missed(self, after: int | None) -> tuple[bytes, int]:
        """What a tab lacks, and the number up to which that is."""
        oldest, newest = await feed_bounds(self._records.engine)
        if after is None:
            return _ready(newest), newest
        if not max(oldest - 1, newest - MOST_MISSED) <= after <= newest:
            return _event(b"reset", msgspec.json.encode({"feed": newest}), newest), newest
        parts = []
        last = after
        while changes := await read_feed(self._records.engine, last, PAGE):
            parts += [_piece(change) for change in changes]
            last = changes[-1].seq
        return b"".join(parts) or _ready(last), last


def _piece(change: Changed) -> bytes:
    owner = Owner(id=change.operator, name=change.operator_name or change.operator) if change.operator else None
    told = Change(
        contact=change.contact,
        kinds=list(change.kinds),
        at=change.at,
        mode=change.mode,  # type: ignore[arg-type]
        owner=owner,
        version=change.version,
    )
    return _event(b"change", msgspec.json.encode(told), change.seq)


def _event(name: bytes, data: bytes, number: int) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name, data)


def _ready(number: int) -> bytes:
    return _event(b"ready", msgspec.json.encode({"feed": number}), number)


def _presence(online: frozenset[str]) -> bytes:
    return b"event: presence\ndata: " + msgspec.json.encode({"online": sorted(online)}) + b"\n\n"


def _after(piece: bytes, sent: int) -> bytes:
    """A piece without the changes up to `sent`, which this tab has."""
    if not piece.startswith(b"id: "):
        return piece
    first = int(piece[4 : piece.index(b"\n")])
    if first > sent:
        return piece
    return b"".join(each for each in _split(piece) if int(each[4 : each.index(b"\n")]) > sent)


def _split(piece: bytes) -> list[bytes]:
    return [each + b"\n\n" for each in piece.split(b"\n\n") if each]
