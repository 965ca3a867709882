"""What the first desk and the guides sent on today, and whether somebody took it (R4): read from the journal.

A hand-over is a number taken for a visitor at a desk, a transfer out of a first desk's window, or a waiting visitor
sent to another line. It keeps the place in the queue, and the receiver acknowledges it by starting.
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
from .facts import HallFacts, LineFacts
from .hall import Kind
from .staff import Staff
from .ticket import Action, Channel, Status, Ticket

MOST_SHOWN = 100
ANYBODY = ""


class State(StrEnum):
    """How far a hand-over has come."""

    OPEN = "open"
    """The visitor waits there."""
    CALLED = "called"
    TAKEN = "taken"
    """The receiver started."""
    MISSED = "missed"
    GONE = "gone"
    """The visitor gave up, or the day ended."""


class HandOver(NamedTuple):
    """``row``: ticket columns ``key, number, item_id, status, window_id``; where it was sent ``line_id, bound``; where
    from ``from_window, from_line``; ``at`` when, ``sender`` who; ``taken_window, taken_at, taker``.

    ``since``: from when on he waits there, not before a time that he booked. ``late``: not taken for longer than the
    line's wait limit.
    """

    row: Row[Any]
    state: State
    since: datetime
    late: bool


_SENT, _BEFORE, _AFTER, _START, _UNDONE, _TAKEN = (aliased(Journal) for _ in range(6))
_SENDER, _TAKER = aliased(Staff), aliased(Staff)


def _label(staff: Any) -> Any:
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


_LINE_BEFORE = (
    select(_BEFORE.line_id)
    .where(_BEFORE.ticket_id == _SENT.ticket_id, _BEFORE.id < _SENT.id, _BEFORE.to_status.is_not(None))
    .order_by(_BEFORE.id.desc())
    .limit(1)
    .correlate(_SENT)
    .scalar_subquery()
)
_BOUND = _SENT.data["bound"].as_integer()
_LEFT_A_DESK = _SENT.window_id.in_(bindparam("desks", expanding=True)) & (_SENT.from_status != Status.WAITING)
# A closing window releases who waits for it alone: the same line again, and nobody's hand-over.
_SENT_ELSEWHERE = (_SENT.from_status == Status.WAITING) & or_(_BOUND.is_not(None), _SENT.line_id != _LINE_BEFORE)
_NEWEST = (
    select(func.max(_SENT.id))
    .join(Ticket, Ticket.id == _SENT.ticket_id)
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day == bindparam("day"),
        or_(bindparam("by", type_=String) == ANYBODY, _SENT.actor == bindparam("by", type_=String)),
        or_(
            and_(_SENT.action == Action.ISSUE, Ticket.channel == Channel.DESK),
            and_(_SENT.action == Action.TRANSFER, or_(_LEFT_A_DESK, _SENT_ELSEWHERE), _kept(_SENT, _AFTER)),
        ),
    )
    .group_by(_SENT.ticket_id)
    .order_by(func.max(_SENT.id).desc())
    .limit(MOST_SHOWN)
)
_TAKEN_BY = (
    select(func.min(_START.id))
    .where(
        _START.ticket_id == _SENT.ticket_id,
        _START.id > _SENT.id,
        _START.action.in_((Action.START, Action.RESUME)),
        _kept(_START, _UNDONE),
    )
    .correlate(_SENT)
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
        _SENT.at,
        _SENT.action,
        _SENT.line_id,
        _BOUND.label("bound"),
        _SENT.window_id.label("from_window"),
        _LINE_BEFORE.label("from_line"),
        _SENDER.name.label("sender"),
        _TAKEN.at.label("taken_at"),
        _TAKEN.window_id.label("taken_window"),
        _TAKER.name.label("taker"),
    )
    .select_from(_SENT)
    .join(Ticket, Ticket.id == _SENT.ticket_id)
    .outerjoin(_TAKEN, _TAKEN.id == _TAKEN_BY)
    .outerjoin(_SENDER, _label(_SENDER) == _SENT.actor)
    .outerjoin(_TAKER, _label(_TAKER) == _TAKEN.actor)
    .where(_SENT.id.in_(_NEWEST))
    .order_by(_SENT.id.desc())
)
_NOT_TAKEN = {
    Status.CALLED: State.CALLED,
    Status.MISSED: State.MISSED,
    Status.CANCELLED: State.GONE,
    Status.EXPIRED: State.GONE,
}


def state_of(status: Status, *, taken: bool) -> State:
    """How far a hand-over has come, from what the visitor does now and whether its receiver ever started."""
    return State.TAKEN if taken else _NOT_TAKEN.get(status, State.OPEN)


def is_late(state: State, since: datetime, limit_minutes: int, now: datetime) -> bool:
    """Not taken for longer than the line's wait limit."""
    return state in (State.OPEN, State.CALLED) and now - since > timedelta(minutes=limit_minutes)


def limit_of(hall: HallFacts, line: LineFacts) -> int:
    """Minutes that somebody of the line may wait before it is shown."""
    return line.wait_limit_minutes or hall.wait_limit_minutes


async def read(
    connection: AsyncConnection, hall: HallFacts, now: datetime, *, by: Actor | None = None
) -> Sequence[HandOver]:
    """Today's hand-overs, the newest of each visitor, newest first, `MOST_SHOWN` at most; ``by``: one officer's."""
    asked = {
        "hall": hall.id,
        "day": business_day(now, hall.timezone),
        "by": by.label if by else ANYBODY,
        "desks": [window.id for window in hall.windows.values() if window.kind is Kind.FIRST_INQUIRY],
    }
    rows = (await connection.execute(_LIST, asked)).all()
    found = []
    for row in rows:
        state = state_of(Status(row.status), taken=row.taken_at is not None)
        limit = limit_of(hall, hall.lines[row.line_id])
        since = max(row.at, row.callable_at)
        found.append(HandOver(row, state, since, is_late(state, since, limit, now)))
    return found
