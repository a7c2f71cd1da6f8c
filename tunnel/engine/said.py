"""What a customer wrote."""

from __future__ import annotations

from tunnel.engine import matching
from tunnel.engine.words import normal


class Said:
    """What a customer wrote: as written, evened out, and taken apart when that is needed."""

    __slots__ = ("_text", "normal", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.normal = normal(raw)
        self._text: matching.Text | None = None

    @property
    def text(self) -> matching.Text:
        if self._text is None:
            self._text = matching.read_text(self.raw)
        return self._text
