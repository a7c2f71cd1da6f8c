"""Whose request it is, where a proxy stands before us and where somebody says that one does."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from channels.web.network import NEAR, Network, read_networks


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "counted"),
    [
        ("", "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("", "172.18.0.1", "10.9.9.9, 203.0.113.7", "203.0.113.7"),
        ("", "::ffff:172.18.0.1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.1", "203.0.113.7", "198.51.100.1"),
        ("", "127.0.0.1", "", "127.0.0.1"),
        ("", "127.0.0.1", "<script>", "127.0.0.1"),
        ("", "127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"),
        ("", "", "203.0.113.7", ""),
        ("172.18.0.0/16", "192.168.1.5", "203.0.113.7", "192.168.1.5"),
        ("172.18.0.0/16", "172.18.0.1", "203.0.113.7", "203.0.113.7"),
        ("198.51.100.1,::1", "198.51.100.1", "203.0.113.7", "203.0.113.7"),
    ],
)
def test_only_a_proxy_of_ours_is_believed_and_only_its_own_word(proxies, peer, forwarded, counted) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded})
    request = request.clone(remote=peer)
    assert Network(read_networks(proxies) or NEAR)(request) == counted
