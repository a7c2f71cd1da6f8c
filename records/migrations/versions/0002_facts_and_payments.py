"""Facts, payments, and who sent an event from outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.tables.base import Big, Json, UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make what is new; `tunnel records rebuild` fills it from the journal of earlier days."""
    op.create_table(
        "facts",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
    )
    op.create_index("ix_facts_contact", "facts", ["contact"])
    op.create_index("ix_facts_what_tunnel_at", "facts", ["what", "tunnel", "at"])
    op.create_index("ix_facts_what_part", "facts", ["what", "part"])
    op.create_table(
        "payments",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(16, 2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_contact", "payments", ["contact"])
    op.create_index("ix_payments_tunnel_at", "payments", ["tunnel", "at"])
    op.add_column("outside_events", sa.Column("origin", sa.Text(), nullable=False, server_default=""))
