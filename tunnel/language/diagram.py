"""A tunnel as a Mermaid flowchart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tunnel.language.definition import Definition, Handoff, Step, Target, Tunnel
from tunnel.language.durations import say_duration
from tunnel.markup import parse

_HOLE = re.compile(r"\{\{\s*\(*\s*(\w+).*?\}\}", re.DOTALL)
_LOGIC = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
_LONGEST = 60


def diagram(definition: Definition, tunnel_name: str) -> str:
    """The tunnel's steps and the ways between them. Raises KeyError for a tunnel that does not exist."""
    tunnel = definition.tunnels[tunnel_name]
    lines = ["flowchart TD", f"  start(({_text(tunnel.title)})) --> {_id(tunnel.steps[tunnel.start])}"]
    lines += _grouped(tunnel)
    for step in tunnel.steps.values():
        lines += dict.fromkeys(f"  {_id(step)} {way}" for way in _ways(definition, tunnel, step))
    lines += _objections(definition, tunnel)
    lines += _events(definition, tunnel)
    return "\n".join(lines) + "\n"


def _grouped(tunnel: Tunnel) -> Iterator[str]:
    """Steps by the stage that they set, in the order of the sale."""
    for stage in tunnel.stages.values():
        steps = [step for step in tunnel.steps.values() if step.stage == stage.name]
        if steps:
            yield f"  subgraph stage{stage.order}[{_text(stage.title)}]"
            yield from (f"    {_node(step)}" for step in steps)
            yield "  end"
    yield from (f"  {_node(step)}" for step in tunnel.steps.values() if step.stage not in tunnel.stages)


def _node(step: Step) -> str:
    said = step.ask.say if step.ask is not None else step.say
    text = _text(step.name, readable(said.source) if said is not None else "")
    if step.ask is not None:
        return f"{_id(step)}[/{text}/]"
    if step.handoff is not None:
        return f"{_id(step)}[[{text}]]"
    return f"{_id(step)}([{text}])" if step.end else f"{_id(step)}[{text}]"


def _ways(definition: Definition, tunnel: Tunnel, step: Step) -> Iterator[str]:
    for choice in step.choices:
        label = readable(choice.label.source)
        if choice.to is not None:
            yield _arrow(_goal(definition, tunnel, choice.to), label)
        elif choice.handoff is not None:
            yield from _handoff(definition, tunnel, choice.handoff, label)
        elif choice.objection:
            yield _arrow(f"objection_{choice.objection}", label, dotted=True)
    for silence in step.silence:
        if silence.to is not None:
            yield _arrow(_goal(definition, tunnel, silence.to), f"⏱ {say_duration(silence.after_s)}", dotted=True)
    pause = f"⏸ {say_duration(step.wait_s)}" if step.wait_s is not None else ""
    if pause or not (step.choices and step.ask is None):
        for branch in step.to:
            when = branch.when.source if branch.when is not None else ""
            yield _arrow(_goal(definition, tunnel, branch.to), " · ".join(filter(None, (pause, when))))
        for arm in step.split:
            yield _arrow(_id(tunnel.steps[arm]), " · ".join(filter(None, (pause, "A/B"))))
        if step.handoff is not None:
            yield from _handoff(definition, tunnel, step.handoff, pause)
        if step.end and pause:
            yield _arrow("finish(( ))", pause)


def _handoff(definition: Definition, tunnel: Tunnel, handoff: Handoff, label: str) -> Iterator[str]:
    title = definition.settings.queues[handoff.queue].title
    number = list(definition.settings.queues).index(handoff.queue)
    yield _arrow(f"queue{number}{{{{{_text(title)}}}}}", label)
    if handoff.otherwise is not None:
        yield _arrow(_goal(definition, tunnel, handoff.otherwise), label, dotted=True)


def _objections(definition: Definition, tunnel: Tunnel) -> Iterator[str]:
    for objection in definition.objections.values():
        node = f"objection_{objection.name}"
        ways = [
            _arrow(_goal(definition, tunnel, choice.to), readable(choice.label.source), dotted=True)
            for answer in objection.answers
            for choice in answer.choices
            if choice.to is not None and choice.to.step != "resume" and _exists(definition, tunnel, choice.to)
        ]
        if ways or any(choice.objection == objection.name for step in tunnel.steps.values() for choice in step.choices):
            yield f"  {node}>{_text(objection.title)}]"
            yield from (f"  {node} {way}" for way in ways)


def _events(definition: Definition, tunnel: Tunnel) -> Iterator[str]:
    """What leads here from outside the chat: entries by events, rules, rungs and their choices."""
    ways: dict[str, list[str]] = {}
    for entry in tunnel.enter:
        if entry.event:
            ways.setdefault(entry.event, []).append(_arrow(_goal(definition, tunnel, entry.to), "", dotted=True))
    for rule in tunnel.events.values():
        found = ways.setdefault(rule.event, [])
        if rule.to is not None:
            found.append(_arrow(_goal(definition, tunnel, rule.to), "", dotted=True))
        for rung in rule.ladder:
            after = f"⏱ {say_duration(rung.after_s)}"
            if rung.to is not None:
                found.append(_arrow(_goal(definition, tunnel, rung.to), after, dotted=True))
            for choice in rung.choices:
                if choice.to is not None:
                    label = f"{after} · {readable(choice.label.source)}"
                    found.append(_arrow(_goal(definition, tunnel, choice.to), label, dotted=True))
    for number, (event, arrows) in enumerate(ways.items()):
        if arrows:
            yield f"  event{number}>{_text(definition.events[event].title, event)}]"
            yield from (f"  event{number} {arrow}" for arrow in dict.fromkeys(arrows))


def _exists(definition: Definition, tunnel: Tunnel, target: Target) -> bool:
    return target.step == "end" or target.step in definition.tunnels[target.tunnel or tunnel.name].steps


def _goal(definition: Definition, tunnel: Tunnel, target: Target) -> str:
    if target.step == "end":
        return "finish(( ))"
    step = definition.tunnels[target.tunnel or tunnel.name].steps[target.step]
    return _id(step) if step.tunnel == tunnel.name else f"{_id(step)}[{_text(f'{step.tunnel}/{step.name}')}]"


def _id(step: Step) -> str:
    return f"s{step.key}"


def _arrow(to: str, label: str, *, dotted: bool = False) -> str:
    arrow = "-.->" if dotted else "-->"
    return f"{arrow}|{_text(label)}| {to}" if label else f"{arrow} {to}"


def readable(markdown: str) -> str:
    """A template as a reader of the picture wants it: no logic, holes as ‹name›, one line."""
    plain = parse(_HOLE.sub(r"‹\1›", _LOGIC.sub("", markdown))).plain
    line = " ".join(plain.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def _text(*lines: str) -> str:
    """Quoted for Mermaid: nothing of it can end the label or begin markup."""
    return '"' + "<br/>".join(_escaped(line) for line in lines if line) + '"'


def _escaped(line: str) -> str:
    return "".join(f"#{ord(sign)};" if sign in '"#<>&;|`[]{}()\\' else sign for sign in " ".join(line.split()))
