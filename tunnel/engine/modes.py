"""The conversation's mode: who answers. A machine of `transitions`, written by hand.

bot ──queue──▶ queued ──take──▶ operator ──release, close──▶ bot
any but blocked ──stop──▶ stopped ──revive──▶ bot
any ──deny──▶ blocked ──allow_bot, allow_queued, allow_operator──▶ what it was
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from transitions import Machine

from tunnel.session import Mode

Trigger = Literal[
    "queue", "take", "release", "close", "stop", "revive", "deny", "allow_bot", "allow_queued", "allow_operator"
]

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)

TRANSITIONS: Final[tuple[tuple[Trigger, tuple[Mode, ...], Mode], ...]] = (
    ("queue", ("bot", "queued"), "queued"),
    ("take", ("bot", "queued", "operator", "stopped"), "operator"),
    ("release", ("queued", "operator"), "bot"),
    ("close", ("bot", "queued", "operator"), "bot"),
    ("stop", ("bot", "queued", "operator"), "stopped"),
    ("revive", ("stopped",), "bot"),
    ("deny", ("bot", "queued", "operator", "stopped"), "blocked"),
    ("allow_bot", ("blocked",), "bot"),
    ("allow_queued", ("blocked",), "queued"),
    ("allow_operator", ("blocked",), "operator"),
)


class Cursor:
    """The model that walks a machine: never registered with one, which would cost milliseconds and kilobytes."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def _build() -> Machine:
    machine = Machine(model=None, states=list(MODES), initial="bot", auto_transitions=False)
    for trigger, sources, destination in TRANSITIONS:
        machine.add_transition(trigger, list(sources), destination)
    return machine


_MACHINE = _build()


def move(mode: Mode, trigger: Trigger) -> Mode | None:
    """The mode that `trigger` leads to; None where it leads nowhere."""
    event = _MACHINE.events[trigger]
    if mode not in event.transitions:
        return None
    cursor = Cursor(mode)
    event.trigger(cursor)
    return cursor.state  # type: ignore[return-value]


def allow(mode_before: Mode) -> Trigger:
    """The trigger that undoes `deny`; one who had stopped and now allows messages is the bot's again."""
    triggers: dict[Mode, Trigger] = {"queued": "allow_queued", "operator": "allow_operator"}
    return triggers.get(mode_before, "allow_bot")
