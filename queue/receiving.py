"""The receiver's side of a hand-over (R4): who is sent to a window, and that its officer knows and answers for him.

Until a hand-over is acknowledged or taken its sender answers for it; `pending` is what a watch reminds him of.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.clock import business_day
from ..core.errors import Forbidden, TicketConflict
from ..core.i18n import N_
from ..core.types import Moment
from .actor import Actor
from .facts import HallFacts, WindowFacts
from .handovers import (
    ACKNOWLEDGE,
    ACKNOWLEDGED_BY,
    BOUND,
    HANDS_OVER,
    LINE_BEFORE,
    SENDER,
    SENT,
    TAKEN_BY,
    desks,
    label,
)
from .moves import TicketRow
from .ticket import Status, Ticket

MOST_COMING: Final = 20
MOST_WATCHED: Final = 1000
NOT_TAKEN: Final = (Status.WAITING, Status.CALLED)

_NEWEST = select(func.max(SENT.id)).where(SENT.ticket_id == Ticket.id, HANDS_OVER).correlate(Ticket).scalar_subquery()
_ROWS = (
    select(
        SENT.id,
        SENT.at,
        SENT.actor,
        SENT.line_id,
        SENT.window_id.label("from_window"),
        LINE_BEFORE.label("from_line"),
        BOUND.label("bound"),
        SENDER.id.label("sender_id"),
        SENDER.name.label("sender"),
        Ticket.id.label("ticket_id"),
        Ticket.key,
        Ticket.number,
        Ticket.item_id,
        Ticket.callable_at,
        ACKNOWLEDGED_BY.label("acknowledged"),
        TAKEN_BY.label("taken"),
    )
    .select_from(Ticket)
    .join(SENT, SENT.id == _NEWEST)
    .outerjoin(SENDER, label(SENDER) == SENT.actor)
)
_OPEN = _ROWS.where(
    Ticket.hall_id == bindparam("hall"),
    Ticket.business_day == bindparam("day"),
    Ticket.ended_at.is_(None),
    ACKNOWLEDGED_BY.is_(None),
    TAKEN_BY.is_(None),
).order_by(SENT.id)
_PENDING = _OPEN.where(
    Ticket.status.in_(NOT_TAKEN), SENT.at < bindparam("before", type_=Moment), Ticket.callable_at < bindparam("before")
).limit(MOST_WATCHED)
_COMING = _OPEN.where(
    Ticket.status == Status.WAITING,
    SENT.actor != bindparam("me"),
    or_(
        Ticket.bound_window_id == bindparam("window"),
        Ticket.bound_window_id.is_(None) & Ticket.line_id.in_(bindparam("lines", expanding=True)),
    ),
).limit(MOST_COMING)
_OF_TICKET = _ROWS.where(Ticket.id == bindparam("ticket"))
_LOCK = select(Ticket.id).where(Ticket.id == bindparam("ticket")).with_for_update()


async def pending(connection: AsyncConnection, hall: HallFacts, now: datetime, minutes: int) -> Sequence[Row[Any]]:
    """Today's hand-overs that nobody acknowledged or took for longer than so many minutes, the oldest first.

    Of each its journal's ``id``, the ticket (``ticket_id, number``), ``sender_id``, where from and where to.
    """
    asked = {"before": now - timedelta(minutes=minutes)}
    return (await connection.execute(_PENDING, _today(hall, now) | asked)).all()


async def coming(
    connection: AsyncConnection, hall: HallFacts, window: WindowFacts, now: datetime
) -> Sequence[Row[Any]]:
    """Who was sent to this window, or to a line that no other window is nearer to, and is not acknowledged yet."""
    own = [line for line, minutes in window.handicaps.items() if _nearest(hall, line) in (None, minutes)]
    me = f"staff:{window.officer.staff_id}" if window.officer else ""
    asked = {"window": window.id, "lines": own, "me": me}
    return (await connection.execute(_COMING, _today(hall, now) | asked)).all()


async def acknowledge(tx: AsyncConnection, hall: HallFacts, ticket: TicketRow, by: Actor, now: datetime) -> int:
    """The receiver confirms that he answers for a visitor from now on; gives the id of the hand-over.

    Once for a hand-over: a repeat, and one for somebody who is being served already, changes nothing. Raises
    TicketConflict when there is nothing to acknowledge, Forbidden for anybody but the receiver.
    """
    await tx.execute(_LOCK, {"ticket": ticket.id})
    sent: Any = (await tx.execute(_OF_TICKET, {"ticket": ticket.id, "desks": desks(hall)})).one_or_none()
    if sent is None:
        raise TicketConflict(N_("该号没有待接收的转交"), code="no_handover")
    window = _receiver(hall, ticket, by)
    if sent.actor == by.label:
        raise Forbidden(N_("自己转出的号，应由承接人确认接收"), code="own_handover")
    if sent.acknowledged is None and sent.taken is None:
        if ticket.status not in NOT_TAKEN:
            raise TicketConflict(N_("该号已不在等候，无需接收"), code="no_handover")
        await journal.write(
            tx,
            hall_id=hall.id,
            at=now,
            actor=by.label,
            action=ACKNOWLEDGE,
            ticket_id=ticket.id,
            window_id=window.id,
            handover=sent.id,
        )
    return int(sent.id)


def _receiver(hall: HallFacts, ticket: TicketRow, by: Actor) -> WindowFacts:
    """The window at which the officer sits, if the visitor was sent there. Raises Forbidden."""
    for window in hall.windows.values():
        if window.officer is not None and window.officer.staff_id == by.staff_id:
            there = ticket.window_id or ticket.bound_window_id
            if window.id == there or (there is None and ticket.line_id in window.handicaps):
                return window
    raise Forbidden(N_("只有承接窗口的工作人员可以确认接收"), code="not_receiver")


def _nearest(hall: HallFacts, line_id: int) -> int | None:
    """The least handicap with which a staffed window serves the line."""
    return next((window.handicaps[line_id] for window in hall.serving(line_id)), None)


def _today(hall: HallFacts, now: datetime) -> dict[str, Any]:
    return {"hall": hall.id, "day": business_day(now, hall.timezone), "desks": desks(hall)}
