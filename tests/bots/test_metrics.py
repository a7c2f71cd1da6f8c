"""Who may see the metrics, and what they are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client.metrics import MetricWrapperBase

from bots import metrics


def request(peer: Any = ("127.0.0.1", 5), **headers: str) -> web.Request:
    transport = Mock()
    transport.get_extra_info = {"peername": peer}.get
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/metrics", headers=named, transport=transport)


@pytest.mark.parametrize("peer", [("127.0.0.1", 5), ("127.8.8.8", 5), ("::1", 5, 0, 0), ("::ffff:127.0.0.1", 5, 0, 0)])
def test_this_machine_sees_them(peer: Any) -> None:
    assert metrics.may_see_metrics(request(peer), "")


@pytest.mark.parametrize(
    "peer", [("10.0.0.1", 5), ("fe80::1%eth0", 5, 0, 0), ("::ffff:10.0.0.1", 5, 0, 0), ("odd", 5), "", None]
)
def test_others_do_not(peer: Any) -> None:
    assert not metrics.may_see_metrics(request(peer), "")


def test_no_header_makes_a_visitor_local() -> None:
    assert not metrics.may_see_metrics(request(("10.0.0.1", 5), X_Forwarded_For="127.0.0.1"), "")


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
def test_what_a_local_proxy_hands_on_is_not_local(header: str) -> None:
    assert not metrics.may_see_metrics(request(**{header: "127.0.0.1"}), "")


def test_the_token_opens_them_from_anywhere() -> None:
    assert metrics.may_see_metrics(request(("10.0.0.1", 5), Authorization="Bearer word"), "word")


@pytest.mark.parametrize("given", ["Bearer wor", "Bearer word ", "word", "Basic word", "Bearer wörd", ""])
def test_with_a_token_set_nothing_else_does(given: str) -> None:
    assert not metrics.may_see_metrics(request(Authorization=given), "word")


async def test_the_page_is_what_prometheus_reads() -> None:
    metrics.UPDATES.labels("telegram", "accepted").inc()
    page = metrics.metrics_page()
    assert isinstance(page.body, bytes)
    line = r'^tunnel_updates_total\{channel="telegram",result="accepted"\} [1-9]'
    assert re.search(line, page.body.decode(), re.MULTILINE)
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_nothing_is_shown_that_nobody_counts() -> None:
    names = [name for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase)]
    sources = [file.read_text() for file in Path(metrics.__file__).parent.glob("*.py") if file.name != "metrics.py"]
    used = {name for name in names for source in sources if re.search(rf"\b({name}|{name.lower()})\b", source)}
    assert set(names) - used == set()


def test_names_follow_prometheus_practice() -> None:
    ours = [metric for metric in metrics.REGISTRY.collect() if metric.name.startswith("tunnel_")]
    assert len(ours) >= 9
    for metric in ours:
        assert metric.documentation.endswith((".", ")"))
        if metric.type == "histogram":
            assert metric.name.endswith("_seconds")
