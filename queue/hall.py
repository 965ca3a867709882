"""What a hall is made of: zones, departments, lines, items, agencies, priorities, hours and the hall's own rules."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of


class Kind(StrEnum):
    """What a line or a window is for."""

    ORDINARY = "ordinary"
    COMPREHENSIVE = "comprehensive"
    FIRST_INQUIRY = "first_inquiry"
    COMPLAINT = "complaint"


class CaseKind(StrEnum):
    """How an item is dealt with (R21). ``returned`` is what became of a case, never what an item is."""

    IMMEDIATE = "immediate"
    """即办件: ended on the day on which it is received (R22)."""
    PROMISED = "promised"
    """承诺件: within a promised number of working days (R23)."""
    REPORTED = "reported"
    """上报件: examined here, decided by a higher authority."""
    FORWARDED = "forwarded"
    """转办件: received here, passed on to the authority that is responsible."""
    JOINT = "joint"
    """联办件: several departments deal with it, one of them leads."""
    RETURNED = "returned"
    """退回件: handed back to the applicant."""


ITEM_KINDS = tuple(kind for kind in CaseKind if kind is not CaseKind.RETURNED)


CALL_TEXT = "请{number}号到{window}号窗口办理"
CALL_TEXT_EN = "Ticket {number}, please go to window {window}"


class Hall(Base):
    """A service hall and the rules it sets for itself."""

    __tablename__ = "hall"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100), default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    ticker: Mapped[str] = mapped_column(String(400), default="")
    # How often a window recalls before it may call somebody missed.
    recalls_before_missed: Mapped[int] = mapped_column(SmallInteger, default=2)
    # A missed visitor who comes back is called after so many others.
    return_after: Mapped[int] = mapped_column(SmallInteger, default=3)
    # Parked tickets outlive the day's end.
    keep_parked: Mapped[bool] = mapped_column(default=False)
    # Numbers are given outside opening hours too (demonstrations, training).
    always_open: Mapped[bool] = mapped_column(default=False)
    # Public holidays do not close it: the weekday's hours hold (R38).
    open_on_holidays: Mapped[bool] = mapped_column(default=False)
    # What is said at a call (R47), with the fields of `queue.calltext`; a line may say it otherwise.
    call_text: Mapped[str] = mapped_column(String(120), default=CALL_TEXT)
    call_text_en: Mapped[str] = mapped_column(String(160), default=CALL_TEXT_EN)
    # Boards show but do not speak between these local times; the spell may run over midnight.
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    # Where visitors complain, on every staff card (R43).
    complaint_phone: Mapped[str] = mapped_column(String(40), default="")
    # Somebody who waits longer than this in a line is shown to the supervisor.
    wait_limit_minutes: Mapped[int] = mapped_column(SmallInteger, default=30)
    # "I need so many minutes more": a visitor may move back once; 0 where the hall does not allow it.
    postpone_minutes: Mapped[int] = mapped_column(SmallInteger, default=10)

    __table_args__ = (
        CheckConstraint("recalls_before_missed BETWEEN 0 AND 9", name="recalls_bounded"),
        CheckConstraint("return_after BETWEEN 0 AND 50", name="return_bounded"),
        CheckConstraint("wait_limit_minutes BETWEEN 1 AND 480", name="wait_limit_bounded"),
        CheckConstraint("postpone_minutes BETWEEN 0 AND 60", name="postpone_bounded"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_has_both_ends"),
    )


class Zone(Base):
    """A part of the building that visitors find by its name, such as ``A区1楼``."""

    __tablename__ = "zone"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    name: Mapped[str] = mapped_column(String(40))

    __table_args__ = (UniqueConstraint("hall_id", "name"),)


class Department(Base):
    """A government department or utility with windows or items in the hall."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))

    __table_args__ = (UniqueConstraint("hall_id", "code"),)


class Line(Base):
    """A queue; ``prefix`` starts its ticket numbers."""

    __tablename__ = "line"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    prefix: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(60))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    kind: Mapped[str] = mapped_column(String(16))
    # Empty and NULL: as the hall says.
    call_text: Mapped[str] = mapped_column(String(120), default="")
    call_text_en: Mapped[str] = mapped_column(String(160), default="")
    wait_limit_minutes: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("hall_id", "prefix"),
        one_of("kind", Kind),
        CheckConstraint("wait_limit_minutes BETWEEN 1 AND 480", name="wait_limit_bounded"),
        # A window or ticket of one hall can never be tied to a line of another: its foreign key carries the hall.
        UniqueConstraint("id", "hall_id", name="uq_line_id_hall_id"),
    )


class Agency(Base):
    """An office outside this centre that serves what is not served here (R5)."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (UniqueConstraint("hall_id", "name"),)


class Item(Base):
    """An item of service (事项). Served here by a line, or elsewhere by an agency."""

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    code: Mapped[str] = mapped_column(String(40))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    line_id: Mapped[int | None] = mapped_column(Id)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[str] = mapped_column(String(200))
    # Pinyin initials of the name, for search at the kiosk.
    initials: Mapped[str] = mapped_column(String(200), default="")
    audience: Mapped[str] = mapped_column(String(20))
    case_kind: Mapped[str] = mapped_column(String(12))
    statutory_days: Mapped[int] = mapped_column(SmallInteger)
    promised_days: Mapped[int] = mapped_column(SmallInteger)
    bookable: Mapped[bool] = mapped_column(default=False)
    minutes_mean: Mapped[float]
    minutes_sd: Mapped[float]
    # Expected visits on an average weekday: the order of the kiosk's favourites.
    popularity: Mapped[float] = mapped_column(default=0.0)
    fee_yuan: Mapped[float] = mapped_column(default=0.0)
    materials: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # What its guide says besides (R18, R46): 设定依据, 受理条件, 办理流程.
    basis: Mapped[str] = mapped_column(String(1000), default="")
    conditions: Mapped[str] = mapped_column(String(1000), default="")
    procedure: Mapped[str] = mapped_column(String(1000), default="")
    # Each step with its standard time and who answers for it (R27): [{"name": str, "days": int, "post": str}].
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Only the form of what is handed in is looked at: then it is done at once (R26).
    form_only: Mapped[bool] = mapped_column(default=False)
    # Where no limit is named, a complex item has longer (R31).
    complex: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("hall_id", "code"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_item_line"),
        one_of("case_kind", ITEM_KINDS),
        CheckConstraint("case_kind = 'immediate' OR NOT form_only", name="form_only_immediate"),
        CheckConstraint("case_kind = 'immediate' OR promised_days > 0", name="limit_named"),
        CheckConstraint("(line_id IS NULL) <> (agency_id IS NULL)", name="served_here_or_elsewhere"),
        CheckConstraint("promised_days >= 0 AND promised_days <= statutory_days", name="promise_within_statute"),
        CheckConstraint("case_kind <> 'immediate' OR promised_days = 0", name="immediate_same_day"),
        CheckConstraint("minutes_mean > 0 AND minutes_sd >= 0", name="minutes_positive"),
        CheckConstraint("popularity >= 0 AND fee_yuan >= 0", name="figures_not_negative"),
    )


class ItemVersion(Base):
    """What an item was from ``at`` until its next version (R28). A trigger writes it; it is never changed.

    A case keeps the version under which it was received: a promise is not altered afterwards.
    """

    __tablename__ = "item_version"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str] = mapped_column(String(200))
    case_kind: Mapped[str] = mapped_column(String(12))
    statutory_days: Mapped[int] = mapped_column(SmallInteger)
    promised_days: Mapped[int] = mapped_column(SmallInteger)
    fee_yuan: Mapped[float]
    materials: Mapped[list[Any]] = mapped_column(JSON)
    basis: Mapped[str] = mapped_column(String(1000))
    conditions: Mapped[str] = mapped_column(String(1000))
    procedure: Mapped[str] = mapped_column(String(1000))
    steps: Mapped[list[Any]] = mapped_column(JSON)
    form_only: Mapped[bool]
    complex: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        # A case of one hall never keeps the version of another's item.
        UniqueConstraint("id", "hall_id", name="uq_item_version_id_hall_id"),
        CheckConstraint("version > 0", name="version_positive"),
    )


VERSIONED = tuple(
    column.name
    for column in ItemVersion.__table__.columns
    if column.name not in ("id", "hall_id", "item_id", "version", "at")
)
"""The columns of an item that a case keeps: a change of one of them makes the item's next version."""


class Priority(Base):
    """A published priority class (R45) with its bounded credit in minutes."""

    __tablename__ = "priority"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60), default="")
    credit_minutes: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("hall_id", "code"),
        CheckConstraint("credit_minutes BETWEEN 1 AND 120", name="credit_bounded"),
    )


def _unique_where(name: str, columns: str, where: str) -> Index:
    """Uniqueness of rows some of whose columns are NULL: both databases would take two NULLs for different."""
    return Index(name, *columns.split(), unique=True, postgresql_where=text(where), sqlite_where=text(where))


class Hours(Base):
    """One opening spell of a weekday (1 = Monday), local time; two of them leave a noon break (R37).

    Of the hall, or of one line (R38); all the year, or in the season from ``since`` through ``until``.
    """

    __tablename__ = "hours"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    line_id: Mapped[int | None] = mapped_column(Id)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        _unique_where("uq_hours_hall", "hall_id weekday opens", "line_id IS NULL AND since IS NULL"),
        _unique_where("uq_hours_hall_season", "hall_id weekday opens since", "line_id IS NULL AND since IS NOT NULL"),
        _unique_where("uq_hours_line", "line_id weekday opens", "line_id IS NOT NULL AND since IS NULL"),
        _unique_where(
            "uq_hours_line_season", "line_id weekday opens since", "line_id IS NOT NULL AND since IS NOT NULL"
        ),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_hours_line"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_known"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
        CheckConstraint("(since IS NULL) = (until IS NULL)", name="season_has_both_ends"),
        CheckConstraint("since <= until", name="since_not_after_until"),
    )


class HoursException(Base):
    """One spell of a date on which the hall, or one line, has other hours; without times it is closed that day."""

    __tablename__ = "hours_exception"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    line_id: Mapped[int | None] = mapped_column(Id)
    day: Mapped[date] = mapped_column(Date)
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    # Told to the public wherever the hours of that day are.
    reason: Mapped[str] = mapped_column(String(100))
    reason_en: Mapped[str] = mapped_column(String(160), default="")

    __table_args__ = (
        _unique_where("uq_hours_exception_hall", "hall_id day opens", "line_id IS NULL AND opens IS NOT NULL"),
        _unique_where("uq_hours_exception_hall_closed", "hall_id day", "line_id IS NULL AND opens IS NULL"),
        _unique_where("uq_hours_exception_line", "line_id day opens", "line_id IS NOT NULL AND opens IS NOT NULL"),
        _unique_where("uq_hours_exception_line_closed", "line_id day", "line_id IS NOT NULL AND opens IS NULL"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_hours_exception_line"),
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="spell_has_both_ends"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
        CheckConstraint("reason <> ''", name="says_why"),
    )


class WorkingDay(Base):
    """A date that counts as a working day, or does not, otherwise than the published calendar says (R39)."""

    __tablename__ = "working_day"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    day: Mapped[date] = mapped_column(Date)
    working: Mapped[bool]
    # The festival, or for which one the day is made up.
    name: Mapped[str] = mapped_column(String(40))

    __table_args__ = (UniqueConstraint("hall_id", "day"), CheckConstraint("name <> ''", name="says_why"))
