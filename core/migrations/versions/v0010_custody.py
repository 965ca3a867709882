"""Custody of papers for who is not there, and what the register reads."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "custody_counter",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_custody_counter_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_custody_counter")),
    )
    op.create_table(
        "custody",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("department_id", BIG, nullable=True),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("item_id", BIG, nullable=True),
        sa.Column("matter", sa.String(200), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("applicant", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_index", sa.LargeBinary(16), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("officer_id", BIG, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("pass_by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("passed_to_id", BIG, nullable=True),
        sa.Column("passed_at", Moment(), nullable=True),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.CheckConstraint("state IN ('taken', 'passed', 'acknowledged')", name=op.f("ck_custody_state_known")),
        sa.CheckConstraint("department_id IS NOT NULL OR staff_id IS NOT NULL", name=op.f("ck_custody_for_somebody")),
        sa.CheckConstraint("matter <> ''", name=op.f("ck_custody_about_something")),
        sa.CheckConstraint("(state = 'taken') = (passed_at IS NULL)", name=op.f("ck_custody_passed_has_moment")),
        sa.CheckConstraint("(passed_at IS NULL) = (passed_to_id IS NULL)", name=op.f("ck_custody_passed_to_somebody")),
        sa.CheckConstraint("passed_to_id <> officer_id", name=op.f("ck_custody_passed_to_another")),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name=op.f("ck_custody_acknowledged_has_moment")
        ),
        sa.CheckConstraint(
            "sealed IS NOT NULL OR (state = 'acknowledged' AND applicant = '' AND name_index IS NULL "
            "AND phone_index IS NULL)",
            name=op.f("ck_custody_forgotten_wholly"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_custody_{column}"))
            for column, table in {
                "hall_id": "hall",
                "ticket_id": "ticket",
                "department_id": "department",
                "staff_id": "staff",
                "item_id": "item",
                "officer_id": "staff",
                "passed_to_id": "staff",
            }.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody")),
        sa.UniqueConstraint("key", name=op.f("uq_custody_key")),
        sa.UniqueConstraint("hall_id", "number", name="uq_custody_number"),
    )
    pending = sa.text("state <> 'acknowledged'")
    op.create_index(
        "ix_custody_pending", "custody", ["hall_id", "pass_by"], postgresql_where=pending, sqlite_where=pending
    )
    op.create_index("ix_custody_hall_id_at", "custody", ["hall_id", "at"])
    op.create_index("ix_custody_name_index", "custody", ["name_index"])
    op.create_index("ix_custody_phone_index", "custody", ["phone_index"])
    # What the register reads newest first.
    op.create_index("ix_enquiry_hall_id_at", "enquiry", ["hall_id", "at"])
    op.create_index("ix_receipt_hall_id_at", "receipt", ["hall_id", "at"])
