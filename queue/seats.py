"""Who is planned for which window, and who served there: staff moves with dates (R48, R49).

A move ends the seat that the person had and begins another; what is lent comes back when its time is over.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.calendar import DAY
from ..core.clock import business_day, start_of
from ..core.db import violated
from ..core.errors import Conflict, Invalid, NotFound, WindowConflict
from ..core.i18n import N_
from ..core.types import Moment
from . import turn, windows
from .actor import Actor
from .facts import HallFacts, WindowFacts
from .staff import Duty, Seat, Staff
from .window import Window

FARTHEST: Final = timedelta(days=731)
"""How far ahead a move may be planned."""

_SEATS = (
    select(Seat.__table__, Staff.name, Window.number)
    .join(Staff, Staff.id == Seat.staff_id)
    .join(Window, Window.id == Seat.window_id)
    .where(Seat.hall_id == bindparam("hall"))
)
_SHARING = (
    _SEATS.where(
        or_(Seat.staff_id == bindparam("staff"), Seat.window_id == bindparam("window")),
        or_(Seat.until.is_(None), Seat.until >= bindparam("first", type_=Date)),
        or_(bindparam("last", type_=Date).is_(None), Seat.since <= bindparam("last", type_=Date)),
    )
    .order_by(Seat.since)
    .with_for_update(of=Seat.__table__)
)
_PLANNED = select(Seat.window_id).where(
    Seat.staff_id == bindparam("staff"),
    Seat.since <= bindparam("day", type_=Date),
    or_(Seat.until.is_(None), Seat.until >= bindparam("day", type_=Date)),
)
_END = update(Seat).where(Seat.id == bindparam("seat")).values(until=bindparam("last", type_=Date))
_REMOVE = delete(Seat).where(Seat.id == bindparam("seat"))
_ADD = insert(Seat)
_SITS = select(Duty.window_id).where(Duty.staff_id == bindparam("staff"), Duty.until.is_(None))
_WHO = select(Staff.name).where(Staff.id == bindparam("staff"), Staff.hall_id == bindparam("hall"))
_SERVED = (
    select(Duty.window_id, Duty.staff_id, Staff.name, Staff.badge, Duty.since, Duty.until)
    .join(Staff, Staff.id == Duty.staff_id)
    .where(
        Duty.hall_id == bindparam("hall"),
        Duty.since < bindparam("ends", type_=Moment),
        or_(Duty.until.is_(None), Duty.until > bindparam("begins", type_=Moment)),
    )
    .order_by(Duty.since, Duty.id)
)


class Moved(NamedTuple):
    """What a move came to. ``left``: the window that he was signed out of; ``busy``: the one where somebody still
    stands before him, so that he signs out there himself; ``back``: the window to which he returns afterwards."""

    name: str
    left: WindowFacts | None = None
    busy: WindowFacts | None = None
    back: WindowFacts | None = None


class Served(NamedTuple):
    """Somebody at a window; ``until`` is None while he still sits there."""

    window_id: int
    staff_id: int
    name: str
    badge: str
    since: datetime
    until: datetime | None


async def move(
    tx: AsyncConnection,
    hall: HallFacts,
    staff_id: int,
    window: WindowFacts,
    since: date,
    until: date | None,
    by: Actor,
    now: datetime,
) -> Moved:
    """Plan a window for a person from ``since`` through ``until`` (None: until further notice).

    Where he sat ends the day before, and goes on afterwards where it was planned beyond ``until``. When it begins today
    he is signed out elsewhere, unless somebody stands before him. ``by`` acts anywhere in the hall.

    Raises Invalid for dates without sense, NotFound for somebody of another hall, Conflict where a later seat of his,
    or somebody else's seat at the window, is in the way.
    """
    today = business_day(now, hall.timezone)
    check(since, until, today)
    await turn.take(tx, hall.id)
    name = (await tx.execute(_WHO, {"staff": staff_id, "hall": hall.id})).scalar_one_or_none()
    if name is None:
        raise NotFound(N_("本大厅没有这位工作人员"), code="unknown_staff")
    asked = {"hall": hall.id, "staff": staff_id, "window": window.id, "first": since, "last": until}
    sharing = (await tx.execute(_SHARING, asked)).all()
    for seat in sharing:
        _refuse(seat, staff_id, since)
    rest = await _make_room(tx, [seat for seat in sharing if seat.staff_id == staff_id], since, until)
    new = {"hall_id": hall.id, "staff_id": staff_id, "window_id": window.id, "since": since, "until": until}
    try:
        await tx.execute(_ADD, [new, *rest])
    except IntegrityError as error:
        if violated(error) in ("seat_staff_taken", "seat_window_taken"):
            raise Conflict(N_("这段时间刚有其他安排，请刷新后再操作"), code=violated(error)) from error
        raise
    said: dict[str, Any] = {
        "staff": staff_id,
        "since": since.isoformat(),
        "until": until.isoformat() if until else None,
    }
    await journal.write(tx, hall_id=hall.id, at=now, actor=by.label, action="seat", window_id=window.id, **said)
    left, busy = (None, None) if since > today else await stand_up(tx, hall, staff_id, by, now, unless=window.id)
    return Moved(name, left, busy, hall.windows.get(rest[0]["window_id"]) if rest else None)


async def planned(connection: AsyncConnection, staff_id: int, day: date) -> int | None:
    """The window planned for a person on a day."""
    found: int | None = (await connection.execute(_PLANNED, {"staff": staff_id, "day": day})).scalar_one_or_none()
    return found


async def served(
    connection: AsyncConnection,
    hall: HallFacts,
    day: date,
    *,
    window_id: int | None = None,
    staff_id: int | None = None,
) -> list[Served]:
    """Who sat at which window on a day, of one window or one person or all, in the order of sitting down (R49)."""
    asked = {"hall": hall.id, "begins": start_of(day, hall.timezone), "ends": start_of(day + DAY, hall.timezone)}
    found = (Served(*row) for row in await connection.execute(_SERVED, asked))
    return [one for one in found if window_id in (None, one.window_id) and staff_id in (None, one.staff_id)]


def check(since: date, until: date | None, today: date) -> None:
    """Raises Invalid for dates without sense: begun already, the end before the beginning, or too far ahead."""
    if since < today:
        raise Invalid(N_("开始日期不能早于今天"), code="seat_past")
    if until is not None and until < since:
        raise Invalid(N_("结束日期不能早于开始日期"), code="seat_backwards")
    if max(since, until or since) > today + FARTHEST:
        raise Invalid(N_("最多只能安排到两年以后"), code="seat_too_far")


def _refuse(seat: Any, staff_id: int, since: date) -> None:
    """Raises Conflict for a seat that the move may not end."""
    if seat.staff_id != staff_id:
        raise Conflict(
            N_("{window}号窗口在这段时间已安排给{name}，请先调整"),
            code="seat_window_taken",
            window=seat.number,
            name=seat.name,
        )
    if seat.since > since:
        raise Conflict(
            N_("{name}从{since}起已安排到{window}号窗口，请先调整"),
            code="seat_staff_taken",
            name=seat.name,
            since=seat.since.isoformat(),
            window=seat.number,
        )


async def _make_room(
    tx: AsyncConnection, seats: Sequence[Any], since: date, until: date | None
) -> list[dict[str, Any]]:
    """End the person's seats the day before; gives what is left of them after ``until``, to be added again."""
    rest = []
    for seat in seats:
        if until is not None and (seat.until is None or seat.until > until):
            row = {"hall_id": seat.hall_id, "staff_id": seat.staff_id, "window_id": seat.window_id}
            rest.append(row | {"since": until + DAY, "until": seat.until})
        if seat.since < since:
            await tx.execute(_END, {"seat": seat.id, "last": since - DAY})
        else:
            await tx.execute(_REMOVE, {"seat": seat.id})
    return rest


async def stand_up(
    tx: AsyncConnection, hall: HallFacts, staff_id: int, by: Actor, now: datetime, *, unless: int | None = None
) -> tuple[WindowFacts | None, WindowFacts | None]:
    """Sign him out where he sits, ``unless`` at that window: the one that he left, or the one where he is busy.

    ``by`` acts anywhere in the hall; the caller has taken the hall's turn.
    """
    sits = (await tx.execute(_SITS, {"staff": staff_id})).scalar_one_or_none()
    if sits is None or sits == unless:
        return None, None
    try:
        await windows.close(tx, hall.id, hall.windows[sits], by, now)
    except WindowConflict as error:
        if error.code != "window_busy":
            raise
        return None, hall.windows[sits]
    return hall.windows[sits], None
