"""What the console's lists, threads and stream need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.tables.base import Big, Json, UtcTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables; the columns of what is there get their defaults, until `tunnel records rebuild` fills them."""
    op.create_table(
        "acts",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
    )
    op.create_index("ix_acts_contact_at", "acts", ["contact", "at"])
    op.create_table(
        "operators",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
    )
    op.create_table(
        "feed",
        sa.Column("seq", Big, autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contact", "kinds", "mode", "operator")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_feed"),
    )
    op.create_index("ix_feed_at", "feed", ["at"])
    head = op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", Big, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0}])
    for name in ("channel", "last_text", "last_by"):
        op.add_column("contacts", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    for name in ("unanswered_since", "answered_at", "snoozed_until", "spoke_at"):
        op.add_column("contacts", sa.Column(name, UtcTime()))
    op.create_index("ix_contacts_unanswered_since", "contacts", ["unanswered_since"])
    op.create_index("ix_contacts_mode_spoke_at", "contacts", ["mode", "spoke_at"])
    op.create_index("ix_contacts_spoke_at", "contacts", ["spoke_at"])
    op.add_column("tasks", sa.Column("event", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_tasks_event", "tasks", ["event"])
