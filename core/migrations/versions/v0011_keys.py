"""Rows that officers edit one by one get a key of one column; what was their key stays unique."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _made_anew("window_line", "window_id line_id hall_id handicap_minutes", _window_line)
    _made_anew("roster", "hall_id day part staff_id", _roster)
    _made_anew("working_day", "hall_id day working name", _working_day)
    _made_anew("line_booking", "line_id hall_id windows share_percent", _line_booking)


def _made_anew(table: str, columns: str, create: Callable[[], None]) -> None:
    """With the rows that it has. Nothing refers to these tables; SQLite could not add a key to one that stands."""
    names = ", ".join(columns.split())
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT {names} FROM {table}")  # noqa: S608 - constants
    op.drop_table(table)
    create()
    op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept ORDER BY {names}")  # noqa: S608 - constants
    op.execute("DROP TABLE kept")


def _create(table: str, unique: str, *parts: sa.schema.SchemaItem) -> None:
    columns: Sequence[str] = unique.split()
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f(f"fk_{table}_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}")),
    )


def _window_line() -> None:
    _create(
        "window_line",
        "window_id line_id",
        sa.Column("window_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("handicap_minutes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("handicap_minutes BETWEEN 0 AND 240", name=op.f("ck_window_line_handicap_bounded")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_window_line_line"),
        sa.ForeignKeyConstraint(
            ["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_window_line_window"
        ),
    )
    op.create_index("ix_window_line_line_id", "window_line", ["line_id"])


def _roster() -> None:
    _create(
        "roster",
        "hall_id day part",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(12), nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.CheckConstraint("part IN ('first_desk', 'leader')", name=op.f("ck_roster_part_known")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_roster_staff_id")),
    )


def _working_day() -> None:
    _create(
        "working_day",
        "hall_id day",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_working_day_says_why")),
    )


def _line_booking() -> None:
    _create(
        "line_booking",
        "line_id",
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("windows", sa.SmallInteger(), nullable=True),
        sa.Column("share_percent", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "windows BETWEEN 0 AND 500 AND share_percent BETWEEN 0 AND 100", name=op.f("ck_line_booking_bounded")
        ),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_line_booking_line"),
    )
