"""Files of the console's threads: what we said lies on our disk; what customers sent is fetched from their channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import structlog

from bots.accounts import Accounts
from bots.rows import account_key
from channels.base import BadMessage, Roots, SendError
from channels.files import FileGone, FileIdRefused, FileTooLarge, locate
from console.refusals import Refused
from tunnel.events import File
from tunnel.messages import Media

log = structlog.get_logger(__name__)

FETCHED = "fetched"
"""Directory below the data directory for what customers sent."""
AFTER_S = 5.0


class ConsoleFiles:
    """For one process."""

    def __init__(self, accounts: Accounts, content: Path, data: Path) -> None:
        self._accounts = accounts
        self._roots = Roots(content=content, data=data)

    async def fetch(self, channel: str, account: str, file: Any) -> Path | None:
        """Where a file lies; None where there is none. file: as the records keep it.

        Raises Refused, with words that say why the channel does not give it.
        """
        if isinstance(file, str):
            return self._ours(file.partition(": ")[2])
        try:
            return await self._theirs(channel, account, msgspec.convert(file, File))
        except msgspec.ValidationError:
            return None
        except SendError as error:
            log.info("a file of a thread cannot be had", channel=channel, cause=type(error).__name__, code=error.code)
            raise _refusal(error) from None

    def _ours(self, path: str) -> Path | None:
        for data in (True, False):
            try:
                return locate(Media(kind="document", path=path, data=data), self._roots)[0]
            except BadMessage:
                continue
        return None

    async def _theirs(self, channel: str, account: str, file: File) -> Path | None:
        theirs = self._accounts.by_key.get(account_key(channel, account))
        if theirs is None:
            raise Refused(503, "channel_off")
        return await theirs.fetch(file, self._roots.data / FETCHED)


def _refusal(error: SendError) -> Refused:
    if isinstance(error, FileGone | FileIdRefused):
        return Refused(410, "file_gone")
    if isinstance(error, FileTooLarge):
        return Refused(413, "file_large")
    if isinstance(error, BadMessage):
        return Refused(404, "file_kept")
    return Refused(503, "file_later", after_s=max(error.after_s, AFTER_S))
