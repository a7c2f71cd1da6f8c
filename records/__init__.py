"""SQL: what people search and report on; fed by the journal; SQLite or PostgreSQL."""

from records.errors import Away, Misaddressed, Overtaken, RecordsError
from records.lines import Entry, Slice, is_turn
from records.records import Records

__all__ = ["Away", "Entry", "Misaddressed", "Overtaken", "Records", "RecordsError", "Slice", "is_turn"]
