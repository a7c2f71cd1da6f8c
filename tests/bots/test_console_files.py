"""Where a file of a thread lies, and what is said where it cannot be had."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from bots.console_files import ConsoleFiles
from channels.base import BadMessage, ChannelDown, RetryLater, SendError, SlowDown
from channels.files import FileGone, FileIdRefused, FileTooLarge
from console.refusals import Refused
from console.words import WORDS
from tunnel.events import File

SENT = File("document", "ref-1", "план.pdf", within="12/0")


class Account:
    """A channel that gives a file, or an error."""

    def __init__(self, outcome: Path | SendError) -> None:
        self.outcome = outcome
        self.asked: list[tuple[File, Path]] = []

    async def fetch(self, file: File, into: Path) -> Path:
        self.asked.append((file, into))
        if isinstance(self.outcome, SendError):
            raise self.outcome
        return self.outcome


def files_of(folder: Path, channel: Account) -> ConsoleFiles:
    accounts: Any = SimpleNamespace(by_key={"vk:1": channel})
    (folder / "content").mkdir(exist_ok=True)
    return ConsoleFiles(accounts, folder / "content", folder / "data")


async def test_what_a_customer_sent_is_asked_of_their_channel(tmp_path: Path) -> None:
    channel = Account(tmp_path / "план.pdf")
    kept = msgspec.to_builtins(SENT)  # as the records keep it
    assert await files_of(tmp_path, channel).fetch("vk", "1", kept) == tmp_path / "план.pdf"
    assert channel.asked == [(SENT, tmp_path / "data" / "fetched")]


async def test_what_we_said_lies_here(tmp_path: Path) -> None:
    files = files_of(tmp_path, Account(BadMessage("")))
    (tmp_path / "content" / "guide.pdf").write_bytes(b"%PDF")
    assert await files.fetch("vk", "1", "document: guide.pdf") == tmp_path / "content" / "guide.pdf"
    assert await files.fetch("vk", "1", "document: ../secret") is None


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (FileGone("x"), 410, "file_gone"),
        (FileIdRefused("x"), 410, "file_gone"),
        (FileTooLarge("x"), 413, "file_large"),
        (BadMessage("x", code="foreign"), 404, "file_kept"),
        (RetryLater("x"), 503, "file_later"),
        (SlowDown("x", after_s=60), 503, "file_later"),
        (ChannelDown("x"), 503, "file_later"),
    ],
)
async def test_what_cannot_be_had_says_why(tmp_path: Path, error: SendError, status: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await files_of(tmp_path, Account(error)).fetch("vk", "1", msgspec.to_builtins(SENT))
    assert (caught.value.status, caught.value.code) == (status, code)
    assert code in WORDS
    assert caught.value.after_s >= error.after_s


async def test_a_channel_that_is_off_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        await files_of(tmp_path, Account(BadMessage(""))).fetch("whatsapp", "3", msgspec.to_builtins(SENT))
    assert caught.value.code == "channel_off"


async def test_what_is_no_file_of_the_records(tmp_path: Path) -> None:
    assert await files_of(tmp_path, Account(BadMessage(""))).fetch("vk", "1", {"kind": 5}) is None
