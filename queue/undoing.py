"""Taking the last action back: by the officer who did it, within a few seconds, and while nobody has built upon it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.db import violated
from ..core.errors import Forbidden, TicketConflict, WindowConflict
from ..core.i18n import N_
from ..core.journal import Journal
from ..core.types import Moment
from .actor import Actor
from .desk import look
from .moves import COLUMNS, TicketRow
from .ticket import AT_WINDOW, UNDOABLE, Action, Status, Ticket
from .window import WindowState

UNDO_WITHIN = timedelta(seconds=10)

_LAST = (
    select(Ticket.moves, Journal.from_status, Journal.window_id, Journal.line_id, Journal.data)
    .join(Ticket, Ticket.id == Journal.ticket_id)
    .where(Journal.ticket_id == bindparam("ticket"), Journal.to_status.is_not(None))
    .order_by(Journal.id.desc())
    .limit(2)
)
_UNDO = (
    update(Ticket)
    .where(Ticket.id == bindparam("ticket"), Ticket.moves == bindparam("seen"), Ticket.action.in_(UNDOABLE))
    .values(
        status=bindparam("back"),
        action=Action.UNDO,
        moves=Ticket.moves + 1,
        actor=bindparam("by"),
        changed_at=bindparam("now", type_=Moment),
        note="",
        line_id=bindparam("line"),
        window_id=bindparam("window"),
        bound_window_id=bindparam("bound"),
        started_at=case((Ticket.action == Action.START, None), else_=Ticket.started_at),
        ended_at=None,
    )
    .returning(*COLUMNS)
)


def undoable_until(ticket: TicketRow) -> datetime | None:
    """Until when the last action of a ticket may be taken back; None when it never may."""
    return ticket.changed_at + UNDO_WITHIN if ticket.action in UNDOABLE else None


async def undo(tx: AsyncConnection, ticket: TicketRow, by: Actor, now: datetime) -> TicketRow:
    """Take back the last action of a ticket: it stands again where it stood before, and the journal says both.

    Raises TicketConflict for an action that cannot be undone, too late, or after the ticket has moved on; Forbidden for
    somebody else's action; WindowConflict when its window was closed or taken over since, or has somebody in front.
    """
    until = undoable_until(ticket)
    if until is None:
        raise TicketConflict(N_("这一步不能撤销"), code="not_undoable")
    if ticket.actor != by.label:
        raise Forbidden(N_("只能撤销自己的操作"), code="not_your_action")
    if now > until:
        seconds = int(UNDO_WITHIN.total_seconds())
        raise TicketConflict(N_("已超过 {seconds} 秒，不能撤销"), code="too_late_to_undo", seconds=seconds)
    last, before = (await tx.execute(_LAST, {"ticket": ticket.id})).all()
    if last.moves != ticket.moves:  # somebody else moved it since it was read
        raise TicketConflict
    bound = before.data.get("bound")
    place = {**dict.fromkeys(AT_WINDOW, last.window_id), Status.WAITING: bound}.get(last.from_status)
    desk = await look(tx, place) if place is not None else None
    if desk is not None and desk.state is WindowState.CLOSED:  # nobody would ever call him there
        raise WindowConflict(N_("窗口已经关闭，不能撤销"), code="window_closed")
    if desk is not None and last.from_status in AT_WINDOW and desk.sitting not in (None, ticket.staff_id):
        raise WindowConflict(N_("该窗口已有其他工作人员上岗"), code="window_taken")
    parameters: dict[str, Any] = {
        "ticket": ticket.id,
        "seen": ticket.moves,
        "by": by.label,
        "now": now,
        "back": last.from_status,
        "line": before.line_id,
        "window": last.window_id,
        "bound": bound,
    }
    try:
        undone = (await tx.execute(_UNDO, parameters)).first()
    except IntegrityError as error:
        if violated(error) == "uq_ticket_at_window":
            raise WindowConflict(N_("窗口已有下一位，不能撤销"), code="window_busy") from error
        raise
    if undone is None:  # moved in this very moment
        raise TicketConflict
    return undone
