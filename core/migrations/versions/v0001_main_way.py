"""The main way: halls, windows, staff, tickets, journal, accounts."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_at"), "answer", ["at"], unique=False)
    op.create_table(
        "hall",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("ticker", sa.String(length=400), nullable=False),
        sa.Column("recalls_before_missed", sa.SmallInteger(), nullable=False),
        sa.Column("return_after", sa.SmallInteger(), nullable=False),
        sa.Column("keep_parked", sa.Boolean(), nullable=False),
        sa.Column("always_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("recalls_before_missed BETWEEN 0 AND 9", name=op.f("ck_hall_recalls_bounded")),
        sa.CheckConstraint("return_after BETWEEN 0 AND 50", name=op.f("ck_hall_return_bounded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall")),
        sa.UniqueConstraint("code", name=op.f("uq_hall_code")),
    )
    op.create_table(
        "piccolo_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("first_name", sa.String(length=255), nullable=True),
        sa.Column("last_name", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("superuser", sa.Boolean(), nullable=False),
        sa.Column("last_login", sa.TIMESTAMP(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piccolo_user")),
        sa.UniqueConstraint("email", name=op.f("uq_piccolo_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_piccolo_user_username")),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_agency_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("hall_id", "name", name=op.f("uq_agency_hall_id_name")),
    )
    op.create_table(
        "hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_hours_opens_before_closes")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_hours_weekday_known")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_hours_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
        sa.UniqueConstraint("hall_id", "weekday", "opens", name=op.f("uq_hours_hall_id_weekday_opens")),
    )
    op.create_table(
        "priority",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("credit_minutes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("credit_minutes BETWEEN 1 AND 120", name=op.f("ck_priority_credit_bounded")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_priority_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
        sa.UniqueConstraint("hall_id", "code", name=op.f("uq_priority_hall_id_code")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expiry_date", sa.TIMESTAMP(), nullable=False),
        sa.Column("max_expiry_date", sa.TIMESTAMP(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["piccolo_user.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token", name=op.f("uq_sessions_token")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.CheckConstraint("hall_id IS NOT NULL OR role = 'admin'", name=op.f("ck_staff_hall_unless_admin")),
        sa.CheckConstraint(
            "role IN ('clerk', 'guide', 'operator', 'supervisor', 'admin')", name=op.f("ck_staff_role_known")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_staff_hall_id")),
        sa.ForeignKeyConstraint(["user_id"], ["piccolo_user.id"], name=op.f("fk_staff_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("hall_id", "badge", name=op.f("uq_staff_hall_id_badge")),
        sa.UniqueConstraint("user_id", name=op.f("uq_staff_user_id")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_zone_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("hall_id", "name", name=op.f("uq_zone_hall_id_name")),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_department_hall_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_department_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("hall_id", "code", name=op.f("uq_department_hall_id_code")),
    )
    op.create_table(
        "line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prefix", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ordinary', 'comprehensive', 'first_inquiry', 'complaint')", name=op.f("ck_line_kind_known")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_line_hall_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_line_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("hall_id", "prefix", name=op.f("uq_line_hall_id_prefix")),
        sa.UniqueConstraint("id", "hall_id", name="uq_line_id_hall_id"),
    )
    op.create_table(
        "counter",
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_counter_line_id")),
        sa.PrimaryKeyConstraint("line_id", "business_day", name=op.f("pk_counter")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("case_kind", sa.String(length=12), nullable=False),
        sa.Column("statutory_days", sa.SmallInteger(), nullable=False),
        sa.Column("promised_days", sa.SmallInteger(), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("minutes_mean", sa.Double(), nullable=False),
        sa.Column("minutes_sd", sa.Double(), nullable=False),
        sa.Column("popularity", sa.Double(), nullable=False),
        sa.Column("fee_yuan", sa.Double(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.CheckConstraint("case_kind <> 'immediate' OR promised_days = 0", name=op.f("ck_item_immediate_same_day")),
        sa.CheckConstraint("case_kind IN ('immediate', 'promised')", name=op.f("ck_item_case_kind_known")),
        sa.CheckConstraint("(line_id IS NULL) <> (agency_id IS NULL)", name=op.f("ck_item_served_here_or_elsewhere")),
        sa.CheckConstraint("minutes_mean > 0 AND minutes_sd >= 0", name=op.f("ck_item_minutes_positive")),
        sa.CheckConstraint("popularity >= 0 AND fee_yuan >= 0", name=op.f("ck_item_figures_not_negative")),
        sa.CheckConstraint(
            "promised_days >= 0 AND promised_days <= statutory_days", name=op.f("ck_item_promise_within_statute")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_item_agency_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_item_department_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_item_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_item_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("hall_id", "code", name=op.f("uq_item_hall_id_code")),
    )
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("duties", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_post_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_post_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("hall_id", "name", name=op.f("uq_post_hall_id_name")),
    )
    op.create_table(
        "window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("pause_reason", sa.String(length=60), nullable=False),
        sa.Column("back_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ordinary', 'comprehensive', 'first_inquiry', 'complaint')", name=op.f("ck_window_kind_known")
        ),
        sa.CheckConstraint(
            "state = 'paused' OR (pause_reason = '' AND back_at IS NULL)", name=op.f("ck_window_reason_while_paused")
        ),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name=op.f("ck_window_state_known")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_window_department_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_window_hall_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_window_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window")),
        sa.UniqueConstraint("hall_id", "number", name=op.f("uq_window_hall_id_number")),
        sa.UniqueConstraint("id", "hall_id", name="uq_window_id_hall_id"),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("seen_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind IN ('kiosk', 'board')", name=op.f("ck_device_kind_known")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_device_hall_id")),
        sa.ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_device_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_index("ix_device_hall_id", "device", ["hall_id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_duty_since_before_until")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_duty_hall_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_staff_id")),
        sa.ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_duty_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index("ix_duty_hall_id_since", "duty", ["hall_id", "since"], unique=False)
    op.create_index(
        "uq_duty_staff",
        "duty",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_duty_window",
        "duty",
        ["window_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "post_holder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=1), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("part IN ('A', 'B')", name=op.f("ck_post_holder_part_known")),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_post_holder_since_before_until")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_holder_post_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_post_holder_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_holder")),
    )
    op.create_index(
        "uq_post_holder_current",
        "post_holder",
        ["post_id", "part"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
        sqlite_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("need", sa.String(length=60), nullable=False),
        sa.Column("route_reason", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("arrival", Moment(), nullable=False),
        sa.Column("credit_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bound_window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recalls", sa.SmallInteger(), nullable=False),
        sa.Column("called_at", Moment(), nullable=True),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("why_rule", sa.String(length=12), nullable=True),
        sa.Column("why_handicap", sa.SmallInteger(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(status IN ('done', 'cancelled', 'expired')) = (ended_at IS NOT NULL)",
            name=op.f("ck_ticket_ended_has_moment"),
        ),
        sa.CheckConstraint(
            "action IN ('issue', 'call', 'recall', 'start', 'park', 'resume', 'transfer', 'requeue', 'complete', 'miss', 'cancel', 'expire')",
            name=op.f("ck_ticket_action_known"),
        ),
        sa.CheckConstraint("channel IN ('kiosk', 'desk', 'web', 'phone')", name=op.f("ck_ticket_channel_known")),
        sa.CheckConstraint("status <> 'serving' OR started_at IS NOT NULL", name=op.f("ck_ticket_serving_has_start")),
        sa.CheckConstraint("status <> 'waiting' OR window_id IS NULL", name=op.f("ck_ticket_waiting_has_no_window")),
        sa.CheckConstraint(
            "status IN ('waiting', 'called', 'serving', 'parked', 'done', 'missed', 'cancelled', 'expired')",
            name=op.f("ck_ticket_status_known"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('called', 'serving') OR (window_id IS NOT NULL AND called_at IS NOT NULL)",
            name=op.f("ck_ticket_called_has_window"),
        ),
        sa.CheckConstraint("credit_minutes BETWEEN 0 AND 120", name=op.f("ck_ticket_credit_bounded")),
        sa.ForeignKeyConstraint(
            ["bound_window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_ticket_bound_window"
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_ticket_hall_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_ticket_item_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_ticket_line"),
        sa.ForeignKeyConstraint(["priority_id"], ["priority.id"], name=op.f("fk_ticket_priority_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_ticket_staff_id")),
        sa.ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_ticket_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("hall_id", "business_day", "number", name="uq_ticket_number"),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_key")),
    )
    op.create_index(
        "ix_ticket_bound",
        "ticket",
        ["bound_window_id", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting' AND bound_window_id IS NOT NULL"),
        sqlite_where=sa.text("status = 'waiting' AND bound_window_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_done",
        "ticket",
        ["line_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("status = 'done'"),
        sqlite_where=sa.text("status = 'done'"),
    )
    op.create_index(
        "ix_ticket_live",
        "ticket",
        ["hall_id", "business_day"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_waiting",
        "ticket",
        ["line_id", "rank", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting' AND bound_window_id IS NULL"),
        sqlite_where=sa.text("status = 'waiting' AND bound_window_id IS NULL"),
    )
    op.create_index(
        "uq_ticket_at_window",
        "ticket",
        ["window_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('called', 'serving')"),
        sqlite_where=sa.text("status IN ('called', 'serving')"),
    )
    op.create_table(
        "window_line",
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handicap_minutes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("handicap_minutes BETWEEN 0 AND 240", name=op.f("ck_window_line_handicap_bounded")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_window_line_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_window_line_line"),
        sa.ForeignKeyConstraint(
            ["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_window_line_window"
        ),
        sa.PrimaryKeyConstraint("window_id", "line_id", name=op.f("pk_window_line")),
    )
    op.create_index("ix_window_line_line_id", "window_line", ["line_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_status", sa.String(length=12), nullable=True),
        sa.Column("to_status", sa.String(length=12), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_journal_hall_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_journal_line_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_journal_ticket_id")),
        sa.ForeignKeyConstraint(["window_id"], ["window.id"], name=op.f("fk_journal_window_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(
        "ix_journal_calls",
        "journal",
        ["hall_id", "id"],
        unique=False,
        postgresql_where=sa.text("action IN ('call', 'recall')"),
        sqlite_where=sa.text("action IN ('call', 'recall')"),
    )
    op.create_index("ix_journal_hall_id_id", "journal", ["hall_id", "id"], unique=False)
    op.create_index("ix_journal_ticket_id", "journal", ["ticket_id"], unique=False)
