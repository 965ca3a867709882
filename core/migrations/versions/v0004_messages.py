"""Messages to visitors: the outbox."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("event", sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql"), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("try_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("gateway_ref", sa.String(80), nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_message_channel_known")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn')", name=op.f("ck_message_state_known")
        ),
        sa.CheckConstraint("state <> 'sending' OR claimed_at IS NOT NULL", name=op.f("ck_message_sending_has_claim")),
        sa.CheckConstraint(
            "(state IN ('queued', 'sending')) = (ended_at IS NULL)", name=op.f("ck_message_ended_has_moment")
        ),
        sa.CheckConstraint("state <> 'failed' OR fault <> ''", name=op.f("ck_message_failed_has_fault")),
        sa.CheckConstraint("(recipient IS NULL) = (content IS NULL)", name=op.f("ck_message_forgotten_whole")),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR recipient IS NOT NULL", name=op.f("ck_message_forgotten_when_ended")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_message_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("event", name=op.f("uq_message_event")),
    )
    pending, kept = sa.text("state IN ('queued', 'sending')"), sa.text("recipient IS NOT NULL")
    op.create_index(
        "ix_message_pending", "message", ["channel", "try_at"], postgresql_where=pending, sqlite_where=pending
    )
    op.create_index("ix_message_kept", "message", ["hall_id", "ended_at"], postgresql_where=kept, sqlite_where=kept)
    op.create_index("ix_message_hall_id_state_id", "message", ["hall_id", "state", "id"])
