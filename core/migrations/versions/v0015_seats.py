"""Seats: windows planned for people, with dates (R49)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "seat",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("window_id", BIG, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_seat_since_before_until")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_seat_hall_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_seat_staff_id")),
        sa.ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_seat_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    op.create_index("ix_seat_staff_id_since", "seat", ["staff_id", "since"])
    op.create_index("ix_seat_window_id_since", "seat", ["window_id", "since"])
