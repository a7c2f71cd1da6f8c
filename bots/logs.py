"""Structured logs: one line an event, on standard error, with secrets and personal data masked.

Whatever a library logs goes the same way, and so do tracebacks.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote, unquote

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

from bots.settings import Settings

SECRET = "‹secret›"  # noqa: S105 - what stands where one was
EMAIL = "‹email›"
SHORTEST_SECRET = 4
"""A shorter one is not replaced: taking each "a" out of a log would hide all and protect nothing."""
LONGEST_TEXT = 16_000
"""Characters; a longer text is cut."""

_DEPTH = 6
_OWN_KEYS = frozenset({"timestamp", "level", "logger"})
_SECRET_KEYS = re.compile(r"token|secret|password|passwd|authorization|cookie|api_?key|signature", re.IGNORECASE)
_UNIT_KEYS = re.compile(r"(_at|_s|_ms|_bytes|_count|count|row|size|version|epoch|seed|port)$")

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Bot API addresses carry the token: /bot<token>/method, /file/bot<token>/path
    (re.compile(r"(?<=/bot)[^/\s\"'?]{3,256}"), SECRET),
    (re.compile(r"(?<!\d)\d{5,16}:[A-Za-z0-9_-]{20,}"), SECRET),
    (re.compile(r"(?<=://)[^/\s@]{1,512}@"), SECRET + "@"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{4,}"), rf"\1\2{SECRET}"),
    (
        re.compile(
            r"(?i)((?:access_token|verify_token|token|secret|password|api_?key|signature|auth_code|hash)[\"']?\s{0,3}[=:]"
            r"\s{0,3}[\"']?)(?!‹)[^\s&\"',;)}]{1,4096}"
        ),
        rf"\1{SECRET}",
    ),
    (re.compile(r"vk1\.a\.[\w-]{8,}"), SECRET),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), EMAIL),
)

_PHONE = re.compile(
    r"(?<![\w.])"  # not within a word, an id or a fraction
    r"(?!\d{4}-\d\d-\d\d[T ])"  # no date with a time
    r"(?!\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"  # no IPv4 address
    r"(?!\d+\.\d+(?![\w.]|[ ()-]{1,3}\d))"  # no decimal fraction
    r"(?:\+\d(?:[ ().\u00a0-]{0,3}\d){6,14}|\(?\d(?:[ ().\u00a0-]{0,3}\d){9,14})(?!\w)"
)


class Masker:
    """Takes secrets, phone numbers and e-mail addresses out of texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets`: exact values to hide, wherever they stand."""
        shapes = {shape for secret in secrets for shape in _shapes(secret) if len(shape) >= SHORTEST_SECRET}
        longest_first = sorted(shapes, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """Mask one text."""
        if self._known is not None:
            text = self._known.sub(SECRET, text)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        text = _PHONE.sub(_last_two, text)
        return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"

    def value(self, value: object, key: str = "", depth: int = 0) -> Any:
        """Mask a value of a log event, however deep. `key`: its name, which may say that it is secret."""
        if value is None or isinstance(value, bool | float):
            return value
        if _SECRET_KEYS.search(key) and value != "":
            return SECRET
        if isinstance(value, int):
            return value if _UNIT_KEYS.search(key) else self._number(value)
        if isinstance(value, str):
            return self.text(value)
        if depth >= _DEPTH:
            return "…"
        if isinstance(value, Mapping):
            return {self.text(str(k)): self.value(v, str(k), depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, key, depth + 1) for item in value]
        if isinstance(value, bytes | bytearray):
            return self.text(bytes(value[:LONGEST_TEXT]).decode("utf-8", "backslashreplace"))
        return self.text(repr(value))

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Mask a structlog event."""
        return {
            key if key in _OWN_KEYS else self.text(key): value if key in _OWN_KEYS else self.value(value, key)
            for key, value in event.items()
        }

    def _number(self, number: int) -> int | str:
        shown = self.text(str(number))
        return number if shown == str(number) else shown


def _shapes(secret: str) -> set[str]:
    """The forms in which a secret may be met: as it is, within an address, within a repr."""
    return {secret, quote(secret, safe=""), quote(secret), unquote(secret), repr(secret)[1:-1]}


def _last_two(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return f"‹…{digits[-2:]}›"


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> Masker:
    """Send all logs of this process to `stream` (standard error), masked; returns the masker, for texts printed
    by other ways.
    """
    stream = stream or sys.stderr
    masker = Masker(settings.secrets)
    level = settings.log_level.upper()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                masker,  # after everything that adds to the event, before it becomes a line
                _renderer(settings, stream),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _quieten_libraries(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:3],
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared[4:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # modules make their loggers before this runs
    )
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    return masker


def _renderer(settings: Settings, stream: TextIO) -> Processor:
    kind = settings.log_format or ("console" if stream.isatty() else "json")
    if kind == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=32
    )


def _quieten_libraries(settings: Settings) -> None:
    # The access log holds customers' addresses, and says nothing that the metrics do not.
    logging.getLogger("aiohttp.access").disabled = True
    logging.getLogger("aiohttp.server").addFilter(_without_strangers)
    # vkbottle hangs a handler of its own, which masks nothing, on its logger, unless there is one.
    logging.getLogger("vkbottle").handlers[:] = [logging.NullHandler()]
    # Each statement with its values, at level debug: what customers said, and hashes of passwords.
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    if settings.log_level != "debug":
        for name in ("aiogram", "alembic", "vkbottle", "asyncio", "pymorphy3", "sqlalchemy", "transitions", "urllib3"):
            logging.getLogger(name).setLevel(logging.WARNING)


def _without_strangers(record: logging.LogRecord) -> bool:
    """Who hangs up, or speaks no HTTP, is no error of ours; aiohttp would log the very line that it could not read,
    and that may be a header with somebody's secret.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | ConnectionResetError):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args, record.exc_info = "a request that could not be read", (), None
        record.cause = type(error).__name__
    return True


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("bots").critical("the program failed", exc_info=(kind, error, trace))
