"""Calendar: hours of lines and seasons, exceptions, and days that count otherwise than published."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _unique_where(name: str, table: str, columns: str, where: str) -> None:
    held = sa.text(where)
    op.create_index(name, table, columns.split(), unique=True, postgresql_where=held, sqlite_where=held)


def _hours() -> None:
    with op.batch_alter_table("hours") as hours:
        hours.add_column(sa.Column("line_id", BIG, nullable=True))
        hours.add_column(sa.Column("since", sa.Date(), nullable=True))
        hours.add_column(sa.Column("until", sa.Date(), nullable=True))
        hours.drop_constraint(op.f("uq_hours_hall_id_weekday_opens"), type_="unique")
        hours.create_foreign_key("fk_hours_line", "line", ["line_id", "hall_id"], ["id", "hall_id"])
        hours.create_check_constraint(op.f("ck_hours_season_has_both_ends"), "(since IS NULL) = (until IS NULL)")
        hours.create_check_constraint(op.f("ck_hours_since_not_after_until"), "since <= until")
    _unique_where("uq_hours_hall", "hours", "hall_id weekday opens", "line_id IS NULL AND since IS NULL")
    _unique_where(
        "uq_hours_hall_season", "hours", "hall_id weekday opens since", "line_id IS NULL AND since IS NOT NULL"
    )
    _unique_where("uq_hours_line", "hours", "line_id weekday opens", "line_id IS NOT NULL AND since IS NULL")
    _unique_where(
        "uq_hours_line_season", "hours", "line_id weekday opens since", "line_id IS NOT NULL AND since IS NOT NULL"
    )


def _exceptions() -> None:
    op.create_table(
        "hours_exception",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("reason_en", sa.String(160), nullable=False),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name=op.f("ck_hours_exception_spell_has_both_ends")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_hours_exception_opens_before_closes")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hours_exception_says_why")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_hours_exception_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_hours_exception_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_exception")),
    )
    for owner, key in (("hall", "line_id IS NULL"), ("line", "line_id IS NOT NULL")):
        name, columns = f"uq_hours_exception_{owner}", f"{owner}_id day"
        _unique_where(name, "hours_exception", f"{columns} opens", f"{key} AND opens IS NOT NULL")
        _unique_where(f"{name}_closed", "hours_exception", columns, f"{key} AND opens IS NULL")


def _working_days() -> None:
    op.create_table(
        "working_day",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_working_day_says_why")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_working_day_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_working_day")),
    )


def upgrade() -> None:
    with op.batch_alter_table("hall") as hall:
        hall.add_column(sa.Column("open_on_holidays", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("hall") as hall:
        hall.alter_column("open_on_holidays", server_default=None)
    _hours()
    _exceptions()
    _working_days()
