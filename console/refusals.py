"""Refusals: the one exception that handlers raise."""

from __future__ import annotations


class Refused(Exception):
    """code: one of words.WORDS, with `holes` for its text. after_s: when to try again. headers of their own: none."""

    def __init__(self, status: int, code: str, *, field: str = "", after_s: float = 0.0, **holes: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.field = field
        self.after_s = after_s
        self.holes = holes
