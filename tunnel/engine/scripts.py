"""Holding a tunnel against its dialogue scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tunnel.effects import Send
from tunnel.engine.player import NoSuchButton, Player, moment, noon
from tunnel.events import Profile
from tunnel.language.definition import Definition
from tunnel.language.scripts import Line, Script
from tunnel.messages import Message

ACTS = frozenset({"customer", "on", "click", "event", "wait", "operator"})
"""Lines that do something; the others look at what came of it."""
ANYTHING = "…"
"""`bot: …` lets any messages pass, none included."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a dialogue went another way. `line`: of the script's file, counted from 1."""

    script: str
    file: str
    line: int
    channel: str
    expected: str
    said: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.script} ({self.channel})"
        return f"{where}\n  - {_indented(self.expected)}\n  + {_indented(self.said)}"


def run_script(definition: Definition, script: Script) -> list[Difference]:
    """Play a script on each of its channels. A dialogue ends at its first difference; none: it went as written."""
    found = (_Play(definition, script, channel).run() for channel in script.channels)
    return [difference for difference in found if difference is not None]


class _Play:
    """One script on one channel."""

    def __init__(self, definition: Definition, script: Script, channel: str) -> None:
        self.script = script
        at = script.given.get("at")
        self.player = Player(definition, channel, moment(definition, at) if at else noon(definition))
        _give(self.player, script.given)
        self.source = dict(self.player.session.source)
        self.unheard: list[Send] = []
        self.last: Send | None = None
        self.anything = False

    def run(self) -> Difference | None:
        for line in self.script.lines:
            difference = self._play(line)
            if difference is not None:
                return difference
        return self._surplus(self.script.lines[-1]) if self.script.lines else None

    def _play(self, line: Line) -> Difference | None:
        if line.kind in ACTS:
            return self._surplus(line) or self._act(line)
        if line.kind == "bot":
            return self._bot(line)
        if line.kind == "choices":
            return self._choices(line)
        if line.kind == "file":
            return self._file(line)
        return self._state(line)

    def _act(self, line: Line) -> Difference | None:
        told = len(self.player.effects)
        self.last = None
        if line.kind == "on" or line.on:
            self.player.channel = line.on or str(line.value)
        try:
            self._do(line)
        except NoSuchButton:
            return self._differs(line, f"{line.kind}: {line.value}", "no such choice is shown")
        if line.kind == "operator" and not str(line.value).startswith("/"):
            return None  # an operator's own words need no line
        self.unheard += [effect for effect in self.player.effects[told:] if isinstance(effect, Send)]
        return None

    def _do(self, line: Line) -> None:
        value, player = str(line.value), self.player
        if line.kind == "wait":
            player.wait(float(value))
        elif line.kind == "operator":
            player.operator(value)
        elif line.kind == "event":
            player.emit(value, **line.data)
        elif line.kind == "click":
            player.click(value)
        elif line.kind == "customer" and value.split(maxsplit=1)[:1] == ["/start"]:
            source, self.source = self.source, {}  # where they come from at first
            player.start(value[len("/start") :].strip(), **source)
        elif line.kind == "customer":
            player.choose(value)

    def _state(self, line: Line) -> Difference | None:
        """What the tunnel remembers."""
        expected: Any = line.value
        session = self.player.session
        if line.kind == "has":
            expected = dict(line.data)
            got: Any = {name: session.variables.get(name) for name in line.data}
        elif line.kind == "tags":
            expected, got = sorted(line.value), sorted(session.tags)
        elif line.kind == "promo":
            code, until = session.promos.get(str(line.value), ("", 0.0))
            got = line.value if code and until > self.player.now else None
        elif line.kind == "stage":
            got = self.player.stage
        elif line.kind == "tunnel":
            got = session.tunnel
        else:
            got = session.step if line.kind == "step" else session.mode
        return None if expected == got else self._differs(line, f"{line.kind}: {expected}", f"{line.kind}: {got}")

    def _bot(self, line: Line) -> Difference | None:
        expected = str(line.value)
        if expected == ANYTHING:
            self.anything = True
            return None
        while self.unheard:
            self.last = self.unheard.pop(0)
            if _bare(expected) in _bare(self.last.message.text.plain):
                self.anything = False
                channel = self.last.address.channel
                return self._differs(line, f"on: {line.on}", f"on: {channel}") if line.on not in ("", channel) else None
            if not self.anything:
                return self._differs(line, f"bot: {expected}", f"bot: {self.last.message.text.plain}")
        return self._differs(line, f"bot: {expected}", "bot says nothing more")

    def _choices(self, line: Line) -> Difference | None:
        expected = list(line.value) if isinstance(line.value, tuple) else [line.value]
        got = [button.label for button in self.last.message.buttons] if self.last else []
        return None if expected == got else self._differs(line, f"choices: {expected}", f"choices: {got}")

    def _file(self, line: Line) -> Difference | None:
        expected = str(line.value)
        if self.last is not None and _carries(self.last.message, expected):
            return None
        while self.unheard:
            self.last = self.unheard.pop(0)
            if _carries(self.last.message, expected):
                self.anything = False
                return None
            if not self.anything:
                break
        got = _files(self.last.message) if self.last else ""
        return self._differs(line, f"file: {expected}", f"file: {got or 'none'}")

    def _surplus(self, line: Line) -> Difference | None:
        """A message that no line expected."""
        if self.anything:
            self.anything = False
            self.unheard.clear()
        if not self.unheard:
            return None
        message = self.unheard[0].message
        return self._differs(line, "nothing more", f"bot: {message.text.plain or _files(message)}")

    def _differs(self, line: Line, expected: str, said: str) -> Difference:
        script = self.script
        return Difference(script.name, script.file, line.line, self.player.channel, expected, said)


def _give(player: Player, given: Mapping[str, Any]) -> None:
    session = player.session
    session.profile = Profile(name=str(given.get("name", "")), sex=given.get("sex", ""))
    session.arms = _arms(player.definition, given.get("split") or {})
    session.tags = list(given.get("tags") or [])
    session.source = dict(given.get("source") or {})
    session.stages = dict(given.get("stage") or {})
    session.granted = list(given.get("had") or [])
    player.desk = given.get("desk", True)
    player.left = dict(given.get("promos") or {})
    session.variables = {name: value for name, value in given.items() if name in player.definition.settings.variables}


def _arms(definition: Definition, arms: Mapping[str, str]) -> dict[str, str]:
    """Splits drawn beforehand as the script says, by the steps' keys."""
    steps = (step for tunnel in definition.tunnels.values() for step in tunnel.steps.values())
    return {step.key: arms[step.name] for step in steps if arms.get(step.name) in step.split}


def _bare(text: str) -> str:
    return " ".join(text.replace("**", "").split()).casefold()


def _carries(message: Message, file: str) -> bool:
    return any(file in (media.path, media.name, media.path.rpartition("/")[2]) for media in message.media)


def _files(message: Message) -> str:
    return ", ".join(media.path for media in message.media)


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def run_scripts(definition: Definition, scripts: Iterable[Script]) -> list[Difference]:
    """Play several scripts."""
    return [difference for script in scripts for difference in run_script(definition, script)]
