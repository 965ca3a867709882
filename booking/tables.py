"""The tables of booking: rules, slots with their counts, holds, appointments, the waiting list, visitors' records."""

from datetime import date, datetime, time

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of
from ..queue.ticket import Language
from .state import Action, Channel, HoldState, Late, Status, WaitingStatus


class Rules(Base):
    """How a hall takes bookings; a hall without a row has the defaults."""

    __tablename__ = "booking_rules"

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    # How long a slot is, and how much of the hall's work is given to bookings.
    slot_minutes: Mapped[int] = mapped_column(SmallInteger, default=30)
    share_percent: Mapped[int] = mapped_column(SmallInteger, default=30)
    # At most so much of a slot's places may go through each channel.
    online_percent: Mapped[int] = mapped_column(SmallInteger, default=80)
    phone_percent: Mapped[int] = mapped_column(SmallInteger, default=50)
    onsite_percent: Mapped[int] = mapped_column(SmallInteger, default=50)
    # Working days ahead that are open, and the least notice.
    days_ahead: Mapped[int] = mapped_column(SmallInteger, default=5)
    notice_minutes: Mapped[int] = mapped_column(SmallInteger, default=60)
    cancel_minutes: Mapped[int] = mapped_column(SmallInteger, default=120)
    hold_minutes: Mapped[int] = mapped_column(SmallInteger, default=5)
    a_day: Mapped[int] = mapped_column(SmallInteger, default=3)
    # So many of either in so many days bar online booking for so many days.
    no_shows: Mapped[int] = mapped_column(SmallInteger, default=2)
    cancellations: Mapped[int] = mapped_column(SmallInteger, default=5)
    counted_days: Mapped[int] = mapped_column(SmallInteger, default=30)
    barred_days: Mapped[int] = mapped_column(SmallInteger, default=30)
    # Check-in begins so long before the slot; so late keeps the place; what becomes of who comes later.
    check_in_minutes: Mapped[int] = mapped_column(SmallInteger, default=30)
    grace_minutes: Mapped[int] = mapped_column(SmallInteger, default=15)
    late: Mapped[str] = mapped_column(String(8), default=Late.WALK_IN)
    # How long somebody on the waiting list has to take what he is offered.
    offer_minutes: Mapped[int] = mapped_column(SmallInteger, default=30)
    # Other systems may book online for visitors whose phone they have checked themselves; the pages always check.
    portals: Mapped[bool] = mapped_column(default=True)
    # Personal data are wiped so many days after the appointment.
    keep_days: Mapped[int] = mapped_column(SmallInteger, default=90)

    __table_args__ = (
        CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="slot_bounded"),
        CheckConstraint(
            "share_percent BETWEEN 0 AND 100 AND online_percent BETWEEN 0 AND 100 "
            "AND phone_percent BETWEEN 0 AND 100 AND onsite_percent BETWEEN 0 AND 100",
            name="percents",
        ),
        CheckConstraint("days_ahead BETWEEN 0 AND 60", name="ahead_bounded"),
        CheckConstraint(
            "notice_minutes BETWEEN 0 AND 10080 AND cancel_minutes BETWEEN 0 AND 10080", name="notice_bounded"
        ),
        CheckConstraint("hold_minutes BETWEEN 1 AND 60 AND offer_minutes BETWEEN 5 AND 1440", name="hold_bounded"),
        CheckConstraint("a_day BETWEEN 1 AND 50", name="a_day_bounded"),
        CheckConstraint(
            "no_shows BETWEEN 1 AND 50 AND cancellations BETWEEN 1 AND 50 "
            "AND counted_days BETWEEN 1 AND 365 AND barred_days BETWEEN 0 AND 365",
            name="sanctions_bounded",
        ),
        CheckConstraint(
            "check_in_minutes BETWEEN 0 AND 240 AND grace_minutes BETWEEN 0 AND 240", name="check_in_bounded"
        ),
        one_of("late", Late),
        CheckConstraint("keep_days BETWEEN 1 AND 3650", name="keep_bounded"),
    )


class LineRules(Base):
    """What a line does otherwise than its hall. NULL: as the hall says, with the line's own windows."""

    __tablename__ = "line_booking"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    line_id: Mapped[int] = mapped_column(Id, unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    windows: Mapped[int | None] = mapped_column(SmallInteger)
    share_percent: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_line_booking_line"),
        CheckConstraint("windows BETWEEN 0 AND 500 AND share_percent BETWEEN 0 AND 100", name="bounded"),
    )


class Slot(Base):
    """Some minutes of a line's day with places to book. The counts follow holds and appointments by trigger."""

    __tablename__ = "slot"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    line_id: Mapped[int] = mapped_column(Id)
    day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    capacity: Mapped[int] = mapped_column(SmallInteger)
    # Set by hand: planning leaves it alone.
    fixed: Mapped[bool] = mapped_column(default=False)
    # Neither taken nor offered: the day or the line is closed, or its hours have changed.
    closed: Mapped[bool] = mapped_column(default=False)
    booked: Mapped[int] = mapped_column(SmallInteger, default=0)
    held: Mapped[int] = mapped_column(SmallInteger, default=0)
    online: Mapped[int] = mapped_column(SmallInteger, default=0)
    phone: Mapped[int] = mapped_column(SmallInteger, default=0)
    onsite: Mapped[int] = mapped_column(SmallInteger, default=0)
    online_cap: Mapped[int] = mapped_column(SmallInteger)
    phone_cap: Mapped[int] = mapped_column(SmallInteger)
    onsite_cap: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("line_id", "starts_at", name="uq_slot_line_start"),
        # Holds and appointments of one hall can never be tied to a slot of another.
        UniqueConstraint("id", "hall_id", name="uq_slot_id_hall_id"),
        UniqueConstraint("id", "hall_id", "day", name="uq_slot_id_hall_id_day"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_slot_line"),
        CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        CheckConstraint("booked >= 0 AND held >= 0", name="counts_not_negative"),
        # Never oversold, and never made smaller than what is taken.
        CheckConstraint("booked + held <= capacity", name="not_oversold"),
        CheckConstraint("online + phone + onsite = booked + held", name="channels_add_up"),
        CheckConstraint("online BETWEEN 0 AND online_cap", name="online_capped"),
        CheckConstraint("phone BETWEEN 0 AND phone_cap", name="phone_capped"),
        CheckConstraint("onsite BETWEEN 0 AND onsite_cap", name="onsite_capped"),
        Index("ix_slot_hall_id_day", "hall_id", "day"),
    )


class Hold(Base):
    """A place kept for a few minutes for whoever has its key, or for whoever on the waiting list it is offered to."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    slot_id: Mapped[int] = mapped_column(Id)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    channel: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default=HoldState.HELD)
    at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    # The phone that a code was sent to, and the code's digest; both blind.
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    code_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    codes_sent: Mapped[int] = mapped_column(SmallInteger, default=0)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    verified: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        ForeignKeyConstraint(["slot_id", "hall_id"], ["slot.id", "slot.hall_id"], name="fk_hold_slot"),
        one_of("channel", Channel),
        one_of("state", HoldState),
        CheckConstraint("at < expires_at", name="expires_later"),
        CheckConstraint("NOT verified OR phone_index IS NOT NULL", name="verified_has_phone"),
        # What has run out is looked for by the sweep, and by whoever finds a slot full.
        Index(
            "ix_hold_held",
            "slot_id",
            "expires_at",
            postgresql_where=state == HoldState.HELD,
            sqlite_where=state == HoldState.HELD,
        ),
        # How many codes went to a phone lately.
        Index(
            "ix_hold_phone",
            "phone_index",
            "at",
            postgresql_where=phone_index.is_not(None),
            sqlite_where=phone_index.is_not(None),
        ),
    )


class Booker:
    """Who it is for: in full only sealed; blind indexes to find him by; masked for staff lists (R61).

    ``person`` is who the limits count: his identity number, or without one his phone. A proxy (R52) is sealed, too.
    """

    visitor: Mapped[str] = mapped_column(String(60))
    proxy: Mapped[str] = mapped_column(String(60), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    person: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    need: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(5), default=Language.CHINESE)


class Appointment(Booker, Base):
    """A booked place. ``code`` is what people say and type; ``slot`` says when; a checked-in one has its ticket."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    slot_id: Mapped[int] = mapped_column(Id)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    # The slot's own day: a person's appointments of a day are held to one by a constraint.
    day: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(10), default=Status.BOOKED)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    # The last move, from which the trigger writes the journal.
    moves: Mapped[int] = mapped_column(SmallInteger, default=0)
    action: Mapped[str] = mapped_column(String(10), default=Action.BOOK)
    actor: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        ForeignKeyConstraint(
            ["slot_id", "hall_id", "day"], ["slot.id", "slot.hall_id", "slot.day"], name="fk_appointment_slot"
        ),
        one_of("channel", Channel),
        one_of("status", Status),
        one_of("action", Action),
        one_of("language", Language),
        CheckConstraint("(status = 'checked_in') = (ticket_id IS NOT NULL)", name="checked_in_has_ticket"),
        CheckConstraint("(status = 'booked') = (ended_at IS NULL)", name="ended_has_moment"),
        CheckConstraint("sealed IS NOT NULL OR (visitor = '' AND proxy = '')", name="forgotten_wholly"),
        CheckConstraint("status <> 'booked' OR person IS NOT NULL", name="booked_for_somebody"),
        # One active appointment per person, item and day.
        Index(
            "uq_appointment_person",
            "person",
            "item_id",
            "day",
            unique=True,
            postgresql_where=status == Status.BOOKED,
            sqlite_where=status == Status.BOOKED,
        ),
        Index("ix_appointment_hall_id_day", "hall_id", "day"),
        Index("ix_appointment_slot_id", "slot_id"),
        Index("ix_appointment_person_changed_at", "person", "changed_at"),
        Index("ix_appointment_phone_index", "phone_index"),
        Index("ix_appointment_name_index", "name_index"),
    )


class Waiting(Booker, Base):
    """A place on the waiting list of a line's day, between two local times; offered freed places in order of ``id``."""

    __tablename__ = "waiting"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    line_id: Mapped[int] = mapped_column(Id)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    day: Mapped[date] = mapped_column(Date)
    since: Mapped[time] = mapped_column(default=time.min)
    until: Mapped[time] = mapped_column(default=time.max)
    channel: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(10), default=WaitingStatus.WAITING)
    at: Mapped[datetime] = mapped_column(Moment)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"), unique=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_waiting_line"),
        one_of("channel", Channel),
        one_of("status", WaitingStatus),
        one_of("language", Language),
        CheckConstraint("since < until", name="since_before_until"),
        CheckConstraint("(status IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended_has_moment"),
        CheckConstraint("status NOT IN ('offered', 'taken') OR hold_id IS NOT NULL", name="offered_has_hold"),
        CheckConstraint("sealed IS NOT NULL OR (visitor = '' AND proxy = '')", name="forgotten_wholly"),
        CheckConstraint("ended_at IS NOT NULL OR person IS NOT NULL", name="waits_for_somebody"),
        # One place in the queue per person, item and day.
        Index(
            "uq_waiting_person",
            "person",
            "item_id",
            "day",
            unique=True,
            postgresql_where=ended_at.is_(None),
            sqlite_where=ended_at.is_(None),
        ),
        Index(
            "ix_waiting_next",
            "line_id",
            "day",
            "id",
            postgresql_where=status == WaitingStatus.WAITING,
            sqlite_where=status == WaitingStatus.WAITING,
        ),
    )


class Record(Base):
    """What is held against a person in a hall. Its row is locked while somebody books for him, so limits hold."""

    __tablename__ = "visitor_record"

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    person: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    barred_until: Mapped[datetime | None] = mapped_column(Moment)
    barred_for: Mapped[str] = mapped_column(String(16), default="")
    # No-shows and cancellations before this moment do not count again.
    counted_from: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[str] = mapped_column(String(40), default="")
    lifted_why: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        CheckConstraint("(barred_until IS NULL) = (barred_for = '')", name="barred_has_reason"),
        CheckConstraint("barred_for IN ('', 'no_shows', 'cancellations')", name="barred_for_known"),
    )
