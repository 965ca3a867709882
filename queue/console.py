"""What an officer sees at his window: who is here, who is next and why, who is parked or was missed, his own day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    CompoundSelect,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import MINUTE, business_day
from ..core.types import Moment
from .calling import Rule
from .facts import HallFacts, WindowFacts
from .hall import Kind
from .moves import COLUMNS, TicketRow
from .rank import effective
from .staff import Duty
from .ticket import AT_WINDOW, Status, Ticket
from .window import WindowLine

NEXT_SHOWN = 5
ASIDE_SHOWN = 20

_WINDOW: BindParameter[Any] = bindparam("window")
_HERE = select(*COLUMNS).where(Ticket.window_id == _WINDOW, Ticket.status.in_(AT_WINDOW))
_ASIDE = (
    select(*COLUMNS)
    .where(
        Ticket.hall_id == bindparam("hall"),
        # A hall may keep what was parked over night.
        or_(Ticket.business_day == bindparam("day"), Ticket.status == Status.PARKED),
        Ticket.ended_at.is_(None),
        Ticket.status.in_((Status.PARKED, Status.MISSED)),
        # Whoever was missed anywhere is told to go to the first desk.
        or_(Ticket.window_id == _WINDOW, bindparam("first_desk", type_=Boolean) & (Ticket.status == Status.MISSED)),
    )
    .order_by(Ticket.changed_at.desc())
    .limit(ASIDE_SHOWN)
)
_WAITS = (Ticket.status == Status.WAITING) & (Ticket.callable_at <= bindparam("now", type_=Moment))
_IN_LANES = _WAITS & Ticket.bound_window_id.is_(None) & (WindowLine.window_id == _WINDOW)
_LANES = (
    select(*COLUMNS, WindowLine.handicap_minutes)
    .join(WindowLine, WindowLine.line_id == Ticket.line_id)
    .where(_IN_LANES)
    .order_by(Ticket.rank + WindowLine.handicap_minutes * literal(MINUTE, BigInteger), Ticket.id)
    .limit(NEXT_SHOWN)
)
_BOUND = (
    select(*COLUMNS, literal(0).label("handicap_minutes"))
    .where(_WAITS, Ticket.bound_window_id == _WINDOW)
    .order_by(Ticket.rank, Ticket.id)
    .limit(NEXT_SHOWN)
)
_WAITING = select(
    select(func.count())
    .select_from(Ticket)
    .join(WindowLine, WindowLine.line_id == Ticket.line_id)
    .where(_IN_LANES)
    .scalar_subquery()
    + select(func.count()).select_from(Ticket).where(_WAITS, Ticket.bound_window_id == _WINDOW).scalar_subquery()
)
# Who asked for some more minutes, or came before the time that he booked: not to be called yet, but here.
_LATER = select(func.count().label("people"), func.min(Ticket.callable_at).label("first")).where(
    Ticket.status == Status.WAITING,
    Ticket.callable_at > bindparam("now", type_=Moment),
    or_(
        Ticket.bound_window_id == _WINDOW,
        Ticket.bound_window_id.is_(None)
        & Ticket.line_id.in_(select(WindowLine.line_id).where(WindowLine.window_id == _WINDOW)),
    ),
)
_STAFF: BindParameter[Any] = bindparam("staff")
_OWN_DAY: CompoundSelect[Any] = union_all(
    select(literal("duty").label("what"), Duty.since.label("since"), cast(null(), Moment).label("until")).where(
        Duty.staff_id == _STAFF, Duty.until.is_(None)
    ),
    select(Ticket.status, Ticket.started_at, Ticket.ended_at).where(
        Ticket.staff_id == _STAFF,
        Ticket.business_day == bindparam("day"),
        Ticket.status.in_((Status.DONE, Status.MISSED)),
    ),
)


class OwnDay(NamedTuple):
    """An officer's own day: cases done, their mean minutes (None without any), who was missed and has not come back."""

    served: int
    minutes: float | None
    missed: int
    since: datetime | None
    """Since when he sits where he sits now; None when he sits nowhere."""


class Upcoming(NamedTuple):
    """Somebody who will be called soon, and by which rule; ``handicap`` in minutes."""

    ticket: TicketRow
    rule: Rule
    handicap: int


class Later(NamedTuple):
    """How many are not to be called before a moment to come, and the first of these moments."""

    people: int
    first: datetime | None


class Console(NamedTuple):
    """``waiting``: everybody whom this window may call now; ``upcoming``: the first of them, in order."""

    here: TicketRow | None
    upcoming: Sequence[Upcoming]
    waiting: int
    later: Later
    parked: Sequence[TicketRow]
    missed: Sequence[TicketRow]
    day: OwnDay


async def read(
    connection: AsyncConnection, hall: HallFacts, window: WindowFacts, staff_id: int | None, now: datetime
) -> Console:
    """The picture of a window's console; ``staff_id``: the officer whose day is counted."""
    asked = {
        "hall": hall.id,
        "day": business_day(now, hall.timezone),
        "window": window.id,
        "staff": staff_id,
        "now": now,
        "first_desk": window.kind is Kind.FIRST_INQUIRY,
    }
    here = (await connection.execute(_HERE, asked)).first()
    aside = (await connection.execute(_ASIDE, asked)).all()
    waiting = (await connection.execute(_WAITING, asked)).scalar_one()
    bound: Sequence[Any] = (await connection.execute(_BOUND, asked)).all()
    lanes: Sequence[Any] = (await connection.execute(_LANES, asked)).all()
    upcoming = [Upcoming(row, Rule.BOUND, 0) for row in bound]
    upcoming += [Upcoming(row, Rule.HELP if row.handicap_minutes else Rule.OWN, row.handicap_minutes) for row in lanes]
    upcoming.sort(key=lambda next_: (effective(next_.ticket.rank, next_.handicap), next_.ticket.id))
    return Console(
        here,
        upcoming[:NEXT_SHOWN],
        waiting,
        Later(*(await connection.execute(_LATER, asked)).one()),
        [row for row in aside if row.status == Status.PARKED],
        [row for row in aside if row.status == Status.MISSED],
        _own_day((await connection.execute(_OWN_DAY, asked)).all()),
    )


def _own_day(rows: Sequence[Any]) -> OwnDay:
    minutes = [(row.until - row.since).total_seconds() / 60 for row in rows if row.what == Status.DONE]
    return OwnDay(
        len(minutes),
        sum(minutes) / len(minutes) if minutes else None,
        sum(row.what == Status.MISSED for row in rows),
        next((row.since for row in rows if row.what == "duty"), None),
    )
