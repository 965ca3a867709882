"""Whom officers sent on today, and whether somebody took him over (R4): read from the journal.

A hand-over is a number taken for a visitor at a desk, a transfer out of a first desk's window, or one to another line
or to one window. It keeps the place in the queue. The receiver acknowledges it (`receiving`), or takes it by starting;
until then the sender answers for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, String, and_, bindparam, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core.clock import business_day
from ..core.journal import Journal
from .actor import Actor
from .facts import HallFacts
from .hall import Kind
from .staff import Staff
from .ticket import Action, Channel, Status, Ticket

MOST_SHOWN = 100
ANYBODY = ""


class State(StrEnum):
    """How far a hand-over has come."""

    OPEN = "open"
    """The visitor waits there."""
    ACKNOWLEDGED = "acknowledged"
    """The visitor waits there, and the receiver knows and answers for him."""
    CALLED = "called"
    TAKEN = "taken"
    """The receiver started."""
    MISSED = "missed"
    GONE = "gone"
    """The visitor gave up, or the day ended."""


class HandOver(NamedTuple):
    """``row``: ticket columns ``key, number, item_id, status, window_id``; where it was sent ``line_id, bound``; where
    from ``from_window, from_line``; ``at`` when, ``sender`` who; ``taken_window, taken_at, taker``; likewise
    ``acknowledged_window, acknowledged_at, acknowledger``.

    ``since``: from when on he waits there, not before a time that he booked. ``late``: neither acknowledged nor taken
    in the hall's minutes for it.
    """

    row: Row[Any]
    state: State
    since: datetime
    late: bool


ACKNOWLEDGE = "acknowledge"
"""The journal's word for it; its row names the hand-over by the id of *its* row."""
SENT = aliased(Journal)
SENDER = aliased(Staff)
_BEFORE, _AFTER, _START, _UNDONE, _TAKEN, _KNOWN, _ACKNOWLEDGED = (aliased(Journal) for _ in range(7))
_TAKER, _ACKNOWLEDGER = aliased(Staff), aliased(Staff)


def label(staff: Any) -> Any:
    """The name in the journal of an officer in a statement."""
    return literal("staff:") + cast(staff.id, String)


def _next_action(after: Any, row: Any) -> Any:
    """The action of the ticket's next move after a row."""
    return (
        select(row.action)
        .where(row.ticket_id == after.ticket_id, row.id > after.id, row.to_status.is_not(None))
        .order_by(row.id)
        .limit(1)
        .correlate(after)
        .scalar_subquery()
    )


def _kept(after: Any, row: Any) -> Any:
    """The officer did not take it back within his ten seconds."""
    return func.coalesce(_next_action(after, row), "") != Action.UNDO


LINE_BEFORE = (
    select(_BEFORE.line_id)
    .where(_BEFORE.ticket_id == SENT.ticket_id, _BEFORE.id < SENT.id, _BEFORE.to_status.is_not(None))
    .order_by(_BEFORE.id.desc())
    .limit(1)
    .correlate(SENT)
    .scalar_subquery()
)
BOUND = SENT.data["bound"].as_integer()
_LEFT_A_DESK = SENT.window_id.in_(bindparam("desks", expanding=True)) & (SENT.from_status != Status.WAITING)
# A closing window releases who waits for it alone: the same line again, and nobody's hand-over.
_SENT_ELSEWHERE = or_(BOUND.is_not(None), SENT.line_id != LINE_BEFORE)
HANDS_OVER = or_(
    and_(SENT.action == Action.ISSUE, Ticket.channel == Channel.DESK),
    and_(SENT.action == Action.TRANSFER, or_(_LEFT_A_DESK, _SENT_ELSEWHERE), _kept(SENT, _AFTER)),
)
"""Whether a row of the journal, ``SENT`` of `Ticket`, is a hand-over; ``desks``: ids of the first desks' windows."""
_NEWEST = (
    select(func.max(SENT.id))
    .join(Ticket, Ticket.id == SENT.ticket_id)
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day == bindparam("day"),
        or_(bindparam("by", type_=String) == ANYBODY, SENT.actor == bindparam("by", type_=String)),
        HANDS_OVER,
    )
    .group_by(SENT.ticket_id)
    .order_by(func.max(SENT.id).desc())
    .limit(MOST_SHOWN)
)
TAKEN_BY = (
    select(func.min(_START.id))
    .where(
        _START.ticket_id == SENT.ticket_id,
        _START.id > SENT.id,
        _START.action.in_((Action.START, Action.RESUME)),
        _kept(_START, _UNDONE),
    )
    .correlate(SENT)
    .scalar_subquery()
)
ACKNOWLEDGED_BY = (
    select(func.min(_KNOWN.id))
    .where(
        _KNOWN.ticket_id == SENT.ticket_id,
        _KNOWN.id > SENT.id,
        _KNOWN.action == ACKNOWLEDGE,
        _KNOWN.data["handover"].as_integer() == SENT.id,
    )
    .correlate(SENT)
    .scalar_subquery()
)
_LIST = (
    select(
        Ticket.key,
        Ticket.number,
        Ticket.item_id,
        Ticket.status,
        Ticket.window_id,
        Ticket.callable_at,
        SENT.at,
        SENT.action,
        SENT.line_id,
        BOUND.label("bound"),
        SENT.window_id.label("from_window"),
        LINE_BEFORE.label("from_line"),
        SENDER.name.label("sender"),
        _TAKEN.at.label("taken_at"),
        _TAKEN.window_id.label("taken_window"),
        _TAKER.name.label("taker"),
        _ACKNOWLEDGED.at.label("acknowledged_at"),
        _ACKNOWLEDGED.window_id.label("acknowledged_window"),
        _ACKNOWLEDGER.name.label("acknowledger"),
    )
    .select_from(SENT)
    .join(Ticket, Ticket.id == SENT.ticket_id)
    .outerjoin(_TAKEN, _TAKEN.id == TAKEN_BY)
    .outerjoin(SENDER, label(SENDER) == SENT.actor)
    .outerjoin(_TAKER, label(_TAKER) == _TAKEN.actor)
    .outerjoin(_ACKNOWLEDGED, _ACKNOWLEDGED.id == ACKNOWLEDGED_BY)
    .outerjoin(_ACKNOWLEDGER, label(_ACKNOWLEDGER) == _ACKNOWLEDGED.actor)
    .where(SENT.id.in_(_NEWEST))
    .order_by(SENT.id.desc())
)
_NOT_TAKEN = {
    Status.CALLED: State.CALLED,
    Status.MISSED: State.MISSED,
    Status.CANCELLED: State.GONE,
    Status.EXPIRED: State.GONE,
}


def state_of(status: Status, *, taken: bool, acknowledged: bool = False) -> State:
    """How far a hand-over has come, from what the visitor does now and what its receiver did."""
    if taken:
        return State.TAKEN
    return _NOT_TAKEN.get(status, State.ACKNOWLEDGED if acknowledged else State.OPEN)


def is_late(state: State, since: datetime, minutes: int, now: datetime, *, acknowledged: bool = False) -> bool:
    """Neither acknowledged nor taken in so many minutes: the sender must see to it (R4)."""
    return state in (State.OPEN, State.CALLED) and not acknowledged and now - since > timedelta(minutes=minutes)


def desks(hall: HallFacts) -> list[int]:
    """The ids of the first desks' windows."""
    return [window.id for window in hall.windows.values() if window.kind is Kind.FIRST_INQUIRY]


async def read(
    connection: AsyncConnection, hall: HallFacts, now: datetime, minutes: int, *, by: Actor | None = None
) -> Sequence[HandOver]:
    """Today's hand-overs, the newest of each visitor, newest first, `MOST_SHOWN` at most.

    ``minutes``: how long a receiver has to acknowledge it; ``by``: one officer's.
    """
    asked = {
        "hall": hall.id,
        "day": business_day(now, hall.timezone),
        "by": by.label if by else ANYBODY,
        "desks": desks(hall),
    }
    found = []
    for row in (await connection.execute(_LIST, asked)).all():
        known = row.acknowledged_at is not None
        state = state_of(Status(row.status), taken=row.taken_at is not None, acknowledged=known)
        since = max(row.at, row.callable_at)
        found.append(HandOver(row, state, since, is_late(state, since, minutes, now, acknowledged=known)))
    return found
