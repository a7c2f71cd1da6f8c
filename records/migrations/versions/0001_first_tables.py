"""The first tables of the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from records.tables.base import Big, Json, UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the index of words that each database has in a way of its own."""
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE journal_unsorted PARTITION OF journal DEFAULT")
        op.execute(
            "ALTER TABLE messages ADD COLUMN words tsvector GENERATED ALWAYS AS "
            "(to_tsvector('russian'::regconfig, replace(lower(text), 'ё', 'е'))) STORED"
        )
        op.execute("CREATE INDEX ix_messages_words ON messages USING gin (words)")
    else:
        # Without content of its own: the stems alone, under the message's id.
        op.execute("CREATE VIRTUAL TABLE messages_search USING fts5(words, content='', detail=full)")


def _tables() -> None:
    op.create_table(
        "addresses",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "external_id", name="pk_addresses"),
    )
    op.create_index("ix_addresses_contact", "addresses", ["contact"])
    op.create_table(
        "consents",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_contact", "consents", ["contact"])
    op.create_table(
        "contact_tags",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "tag", name="pk_contact_tags"),
    )
    op.create_index("ix_contact_tags_tag", "contact_tags", ["tag"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("variables", Json, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("waiting_since", UtcTime(), nullable=True),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("inbound_at", UtcTime(), nullable=True),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("visit_at", UtcTime(), nullable=True),
        sa.Column("visit_left", sa.Boolean(), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("conversing", sa.Boolean(), nullable=False),
        sa.Column("objections", sa.Integer(), nullable=False),
        sa.Column("timers", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_email", "contacts", ["email"])
    op.create_index("ix_contacts_last_at", "contacts", ["last_at"])
    op.create_index("ix_contacts_name_folded", "contacts", ["name_folded"])
    op.create_index("ix_contacts_phone", "contacts", ["phone"])
    op.create_table(
        "conversations",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "number", name="pk_conversations"),
    )
    op.create_index("ix_conversations_opened_at", "conversations", ["opened_at"])
    op.create_table(
        "cursors",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("partition", name="pk_cursors"),
    )
    op.create_table(
        "grants",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("magnet", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_contact", "grants", ["contact"])
    op.create_table(
        "journal",
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("seq", Big, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("at", "partition", "seq", "line", name="pk_journal"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_journal_contact_at", "journal", ["contact", "at"])
    op.create_table(
        "lead_stages",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("move", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.Column("left_at", UtcTime(), nullable=True),
        sa.Column("led_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "tunnel", "move", name="pk_lead_stages"),
    )
    op.create_index("ix_lead_stages_tunnel_entered_at", "lead_stages", ["tunnel", "entered_at"])
    op.create_table(
        "leads",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "tunnel", name="pk_leads"),
    )
    op.create_index("ix_leads_tunnel_stage", "leads", ["tunnel", "stage"])
    op.create_table(
        "messages",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("first_row", Big, nullable=True),
        sa.Column("last_row", Big, nullable=True),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_rank", sa.SmallInteger(), nullable=False),
        sa.Column("status_at", UtcTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_contact_at", "messages", ["contact", "at"])
    op.create_index("ix_messages_contact_external_id", "messages", ["contact", "external_id"])
    op.create_index("ix_messages_contact_first_row", "messages", ["contact", "first_row"])
    op.create_table(
        "notes",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_contact", "notes", ["contact"])
    op.create_table(
        "objections",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.Column("won_at", UtcTime(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "number", name="pk_objections"),
    )
    op.create_index("ix_objections_name_raised_at", "objections", ["name", "raised_at"])
    op.create_table(
        "outside_events",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outside_events"),
    )
    op.create_index("ix_outside_events_contact", "outside_events", ["contact"])
    op.create_table(
        "session_snapshots",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("taken_at", UtcTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contact", name="pk_session_snapshots"),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_contact", "tasks", ["contact"])
    op.create_index("ix_tasks_due_at", "tasks", ["due_at"])
    op.create_table(
        "touches",
        sa.Column("id", Big, autoincrement=True, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("utm_source", sa.Text(), nullable=False),
        sa.Column("utm_medium", sa.Text(), nullable=False),
        sa.Column("utm_campaign", sa.Text(), nullable=False),
        sa.Column("source", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_touches"),
    )
    op.create_index("ix_touches_at", "touches", ["at"])
    op.create_index("ix_touches_contact", "touches", ["contact"])
    op.create_table(
        "visits",
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("tunnel", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.Column("left_at", UtcTime(), nullable=True),
        sa.Column("left_by", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("led_to", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("contact", "visit", name="pk_visits"),
    )
    op.create_index("ix_visits_tunnel_entered_at", "visits", ["tunnel", "entered_at"])
