"""Whose request it is, where a reverse proxy stands before us."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(text: str) -> Networks:
    """`10.0.0.0/8,192.168.1.5` → networks. Raises ValueError."""
    return tuple(ip_network(part) for part in text.split(",") if part)


NEAR = read_networks("127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10")
"""This machine and private networks: where a proxy usually stands."""


class Network:
    """The address that a request counts for: the peer's, or the last that a proxy of ours names.

    Only the last: what stands before it, anybody may have written. proxies: whose X-Forwarded-For is believed.
    """

    def __init__(self, proxies: Sequence[IPv4Network | IPv6Network] = NEAR) -> None:
        self._proxies = proxies

    def __call__(self, request: web.Request) -> str:
        """An address as text; "" where there is none (a Unix socket)."""
        peer = _address(request.remote or "")
        if peer is None or not any(peer in network for network in self._proxies):
            return str(peer or "")
        named = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
        return str(named or peer)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address. One of IPv4 that came by IPv6 is the former."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
