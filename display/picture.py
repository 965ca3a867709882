"""Reading a hall's picture from the database: four short queries over what is live."""

from collections import Counter
from datetime import datetime

from sqlalchemy import bindparam, func, select

from ..core.clock import business_day
from ..core.db import Database
from ..core.journal import Journal
from ..queue.facts import HallFacts
from ..queue.hall import Kind
from ..queue.ticket import AT_WINDOW, Action, Status, Ticket
from .state import CALLS_KEPT, BoardState, CallShown, LineShown, WindowShown

_REVISION = select(func.coalesce(func.max(Journal.id), 0)).where(Journal.hall_id == bindparam("hall"))
_LIVE = Ticket.ended_at.is_(None)
_WAITING = (
    select(Ticket.line_id, func.count())
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day == bindparam("day"),
        _LIVE,
        Ticket.status == Status.WAITING,
    )
    .group_by(Ticket.line_id)
)
_AT_WINDOWS = select(Ticket.window_id, Ticket.number, Ticket.status).where(
    Ticket.hall_id == bindparam("hall"), Ticket.business_day == bindparam("day"), _LIVE, Ticket.status.in_(AT_WINDOW)
)
_CALLS = (
    select(Journal.id, Journal.at, Journal.action, Journal.window_id, Ticket.number)
    .join(Ticket, Ticket.id == Journal.ticket_id)
    .where(
        Journal.hall_id == bindparam("hall"),
        Journal.action.in_(("call", "recall")),
        Ticket.business_day == bindparam("day"),
    )
    .order_by(Journal.id.desc())
    .limit(CALLS_KEPT)
)


async def read(database: Database, hall: HallFacts, now: datetime) -> BoardState:
    """The hall's picture now. Its revision is the newest journal row that was there when the reading began."""
    of_day = {"hall": hall.id, "day": business_day(now, hall.timezone)}
    async with database.read() as connection:
        revision = (await connection.execute(_REVISION, of_day)).scalar_one()
        waiting = Counter({row[0]: row[1] for row in await connection.execute(_WAITING, of_day)})
        at_windows = {row.window_id: row for row in await connection.execute(_AT_WINDOWS, of_day)}
        calls = (await connection.execute(_CALLS, of_day)).all()
    zone = {key: value.name for key, value in hall.zones.items()}
    windows = {
        window.id: WindowShown(
            window.id,
            window.number,
            zone[window.zone_id],
            window.state,
            at.number if (at := at_windows.get(window.id)) else None,
            at.status if at else None,
        )
        for window in hall.windows.values()
    }
    lines = {
        line.id: LineShown(
            line.id, line.prefix, line.name, zone[line.zone_id], waiting[line.id], len(hall.serving(line.id))
        )
        for line in hall.lines.values()
    }
    shown = [
        CallShown(row.id, row.number, windows[row.window_id].window, windows[row.window_id].zone, row.at, again)
        for row in calls
        if row.window_id in windows
        for again in [row.action == Action.RECALL]
    ]
    return BoardState(
        hall.code, hall.name, hall.name_en, revision, hall.ticker, _first_desk(hall), windows, lines, shown
    )


def _first_desk(hall: HallFacts) -> str:
    """Who is on duty at the first desk, window and officer, such as ``A01 李某`` (R13)."""
    desks = (window for window in hall.windows.values() if window.kind is Kind.FIRST_INQUIRY and window.officer)
    return next((f"{desk.number} {desk.officer.name}" for desk in desks if desk.officer), "")
