"""What became of an operator's command, as the worker tells it to the API."""

from __future__ import annotations

import msgspec

from tunnel.effects import Record, Turn
from tunnel.engine.operators import holds


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """why: why nothing was done (version, held, no_step, nothing, …), "" for a command that has taken effect. The rest
    is how the conversation stands after it; operator: "" where nobody holds it.
    """

    why: str
    mode: str
    operator: str
    operator_name: str
    version: int
    contact: str = ""


_decoder = msgspec.msgpack.Decoder(Outcome)

encode_outcome = msgspec.msgpack.Encoder().encode
decode_outcome = _decoder.decode
"""bytes → Outcome. Raises msgspec.ValidationError or msgspec.DecodeError for a blob that is none."""


def outcome_of(turn: Turn) -> Outcome:
    """What a turn of an operator's event has come to."""
    session = turn.session
    why = ""
    for effect in turn.effects:
        if isinstance(effect, Record) and effect.what in ("refused", "ignored"):
            why = str(effect.data["why"]) if effect.what == "refused" else "nothing"
    owner = (session.operator, session.operator_name) if holds(session) else ("", "")
    return Outcome(why, session.mode, *owner, session.version, session.contact)
