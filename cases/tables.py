"""The tables of cases: what was accepted from whom, its clock, its papers, parts and steps."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of
from ..queue.hall import CaseKind
from ..queue.ticket import Language
from . import numbers
from .clock import LONGEST_EXTENSION, Light
from .state import Action, Outcome, Procedure, State

LONGEST_REASON: Final = 500


class Rules(Base):
    """How a hall keeps its word; a hall without a row has the defaults."""

    __tablename__ = "case_rules"

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    # Working days left at which the light turns yellow (R36).
    warning_days: Mapped[int] = mapped_column(SmallInteger, default=1)
    # How long the receiver of a hand-over has to acknowledge it (R4).
    handover_minutes: Mapped[int] = mapped_column(SmallInteger, default=15)
    # How long a leader has to answer what was put before him (R9).
    matter_hours: Mapped[int] = mapped_column(SmallInteger, default=4)
    # Working days in which what was taken in for somebody else must have reached him (R7).
    custody_days: Mapped[int] = mapped_column(SmallInteger, default=1)
    # Personal data are wiped so many days after the end of a case (R61).
    keep_days: Mapped[int] = mapped_column(SmallInteger, default=1825)

    __table_args__ = (
        CheckConstraint("warning_days BETWEEN 0 AND 30", name="warning_bounded"),
        CheckConstraint("handover_minutes BETWEEN 1 AND 1440", name="handover_bounded"),
        CheckConstraint("matter_hours BETWEEN 1 AND 240", name="matter_bounded"),
        CheckConstraint("custody_days BETWEEN 1 AND 30", name="custody_bounded"),
        CheckConstraint("keep_days BETWEEN 30 AND 18250", name="keep_bounded"),
    )


class CaseCounter(numbers.DayCounter, Base):
    __tablename__ = "case_counter"


class Case(Base):
    """A case. ``officer``: who accepted it; ``holder``: whose duty it is now; ``first_officer`` never changes (R1).

    What the clock makes of it (`clock.deadline`) stands beside what it follows from, so that lists and the watch
    need not count again.
    """

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    # The item as it was when the case began (R28).
    version_id: Mapped[int] = mapped_column(Id)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    # Whose matter it is now: the item's department, or the one that it was forwarded to.
    unit_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    window_number: Mapped[str] = mapped_column(String(20))
    # A complaint (R8): it does not exist for whom it is none of his business.
    confidential: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str | None] = mapped_column(String(10))
    first_officer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    # Who applies: in full only sealed; blind indexes to find him by; masked for lists (R61).
    applicant: Mapped[str] = mapped_column(String(80))
    company: Mapped[bool]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    language: Mapped[str] = mapped_column(String(5), default=Language.CHINESE)
    # [{name, count, on}]: the item's list and what came besides; ``on`` is the day it was handed in, or null.
    materials: Mapped[list[Any]] = mapped_column(JSON)

    # What happened.
    received_at: Mapped[datetime] = mapped_column(Moment)
    received_on: Mapped[date] = mapped_column(Date)
    statutory_days: Mapped[int] = mapped_column(SmallInteger)
    days: Mapped[int] = mapped_column(SmallInteger)
    complete: Mapped[bool]
    # Why the notice could not be given on the spot (R20).
    why_later: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    noticed_on: Mapped[date | None] = mapped_column(Date)
    completed_on: Mapped[date | None] = mapped_column(Date)
    extended: Mapped[int] = mapped_column(SmallInteger, default=0)
    extended_on: Mapped[date | None] = mapped_column(Date)
    # The date on the decision, or the day on which a refusal was told (R25).
    decided_on: Mapped[date | None] = mapped_column(Date)
    # When the hall's own time ended: then, or with the report to the higher authority.
    ended_on: Mapped[date | None] = mapped_column(Date)
    # Working days that it took (R33).
    actual_days: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    delivered_on: Mapped[date | None] = mapped_column(Date)
    parts_open: Mapped[int] = mapped_column(SmallInteger, default=0)

    # What follows from it, as judged at ``judged_at``.
    accepted_on: Mapped[date | None] = mapped_column(Date)
    notice_by: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    yellow_on: Mapped[date | None] = mapped_column(Date)
    provisional: Mapped[bool] = mapped_column(default=False)
    light: Mapped[str | None] = mapped_column(String(6))
    deliver_by: Mapped[date | None] = mapped_column(Date)
    judged_at: Mapped[datetime] = mapped_column(Moment)

    # The last move, from which the trigger writes the journal.
    moves: Mapped[int] = mapped_column(SmallInteger, default=0)
    action: Mapped[str] = mapped_column(String(12), default=Action.ACCEPT)
    actor: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")

    __table_args__ = (
        UniqueConstraint("id", "hall_id", name="uq_case_file_id_hall_id"),
        ForeignKeyConstraint(
            ["version_id", "hall_id"], ["item_version.id", "item_version.hall_id"], name="fk_case_file_version"
        ),
        one_of("kind", CaseKind),
        one_of("state", State),
        one_of("outcome", Outcome),
        one_of("light", Light),
        one_of("action", Action),
        one_of("language", Language),
        CheckConstraint("(kind = 'returned') = (state = 'refused')", name="refused_is_returned"),
        CheckConstraint(
            "(outcome IS NULL) = (state NOT IN ('decided', 'rejected', 'refused', 'withdrawn', 'delivered'))",
            name="over_has_outcome",
        ),
        CheckConstraint(
            "outcome NOT IN ('rejected', 'refused') OR reason <> '' OR sealed IS NULL", name="refusal_has_reason"
        ),
        CheckConstraint(
            "complete OR noticed_on IS NOT NULL OR completed_on IS NOT NULL OR why_later <> '' "
            "OR state = 'refused' OR sealed IS NULL",
            name="later_has_reason",
        ),
        CheckConstraint("NOT complete OR (noticed_on IS NULL AND completed_on IS NULL)", name="complete_needs_nothing"),
        CheckConstraint("(state = 'noticed') <= (noticed_on IS NOT NULL)", name="noticed_has_day"),
        CheckConstraint(f"extended BETWEEN 0 AND {LONGEST_EXTENSION}", name="extension_bounded"),
        CheckConstraint("(extended > 0) = (extended_on IS NOT NULL)", name="extended_has_day"),
        CheckConstraint("kind <> 'immediate' OR (extended = 0 AND days = 0)", name="immediate_same_day"),
        CheckConstraint("kind IN ('immediate', 'returned') OR days > 0", name="promise_has_days"),
        CheckConstraint("days <= statutory_days OR statutory_days = 0", name="promise_within_statute"),
        # Its dates are in order.
        CheckConstraint("accepted_on >= received_on", name="accepted_after_receipt"),
        CheckConstraint("due_on >= accepted_on", name="due_after_acceptance"),
        CheckConstraint("noticed_on >= received_on AND completed_on >= received_on", name="materials_after_receipt"),
        CheckConstraint("ended_on >= accepted_on", name="ended_after_acceptance"),
        CheckConstraint("decided_on >= ended_on AND delivered_on >= decided_on", name="delivered_after_end"),
        CheckConstraint(
            "(outcome IN ('approved', 'rejected')) IS NOT TRUE OR decided_on IS NOT NULL", name="decided_has_day"
        ),
        CheckConstraint("(state = 'delivered') = (delivered_on IS NOT NULL)", name="delivered_has_day"),
        # What runs has a day on which it is due, what stands still has none.
        CheckConstraint(
            "state NOT IN ('accepted', 'forwarded', 'handled', 'joined') "
            "OR (due_on IS NOT NULL AND light IS NOT NULL AND yellow_on IS NOT NULL)",
            name="running_has_due_day",
        ),
        CheckConstraint(
            "state NOT IN ('received', 'noticed', 'suspended') OR (due_on IS NULL AND light IS NULL)",
            name="still_has_none",
        ),
        CheckConstraint("state <> 'received' OR notice_by IS NOT NULL", name="received_owes_notice"),
        CheckConstraint("state NOT IN ('decided', 'rejected', 'reported') OR ended_on IS NOT NULL", name="end_has_day"),
        CheckConstraint(
            "kind = 'forwarded' OR kind = 'returned' OR unit_id = department_id", name="only_forwarded_leaves"
        ),
        # A joint case ends when all its parts have (R3).
        CheckConstraint(
            "parts_open >= 0 AND (parts_open = 0 OR state NOT IN ('decided', 'rejected', 'delivered'))",
            name="parts_close_first",
        ),
        CheckConstraint(
            "sealed IS NOT NULL OR (outcome IS NOT NULL AND applicant = '' AND name_index IS NULL "
            "AND phone_index IS NULL)",
            name="forgotten_wholly",
        ),
        # What the watch looks for, among the cases of years.
        Index(
            "ix_case_file_watch",
            "hall_id",
            "state",
            postgresql_where=text("outcome IS NULL"),
            sqlite_where=text("outcome IS NULL"),
        ),
        Index(
            "ix_case_file_deliver",
            "hall_id",
            "deliver_by",
            postgresql_where=text("outcome IS NOT NULL AND delivered_on IS NULL AND deliver_by IS NOT NULL"),
            sqlite_where=text("outcome IS NOT NULL AND delivered_on IS NULL AND deliver_by IS NOT NULL"),
        ),
        Index("ix_case_file_hall_id_id", "hall_id", "id"),
        Index(
            "ix_case_file_holder_id",
            "holder_id",
            postgresql_where=text("outcome IS NULL"),
            sqlite_where=text("outcome IS NULL"),
        ),
        Index("ix_case_file_ticket_id", "ticket_id"),
        # Lists of what is over: by light, or by whose duty it was.
        Index(
            "ix_case_file_over",
            "hall_id",
            "light",
            "id",
            postgresql_where=text("outcome IS NOT NULL"),
            sqlite_where=text("outcome IS NOT NULL"),
        ),
        Index("ix_case_file_holder_id_id", "holder_id", "id"),
        Index("ix_case_file_name_index", "name_index"),
        Index("ix_case_file_phone_index", "phone_index"),
        Index("ix_case_file_received", "hall_id", "received_on"),
        # What is still to be forgotten.
        Index(
            "ix_case_file_kept",
            "hall_id",
            "received_on",
            postgresql_where=text("outcome IS NOT NULL AND sealed IS NOT NULL"),
            sqlite_where=text("outcome IS NOT NULL AND sealed IS NOT NULL"),
        ),
        Index("ix_case_file_received_at", "hall_id", "received_at"),
    )


class Suspended(Base):
    """A special procedure of a case, from the day it began to the day it ended (R35)."""

    __tablename__ = "case_suspension"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    procedure: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        one_of("procedure", Procedure),
        CheckConstraint("ended_on >= began_on", name="ends_after_it_began"),
        # One at a time.
        Index(
            "uq_case_suspension_open",
            "case_id",
            unique=True,
            postgresql_where=ended_on.is_(None),
            sqlite_where=ended_on.is_(None),
        ),
        Index("ix_case_suspension_case_id", "case_id", "began_on"),
    )


class Part(Base):
    """What another department does of a joint case, with a clock of its own (R3)."""

    __tablename__ = "case_part"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    days: Mapped[int] = mapped_column(SmallInteger)
    sent_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opinion: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")

    __table_args__ = (
        UniqueConstraint("case_id", "department_id", name="uq_case_part_department"),
        CheckConstraint("days BETWEEN 1 AND 500", name="days_bounded"),
        CheckConstraint("(done_on IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
        CheckConstraint("done_on IS NULL OR opinion <> ''", name="done_has_opinion"),
        CheckConstraint("due_on > sent_on AND done_on >= sent_on", name="days_in_order"),
    )


class StepRun(Base):
    """One step of a case's procedure with its own time and responsible post (R27)."""

    __tablename__ = "case_step"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(60))
    days: Mapped[int] = mapped_column(SmallInteger)
    began_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("case_id", "position", name="uq_case_step_position"),
        CheckConstraint("due_on >= began_on AND ended_on >= began_on", name="days_in_order"),
        Index(
            "uq_case_step_running",
            "case_id",
            unique=True,
            postgresql_where=ended_on.is_(None),
            sqlite_where=ended_on.is_(None),
        ),
    )


class PaperKind(StrEnum):
    """What is printed and handed out; each is numbered by its prefix and the case's number."""

    ACCEPTANCE = "acceptance"
    NOTICE = "notice"
    REFUSAL = "refusal"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    EXTENSION = "extension"
    APPROVAL = "approval"
    REJECTION = "rejection"
    DELIVERY = "delivery"
    FORWARDING = "forwarding"
    JOINT = "joint"


class Document(Base):
    """A paper as it was handed out; ``content`` has nothing of who it is for. ``key``: the name in its link."""

    __tablename__ = "case_document"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(30), unique=True)
    day: Mapped[date] = mapped_column(Date)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # A second notice, which a supervisor answers for (R15).
    forced: Mapped[bool] = mapped_column(default=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        one_of("kind", PaperKind),
        CheckConstraint("NOT forced OR kind = 'notice'", name="only_notices_forced"),
        # One notice lists everything (R15), and there is one of each of these.
        Index(
            "uq_case_document_once",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("NOT forced AND kind NOT IN ('suspension', 'resumption', 'forwarding', 'joint')"),
            sqlite_where=text("NOT forced AND kind NOT IN ('suspension', 'resumption', 'forwarding', 'joint')"),
        ),
        Index("ix_case_document_case_id", "case_id"),
    )
