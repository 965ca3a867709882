"""The tables of reminders: what somebody must deal with, and the chains of whoever is told when he does not."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of


class AlertKind(StrEnum):
    """What somebody must be reminded of, or what has gone wrong."""

    YELLOW = "yellow"
    RED = "red"
    NOTICE_DUE = "notice_due"
    NOTICE_MISSED = "notice_missed"
    SECOND_NOTICE = "second_notice"
    STEP_LATE = "step_late"
    PART_LATE = "part_late"
    DELIVERY_LATE = "delivery_late"
    HAND_OVER = "hand_over"
    PING_PONG = "ping_pong"
    CUSTODY = "custody"
    CALL_BACK = "call_back"
    MATTER = "matter"


class Chain(StrEnum):
    """Which way upwards: of first responsibility (R14), or of late cases (R34)."""

    FIRST = "first"
    LATE = "late"


class Alert(Base):
    """Something that happened once and that somebody must deal with; unanswered it climbs the chain.

    ``level``: how many have been told, the officer first, then the rungs of his chain; ``next_at``: when the next one
    is told, None: nobody more.
    """

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    event: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    enquiry_id: Mapped[int | None] = mapped_column(ForeignKey("enquiry.id"))
    # Whose duty it is, and whose department's chain it climbs.
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
    level: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("kind", AlertKind),
        CheckConstraint("level >= 0", name="level_not_negative"),
        CheckConstraint("ended_at >= at", name="ends_after_it_began"),
        Index(
            "ix_alert_next",
            "hall_id",
            "next_at",
            postgresql_where=text("ended_at IS NULL AND next_at IS NOT NULL"),
            sqlite_where=text("ended_at IS NULL AND next_at IS NOT NULL"),
        ),
        Index("ix_alert_officer", "officer_id", postgresql_where=ended_at.is_(None), sqlite_where=ended_at.is_(None)),
        Index("ix_alert_case_id", "case_id"),
        # What consoles list and count; what has ended is looked up by its name only, however much there is of it.
        Index(
            "ix_alert_hall_id_id",
            "hall_id",
            "id",
            postgresql_where=ended_at.is_(None),
            sqlite_where=ended_at.is_(None),
        ),
    )


class ChainStep(Base):
    """A rung of a chain: who is told when what is below has not been dealt with for so many hours (R14, R34)."""

    __tablename__ = "chain_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    chain: Mapped[str] = mapped_column(String(8))
    # NULL: for every department that has no chain of its own.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(60))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    phone: Mapped[str] = mapped_column(String(40), default="")
    after_hours: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        one_of("chain", Chain),
        CheckConstraint("level BETWEEN 1 AND 9", name="level_bounded"),
        CheckConstraint("after_hours BETWEEN 0 AND 720", name="after_bounded"),
        CheckConstraint("staff_id IS NOT NULL OR phone <> ''", name="reaches_somebody"),
        Index(
            "uq_chain_step_hall",
            "hall_id",
            "chain",
            "level",
            unique=True,
            postgresql_where=department_id.is_(None),
            sqlite_where=department_id.is_(None),
        ),
        Index(
            "uq_chain_step_department",
            "department_id",
            "chain",
            "level",
            unique=True,
            postgresql_where=department_id.is_not(None),
            sqlite_where=department_id.is_not(None),
        ),
    )
