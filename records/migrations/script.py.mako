"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.tables.base import Big, Json, UtcTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply."""
    ${upgrades if upgrades else "pass"}
