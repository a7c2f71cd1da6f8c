"""What makes a turn raise: the program itself has no such switch."""

from __future__ import annotations

from typing import Any

from bots import turns

POISON = "poison"


def poison() -> None:
    """From now on, in this process, the turn of an event whose text begins with POISON raises."""
    real = turns.turn

    def turn(definition: Any, session: Any, event: Any, facts: Any) -> Any:
        if getattr(event, "text", "").startswith(POISON):
            raise ZeroDivisionError("poisoned by the harness")
        return real(definition, session, event, facts)

    turns.turn = turn
