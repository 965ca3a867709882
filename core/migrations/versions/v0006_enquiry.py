"""Enquiries and the duty to call back."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "enquiry_counter",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_enquiry_counter_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_enquiry_counter")),
    )
    op.create_table(
        "enquiry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("officer_id", BIG, nullable=False),
        sa.Column("holder_id", BIG, nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("caller", sa.String(60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("item_id", BIG, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("call_back_by", Moment(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f("ck_enquiry_state_known")),
        sa.CheckConstraint("at < call_back_by", name=op.f("ck_enquiry_call_back_later")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_enquiry_answered_has_moment")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_enquiry_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (state = 'open' OR sealed IS NULL)", name=op.f("ck_enquiry_answered_has_text")
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_enquiry_closed_has_moment")),
        sa.CheckConstraint(
            "sealed IS NOT NULL OR (state = 'closed' AND caller = '' AND phone_index IS NULL)",
            name=op.f("ck_enquiry_forgotten_wholly"),
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff.id"], name=op.f("fk_enquiry_answered_by_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_enquiry_hall_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name=op.f("fk_enquiry_holder_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_enquiry_item_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_enquiry_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("hall_id", "number", name="uq_enquiry_number"),
    )
    op.create_index("ix_enquiry_phone_index", "enquiry", ["phone_index"])
    pending, kept = sa.text("state <> 'closed'"), sa.text("sealed IS NOT NULL")
    op.create_index(
        "ix_enquiry_pending", "enquiry", ["hall_id", "call_back_by"], postgresql_where=pending, sqlite_where=pending
    )
    op.create_index("ix_enquiry_kept", "enquiry", ["hall_id", "closed_at"], postgresql_where=kept, sqlite_where=kept)
