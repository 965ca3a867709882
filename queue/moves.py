"""Every move of a ticket but its issue and its call: only here, and each UPDATE repeats the guard."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, Update, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import MINUTE, business_day, start_of
from ..core.db import violated
from ..core.errors import Forbidden, Invalid, NotFound, TicketConflict, WindowConflict
from ..core.i18n import N_
from ..core.types import Moment
from .actor import Actor
from .desk import look
from .facts import HallFacts, LineFacts, WindowFacts
from .rank import returning
from .ticket import AT_WINDOW, TARGET, Action, Status, Ticket, sources
from .window import WindowState

TicketRow = Row[Any]

COLUMNS = tuple(Ticket.__table__.columns)
_FIND = select(*COLUMNS).where(Ticket.key == bindparam("key"))
_KEY = select(Ticket.key).where(Ticket.id == bindparam("ticket"))
_NUMBERED = select(*COLUMNS).where(
    Ticket.hall_id == bindparam("hall"),
    Ticket.business_day == bindparam("day"),
    Ticket.number == bindparam("number"),
)
_NOW = bindparam("now", type_=Moment)


def _move(action: Action, **values: Any) -> Update:
    return (
        update(Ticket)
        .where(Ticket.id == bindparam("ticket"), Ticket.moves == bindparam("seen"), Ticket.status.in_(sources(action)))
        .values(
            status=TARGET[action],
            action=action,
            moves=Ticket.moves + 1,
            actor=bindparam("by"),
            changed_at=_NOW,
            note=bindparam("why"),
            **values,
        )
        .returning(*COLUMNS)
    )


_AWAY: dict[str, Any] = {"window_id": None, "bound_window_id": bindparam("bound")}
_MOVES = {
    Action.RECALL: _move(Action.RECALL, recalls=Ticket.recalls + 1),
    Action.START: _move(
        Action.START, started_at=_NOW, first_officer_id=func.coalesce(Ticket.first_officer_id, Ticket.staff_id)
    ),
    Action.PARK: _move(Action.PARK),
    Action.RESUME: _move(
        Action.RESUME,
        window_id=bindparam("window"),
        staff_id=bindparam("staff"),
        started_at=_NOW,
    ),
    Action.TRANSFER: _move(Action.TRANSFER, line_id=bindparam("line"), **_AWAY),
    Action.REQUEUE: _move(Action.REQUEUE, rank=bindparam("rank_"), **_AWAY),
    Action.COMPLETE: _move(Action.COMPLETE, ended_at=_NOW),
    Action.MISS: _move(Action.MISS),
    Action.CANCEL: _move(Action.CANCEL, ended_at=_NOW),
    Action.POSTPONE: _move(
        Action.POSTPONE,
        rank=Ticket.rank + bindparam("more", type_=BigInteger),
        callable_at=bindparam("until", type_=Moment),
        postponed=True,
    ).where(~Ticket.postponed),
}
_AT_ITS_WINDOW = {Action.RECALL, Action.START, Action.PARK, Action.COMPLETE, Action.MISS}
_RANKS = (
    select(Ticket.rank)
    .where(Ticket.line_id == bindparam("line"), Ticket.status == Status.WAITING, Ticket.bound_window_id.is_(None))
    .order_by(Ticket.rank, Ticket.id)
    .limit(bindparam("most"))
)
_RELEASE = (
    update(Ticket)
    .where(Ticket.bound_window_id.in_(bindparam("windows", expanding=True)), Ticket.status == Status.WAITING)
    .values(
        bound_window_id=None,
        action=Action.TRANSFER,
        moves=Ticket.moves + 1,
        actor=bindparam("by"),
        changed_at=_NOW,
        note="",
    )
)
_FORGET = (
    update(Ticket)
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day < bindparam("before"),
        Ticket.visitor_sealed.is_not(None),
    )
    .values(visitor="", visitor_sealed=None)
)
_EXPIRE = (
    update(Ticket)
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day < bindparam("day"),
        Ticket.changed_at < bindparam("midnight", type_=Moment),
        Ticket.ended_at.is_(None),
        Ticket.status.in_(bindparam("states", expanding=True)),
    )
    .values(
        status=Status.EXPIRED,
        action=Action.EXPIRE,
        moves=Ticket.moves + 1,
        actor=bindparam("by"),
        changed_at=_NOW,
        ended_at=_NOW,
        note="",
    )
    .returning(Ticket.id)
)


async def find(connection: AsyncConnection, key: str) -> TicketRow:
    """The ticket with this key. Raises NotFound."""
    row = (await connection.execute(_FIND, {"key": key})).first()
    if row is None:
        raise NotFound(N_("没有这个号"), code="unknown_ticket")
    return row


async def key_of(connection: AsyncConnection, ticket_id: int) -> str:
    """The key of a ticket, for whoever holds what it was given for."""
    return str((await connection.execute(_KEY, {"ticket": ticket_id})).scalar_one())


async def find_numbered(connection: AsyncConnection, hall: HallFacts, number: str, now: datetime) -> TicketRow | None:
    """Today's ticket with this number, or None."""
    asked = {"hall": hall.id, "day": business_day(now, hall.timezone), "number": number}
    return (await connection.execute(_NUMBERED, asked)).first()


async def apply(
    tx: AsyncConnection,
    hall: HallFacts,
    ticket: TicketRow,
    action: Action,
    by: Actor,
    now: datetime,
    *,
    window: WindowFacts | None = None,
    line: LineFacts | None = None,
    reason: str = "",
) -> TicketRow:
    """Move a ticket. ``window``: where it is resumed, or where a transfer leads; ``line``: where a transfer leads.

    Raises TicketConflict when the state does not allow it, when the ticket has moved since it was read, and when it is
    to wait again after its day; Forbidden when it is at somebody else's window, WindowConflict when a resumed ticket
    finds the window closed or busy, Invalid for a transfer that leads nowhere.
    """
    if ticket.status not in sources(action):
        raise TicketConflict
    if TARGET[action] is Status.WAITING and ticket.business_day < business_day(now, hall.timezone):
        raise TicketConflict(N_("该号已过当日，请重新取号"), code="day_over")
    # A visitor may always give up his place. Parked and missed tickets are the hall's: any officer may take them on.
    if action in _AT_ITS_WINDOW or (ticket.status in AT_WINDOW and by.staff_id is not None):
        _own(ticket, by)
    extra: dict[str, Any] = {}
    match action:
        case Action.MISS if ticket.recalls < hall.recalls_before_missed:
            left = hall.recalls_before_missed - ticket.recalls
            raise TicketConflict(N_("还需重呼 {left} 次才能标记过号"), code="too_early_to_miss", left=left)
        case Action.RESUME:
            extra = await _resumed(tx, window, by)
        case Action.TRANSFER:
            extra = await _transferred(tx, hall, ticket, line, window)
        case Action.REQUEUE:
            most = {"line": ticket.line_id, "most": hall.return_after}
            ranks = list((await tx.execute(_RANKS, most)).scalars())
            extra = {"rank_": returning(ticket.rank, ranks, hall.return_after, now), "bound": None}
        case Action.POSTPONE:
            extra = _postponed(hall, ticket, now)
    parameters = {"ticket": ticket.id, "seen": ticket.moves, "by": by.label, "now": now, "why": reason} | extra
    try:
        moved = (await tx.execute(_MOVES[action], parameters)).first()
    except IntegrityError as error:
        if violated(error) == "uq_ticket_at_window":
            raise WindowConflict(N_("请先办结或转出当前号，再恢复此号"), code="window_busy") from error
        raise
    if moved is None:  # somebody else moved it since it was read
        raise TicketConflict
    return moved


def _own(ticket: TicketRow, by: Actor) -> None:
    if not by.anywhere and (by.staff_id is None or ticket.staff_id != by.staff_id):
        raise Forbidden(N_("该号在其他窗口办理"), code="foreign_window")


def _postponed(hall: HallFacts, ticket: TicketRow, now: datetime) -> dict[str, Any]:
    """Some minutes more, once: not called before they are over, and behind those who came that much later."""
    # Who booked a time to come wants the minutes from then on.
    until = max(now, ticket.callable_at) + timedelta(minutes=hall.postpone_minutes)
    if not hall.postpone_minutes:
        raise TicketConflict(N_("本大厅不能延后叫号"), code="postpone_off")
    if ticket.postponed:
        raise TicketConflict(N_("每个号只能延后一次"), code="postponed_already")
    if not hall.takes_visitors(until):
        raise TicketConflict(N_("快到下班时间，不能再延后"), code="closing_soon")
    return {"more": hall.postpone_minutes * MINUTE, "until": until}


async def _resumed(tx: AsyncConnection, window: WindowFacts | None, by: Actor) -> dict[str, Any]:
    desk = await look(tx, window.id) if window is not None else None
    if window is None or desk is None or desk.state is not WindowState.OPEN:
        raise WindowConflict(N_("窗口尚未开启，请先开窗"), code="window_closed")
    return {"window": window.id, "staff": by.staff_id if desk.sitting is None else desk.sitting}


async def _transferred(
    tx: AsyncConnection, hall: HallFacts, ticket: TicketRow, line: LineFacts | None, window: WindowFacts | None
) -> dict[str, Any]:
    """A transfer keeps the rank; to one window it is bound there, in its own line if that window serves it."""
    if window is not None:
        target = line_at(ticket, window)
        if target is None or (await look(tx, window.id)).state is WindowState.CLOSED:
            raise Invalid(N_("该窗口未开启，不能转入"), code="window_closed")
        return {"line": target, "bound": window.id}
    if line is None:
        raise Invalid(N_("请选择要转往的队列或窗口"), code="transfer_nowhere")
    if line.id == ticket.line_id and ticket.status == Status.WAITING and ticket.bound_window_id is None:
        raise Invalid(N_("该号已在此队列中"), code="transfer_nowhere")
    if not hall.serving(line.id):
        raise Invalid(N_("该队列暂无窗口开启，不能转入"), code="line_unserved")
    return {"line": line.id, "bound": None}


def line_at(ticket: TicketRow, window: WindowFacts) -> int | None:
    """The line in which a ticket waits for one window: its own, if that window serves it."""
    return ticket.line_id if ticket.line_id in window.handicaps else next(iter(window.handicaps), None)


async def release(tx: AsyncConnection, windows: Sequence[int], by: Actor, now: datetime) -> None:
    """Send those who wait for these windows alone, and would wait for ever once they closed, back to their lines."""
    await tx.execute(_RELEASE, {"windows": windows, "by": by.label, "now": now})


async def forget(tx: AsyncConnection, hall_id: int, before: date) -> int:
    """Wipe who it was from tickets of days before then (R61); how many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


async def expire(tx: AsyncConnection, hall: HallFacts, by: Actor, now: datetime, day: date) -> int:
    """The day's end: whatever of days before ``day`` still waits or stands at a window expires; how many did.

    Parked tickets stay when the hall keeps them, and so does one of them that was resumed today. Nothing is deleted.
    """
    states = [Status.WAITING, *AT_WINDOW] + ([] if hall.keep_parked else [Status.PARKED])
    midnight = start_of(day, hall.timezone)
    parameters = {"hall": hall.id, "day": day, "midnight": midnight, "states": states, "by": by.label, "now": now}
    return len((await tx.execute(_EXPIRE, parameters)).all())
