"""Holding a tunnel against its dialogue scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tunnel.engine.player import NoSuchButton, Player, noon
from tunnel.events import Profile
from tunnel.language.definition import Definition
from tunnel.language.scripts import Line, Script
from tunnel.messages import Message

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
        self.player = Player(definition, channel, noon(definition))
        _give(self.player, script.given)
        self.unheard: list[Message] = []
        self.last: Message | None = None
        self.anything = False

    def run(self) -> Difference | None:
        for line in self.script.lines:
            difference = self._play(line)
            if difference is not None:
                return difference
        return self._surplus(self.script.lines[-1]) if self.script.lines else None

    def _play(self, line: Line) -> Difference | None:
        if line.kind in ("customer", "wait", "operator"):
            return self._surplus(line) or self._act(line)
        if line.kind == "bot":
            return self._bot(line)
        if line.kind == "choices":
            return self._choices(line)
        if line.kind == "file":
            return self._file(line)
        expected, got = str(line.value), self.player.stage if line.kind == "stage" else self.player.session.mode
        return None if expected == got else self._differs(line, f"{line.kind}: {expected}", f"{line.kind}: {got}")

    def _act(self, line: Line) -> Difference | None:
        value = str(line.value)
        self.last = None
        try:
            if line.kind == "wait":
                self.unheard += self.player.wait(float(value))
            elif line.kind == "operator":
                said = self.player.operator(value)
                self.unheard += said if value.startswith("/") else []  # an operator's own words need no line
            elif value.split(maxsplit=1)[:1] == ["/start"]:
                self.unheard += self.player.start(value[len("/start") :].strip())
            else:
                self.unheard += self.player.choose(value)
        except NoSuchButton:
            return self._differs(line, f"customer: {value}", "no such choice is shown")
        return None

    def _bot(self, line: Line) -> Difference | None:
        expected = str(line.value)
        if expected == ANYTHING:
            self.anything = True
            return None
        while self.unheard:
            self.last = self.unheard.pop(0)
            if _bare(expected) in _bare(self.last.text.plain):
                self.anything = False
                return None
            if not self.anything:
                return self._differs(line, f"bot: {expected}", f"bot: {self.last.text.plain}")
        return self._differs(line, f"bot: {expected}", "bot says nothing more")

    def _choices(self, line: Line) -> Difference | None:
        expected = list(line.value) if isinstance(line.value, tuple) else [line.value]
        got = [button.label for button in self.last.buttons] if self.last else []
        return None if expected == got else self._differs(line, f"choices: {expected}", f"choices: {got}")

    def _file(self, line: Line) -> Difference | None:
        expected = str(line.value)
        if self.last is not None and _carries(self.last, expected):
            return None
        while self.unheard:
            self.last = self.unheard.pop(0)
            if _carries(self.last, expected):
                self.anything = False
                return None
            if not self.anything:
                break
        got = ", ".join(media.path for media in self.last.media) if self.last else ""
        return self._differs(line, f"file: {expected}", f"file: {got or 'none'}")

    def _surplus(self, line: Line) -> Difference | None:
        """A message that no line expected."""
        if self.anything:
            self.anything = False
            self.unheard.clear()
        if not self.unheard:
            return None
        return self._differs(line, "nothing more", f"bot: {self.unheard[0].text.plain or _files(self.unheard[0])}")

    def _differs(self, line: Line, expected: str, said: str) -> Difference:
        script = self.script
        return Difference(script.name, script.file, line.line, self.player.channel, expected, said)


def _give(player: Player, given: Mapping[str, Any]) -> None:
    session = player.session
    session.profile = Profile(name=str(given.get("name", "")), sex=given.get("sex", ""))
    session.arms = _arms(player.definition, given.get("split") or {})
    session.tags = list(given.get("tags") or [])
    session.source = dict(given.get("source") or {})
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
