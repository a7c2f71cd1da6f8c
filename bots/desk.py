"""The operators' desk, first form: a Telegram group with a topic for each contact."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from bots.bilingual import Language
from bots.content import Content
from bots.metrics import DESK_POSTS
from bots.phrases import CHANNEL_NAMES, NO_FILE
from bots.rows import DeskRow, Row
from bots.sender import Pace
from channels.base import BadMessage, Call, DeskPost, RetryLater, SendError
from channels.telegram import Telegram
from channels.telegram_desk import TelegramDesk, TopicGone, topic_title
from state import Mail, Store

log = structlog.get_logger(__name__)

DESK_PACE = Pace()
"""A group bears 20 messages a minute; Telegram's 429 with its time is obeyed, and short talks are not slowed."""
OPENING_RETRY_S = 1.0
FILES = "desk"
"""Directory below the data directory for what operators send."""


class Desk:
    """Posts to the group (as a sender's Deliverer) and finds out whose topic a post is in (for the intake)."""

    def __init__(self, telegram: Telegram, store: Store, data: Path, content: Content) -> None:
        assert telegram.desk_chat is not None
        self._chat = str(telegram.desk_chat)
        self._store = store
        self._data = data
        self._content = content
        self._desk = TelegramDesk(telegram, telegram.desk_chat, language=self._language)

    @property
    def _language(self) -> Language:
        return self._content.definition.settings.language

    # What operators write.

    async def contact_of(self, thread: int) -> str | None:
        """Whose topic it is. Raises state.Unavailable."""
        return await self._store.desk_contact(self._chat, thread)

    async def fetch(self, post: DeskPost) -> DeskPost:
        """Bring the post's files to our disk, each named by its path below the data directory.

        One that cannot be had (over 20 MB) is left out and the operator is told, so that the words still go.
        """
        files = []
        for file in post.files:
            try:
                path = await self._desk.fetch(file, self._data / FILES)
            except SendError as error:
                log.warning("a file of an operator could not be fetched", code=error.code, cause=str(error))
                await self._tell(self._desk.system(post.thread, NO_FILE(self._language)))
                continue
            files.append(msgspec.structs.replace(file, ref=str(path.relative_to(self._data)), name=path.name))
        return DeskPost(
            post.id,
            post.thread,
            post.operator,
            post.operator_name,
            post.command,
            post.argument,
            post.text,
            tuple(files),
        )

    async def hint(self, thread: int) -> None:
        """Name the commands to somebody who mistyped one."""
        await self._tell(self._desk.hint(thread))

    async def _tell(self, calls: Sequence[Call]) -> None:
        """Answer an operator as well as can be."""
        try:
            await self._post_all(calls)
        except SendError as error:
            log.warning("the desk could not be told", code=error.code, cause=str(error))

    # What operators read.

    async def deliver(self, mail: Mail, row: Row) -> None:
        """Put one row before the operators, in the contact's topic. Raises SendError."""
        if not isinstance(row, DeskRow):
            raise BadMessage("a call to a customer lies in a desk's lane")
        try:
            await self._deliver(mail.contact, row)
        except TopicGone:
            await self._store.desk_forget(self._chat, mail.contact)
            await self._deliver(mail.contact, row)
        except SendError:
            DESK_POSTS.labels("failed").inc()
            raise
        DESK_POSTS.labels("posted").inc()

    async def _deliver(self, contact: str, row: DeskRow) -> None:
        thread = await self._store.desk_thread(self._chat, contact)
        opened = thread is None
        if thread is None:
            thread = await self._open(contact, row)
        await self._post_all(await self._calls(contact, thread, row, opened=opened))

    async def _open(self, contact: str, row: DeskRow) -> int:
        if not await self._store.desk_opening(self._chat, contact):
            raise RetryLater("another process opens this contact's topic", after_s=OPENING_RETRY_S)
        thread = await self._desk.open_topic(self._title(contact, row))
        await self._store.desk_bind(self._chat, thread, contact)
        return thread

    async def _calls(self, contact: str, thread: int, row: DeskRow, *, opened: bool) -> Sequence[Call]:
        post = row.post
        calls: list[Call] = []
        if opened or post.kind == "handoff":
            recent = [line.decode(errors="replace") for line in await self._store.recent(contact)]
            note = post.text if post.kind == "handoff" else ""
            calls += self._desk.opening(thread, note=note, recent=recent, name=row.name)
        if post.kind == "notify":
            calls += self._desk.notice(thread, post.text)
        elif post.kind == "system":
            calls += self._desk.system(thread, post.text)
        elif post.kind == "customer" and (post.files or not opened):
            # A topic that was just opened shows the words already, as the last of the latest messages.
            calls += self._desk.customer(thread, post.text, name=row.name, files=post.files, address=post.address)
        return calls

    def _title(self, contact: str, row: DeskRow) -> str:
        settings = self._content.definition.settings
        queue = settings.queues.get(row.post.queue)
        address = row.post.address
        channel = CHANNEL_NAMES[address.channel](self._language) if address else ""
        return topic_title(row.name or f"#{contact[:6]}", channel, queue.title if queue else "")

    async def _post_all(self, calls: Sequence[Call]) -> None:
        for call in calls:
            await self._desk.post(call, files=self._store.files)
