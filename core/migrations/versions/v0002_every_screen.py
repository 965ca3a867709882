"""Every screen: voice, slides, roster, printers, receipts, needs, postponing and undoing."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIONS = "issue call recall start park resume transfer requeue complete miss cancel expire postpone undo"
# New columns that must say something for the rows that are there; new rows get it from the code.
FILLED = {
    "hall": "call_text call_text_en complaint_phone wait_limit_minutes postpone_minutes",
    "line": "call_text call_text_en",
    "device": "fault",
    "ticket": "visitor language postponed",
}


def _one_of(column: str, choices: str) -> str:
    values = ", ".join(f"'{choice}'" for choice in choices.split())
    return f"{column} IN ({values})"


def _new_tables() -> None:
    op.create_table(
        "media",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_one_of("kind", "picture video"), name=op.f("ck_media_kind_known")),
        sa.CheckConstraint("size > 0", name=op.f("ck_media_not_empty")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_media_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("hall_id", "digest", name=op.f("uq_media_hall_id_digest")),
        sa.UniqueConstraint("id", "hall_id", name="uq_media_id_hall_id"),
    )
    op.create_table(
        "slide",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("media_id", BIG, nullable=True),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("text_en", sa.String(600), nullable=False),
        sa.Column("seconds", sa.SmallInteger(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.CheckConstraint("media_id IS NOT NULL OR text <> ''", name=op.f("ck_slide_shows_something")),
        sa.CheckConstraint("seconds BETWEEN 3 AND 600", name=op.f("ck_slide_seconds_bounded")),
        sa.CheckConstraint("since < until", name=op.f("ck_slide_since_before_until")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_slide_hall_id")),
        sa.ForeignKeyConstraint(["media_id", "hall_id"], ["media.id", "media.hall_id"], name="fk_slide_media"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slide")),
    )
    op.create_table(
        "roster",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(12), nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.CheckConstraint(_one_of("part", "first_desk leader"), name=op.f("ck_roster_part_known")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_roster_hall_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_roster_staff_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", "part", name=op.f("pk_roster")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("window_number", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("item_name", sa.String(200), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_receipt_hall_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_receipt_staff_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_receipt_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("hall_id", "number", name="uq_receipt_number"),
        sa.UniqueConstraint("key", name=op.f("uq_receipt_key")),
    )
    op.create_table(
        "receipt_counter",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_receipt_counter_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_receipt_counter")),
    )


def _print_jobs() -> None:
    """After the devices: a job refers to its printer."""
    op.create_table(
        "print_job",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("printer_id", BIG, nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("copy", sa.SmallInteger(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "(state IN ('printed', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_print_job_ended_has_moment")
        ),
        sa.CheckConstraint(
            "state <> 'printing' OR claimed_at IS NOT NULL", name=op.f("ck_print_job_printing_has_claim")
        ),
        sa.CheckConstraint(_one_of("state", "queued printing printed failed"), name=op.f("ck_print_job_state_known")),
        sa.CheckConstraint("copy BETWEEN 0 AND 99", name=op.f("ck_print_job_copy_0_to_99")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_print_job_hall_id")),
        sa.ForeignKeyConstraint(
            ["printer_id", "hall_id"], ["device.id", "device.hall_id"], name="fk_print_job_printer"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("subject", "copy", name="uq_print_job_copy"),
    )
    op.create_index("ix_print_job_printer_id_id", "print_job", ["printer_id", "id"])
    for name, state, unique in (("ix_print_job_queued", "queued", False), ("uq_print_job_printing", "printing", True)):
        where = sa.text(f"state = '{state}'")
        columns = ["printer_id"] if unique else ["printer_id", "id"]
        op.create_index(name, "print_job", columns, unique=unique, postgresql_where=where, sqlite_where=where)


def _hall() -> None:
    with op.batch_alter_table("hall") as hall:
        said = "请{number}号到{window}号窗口办理", "Ticket {number}, please go to window {window}"
        hall.add_column(sa.Column("call_text", sa.String(120), server_default=said[0], nullable=False))
        hall.add_column(sa.Column("call_text_en", sa.String(160), server_default=said[1], nullable=False))
        hall.add_column(sa.Column("quiet_from", sa.Time(), nullable=True))
        hall.add_column(sa.Column("quiet_until", sa.Time(), nullable=True))
        hall.add_column(sa.Column("complaint_phone", sa.String(40), server_default="", nullable=False))
        hall.add_column(sa.Column("wait_limit_minutes", sa.SmallInteger(), server_default="30", nullable=False))
        hall.add_column(sa.Column("postpone_minutes", sa.SmallInteger(), server_default="10", nullable=False))
        hall.create_check_constraint(op.f("ck_hall_wait_limit_bounded"), "wait_limit_minutes BETWEEN 1 AND 480")
        hall.create_check_constraint(op.f("ck_hall_postpone_bounded"), "postpone_minutes BETWEEN 0 AND 60")
        hall.create_check_constraint(
            op.f("ck_hall_quiet_has_both_ends"), "(quiet_from IS NULL) = (quiet_until IS NULL)"
        )
    with op.batch_alter_table("line") as line:
        line.add_column(sa.Column("call_text", sa.String(120), server_default="", nullable=False))
        line.add_column(sa.Column("call_text_en", sa.String(160), server_default="", nullable=False))
        line.add_column(sa.Column("wait_limit_minutes", sa.SmallInteger(), nullable=True))
        line.create_check_constraint(op.f("ck_line_wait_limit_bounded"), "wait_limit_minutes BETWEEN 1 AND 480")
    op.add_column("window", sa.Column("state_since", Moment(), nullable=True))


def _staff_and_devices() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("photo_id", BIG, nullable=True))
        staff.create_foreign_key("fk_staff_photo", "media", ["photo_id", "hall_id"], ["id", "hall_id"])
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("address", sa.String(80), nullable=True))
        device.add_column(sa.Column("printer_id", BIG, nullable=True))
        device.add_column(sa.Column("seen_lag_ms", sa.Integer(), nullable=True))
        device.add_column(sa.Column("fault", sa.String(40), server_default="", nullable=False))
        device.alter_column("token_hash", existing_type=sa.LargeBinary(32), nullable=True)
        device.drop_constraint(op.f("ck_device_kind_known"), type_="check")
        device.create_check_constraint(op.f("ck_device_kind_known"), _one_of("kind", "kiosk board printer"))
        device.create_check_constraint(
            op.f("ck_device_printer_has_address"), "(kind = 'printer') = (address IS NOT NULL)"
        )
        device.create_check_constraint(
            op.f("ck_device_token_unless_printer"), "(kind = 'printer') = (token_hash IS NULL)"
        )
        device.create_check_constraint(op.f("ck_device_only_kiosks_print"), "printer_id IS NULL OR kind = 'kiosk'")
        device.create_unique_constraint("uq_device_id_hall_id", ["id", "hall_id"])
        device.create_foreign_key("fk_device_printer", "device", ["printer_id", "hall_id"], ["id", "hall_id"])


def _tickets() -> None:
    with op.batch_alter_table("ticket") as ticket:
        ticket.add_column(sa.Column("helper_id", BIG, nullable=True))
        ticket.add_column(sa.Column("visitor", sa.String(60), server_default="", nullable=False))
        ticket.add_column(sa.Column("visitor_sealed", sa.LargeBinary(), nullable=True))
        ticket.add_column(sa.Column("language", sa.String(5), server_default="zh_CN", nullable=False))
        ticket.add_column(sa.Column("callable_at", Moment(), nullable=True))
        ticket.add_column(sa.Column("postponed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE ticket SET callable_at = arrival")
    with op.batch_alter_table("ticket") as ticket:
        ticket.alter_column("callable_at", existing_type=Moment(), nullable=False)
        ticket.drop_constraint(op.f("ck_ticket_action_known"), type_="check")
        ticket.create_check_constraint(op.f("ck_ticket_action_known"), _one_of("action", ACTIONS))
        ticket.create_check_constraint(op.f("ck_ticket_language_known"), _one_of("language", "zh_CN en"))
        ticket.create_check_constraint(
            op.f("ck_ticket_visitor_sealed_and_masked"), "(visitor = '') = (visitor_sealed IS NULL)"
        )
        ticket.create_check_constraint(
            op.f("ck_ticket_callable_on_arrival"), "callable_at >= arrival AND (postponed OR callable_at = arrival)"
        )
        ticket.create_foreign_key(op.f("fk_ticket_helper_id"), "staff", ["helper_id"], ["id"])
    over = sa.text("status IN ('done', 'missed')")
    op.create_index(
        "ix_ticket_officer", "ticket", ["staff_id", "business_day"], postgresql_where=over, sqlite_where=over
    )


def upgrade() -> None:
    _new_tables()
    _hall()
    _staff_and_devices()
    _print_jobs()
    _tickets()
    for table, columns in FILLED.items():
        with op.batch_alter_table(table) as filled:
            for column in columns.split():
                filled.alter_column(column, server_default=None)
