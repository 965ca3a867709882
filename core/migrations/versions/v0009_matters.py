"""What officers put before their leaders; on which channel an enquiry came, and whether it is a complaint."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0009"
down_revision = "0008"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _matter()
    _enquiry()


def _matter() -> None:
    op.create_table(
        "matter_counter",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_matter_counter_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_matter_counter")),
    )
    op.create_table(
        "matter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("officer_id", BIG, nullable=False),
        sa.Column("department_id", BIG, nullable=True),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("answer_by", Moment(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('doubtful', 'major', 'urgent', 'extension')", name=op.f("ck_matter_kind_known")),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_matter_state_known")),
        sa.CheckConstraint("urgent OR kind <> 'urgent'", name=op.f("ck_matter_urgent_is_urgent")),
        sa.CheckConstraint("at < answer_by", name=op.f("ck_matter_answer_later")),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_matter_answered_has_moment")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_matter_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (state = 'open' OR text IS NULL)", name=op.f("ck_matter_answered_has_text")
        ),
        sa.CheckConstraint("text IS NOT NULL OR state = 'answered'", name=op.f("ck_matter_forgotten_wholly")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff.id"], name=op.f("fk_matter_answered_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_matter_case_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_matter_department_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_matter_hall_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_matter_officer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_matter_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("number", name=op.f("uq_matter_number")),
    )
    pending = sa.text("state = 'open'")
    op.create_index(
        "ix_matter_pending", "matter", ["hall_id", "answer_by"], postgresql_where=pending, sqlite_where=pending
    )
    op.create_index("ix_matter_hall_id_id", "matter", ["hall_id", "id"])
    op.create_index("ix_matter_officer_id", "matter", ["officer_id", "id"])


def _enquiry() -> None:
    with op.batch_alter_table("enquiry") as enquiry:
        enquiry.add_column(sa.Column("channel", sa.String(8), server_default="phone", nullable=False))
        enquiry.add_column(sa.Column("kind", sa.String(10), server_default="enquiry", nullable=False))
    with op.batch_alter_table("enquiry") as enquiry:
        enquiry.alter_column("channel", server_default=None)
        enquiry.alter_column("kind", server_default=None)
        enquiry.create_check_constraint(
            op.f("ck_enquiry_channel_known"), "channel IN ('phone', 'desk', 'fax', 'letter', 'web')"
        )
        enquiry.create_check_constraint(op.f("ck_enquiry_kind_known"), "kind IN ('enquiry', 'complaint')")
