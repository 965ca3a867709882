"""A ticket: its states, the one table of lawful moves, and the row with its invariants."""

from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

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


class Status(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Action(StrEnum):
    ISSUE = "issue"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    PARK = "park"
    RESUME = "resume"
    TRANSFER = "transfer"
    REQUEUE = "requeue"
    COMPLETE = "complete"
    MISS = "miss"
    CANCEL = "cancel"
    EXPIRE = "expire"
    POSTPONE = "postpone"
    """The visitor needs some minutes more and moves back, once."""
    UNDO = "undo"
    """The officer takes his last action back; where it leads, `UNDONE` says."""


class Language(StrEnum):
    """What a visitor reads and is called in."""

    CHINESE = "zh_CN"
    ENGLISH = "en"


class Channel(StrEnum):
    KIOSK = "kiosk"
    DESK = "desk"
    WEB = "web"
    PHONE = "phone"


TRANSITIONS: Final = MappingProxyType(
    {
        (Status.WAITING, Action.CALL): Status.CALLED,
        (Status.WAITING, Action.TRANSFER): Status.WAITING,
        (Status.WAITING, Action.CANCEL): Status.CANCELLED,
        (Status.WAITING, Action.EXPIRE): Status.EXPIRED,
        (Status.WAITING, Action.POSTPONE): Status.WAITING,
        (Status.CALLED, Action.RECALL): Status.CALLED,
        (Status.CALLED, Action.START): Status.SERVING,
        (Status.CALLED, Action.PARK): Status.PARKED,
        (Status.CALLED, Action.TRANSFER): Status.WAITING,
        (Status.CALLED, Action.MISS): Status.MISSED,
        (Status.CALLED, Action.CANCEL): Status.CANCELLED,
        (Status.CALLED, Action.EXPIRE): Status.EXPIRED,
        (Status.SERVING, Action.PARK): Status.PARKED,
        (Status.SERVING, Action.TRANSFER): Status.WAITING,
        (Status.SERVING, Action.COMPLETE): Status.DONE,
        (Status.SERVING, Action.EXPIRE): Status.EXPIRED,
        (Status.PARKED, Action.RESUME): Status.SERVING,
        (Status.PARKED, Action.TRANSFER): Status.WAITING,
        (Status.PARKED, Action.REQUEUE): Status.WAITING,
        (Status.PARKED, Action.CANCEL): Status.CANCELLED,
        (Status.PARKED, Action.EXPIRE): Status.EXPIRED,
        (Status.MISSED, Action.REQUEUE): Status.WAITING,
        (Status.MISSED, Action.CANCEL): Status.CANCELLED,
    }
)
"""Every lawful move. The database's guard, the buttons of a window and the journal's check are derived from it."""

TARGET: Final = MappingProxyType({action: target for (_, action), target in TRANSITIONS.items()})
"""Where an action leads; the same from everywhere (a test holds the table to that)."""

UNDOABLE: Final = (Action.START, Action.PARK, Action.COMPLETE, Action.MISS, Action.TRANSFER)
"""A call is not among them: it has been heard."""

UNDONE: Final = MappingProxyType(
    {action: frozenset(before for before, known in TRANSITIONS if known is action) for action in UNDOABLE}
)
"""The last action -> the states that it came from, to one of which undoing it leads back."""

AT_WINDOW: Final = (Status.CALLED, Status.SERVING)


def sources(action: Action) -> tuple[Status, ...]:
    """The states from which an action is lawful."""
    return tuple(status for status, known in TRANSITIONS if known is action)


def actions(status: Status) -> tuple[Action, ...]:
    """What can be done with a ticket in this state: the buttons of a window."""
    return tuple(action for known, action in TRANSITIONS if known is status)


def _arrival(context: Any) -> Any:
    return context.get_current_parameters()["arrival"]


class Counter(Base):
    """The last number given in a line on a day. Taken with an upsert: the row lock makes numbers unique and dense."""

    __tablename__ = "counter"

    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), primary_key=True)
    business_day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


class Ticket(Base):
    """A visitor's place. ``key`` is the unguessable name that links and the API use; ``id`` never leaves the house."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    business_day: Mapped[date] = mapped_column(Date)
    number: Mapped[str] = mapped_column(String(12))
    line_id: Mapped[int] = mapped_column(Id)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id"))
    channel: Mapped[str] = mapped_column(String(8))
    # The code of a known need (`queue.needs`), or free words (R53), and the officer who goes to help.
    need: Mapped[str] = mapped_column(String(60), default="")
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # What the visitor left at a desk: masked for staff lists, in full only sealed (R61).
    visitor: Mapped[str] = mapped_column(String(60), default="")
    visitor_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(5), default=Language.CHINESE)
    # Why this line and not another: the routing's reason, printed on the slip.
    route_reason: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12))

    # The place in the order: microseconds since 1970, arrival less credit (design: rank).
    arrival: Mapped[datetime] = mapped_column(Moment)
    credit_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)
    rank: Mapped[int] = mapped_column(Id)
    # Not called before: its arrival, or later when the visitor asked for some minutes more.
    callable_at: Mapped[datetime] = mapped_column(Moment, default=_arrival)
    postponed: Mapped[bool] = mapped_column(default=False)
    # The time that was booked, for somebody with an appointment.
    booked_for: Mapped[datetime | None] = mapped_column(Moment)
    # Only this window may call it: a transfer to one window, or B's window covering for A.
    bound_window_id: Mapped[int | None] = mapped_column(Id)

    window_id: Mapped[int | None] = mapped_column(Id)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Who met the visitor first, on whatever channel (R1); once known it never changes.
    first_officer_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    recalls: Mapped[int] = mapped_column(SmallInteger, default=0)
    called_at: Mapped[datetime | None] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    # Why this ticket was the next one when it was called.
    why_rule: Mapped[str | None] = mapped_column(String(12))
    why_handicap: Mapped[int | None] = mapped_column(SmallInteger)

    # The last move, from which the trigger writes the journal.
    moves: Mapped[int] = mapped_column(default=0)
    action: Mapped[str] = mapped_column(String(12), default=Action.ISSUE)
    actor: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        # A number is given once a day.
        UniqueConstraint("hall_id", "business_day", "number", name="uq_ticket_number"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_ticket_line"),
        ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_ticket_window"),
        ForeignKeyConstraint(
            ["bound_window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_ticket_bound_window"
        ),
        # A window has one person in front of it.
        Index(
            "uq_ticket_at_window",
            "window_id",
            unique=True,
            postgresql_where=status.in_(AT_WINDOW),
            sqlite_where=status.in_(AT_WINDOW),
        ),
        one_of("status", Status),
        one_of("action", Action),
        one_of("channel", Channel),
        one_of("language", Language),
        CheckConstraint("(visitor = '') = (visitor_sealed IS NULL)", name="visitor_sealed_and_masked"),
        CheckConstraint("callable_at >= arrival AND (postponed OR callable_at = arrival)", name="callable_on_arrival"),
        CheckConstraint(
            "status NOT IN ('called', 'serving') OR (window_id IS NOT NULL AND called_at IS NOT NULL)",
            name="called_has_window",
        ),
        CheckConstraint("status <> 'serving' OR started_at IS NOT NULL", name="serving_has_start"),
        CheckConstraint("status <> 'waiting' OR window_id IS NULL", name="waiting_has_no_window"),
        CheckConstraint(
            "(status IN ('done', 'cancelled', 'expired')) = (ended_at IS NOT NULL)", name="ended_has_moment"
        ),
        CheckConstraint("credit_minutes BETWEEN 0 AND 120", name="credit_bounded"),
        # The claim reads the head of each line from these two; old tickets are not in them.
        Index(
            "ix_ticket_waiting",
            "line_id",
            "rank",
            "id",
            postgresql_where=(status == Status.WAITING) & bound_window_id.is_(None),
            sqlite_where=(status == Status.WAITING) & bound_window_id.is_(None),
        ),
        Index(
            "ix_ticket_bound",
            "bound_window_id",
            "rank",
            "id",
            postgresql_where=(status == Status.WAITING) & bound_window_id.is_not(None),
            sqlite_where=(status == Status.WAITING) & bound_window_id.is_not(None),
        ),
        # What boards, consoles and the day's end look at: everything that is not over. Said by the moment, not by
        # the status: a planner that believes nobody waits (its figures are last night's) would claim from here.
        Index(
            "ix_ticket_live",
            "hall_id",
            "business_day",
            postgresql_where=ended_at.is_(None),
            sqlite_where=ended_at.is_(None),
        ),
        # Recent handling times of a line.
        Index(
            "ix_ticket_done",
            "line_id",
            "ended_at",
            postgresql_where=status == Status.DONE,
            sqlite_where=status == Status.DONE,
        ),
        # An officer's own figures of the day.
        Index(
            "ix_ticket_officer",
            "staff_id",
            "business_day",
            postgresql_where=status.in_((Status.DONE, Status.MISSED)),
            sqlite_where=status.in_((Status.DONE, Status.MISSED)),
        ),
    )
