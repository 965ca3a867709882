"""Cases with their clock, parts, steps and papers; alerts and the chains that they climb; first officers."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0008"
down_revision = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _case_counter()
    _case_rules()
    _chain_step()
    _case_file()
    _alert()
    _case_document()
    _case_part()
    _case_step()
    _case_suspension()
    _officers()


def _case_counter() -> None:
    op.create_table(
        "case_counter",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_case_counter_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_case_counter")),
    )


def _case_rules() -> None:
    op.create_table(
        "case_rules",
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("warning_days", sa.SmallInteger(), nullable=False),
        sa.Column("handover_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("matter_hours", sa.SmallInteger(), nullable=False),
        sa.Column("custody_days", sa.SmallInteger(), nullable=False),
        sa.Column("keep_days", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("custody_days BETWEEN 1 AND 30", name=op.f("ck_case_rules_custody_bounded")),
        sa.CheckConstraint("handover_minutes BETWEEN 1 AND 1440", name=op.f("ck_case_rules_handover_bounded")),
        sa.CheckConstraint("keep_days BETWEEN 30 AND 18250", name=op.f("ck_case_rules_keep_bounded")),
        sa.CheckConstraint("matter_hours BETWEEN 1 AND 240", name=op.f("ck_case_rules_matter_bounded")),
        sa.CheckConstraint("warning_days BETWEEN 0 AND 30", name=op.f("ck_case_rules_warning_bounded")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_case_rules_hall_id")),
        sa.PrimaryKeyConstraint("hall_id", name=op.f("pk_case_rules")),
    )


def _chain_step() -> None:
    op.create_table(
        "chain_step",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("chain", sa.String(8), nullable=False),
        sa.Column("department_id", BIG, nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("after_hours", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("chain IN ('first', 'late')", name=op.f("ck_chain_step_chain_known")),
        sa.CheckConstraint("staff_id IS NOT NULL OR phone <> ''", name=op.f("ck_chain_step_reaches_somebody")),
        sa.CheckConstraint("after_hours BETWEEN 0 AND 720", name=op.f("ck_chain_step_after_bounded")),
        sa.CheckConstraint("level BETWEEN 1 AND 9", name=op.f("ck_chain_step_level_bounded")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_chain_step_department_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_chain_step_hall_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_chain_step_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_step")),
    )
    op.create_index(
        "uq_chain_step_department",
        "chain_step",
        ["department_id", "chain", "level"],
        unique=True,
        postgresql_where=sa.text("department_id IS NOT NULL"),
        sqlite_where=sa.text("department_id IS NOT NULL"),
    )
    op.create_index(
        "uq_chain_step_hall",
        "chain_step",
        ["hall_id", "chain", "level"],
        unique=True,
        postgresql_where=sa.text("department_id IS NULL"),
        sqlite_where=sa.text("department_id IS NULL"),
    )


def _case_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("department_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("window_number", sa.String(20), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=True),
        sa.Column("first_officer_id", BIG, nullable=False),
        sa.Column("officer_id", BIG, nullable=False),
        sa.Column("holder_id", BIG, nullable=False),
        sa.Column("applicant", sa.String(80), nullable=False),
        sa.Column("company", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_index", sa.LargeBinary(16), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("statutory_days", sa.SmallInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("why_later", sa.String(500), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("extended", sa.SmallInteger(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("actual_days", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("parts_open", sa.SmallInteger(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("notice_by", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("yellow_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("light", sa.String(6), nullable=True),
        sa.Column("deliver_by", sa.Date(), nullable=True),
        sa.Column("judged_at", Moment(), nullable=False),
        sa.Column("moves", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.String(12), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.CheckConstraint("(kind = 'returned') = (state = 'refused')", name=op.f("ck_case_file_refused_is_returned")),
        sa.CheckConstraint(
            "(outcome IN ('approved', 'rejected')) IS NOT TRUE OR decided_on IS NOT NULL",
            name=op.f("ck_case_file_decided_has_day"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (state NOT IN ('decided', 'rejected', 'refused', 'withdrawn', 'delivered'))",
            name=op.f("ck_case_file_over_has_outcome"),
        ),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_on IS NOT NULL)", name=op.f("ck_case_file_delivered_has_day")
        ),
        sa.CheckConstraint(
            "(state = 'noticed') <= (noticed_on IS NOT NULL)", name=op.f("ck_case_file_noticed_has_day")
        ),
        sa.CheckConstraint(
            "action IN ('accept', 'notice', 'supplement', 'complete', 'deem', 'refuse', 'suspend', 'resume', 'extend', 'forward', 'take', 'join', 'step', 'report', 'decide', 'reject', 'withdraw', 'deliver')",
            name=op.f("ck_case_file_action_known"),
        ),
        sa.CheckConstraint(
            "complete OR noticed_on IS NOT NULL OR completed_on IS NOT NULL OR why_later <> '' OR state = 'refused' OR sealed IS NULL",
            name=op.f("ck_case_file_later_has_reason"),
        ),
        sa.CheckConstraint(
            "kind <> 'immediate' OR (extended = 0 AND days = 0)", name=op.f("ck_case_file_immediate_same_day")
        ),
        sa.CheckConstraint(
            "kind = 'forwarded' OR kind = 'returned' OR unit_id = department_id",
            name=op.f("ck_case_file_only_forwarded_leaves"),
        ),
        sa.CheckConstraint(
            "kind IN ('immediate', 'promised', 'reported', 'forwarded', 'joint', 'returned')",
            name=op.f("ck_case_file_kind_known"),
        ),
        sa.CheckConstraint("kind IN ('immediate', 'returned') OR days > 0", name=op.f("ck_case_file_promise_has_days")),
        sa.CheckConstraint("language IN ('zh_CN', 'en')", name=op.f("ck_case_file_language_known")),
        sa.CheckConstraint("light IN ('green', 'yellow', 'red')", name=op.f("ck_case_file_light_known")),
        sa.CheckConstraint(
            "outcome IN ('approved', 'rejected', 'refused', 'withdrawn')", name=op.f("ck_case_file_outcome_known")
        ),
        sa.CheckConstraint(
            "outcome NOT IN ('rejected', 'refused') OR reason <> '' OR sealed IS NULL",
            name=op.f("ck_case_file_refusal_has_reason"),
        ),
        sa.CheckConstraint(
            "parts_open >= 0 AND (parts_open = 0 OR state NOT IN ('decided', 'rejected', 'delivered'))",
            name=op.f("ck_case_file_parts_close_first"),
        ),
        sa.CheckConstraint(
            "sealed IS NOT NULL OR (outcome IS NOT NULL AND applicant = '' AND name_index IS NULL AND phone_index IS NULL)",
            name=op.f("ck_case_file_forgotten_wholly"),
        ),
        sa.CheckConstraint(
            "state <> 'received' OR notice_by IS NOT NULL", name=op.f("ck_case_file_received_owes_notice")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'noticed', 'accepted', 'suspended', 'forwarded', 'handled', 'joined', 'reported', 'decided', 'rejected', 'refused', 'withdrawn', 'delivered')",
            name=op.f("ck_case_file_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'forwarded', 'handled', 'joined') OR (due_on IS NOT NULL AND light IS NOT NULL AND yellow_on IS NOT NULL)",
            name=op.f("ck_case_file_running_has_due_day"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('decided', 'rejected', 'reported') OR ended_on IS NOT NULL",
            name=op.f("ck_case_file_end_has_day"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('received', 'noticed', 'suspended') OR (due_on IS NULL AND light IS NULL)",
            name=op.f("ck_case_file_still_has_none"),
        ),
        sa.CheckConstraint("(extended > 0) = (extended_on IS NOT NULL)", name=op.f("ck_case_file_extended_has_day")),
        sa.CheckConstraint(
            "NOT complete OR (noticed_on IS NULL AND completed_on IS NULL)",
            name=op.f("ck_case_file_complete_needs_nothing"),
        ),
        sa.CheckConstraint("accepted_on >= received_on", name=op.f("ck_case_file_accepted_after_receipt")),
        sa.CheckConstraint(
            "days <= statutory_days OR statutory_days = 0", name=op.f("ck_case_file_promise_within_statute")
        ),
        sa.CheckConstraint(
            "decided_on >= ended_on AND delivered_on >= decided_on", name=op.f("ck_case_file_delivered_after_end")
        ),
        sa.CheckConstraint("due_on >= accepted_on", name=op.f("ck_case_file_due_after_acceptance")),
        sa.CheckConstraint("ended_on >= accepted_on", name=op.f("ck_case_file_ended_after_acceptance")),
        sa.CheckConstraint("extended BETWEEN 0 AND 10", name=op.f("ck_case_file_extension_bounded")),
        sa.CheckConstraint(
            "noticed_on >= received_on AND completed_on >= received_on",
            name=op.f("ck_case_file_materials_after_receipt"),
        ),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_case_file_department_id")),
        sa.ForeignKeyConstraint(["first_officer_id"], ["staff.id"], name=op.f("fk_case_file_first_officer_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_case_file_hall_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name=op.f("fk_case_file_holder_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_case_file_item_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_case_file_officer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_case_file_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["department.id"], name=op.f("fk_case_file_unit_id")),
        sa.ForeignKeyConstraint(
            ["version_id", "hall_id"], ["item_version.id", "item_version.hall_id"], name="fk_case_file_version"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("id", "hall_id", name="uq_case_file_id_hall_id"),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    op.create_index(
        "ix_case_file_deliver",
        "case_file",
        ["hall_id", "deliver_by"],
        unique=False,
        postgresql_where=sa.text("outcome IS NOT NULL AND delivered_on IS NULL AND deliver_by IS NOT NULL"),
        sqlite_where=sa.text("outcome IS NOT NULL AND delivered_on IS NULL AND deliver_by IS NOT NULL"),
    )
    op.create_index("ix_case_file_hall_id_id", "case_file", ["hall_id", "id"], unique=False)
    op.create_index(
        "ix_case_file_holder_id",
        "case_file",
        ["holder_id"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )
    op.create_index("ix_case_file_holder_id_id", "case_file", ["holder_id", "id"], unique=False)
    op.create_index(
        "ix_case_file_kept",
        "case_file",
        ["hall_id", "received_on"],
        unique=False,
        postgresql_where=sa.text("outcome IS NOT NULL AND sealed IS NOT NULL"),
        sqlite_where=sa.text("outcome IS NOT NULL AND sealed IS NOT NULL"),
    )
    op.create_index("ix_case_file_name_index", "case_file", ["name_index"], unique=False)
    op.create_index(
        "ix_case_file_over",
        "case_file",
        ["hall_id", "light", "id"],
        unique=False,
        postgresql_where=sa.text("outcome IS NOT NULL"),
        sqlite_where=sa.text("outcome IS NOT NULL"),
    )
    op.create_index("ix_case_file_phone_index", "case_file", ["phone_index"], unique=False)
    op.create_index("ix_case_file_received", "case_file", ["hall_id", "received_on"], unique=False)
    op.create_index("ix_case_file_received_at", "case_file", ["hall_id", "received_at"], unique=False)
    op.create_index("ix_case_file_ticket_id", "case_file", ["ticket_id"], unique=False)
    op.create_index(
        "ix_case_file_watch",
        "case_file",
        ["hall_id", "state"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("case_id", BIG, nullable=True),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("enquiry_id", BIG, nullable=True),
        sa.Column("officer_id", BIG, nullable=True),
        sa.Column("department_id", BIG, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('yellow', 'red', 'notice_due', 'notice_missed', 'second_notice', 'step_late', 'part_late', 'delivery_late', 'hand_over', 'ping_pong', 'custody', 'call_back', 'matter')",
            name=op.f("ck_alert_kind_known"),
        ),
        sa.CheckConstraint("ended_at >= at", name=op.f("ck_alert_ends_after_it_began")),
        sa.CheckConstraint("level >= 0", name=op.f("ck_alert_level_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_alert_case_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_alert_department_id")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_alert_enquiry_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_alert_hall_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["staff.id"], name=op.f("fk_alert_officer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_alert_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("event", name=op.f("uq_alert_event")),
    )
    op.create_index("ix_alert_case_id", "alert", ["case_id"], unique=False)
    op.create_index(
        "ix_alert_hall_id_id",
        "alert",
        ["hall_id", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_alert_next",
        "alert",
        ["hall_id", "next_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND next_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alert_officer",
        "alert",
        ["officer_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )


def _case_document() -> None:
    op.create_table(
        "case_document",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.CheckConstraint("NOT forced OR kind = 'notice'", name=op.f("ck_case_document_only_notices_forced")),
        sa.CheckConstraint(
            "kind IN ('acceptance', 'notice', 'refusal', 'suspension', 'resumption', 'extension', 'approval', 'rejection', 'delivery', 'forwarding', 'joint')",
            name=op.f("ck_case_document_kind_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_document_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_document_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_document")),
        sa.UniqueConstraint("key", name=op.f("uq_case_document_key")),
        sa.UniqueConstraint("number", name=op.f("uq_case_document_number")),
    )
    op.create_index("ix_case_document_case_id", "case_document", ["case_id"], unique=False)
    op.create_index(
        "uq_case_document_once",
        "case_document",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("NOT forced AND kind NOT IN ('suspension', 'resumption', 'forwarding', 'joint')"),
        sqlite_where=sa.text("NOT forced AND kind NOT IN ('suspension', 'resumption', 'forwarding', 'joint')"),
    )


def _case_part() -> None:
    op.create_table(
        "case_part",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("department_id", BIG, nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("opinion", sa.String(500), nullable=False),
        sa.CheckConstraint("done_on IS NULL OR opinion <> ''", name=op.f("ck_case_part_done_has_opinion")),
        sa.CheckConstraint("(done_on IS NULL) = (done_by_id IS NULL)", name=op.f("ck_case_part_done_by_somebody")),
        sa.CheckConstraint("days BETWEEN 1 AND 500", name=op.f("ck_case_part_days_bounded")),
        sa.CheckConstraint("due_on > sent_on AND done_on >= sent_on", name=op.f("ck_case_part_days_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_part_case_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_case_part_department_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff.id"], name=op.f("fk_case_part_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_part")),
        sa.UniqueConstraint("case_id", "department_id", name="uq_case_part_department"),
    )


def _case_step() -> None:
    op.create_table(
        "case_step",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("post", sa.String(60), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.CheckConstraint("due_on >= began_on AND ended_on >= began_on", name=op.f("ck_case_step_days_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_step_case_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["staff.id"], name=op.f("fk_case_step_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
        sa.UniqueConstraint("case_id", "position", name="uq_case_step_position"),
    )
    op.create_index(
        "uq_case_step_running",
        "case_step",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
        sqlite_where=sa.text("ended_on IS NULL"),
    )


def _case_suspension() -> None:
    op.create_table(
        "case_suspension",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("procedure", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "procedure IN ('hearing', 'tender', 'auction', 'inspection', 'testing', 'quarantine', 'appraisal', 'expert_review')",
            name=op.f("ck_case_suspension_procedure_known"),
        ),
        sa.CheckConstraint("ended_on >= began_on", name=op.f("ck_case_suspension_ends_after_it_began")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_suspension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_suspension")),
    )
    op.create_index("ix_case_suspension_case_id", "case_suspension", ["case_id", "began_on"], unique=False)
    op.create_index(
        "uq_case_suspension_open",
        "case_suspension",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
        sqlite_where=sa.text("ended_on IS NULL"),
    )


def _officers() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("phone", sa.String(40), server_default="", nullable=False))
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("phone", server_default=None)
    with op.batch_alter_table("ticket") as ticket:
        ticket.add_column(sa.Column("first_officer_id", BIG, nullable=True))
        ticket.create_foreign_key(op.f("fk_ticket_first_officer_id"), "staff", ["first_officer_id"], ["id"])
