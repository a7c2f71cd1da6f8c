"""The turn at hand, as each part of the projection sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from records.batch import Batch
from records.bulk import Row
from tunnel.events import Event


@dataclass(slots=True)
class Turn:
    """The line at hand."""

    batch: Batch
    contact: Row
    event: Event
    at: datetime
    sends: list[tuple[int, int]]

    @property
    def id(self) -> str:
        """The contact's."""
        return str(self.contact["id"])
