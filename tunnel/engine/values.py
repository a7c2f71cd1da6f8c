"""What templates and conditions may read, and what becomes of their output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from tunnel.language.definition import Definition, VariableType
from tunnel.session import Session

RESERVED: Final = frozenset({"name", "company", "channel", "sex", "tags", "stage", "now", "event", "promo", "source"})
"""Names that are always there; no variable may take them."""

_TYPES: Final[dict[VariableType, type | tuple[type, ...]]] = {
    "text": str, "number": (int, float), "phone": str, "email": str, "date": str, "flag": bool,
}  # fmt: skip


def gather(definition: Definition, session: Session, now: float, names: Iterable[str]) -> dict[str, Any]:
    """The values of `names`; one that is not set, or not of its variable's type, is left out."""
    found: dict[str, Any] = {}
    for name in names:
        if name in RESERVED:
            found[name] = _reserved(definition, session, now, name)
        elif name in session.variables and (variable := definition.settings.variables.get(name)) is not None:
            value = session.variables[name]
            if isinstance(value, _TYPES[variable.type]) and not (variable.type == "number" and isinstance(value, bool)):
                found[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    return found


def _reserved(definition: Definition, session: Session, now: float, name: str) -> Any:
    if name == "name":
        return session.profile.name
    if name == "company":
        return definition.settings.company
    if name == "channel":
        return session.address.channel if session.address else ""
    if name == "sex":
        return session.profile.sex
    if name == "tags":
        return list(session.tags)
    if name == "stage":
        return session.stages.get(session.tunnel, "")
    if name == "now":
        return local_time(now, contact_zone(definition, session))
    if name == "source":
        return dict(session.source)
    return {}  # event and promo belong to triggers and promo codes


_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,20}(?:/[A-Za-z0-9_+-]{1,30}){0,2}\Z")


def contact_zone(definition: Definition, session: Session) -> ZoneInfo:
    """The contact's timezone where it is known, else the company's."""
    return zone(session.profile.timezone) or definition.settings.timezone


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo | None:
    """The timezone of that IANA name; None for what is none (names come from channels, which may say anything)."""
    if (
        not name
        or len(name) > 40
        or not name.replace("/", "").replace("_", "").replace("-", "").replace("+", "").isalnum()
    ):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None


def local_time(now: float, timezone: ZoneInfo) -> datetime:
    """`now` (Unix seconds) on the clock of `timezone`; a time outside the calendar is the epoch."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=now)).astimezone(timezone)
    except (ValueError, OverflowError):
        return datetime(1970, 1, 2, tzinfo=UTC).astimezone(timezone)
