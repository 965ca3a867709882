"""A hall's own words for what people are told."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TO_OFFICERS = "matter_put matter_answered alert_officer alert_chain alert_unassigned"
KINDS = (
    "appointment_booked appointment_moved appointment_moved_by_hall appointment_cancelled appointment_cancelled_by_hall "
    "appointment_reminder appointment_missed appointment_void booking_code booking_record "
    "waiting_joined waiting_offered waiting_lapsed waiting_closed "
    "case_accepted case_received case_noticed case_completed case_deemed case_refused case_suspended case_resumed "
    f"case_extended case_revised case_decided case_rejected case_reported {TO_OFFICERS}"
)


def _among(choices: str) -> str:
    return f"IN ({', '.join(repr(choice) for choice in choices.split())})"


def upgrade() -> None:
    op.create_table(
        "message_template",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.CheckConstraint(f"kind {_among(KINDS)}", name=op.f("ck_message_template_kind_known")),
        sa.CheckConstraint(f"language {_among('zh_CN en')}", name=op.f("ck_message_template_language_known")),
        sa.CheckConstraint("trim(text) <> ''", name=op.f("ck_message_template_says_something")),
        sa.CheckConstraint("length(text) <= 300", name=op.f("ck_message_template_text_bounded")),
        sa.CheckConstraint(
            f"language = 'zh_CN' OR kind NOT {_among(TO_OFFICERS)}",
            name=op.f("ck_message_template_officers_in_chinese"),
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_message_template_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint("hall_id", "kind", "language", name="uq_message_template_kind"),
    )
