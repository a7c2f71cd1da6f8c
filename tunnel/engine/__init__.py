"""Session + event + definition + now → new session + effects: a pure function."""

from tunnel.engine.turn import HANDLERS, new_session, prepare, turn

__all__ = ["HANDLERS", "new_session", "prepare", "turn"]
