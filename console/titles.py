"""What the content calls things; names where it no longer has them."""

from __future__ import annotations

import re
from datetime import datetime

from console.models.inbox import Stage
from tunnel.language.definition import Definition, Step
from tunnel.language.diagram import readable

_HOLE = re.compile(r"‹[^›]*›")


class Titles:
    """Of one definition."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    def tunnel(self, name: str) -> str:
        found = self._definition.tunnels.get(name)
        return found.title if found else name

    def queue(self, name: str) -> str:
        found = self._definition.settings.queues.get(name)
        return found.title if found else name

    def stage(self, tunnel: str, name: str) -> str:
        found = self._definition.tunnels.get(tunnel)
        stage = found.stages.get(name) if found else None
        return stage.title if stage else name

    def step(self, tunnel: str, name: str) -> str:
        """What the step says, shortened; its name where it says nothing."""
        found = self._definition.tunnels.get(tunnel)
        step = found.steps.get(name) if found else None
        return step_title(step) if step else name

    def objection(self, name: str) -> str:
        found = self._definition.objections.get(name)
        return found.title if found else name

    def magnet(self, name: str) -> str:
        found = self._definition.magnets.get(name)
        return found.title if found else name

    def variable(self, name: str) -> str:
        found = self._definition.settings.variables.get(name)
        return found.title if found else name

    def standing(self, tunnel: str, stage: str, since: datetime) -> Stage:
        return Stage(
            tunnel=tunnel,
            tunnel_title=self.tunnel(tunnel),
            stage=stage,
            stage_title=self.stage(tunnel, stage),
            since=since,
        )


def step_title(step: Step) -> str:
    """The beginning of what a step says or asks, on one line, with "…" for what differs from one to another; its name
    where it says nothing.
    """
    said = step.say or (step.ask.say if step.ask else None) or (step.handoff.say if step.handoff else None)
    return (_HOLE.sub("…", readable(said.source)) if said else "") or step.name
