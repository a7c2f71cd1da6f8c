"""Names that operators gave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nobody has been renamed so far."""
    op.add_column("contacts", sa.Column("renamed", sa.Boolean(), nullable=False, server_default=sa.false()))
