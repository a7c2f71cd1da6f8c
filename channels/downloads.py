"""What customers sent, from a messenger's own servers to our disk: bounded, over TLS, and from nowhere else.

Addresses come with the messages, and so does what they name: a customer must not be able to make us fetch anything but
the messenger's files. So each address, and each that a redirect names, is looked at before it is asked.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from channels.base import BadMessage, RetryLater, SendError
from channels.files import FileGone, FileTooLarge
from tunnel.events import File

DOWNLOAD_BYTES = 100 * 1024 * 1024
"""WhatsApp's largest document; VK has larger ones, which are looked at there."""
DOWNLOAD_S = 120.0
QUIET_S = 20.0
"""How long a server may send nothing."""
REDIRECTS = 5
AT_ONCE = 16
"""Files on their way at one time."""

_CHUNK_BYTES = 256 * 1024
_GONE = frozenset({403, 404, 410})
"""403 too: what a storage answers to an address whose signature is too old."""
_IN_ORDER = re.compile(r"[!-~]+", re.ASCII)
_NO_FILES = frozenset({"location", "contact", "other"})


class Downloads:
    """Of one account.

    hosts: the messenger's domains; what lies below them is the messenger's too. api_url: where its API was set to be;
    that very origin counts as the messenger's (a stand-in, a proxy of the owner's). error_for: of an HTTP status.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        api_url: str,
        error_for: Callable[[int], SendError],
        *,
        limit_bytes: int = DOWNLOAD_BYTES,
        time_s: float = DOWNLOAD_S,
    ) -> None:
        self._hosts = tuple(hosts)
        self._api = URL(api_url).origin()
        self._error_for = error_for
        self._limit_bytes = limit_bytes
        self._timeout = aiohttp.ClientTimeout(total=time_s, sock_connect=5, sock_read=min(QUIET_S, time_s))
        self._session: aiohttp.ClientSession | None = None
        self._under_way: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    async def fetch(self, url: str, into: Path, *, headers: Mapping[str, str] | None = None) -> None:
        """Bring what lies at `url` to the path `into`, unless it is there.

        headers: for the origin of `url` alone; a redirect elsewhere gets none. Raises SendError: FileGone,
        FileTooLarge, BadMessage for an address of others, RetryLater, …; addresses, which are keys, are in none.
        """
        lock = self._under_way.setdefault(into, asyncio.Lock())
        async with lock:  # a picture that is shown and pressed at once is fetched once
            if await asyncio.to_thread(into.exists):
                return
            try:
                async with asyncio.timeout(self._timeout.total):
                    await self._follow(self._own(url), into, dict(headers or {}))
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise RetryLater(f"a file could not be fetched ({type(error).__name__})", code="network") from None
            except OSError as error:
                raise RetryLater(f"a file cannot be written here ({type(error).__name__})", code="disk") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _follow(self, url: URL, into: Path, headers: Mapping[str, str]) -> None:
        trusted = url.origin()
        for _ in range(REDIRECTS):
            # Not compressed: the limit is of what arrives, and files are compressed already.
            shown = {"Accept-Encoding": "identity", **(headers if url.origin() == trusted else {})}
            async with self._open().get(url, headers=shown, allow_redirects=False) as answer:
                target = answer.headers.get("Location", "")
                if 300 <= answer.status < 400 and target:
                    url = self._own(target, url)
                    continue
                if answer.status in _GONE:
                    raise FileGone("the file is not there any more", code=f"http_{answer.status}")
                if answer.status != 200:
                    raise self._error_for(answer.status)
                if answer.content_type == "text/html" and into.suffix.lower() not in (".html", ".htm"):
                    raise FileGone("a page instead of the file", code="page")
                await self._keep(answer, into)
                return
        raise BadMessage("redirects without an end", code="redirects")

    def _own(self, address: str, base: URL | None = None) -> URL:
        """The address as it will be asked, if it is the messenger's. Raises BadMessage."""
        try:
            # As it stands, where it can: signatures are of the very bytes.
            url = URL(address, encoded=_IN_ORDER.fullmatch(address) is not None)
            url = url if base is None else base.join(url)
            if url.user is None and url.password is None and (url.origin() == self._api or self._is_messengers(url)):
                return url
        except ValueError:
            pass
        raise BadMessage("the address is not the messenger's", code="foreign")

    def _is_messengers(self, url: URL) -> bool:
        host = (url.host or "").lower()
        below = any(host == own or host.endswith(f".{own}") for own in self._hosts)
        return below and url.scheme == "https" and url.port == 443

    async def _keep(self, answer: aiohttp.ClientResponse, into: Path) -> None:
        """Write what comes beside its place, and put it there when it is whole."""
        if (answer.content_length or 0) > self._limit_bytes:
            raise self._too_large()
        number, part = await asyncio.to_thread(_beside, into)
        try:
            size = 0
            with os.fdopen(number, "wb") as stream:
                async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
                    size += len(chunk)
                    if size > self._limit_bytes:
                        raise self._too_large()
                    await asyncio.to_thread(stream.write, chunk)
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)

    def _too_large(self) -> FileTooLarge:
        return FileTooLarge(f"over the {self._limit_bytes} bytes that are fetched", code="file_too_large")

    def _open(self) -> aiohttp.ClientSession:
        """The session, made where there is a running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                auto_decompress=False,
                headers={"User-Agent": "messenger-sales-tunnel"},  # Meta's storage refuses who names no program
            )
        return self._session


def is_file(file: File) -> bool:
    """Whether there is something to fetch."""
    return file.kind not in _NO_FILES


def place_of(into: Path, name: str, *key: str) -> Path:
    """Where a file that `key` names is kept below `into`: the same at every repetition."""
    return into / blake2b("\x00".join(key).encode(errors="replace"), digest_size=8).hexdigest() / name


def _beside(path: Path) -> tuple[int, Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    return number, Path(name)
