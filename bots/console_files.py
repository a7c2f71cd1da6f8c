"""Files of the console's threads: what we said lies on our disk; what customers sent is fetched from their channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import structlog

from bots.accounts import Accounts
from channels.base import BadMessage, Roots, SendError
from channels.files import locate
from channels.telegram_desk import TelegramDesk
from tunnel.events import File
from tunnel.messages import Media

log = structlog.get_logger(__name__)

FETCHED = "fetched"
"""Directory below the data directory for what customers sent."""


class ConsoleFiles:
    """For one process."""

    def __init__(self, accounts: Accounts, content: Path, data: Path) -> None:
        self._accounts = accounts
        self._roots = Roots(content=content, data=data)

    async def fetch(self, channel: str, account: str, file: Any) -> Path | None:
        """Where a file lies; None where it cannot be had. file: as the records keep it."""
        try:
            if isinstance(file, str):
                return self._ours(file.partition(": ")[2])
            return await self._theirs(channel, account, msgspec.convert(file, File))
        except (SendError, msgspec.ValidationError) as error:
            log.info("a file of a thread cannot be had", channel=channel, cause=type(error).__name__)
            return None

    def _ours(self, path: str) -> Path | None:
        for data in (True, False):
            try:
                return locate(Media(kind="document", path=path, data=data), self._roots)[0]
            except BadMessage:
                continue
        return None

    async def _theirs(self, channel: str, account: str, file: File) -> Path | None:
        telegram = self._accounts.telegram
        if channel == "telegram" and telegram is not None and telegram.account == account:
            return await TelegramDesk(telegram, 0).fetch(file, self._roots.data / FETCHED)
        return None
