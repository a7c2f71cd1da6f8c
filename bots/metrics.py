"""What Prometheus may ask of a process. Label values are words of ours, never a customer's.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for counters.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

REGISTRY = CollectorRegistry()
"""Our own, so that a library's registrations do not get in."""

# A second series for each, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_NETWORK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

UPDATES = Counter(
    "tunnel_updates",
    "What channels delivered, by channel and result: accepted, duplicate, ignored, unreadable, forged, malformed, "
    "too_large, too_slow, unavailable.",
    ("channel", "result"),
    registry=REGISTRY,
)
TURNS = Counter(
    "tunnel_turns",
    "Contacts whose events a worker handled, by outcome: committed, fenced (another worker was faster), failed.",
    ("outcome",),
    registry=REGISTRY,
)
FAULTS = Counter(
    "tunnel_content_faults", "Failures of the content at run time (a template, a loop).", registry=REGISTRY
)
EVENTS = Counter(
    "tunnel_events",
    "Events from outside, by source and result: accepted, duplicate, rejected; and requests that were refused whole: "
    "unproved, malformed, too_large, too_slow, unavailable.",
    ("source", "result"),
    registry=REGISTRY,
)
REDEEMED = Counter(
    "tunnel_promos_redeemed",
    "Promo codes that shops reported, by result: ok, unknown, other (of another order), expired.",
    ("result",),
    registry=REGISTRY,
)
CLICKS = Counter(
    "tunnel_clicks",
    "Tracked links opened, by result: told, repeated, preview, forged, unknown, unavailable.",
    ("result",),
    registry=REGISTRY,
)
TIMERS_FIRED = Counter("tunnel_timers_fired", "Due timers moved into inboxes.", registry=REGISTRY)
SENDS = Counter(
    "tunnel_sends",
    "Calls made to channels, by channel and result: sent, retry, slow_down, refused, needs_template, bad_message, "
    "channel_down, dropped.",
    ("channel", "result"),
    registry=REGISTRY,
)
SEND_SECONDS = Histogram(
    "tunnel_send_seconds", "Time that one call took, by channel.", ("channel",), registry=REGISTRY, buckets=_NETWORK
)
DESK_POSTS = Counter(
    "tunnel_desk_posts", "What was put before the operators, by result: posted, failed.", ("result",), registry=REGISTRY
)
INBOX_CONTACTS = Gauge("tunnel_inbox_contacts", "Contacts with events that wait for a worker.", registry=REGISTRY)
OUTBOX_MESSAGES = Gauge("tunnel_outbox_addresses", "Addresses with messages that wait for a sender.", registry=REGISTRY)
OLDEST_WAITING_SECONDS = Gauge(
    "tunnel_oldest_waiting_seconds",
    "How long the one that has waited longest waits, by queue: inbox.",
    ("queue",),
    registry=REGISTRY,
)


updates = lru_cache(maxsize=256)(UPDATES.labels)
sends = lru_cache(maxsize=256)(SENDS.labels)
"""The counter with these labels: looking it up costs more than counting."""

PROJECTED = Counter(
    "tunnel_journal_projected",
    "Entries of the journal brought into the records, by result: written, set_aside (could not be projected).",
    ("result",),
    registry=REGISTRY,
)
JOURNAL_ENTRIES = Gauge(
    "tunnel_journal_entries", "Entries of the journal that wait for the records.", registry=REGISTRY
)
PROJECTOR_LAG_SECONDS = Gauge(
    "tunnel_projector_lag_seconds", "How long the oldest entry waits for the records.", registry=REGISTRY
)
WEBHOOK_OK = Gauge(
    "tunnel_webhook_ok",
    "Whether the messenger says that it delivers updates here (looked at every hour), by channel.",
    ("channel",),
    registry=REGISTRY,
)


def metrics_page() -> web.Response:
    """All metrics in Prometheus' text format."""
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE})


def may_see_metrics(request: web.Request, token: str) -> bool:
    """Whether this request may read the metrics: by the Bearer token, or, where none is set, from this machine alone.

    A forwarded request is never from this machine, whatever its headers say: anybody can write those headers, and a
    proxy that stands here makes every visitor look local.
    """
    if token:
        expected = f"Bearer {token}".encode()
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, expected)
    if any(header in request.headers for header in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return isinstance(peer, tuple) and _is_loopback(str(peer[0]))


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)
