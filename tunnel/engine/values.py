"""What templates and conditions may read, and what becomes of their output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from tunnel.engine.asks import zone_of
from tunnel.language.definition import Definition, Product, VariableType
from tunnel.language.durations import DAYS
from tunnel.session import Session, Value

_TYPES: Final[dict[VariableType, type | tuple[type, ...]]] = {
    "text": str, "number": (int, float), "phone": str, "email": str, "date": str, "flag": bool,
}  # fmt: skip
_SEASONS: Final = ("winter", "spring", "summer", "autumn")


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose texts are read where it is not the present step's: an event's rule, a ladder's rung."""

    tunnel: str
    event: Mapping[str, Value]
    product: str = ""


def gather(
    definition: Definition, session: Session, now: float, names: Iterable[str], scene: Scene | None = None
) -> dict[str, Any]:
    """The values of `names`; one that is not set, or not of its variable's type, is left out."""
    found: dict[str, Any] = {}
    for name in names:
        if (read := _RESERVED.get(name)) is not None:
            found[name] = read(definition, session, now, scene)
        elif (variable := definition.settings.variables.get(name)) is not None:
            if (value := session.variables.get(name)) is None:
                continue
            if isinstance(value, _TYPES[variable.type]) and not (variable.type == "number" and isinstance(value, bool)):
                found[name] = int(value) if isinstance(value, float) and value.is_integer() else value
        elif (offered := _OFFERED.get(name)) is not None:
            found[name] = offered(definition, session, now, scene)
    return found


def event_of(session: Session, tunnel: str) -> Mapping[str, Value]:
    """What the last event of a tunnel carried: that of its latest ladder, or the one kept beside it."""
    running = next((ladder.data for ladder in reversed(session.ladders) if ladder.tunnel == tunnel), None)
    return session.events.get(tunnel, {}) if running is None else running


def product_of(definition: Definition, session: Session, scene: Scene | None) -> Product | None:
    """The product that is meant: the one that the step or the rung shows, else the one that the event names."""
    if scene is not None:
        name: Value = scene.product
    else:
        tunnel = definition.tunnels.get(session.tunnel)
        step = tunnel.steps.get(session.step) if tunnel is not None else None
        name = step.product if step is not None else ""
    name = name or _event(session, scene).get("product", "")
    return definition.products.get(name) if isinstance(name, str) else None


@lru_cache(maxsize=8)
def product_values(definition: Definition) -> Mapping[str, Mapping[str, Any]]:
    """Products as texts read them: name → its parts; a price that is not fixed is left out."""
    return {product.name: _product_value(product) for product in definition.products.values()}


def _product_value(product: Product) -> dict[str, Any]:
    value: dict[str, Any] = {"name": product.name, "title": product.title, "link": product.link, "text": product.text}
    value["tags"] = list(product.tags)
    if product.price is not None:
        value["price"] = int(product.price) if product.price.is_integer() else product.price
    return value


def _tunnel(session: Session, scene: Scene | None) -> str:
    return scene.tunnel if scene is not None else session.tunnel


def _event(session: Session, scene: Scene | None) -> Mapping[str, Value]:
    return scene.event if scene is not None else event_of(session, session.tunnel)


def _promo(definition: Definition, session: Session, _now: float, _scene: Scene | None) -> dict[str, Any]:
    """The code handed out last; nothing where none was left."""
    name = next(reversed(session.promos), "")
    code, until = session.promos.get(name, ("", 0.0))
    if not code:
        return {}
    promo = definition.promos.get(name)
    return {
        "code": code,
        "discount": promo.discount if promo is not None else "",
        "until": local_time(until, contact_zone(definition, session)),
    }


def _visited(definition: Definition, session: Session, _now: float, scene: Scene | None) -> list[str]:
    tunnel = _tunnel(session, scene)
    steps = (definition.steps_by_key.get(key) for key in session.visits)
    return [step.name for step in steps if step is not None and step.tunnel == tunnel]


def _product(definition: Definition, session: Session, _now: float, scene: Scene | None) -> Mapping[str, Any]:
    product = product_of(definition, session, scene)
    return product_values(definition)[product.name] if product is not None else {}


def _local(definition: Definition, session: Session, now: float) -> datetime:
    return local_time(now, contact_zone(definition, session))


_Read = Callable[[Definition, Session, float, Scene | None], Any]
_RESERVED: Final[Mapping[str, _Read]] = {
    "name": lambda _definition, session, _now, _scene: session.name,
    "company": lambda definition, _session, _now, _scene: definition.settings.company,
    "channel": lambda _definition, session, _now, _scene: session.address.channel if session.address else "",
    "sex": lambda _definition, session, _now, _scene: session.profile.sex,
    "tags": lambda _definition, session, _now, _scene: list(session.tags),
    "stage": lambda _definition, session, _now, scene: session.stages.get(_tunnel(session, scene), ""),
    "now": lambda definition, session, now, _scene: _local(definition, session, now),
    "event": lambda _definition, session, _now, scene: dict(_event(session, scene)),
    "promo": _promo,
    "source": lambda _definition, session, _now, _scene: dict(session.source),
}
"""Names that are always there (`tunnel.language.expressions.RESERVED`)."""
_OFFERED: Final[Mapping[str, _Read]] = {
    "season": lambda definition, session, now, _scene: _SEASONS[_local(definition, session, now).month % 12 // 3],
    "weekday": lambda definition, session, now, _scene: DAYS[_local(definition, session, now).weekday()],
    "hour": lambda definition, session, now, _scene: _local(definition, session, now).hour,
    "had": lambda _definition, session, _now, _scene: [
        *session.granted, *(name for name, (code, _) in session.promos.items() if code)
    ],
    "visited": _visited,
    "stages": lambda _definition, session, _now, _scene: dict(session.stages),
    "products": lambda definition, _session, _now, _scene: product_values(definition),
    "product": _product,
}  # fmt: skip
"""Names that are there unless a variable has taken them (`expressions.OFFERED`)."""


_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,20}(?:/[A-Za-z0-9_+-]{1,30}){0,2}\Z")


def contact_zone(definition: Definition, session: Session) -> ZoneInfo:
    """The contact's timezone where it is known, or their phone number says it; else the company's."""
    told = zone(session.profile.timezone)
    if told is not None:
        return told
    return next(filter(None, (zone(zone_of(each)) for each in _phones(definition, session))), None) or (
        definition.settings.timezone
    )


def _phones(definition: Definition, session: Session) -> Iterator[str]:
    """The phone numbers that are known of a contact, E.164: what they told us, and their WhatsApp address."""
    for name, value in session.variables.items():
        variable = definition.settings.variables.get(name)
        if variable is not None and variable.type == "phone" and isinstance(value, str):
            yield value
    if session.address is not None and session.address.channel == "whatsapp":
        yield f"+{session.address.external_id}"


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
