"""The two machines of `transitions`: the conversation's mode and a tunnel's step graph."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.tunnel.engine.build import key, step, text, to, tunnel
from tunnel.engine import modes
from tunnel.engine.due import fire
from tunnel.engine.graph import END, Edge, Graph, edges
from tunnel.engine.player import Player
from tunnel.engine.turn import HANDLERS
from tunnel.events import Event
from tunnel.language.definition import Branch, Choice, Handoff, Silence, Target

ALLOWED = {
    ("bot", "queue"): "queued", ("queued", "queue"): "queued",
    ("bot", "take"): "operator", ("queued", "take"): "operator", ("operator", "take"): "operator",
    ("stopped", "take"): "operator",
    ("queued", "release"): "bot", ("operator", "release"): "bot",
    ("bot", "close"): "bot", ("queued", "close"): "bot", ("operator", "close"): "bot",
    ("bot", "stop"): "stopped", ("queued", "stop"): "stopped", ("operator", "stop"): "stopped",
    ("stopped", "revive"): "bot",
    ("bot", "deny"): "blocked", ("queued", "deny"): "blocked", ("operator", "deny"): "blocked",
    ("stopped", "deny"): "blocked",
    ("blocked", "allow_bot"): "bot", ("blocked", "allow_queued"): "queued", ("blocked", "allow_operator"): "operator",
}  # fmt: skip


@pytest.mark.parametrize("trigger", modes.TRIGGERS)
@pytest.mark.parametrize("mode", modes.MODES)
def test_the_mode_moves_only_as_drawn(mode, trigger):
    assert modes.move(mode, trigger) == ALLOWED.get((mode, trigger))


@pytest.mark.parametrize(
    ("before", "trigger"),
    [("bot", "allow_bot"), ("queued", "allow_queued"), ("operator", "allow_operator"), ("stopped", "allow_bot"),
     ("blocked", "allow_bot"), ("nonsense", "allow_bot")],
)  # fmt: skip
def test_what_undoes_a_block(before, trigger):
    assert modes.allow(before) == trigger


def test_every_event_has_its_handler():
    assert set(HANDLERS) == set(get_args(Event))
    assert HANDLERS[get_args(Event)[-2]] is fire


def _tunnel():
    return tunnel(
        step("a", say=text("?"), choices=(
            Choice(text("1"), key("1"), to=to("b")),
            Choice(text("2"), key("2"), to=to("x", "other")),
            Choice(text("3"), key("3"), link="https://example.com"),
            Choice(text("4"), key("4"), to=to("end")),
            Choice(text("5"), key("5"), handoff=Handoff("q", otherwise=to("c"))),
        ), silence=(Silence(1, text("!"), (Choice(text("6"), key("6"), to=to("c")),)), Silence(2, to=to("c")))),
        step("b", to=(Branch(to("c")), Branch(to("a")))),
        step("c", handoff=Handoff("q", otherwise=to("a"))),
        step("d", split={"a": 1.0, "b": 1.0}),
    )  # fmt: skip


def test_the_edges_of_a_tunnel():
    assert list(edges(_tunnel())) == [
        Edge("choice0", "t/a", "t/b"), Edge("choice1", "t/a", "other/x"), Edge("choice3", "t/a", END),
        Edge("choice4", "t/a", "t/c"), Edge("silence0choice0", "t/a", "t/c"), Edge("silence1", "t/a", "t/c"),
        Edge("next0", "t/b", "t/c"), Edge("next1", "t/b", "t/a"), Edge("otherwise", "t/c", "t/a"),
        Edge("arm0", "t/d", "t/a"), Edge("arm1", "t/d", "t/b"),
    ]  # fmt: skip


def test_the_graph_follows_its_edges_and_no_others():
    graph = Graph(_tunnel())
    assert graph.follow("t/a", "choice1") == Target("other", "x")
    assert graph.follow("t/a", "choice3") == Target("t", END)
    assert graph.follow("t/a", "choice2") is None
    assert graph.follow("t/a", "no such trigger") is None
    assert graph.follow("t/gone", "choice0") is None
    assert graph.follow("t/b", "next1") == Target("t", "a")


def test_every_edge_of_the_sample_is_one_of_its_graph(sample):
    for each in sample.tunnels.values():
        graph = Graph(each)
        for edge in edges(each):
            found = graph.follow(edge.source, edge.trigger)
            assert found is not None
            state = END if found.step == END else f"{found.tunnel}/{found.step}"
            assert state == edge.destination


def test_no_contact_is_ever_registered_with_a_machine(sample):
    player = Player(sample)
    player.start("siding")
    player.press("Дом")
    from tunnel.engine.compiled import compiled

    assert all(graph._machine.models == [] for graph in compiled(sample).graphs.values())
