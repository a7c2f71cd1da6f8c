"""Every step can be reached and left, and nothing goes round without waiting."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from tunnel.language.checks.content import Content, Node
from tunnel.language.checks.needs import tree_of
from tunnel.language.definition import Step


def check_graph(content: Content) -> None:
    """Report steps that cannot be reached or left, and loops without a wait."""
    _check_reach(content)
    for step in content.steps.values():
        _check_leaving(content, step)
    _check_loops(content)
    for tunnel in content.definition.tunnels.values():
        if (
            not tunnel.enter
            and content.definition.settings.default != tunnel.name
            and not _led_to(content, tunnel.name)
        ):
            content.report.add("no-way-in", content.scope.marks.of(tunnel), name=tunnel.name)


def _led_to(content: Content, tunnel: str) -> bool:
    from_others = any(way.to[0] == tunnel != way.start[0] for way in content.ways)
    return from_others or any(gate.event and gate.to[0] == tunnel for gate in content.gates)


def _check_reach(content: Content) -> None:
    ways: dict[Node, list[Node]] = {}
    for way in content.ways:
        ways.setdefault(way.start, []).append(way.to)
    reached: set[Node] = set()
    waiting = [gate.to for gate in content.gates]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(ways.get(node, ()))
    for node, step in content.steps.items():
        if node not in reached:
            content.report.add("unreachable-step", content.place(step), name=step.name)


def _check_leaving(content: Content, step: Step) -> None:
    report, place = content.report, content.place(step)
    if step.choices and step.ask is None:
        _check_choices(content, step)
        if step.wait_s is None:
            return
    if step.to:
        _check_branches(content, step)
    elif not (step.split or step.handoff or step.end or step.wait_s is not None):
        if step.ask is None:
            report.add("dead-end", place, name=step.name)
        elif not any(choice.to or choice.handoff for choice in step.choices):
            report.add("ask-leads-nowhere", content.place(step, "ask"), name=step.name)


def _check_choices(content: Content, step: Step) -> None:
    place = content.place(step, "choices")
    if all(choice.link for choice in step.choices):
        content.report.add("only-links", place, name=step.name)
    elif all(choice.when is not None or choice.link for choice in step.choices):
        content.report.add("choices-all-conditional", place, name=step.name)


def _check_branches(content: Content, step: Step) -> None:
    conditions = [tree_of(branch.when) for branch in step.to if branch.when is not None]
    if len(conditions) == len(step.to) and not _cover_everything(conditions):
        content.report.add("no-last-branch", content.place(step, "to"), name=step.name)
    past_all = False
    for branch in step.to:
        if past_all:
            content.report.add("branch-never-taken", content.scope.marks.of(branch))
        past_all = past_all or branch.when is None


_OPPOSITES = {"eq": "ne", "ne": "eq", "lt": "gteq", "gteq": "lt", "gt": "lteq", "lteq": "gt"}


def _cover_everything(conditions: list[nodes.Node]) -> bool:
    """Whether two of them are plainly opposites: `x` and `not x`, `area < 500` and `area >= 500`."""
    return any(_opposite(one, other) for one in conditions for other in conditions)


def _opposite(one: nodes.Node, other: nodes.Node) -> bool:
    if isinstance(one, nodes.Not):
        return bool(one.node == other)
    if not isinstance(one, nodes.Compare) or not isinstance(other, nodes.Compare):
        return False
    if len(one.ops) != 1 or len(other.ops) != 1 or one.expr != other.expr:
        return False
    return one.ops[0].expr == other.ops[0].expr and _OPPOSITES.get(one.ops[0].op) == other.ops[0].op


def _check_loops(content: Content) -> None:
    """A loop of instant ways through steps that do not wait. Handing over waits, unless its `else` is taken.

    A loop that waits, but only for silence, is no fault of the machine; the customer would not thank us for it.
    """
    instant: dict[Node, list[Node]] = {}
    unanswered: dict[Node, list[Node]] = {}
    for way in content.ways:
        if way.instant and content.steps[way.start].ask is None:
            instant.setdefault(way.start, []).append(way.to)
        if way.kind in ("silence", "wait") or (way.instant and not content.steps[way.start].waits):
            unanswered.setdefault(way.start, []).append(way.to)
    _report_loops(content, instant, "loop-without-wait")
    if not content.report.has("loop-without-wait"):
        _report_loops(content, unanswered, "silence-loop")


def _report_loops(content: Content, ways: dict[Node, list[Node]], code: str) -> None:
    done: set[Node] = set()
    for node in ways:
        for loop in _loops_from(node, ways, done):
            round_trip = " → ".join(name for _, name in [*loop, loop[0]])
            content.report.add(code, content.place(content.steps[loop[0]]), way=round_trip)


def _loops_from(start: Node, ways: dict[Node, list[Node]], done: set[Node]) -> Iterator[list[Node]]:
    """Depth-first, without recursion: content may be a chain of thousands of steps."""
    path: list[Node] = []
    stack: list[tuple[Node, bool]] = [(start, False)]
    on_path: set[Node] = set()
    while stack:
        node, leaving = stack.pop()
        if leaving:
            path.pop()
            on_path.discard(node)
            done.add(node)
            continue
        if node in on_path:
            yield path[path.index(node) :]
            continue
        if node in done:
            continue
        path.append(node)
        on_path.add(node)
        stack.append((node, True))
        stack.extend((to, False) for to in ways.get(node, ()))
