"""WhatsApp's 24 hours: after them, free text does not get through, and only the customer can open the window again."""

from __future__ import annotations

from tunnel.language.checks.content import Content, Node
from tunnel.language.definition import EventRule, Target
from tunnel.language.durations import say_duration
from tunnel.language.limits import LIMITS


def check_window(content: Content) -> None:
    """Report silences, pauses, late stages and rungs that can fall outside the window.

    Silences add up: a step entered 6 h after the customer's last words is itself silent from there on. The longest
    such wait is worked out for every step.
    """
    endless = content.report.has("silence-loop")  # said already: every wait in it would be without end
    waited = {} if endless else _longest_waits(content)
    for node, step in content.steps.items():
        for channel in content.channels(step.tunnel):
            window = LIMITS[channel].window_s
            for silence in step.silence if window else ():
                after_s = waited.get(node, 0.0) + silence.after_s
                if after_s >= window and not _approved(content, silence.say is not None, silence.template, silence.to):
                    after = say_duration(after_s)
                    content.report.add("window", content.scope.marks.of(silence), after=after)
            paused_s = waited.get(node, 0.0) + (step.wait_s or 0.0)
            if (
                window
                and step.wait_s is not None
                and paused_s >= window
                and not step.end
                and not (step.to and all(_approved(content, False, "", branch.to) for branch in step.to))
            ):
                content.report.add("window", content.place(step, "wait"), after=say_duration(paused_s))
    for tunnel in content.definition.tunnels.values():
        shut = [LIMITS[channel].window_s for channel in content.channels(tunnel.name) if LIMITS[channel].window_s]
        for stage in tunnel.stages.values():
            late = Target(tunnel.name, stage.late)
            if stage.late and shut and (stage.within_s or 0.0) >= min(shut) and not _approved(content, False, "", late):
                after = say_duration(stage.within_s or 0.0)
                content.report.add("window", content.scope.marks.of(stage), after=after)
        for rule in tunnel.events.values():
            _check_ladder(content, rule)


def _approved(content: Content, says: bool, template: str, to: Target | None) -> bool:
    """Whether what is said then gets through: it has an approved message, or the step that it leads to has one or says
    nothing.
    """
    if says and not template:
        return False
    step = content.steps.get((to.tunnel, to.step)) if to is not None else None
    silent = step is None or not (step.say or step.ask or step.magnet or step.media or step.choices)
    return silent or bool(step and step.template)


def _check_ladder(content: Content, rule: EventRule) -> None:
    """An event is no word of the customer's: the window may be shut at any rung. Said once a ladder."""
    meant = content.channels(rule.tunnel)
    for rung in rule.ladder:
        channels = [channel for channel in rung.via or meant if channel in meant]
        shut = [channel for channel in channels if LIMITS[channel].window_s]
        if rung.say is not None and not rung.template and shut and (not rung.via or shut == channels):
            content.report.add("window-ladder", content.scope.marks.of(rung))
            return


def _longest_waits(content: Content) -> dict[Node, float]:
    """For each step, the longest time since the customer's last words when it is entered."""
    waited: dict[Node, float] = {}
    for _ in range(len(content.steps) + 1):
        changed = False
        for way in content.ways:
            answered = way.kind in ("choice", "objection") or (way.instant and content.steps[way.start].ask is not None)
            if answered:
                continue
            after_s = waited.get(way.start, 0.0) + way.after_s
            if after_s > waited.get(way.to, 0.0):
                waited[way.to] = after_s
                changed = True
        if not changed:
            break
    return waited
