"""The language of a text that operators send often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """The texts so far fit everybody."""
    op.add_column("canned_texts", sa.Column("language", sa.Text(), nullable=False, server_default=""))
