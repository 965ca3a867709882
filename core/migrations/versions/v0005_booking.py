"""Booking: rules, slots with their counts, holds, appointments, the waiting list; tickets know what was booked."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "booking_rules",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("slot_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("share_percent", sa.SmallInteger(), nullable=False),
        sa.Column("online_percent", sa.SmallInteger(), nullable=False),
        sa.Column("phone_percent", sa.SmallInteger(), nullable=False),
        sa.Column("onsite_percent", sa.SmallInteger(), nullable=False),
        sa.Column("days_ahead", sa.SmallInteger(), nullable=False),
        sa.Column("notice_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("cancel_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("hold_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("a_day", sa.SmallInteger(), nullable=False),
        sa.Column("no_shows", sa.SmallInteger(), nullable=False),
        sa.Column("cancellations", sa.SmallInteger(), nullable=False),
        sa.Column("counted_days", sa.SmallInteger(), nullable=False),
        sa.Column("barred_days", sa.SmallInteger(), nullable=False),
        sa.Column("check_in_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("grace_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("late", sa.String(length=8), nullable=False),
        sa.Column("offer_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("portals", sa.Boolean(), nullable=False),
        sa.Column("keep_days", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("late IN ('walk_in', 'rebook')", name=op.f("ck_booking_rules_late_known")),
        sa.CheckConstraint("a_day BETWEEN 1 AND 50", name=op.f("ck_booking_rules_a_day_bounded")),
        sa.CheckConstraint(
            "check_in_minutes BETWEEN 0 AND 240 AND grace_minutes BETWEEN 0 AND 240",
            name=op.f("ck_booking_rules_check_in_bounded"),
        ),
        sa.CheckConstraint("days_ahead BETWEEN 0 AND 60", name=op.f("ck_booking_rules_ahead_bounded")),
        sa.CheckConstraint(
            "hold_minutes BETWEEN 1 AND 60 AND offer_minutes BETWEEN 5 AND 1440",
            name=op.f("ck_booking_rules_hold_bounded"),
        ),
        sa.CheckConstraint("keep_days BETWEEN 1 AND 3650", name=op.f("ck_booking_rules_keep_bounded")),
        sa.CheckConstraint(
            "no_shows BETWEEN 1 AND 50 AND cancellations BETWEEN 1 AND 50 AND counted_days BETWEEN 1 AND 365 AND barred_days BETWEEN 0 AND 365",
            name=op.f("ck_booking_rules_sanctions_bounded"),
        ),
        sa.CheckConstraint(
            "notice_minutes BETWEEN 0 AND 10080 AND cancel_minutes BETWEEN 0 AND 10080",
            name=op.f("ck_booking_rules_notice_bounded"),
        ),
        sa.CheckConstraint(
            "share_percent BETWEEN 0 AND 100 AND online_percent BETWEEN 0 AND 100 AND phone_percent BETWEEN 0 AND 100 AND onsite_percent BETWEEN 0 AND 100",
            name=op.f("ck_booking_rules_percents"),
        ),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name=op.f("ck_booking_rules_slot_bounded")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_booking_rules_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", name=op.f("pk_booking_rules")),
    )
    op.create_table(
        "visitor_record",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.Column("barred_until", Moment(), nullable=True),
        sa.Column("barred_for", sa.String(length=16), nullable=False),
        sa.Column("counted_from", Moment(), nullable=True),
        sa.Column("lifted_by", sa.String(length=40), nullable=False),
        sa.Column("lifted_why", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(barred_until IS NULL) = (barred_for = '')", name=op.f("ck_visitor_record_barred_has_reason")
        ),
        sa.CheckConstraint(
            "barred_for IN ('', 'no_shows', 'cancellations')", name=op.f("ck_visitor_record_barred_for_known")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_visitor_record_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "person", name=op.f("pk_visitor_record")),
    )
    op.create_table(
        "line_booking",
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("windows", sa.SmallInteger(), nullable=True),
        sa.Column("share_percent", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "windows BETWEEN 0 AND 500 AND share_percent BETWEEN 0 AND 100", name=op.f("ck_line_booking_bounded")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_line_booking_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_line_booking_line"),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_line_booking")),
    )
    op.create_table(
        "slot",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("booked", sa.SmallInteger(), nullable=False),
        sa.Column("held", sa.SmallInteger(), nullable=False),
        sa.Column("online", sa.SmallInteger(), nullable=False),
        sa.Column("phone", sa.SmallInteger(), nullable=False),
        sa.Column("onsite", sa.SmallInteger(), nullable=False),
        sa.Column("online_cap", sa.SmallInteger(), nullable=False),
        sa.Column("phone_cap", sa.SmallInteger(), nullable=False),
        sa.Column("onsite_cap", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("booked + held <= capacity", name=op.f("ck_slot_not_oversold")),
        sa.CheckConstraint("booked >= 0 AND held >= 0", name=op.f("ck_slot_counts_not_negative")),
        sa.CheckConstraint("online + phone + onsite = booked + held", name=op.f("ck_slot_channels_add_up")),
        sa.CheckConstraint("online BETWEEN 0 AND online_cap", name=op.f("ck_slot_online_capped")),
        sa.CheckConstraint("onsite BETWEEN 0 AND onsite_cap", name=op.f("ck_slot_onsite_capped")),
        sa.CheckConstraint("phone BETWEEN 0 AND phone_cap", name=op.f("ck_slot_phone_capped")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_slot_starts_before_ends")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_slot_hall_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_slot_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("id", "hall_id", "day", name="uq_slot_id_hall_id_day"),
        sa.UniqueConstraint("id", "hall_id", name="uq_slot_id_hall_id"),
        sa.UniqueConstraint("line_id", "starts_at", name="uq_slot_line_start"),
    )
    op.create_index("ix_slot_hall_id_day", "slot", ["hall_id", "day"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("slot_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("code_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("codes_sent", sa.SmallInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.CheckConstraint("channel IN ('online', 'phone', 'onsite')", name=op.f("ck_hold_channel_known")),
        sa.CheckConstraint("state IN ('held', 'confirmed', 'released', 'expired')", name=op.f("ck_hold_state_known")),
        sa.CheckConstraint("NOT verified OR phone_index IS NOT NULL", name=op.f("ck_hold_verified_has_phone")),
        sa.CheckConstraint("at < expires_at", name=op.f("ck_hold_expires_later")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_hold_hall_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_hold_item_id")),
        sa.ForeignKeyConstraint(["slot_id", "hall_id"], ["slot.id", "slot.hall_id"], name="fk_hold_slot"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("key", name=op.f("uq_hold_key")),
    )
    told = sa.text("phone_index IS NOT NULL")
    op.create_index("ix_hold_phone", "hold", ["phone_index", "at"], postgresql_where=told, sqlite_where=told)
    op.create_index(
        "ix_hold_held",
        "hold",
        ["slot_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
        sqlite_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "appointment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("slot_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("moves", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("visitor", sa.String(length=60), nullable=False),
        sa.Column("proxy", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("need", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.CheckConstraint("(status = 'booked') = (ended_at IS NULL)", name=op.f("ck_appointment_ended_has_moment")),
        sa.CheckConstraint(
            "(status = 'checked_in') = (ticket_id IS NOT NULL)", name=op.f("ck_appointment_checked_in_has_ticket")
        ),
        sa.CheckConstraint(
            "action IN ('book', 'move', 'check_in', 'cancel', 'miss')", name=op.f("ck_appointment_action_known")
        ),
        sa.CheckConstraint("channel IN ('online', 'phone', 'onsite')", name=op.f("ck_appointment_channel_known")),
        sa.CheckConstraint("language IN ('zh_CN', 'en')", name=op.f("ck_appointment_language_known")),
        sa.CheckConstraint(
            "sealed IS NOT NULL OR (visitor = '' AND proxy = '')", name=op.f("ck_appointment_forgotten_wholly")
        ),
        sa.CheckConstraint("status <> 'booked' OR person IS NOT NULL", name=op.f("ck_appointment_booked_for_somebody")),
        sa.CheckConstraint(
            "status IN ('booked', 'checked_in', 'cancelled', 'missed')", name=op.f("ck_appointment_status_known")
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_appointment_hall_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_appointment_item_id")),
        sa.ForeignKeyConstraint(
            ["slot_id", "hall_id", "day"], ["slot.id", "slot.hall_id", "slot.day"], name="fk_appointment_slot"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_appointment_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("code", name=op.f("uq_appointment_code")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_appointment_ticket_id")),
    )
    op.create_index("ix_appointment_hall_id_day", "appointment", ["hall_id", "day"], unique=False)
    op.create_index("ix_appointment_name_index", "appointment", ["name_index"], unique=False)
    op.create_index("ix_appointment_person_changed_at", "appointment", ["person", "changed_at"], unique=False)
    op.create_index("ix_appointment_phone_index", "appointment", ["phone_index"], unique=False)
    op.create_index("ix_appointment_slot_id", "appointment", ["slot_id"], unique=False)
    op.create_index(
        "uq_appointment_person",
        "appointment",
        ["person", "item_id", "day"],
        unique=True,
        postgresql_where=sa.text("status = 'booked'"),
        sqlite_where=sa.text("status = 'booked'"),
    )
    op.create_table(
        "waiting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.Time(), nullable=False),
        sa.Column("until", sa.Time(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hold_id", BIG, nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("visitor", sa.String(length=60), nullable=False),
        sa.Column("proxy", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("need", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.CheckConstraint(
            "(status IN ('waiting', 'offered')) = (ended_at IS NULL)", name=op.f("ck_waiting_ended_has_moment")
        ),
        sa.CheckConstraint(
            "status NOT IN ('offered', 'taken') OR hold_id IS NOT NULL", name=op.f("ck_waiting_offered_has_hold")
        ),
        sa.CheckConstraint("channel IN ('online', 'phone', 'onsite')", name=op.f("ck_waiting_channel_known")),
        sa.CheckConstraint("language IN ('zh_CN', 'en')", name=op.f("ck_waiting_language_known")),
        sa.CheckConstraint(
            "sealed IS NOT NULL OR (visitor = '' AND proxy = '')", name=op.f("ck_waiting_forgotten_wholly")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'taken', 'lapsed', 'withdrawn')", name=op.f("ck_waiting_status_known")
        ),
        sa.CheckConstraint("ended_at IS NOT NULL OR person IS NOT NULL", name=op.f("ck_waiting_waits_for_somebody")),
        sa.CheckConstraint("since < until", name=op.f("ck_waiting_since_before_until")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_waiting_hall_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_waiting_hold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_waiting_item_id")),
        sa.ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_waiting_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_waiting_hold_id")),
        sa.UniqueConstraint("key", name=op.f("uq_waiting_key")),
    )
    op.create_index(
        "ix_waiting_next",
        "waiting",
        ["line_id", "day", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "uq_waiting_person",
        "waiting",
        ["person", "item_id", "day"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("ticket", sa.Column("booked_for", Moment(), nullable=True))
