"""Opening, pausing and closing a window; opening it signs the officer in there, with dates kept (R49)."""

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.accounts import User
from ..core.clock import start_of
from ..core.db import violated
from ..core.errors import Forbidden, Invalid, WindowConflict
from ..core.i18n import N_
from ..core.types import Moment
from . import moves
from .actor import Actor
from .desk import Desk, look
from .facts import HallFacts, WindowFacts
from .signage import tidy
from .staff import Duty, Staff
from .ticket import AT_WINDOW, Ticket
from .window import Window, WindowState

LONGEST_PAUSE = timedelta(days=1)

# Before the window's row: whoever closes an account takes them in this order, too.
_ACTIVE = (
    select(User.active)
    .join(Staff, Staff.user_id == User.id)
    .where(Staff.id == bindparam("staff"))
    .with_for_update(read=True, of=User)
)
_SIGN_IN = insert(Duty)
_SIGN_OUT = (
    update(Duty)
    .where(Duty.window_id.in_(bindparam("windows", expanding=True)), Duty.until.is_(None))
    .values(until=bindparam("now", type_=Moment))
)
_SET = (
    update(Window)
    .where(Window.id.in_(bindparam("windows", expanding=True)))
    .values(
        state=bindparam("to"),
        pause_reason=bindparam("reason"),
        back_at=bindparam("back", type_=Moment),
        state_since=bindparam("now", type_=Moment),
    )
)
_LEFT = select(Duty.window_id).where(
    Duty.hall_id == bindparam("hall"),
    Duty.until.is_(None),
    Duty.since < bindparam("midnight", type_=Moment),
    ~exists().where(Ticket.window_id == Duty.window_id, Ticket.status.in_(AT_WINDOW)),
)
_BUSY = select(Ticket.number).where(Ticket.window_id == bindparam("window"), Ticket.status.in_(AT_WINDOW))


async def open_(tx: AsyncConnection, hall_id: int, window: WindowFacts, by: Actor, now: datetime) -> None:
    """Open a window; an officer is signed in there. Who may act anywhere opens it for others, without sitting down.

    Raises WindowConflict when somebody else sits there, or when the officer already sits elsewhere; Forbidden when his
    account was closed, though his session may still be known.
    """
    if not by.anywhere and not (await tx.execute(_ACTIVE, {"staff": by.staff_id})).scalar_one_or_none():
        raise Forbidden(N_("您的账号已停用"), code="account_closed")
    desk = await look(tx, window.id, alone=True)
    if desk.sitting is None and not by.anywhere:
        duty = {"hall_id": hall_id, "window_id": window.id, "staff_id": by.staff_id, "since": now}
        try:
            await tx.execute(_SIGN_IN, duty)
        except IntegrityError as error:
            if violated(error) == "uq_duty_window":
                raise WindowConflict(N_("该窗口已有其他工作人员上岗"), code="window_taken") from error
            if violated(error) == "uq_duty_staff":
                raise WindowConflict(N_("您已在其他窗口上岗，请先在那里关窗"), code="signed_in_elsewhere") from error
            raise
    elif desk.sitting != by.staff_id and not by.anywhere:
        raise WindowConflict(N_("该窗口已有其他工作人员上岗"), code="window_taken")
    await _set(tx, hall_id, window, WindowState.OPEN, by, now)


async def pause(
    tx: AsyncConnection,
    hall_id: int,
    window: WindowFacts,
    by: Actor,
    now: datetime,
    *,
    reason: str = "",
    back_at: datetime | None = None,
) -> None:
    """Pause an open window, with the reason and the time of return that visitors see.

    Raises WindowConflict, and Invalid for a return that has no time zone or lies outside the coming day.
    """
    if back_at is not None and back_at.tzinfo is None:
        raise Invalid(N_("时间缺少时区"), code="naive_time")
    if back_at is not None and not now <= back_at <= now + LONGEST_PAUSE:
        raise Invalid(N_("返回时间应在现在之后、一天之内"), code="back_at_out_of_range")
    desk = await look(tx, window.id, alone=True)
    _own(desk, by)
    if desk.state is WindowState.CLOSED:
        raise WindowConflict(N_("窗口尚未开启，请先开窗"), code="window_closed")
    await _set(tx, hall_id, window, WindowState.PAUSED, by, now, reason=tidy(reason), back_at=back_at)


async def close(tx: AsyncConnection, hall_id: int, window: WindowFacts, by: Actor, now: datetime) -> None:
    """Close a window and sign its officer out; who waits for it alone goes back to the line, in his old place.

    Raises WindowConflict while somebody is still in front of it.
    """
    _own(await look(tx, window.id, alone=True), by)
    if (number := (await tx.execute(_BUSY, {"window": window.id})).scalar_one_or_none()) is not None:
        raise WindowConflict(N_("{number} 号还在本窗口，请先办结或转出"), code="window_busy", number=number)
    await tx.execute(_SIGN_OUT, {"windows": [window.id], "now": now})
    await moves.release(tx, [window.id], by, now)
    await _set(tx, hall_id, window, WindowState.CLOSED, by, now)


async def leave(tx: AsyncConnection, hall: HallFacts, by: Actor, now: datetime, day: date) -> int:
    """The day's end: whoever has sat at a window since before ``day`` is signed out and the window closed; how many.

    A window with somebody in front of it stays open until he is served.
    """
    asked = {"hall": hall.id, "midnight": start_of(day, hall.timezone)}
    left = list((await tx.execute(_LEFT, asked)).scalars())
    if left:
        await tx.execute(_SIGN_OUT, {"windows": left, "now": now})
        await moves.release(tx, left, by, now)
        closed = {"to": WindowState.CLOSED, "reason": "", "back": None, "now": now}
        await tx.execute(_SET, {"windows": left} | closed)
        await journal.write_all(tx, left, hall_id=hall.id, at=now, actor=by.label, action="close")
    return len(left)


def _own(desk: Desk, by: Actor) -> None:
    if desk.sitting is None and not by.anywhere:
        raise WindowConflict(N_("窗口尚未开启，请先开窗"), code="window_closed")
    if desk.sitting != by.staff_id and not by.anywhere:
        raise Forbidden(N_("您未在该窗口上岗"), code="foreign_window")


async def _set(
    tx: AsyncConnection,
    hall_id: int,
    window: WindowFacts,
    state: WindowState,
    by: Actor,
    now: datetime,
    *,
    reason: str = "",
    back_at: datetime | None = None,
) -> None:
    said = {"to": state, "reason": reason, "back": back_at, "now": now}
    await tx.execute(_SET, {"windows": [window.id]} | said)
    action = {WindowState.OPEN: "open", WindowState.PAUSED: "pause", WindowState.CLOSED: "close"}[state]
    await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action=action, window_id=window.id, reason=reason)
