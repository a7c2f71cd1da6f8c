"""Texts that operators send often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "canned_texts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "title", "text")),
        sa.PrimaryKeyConstraint("id", name="pk_canned_texts"),
    )
