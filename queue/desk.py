"""A window as it is in this transaction, locked to stay so: what is kept in memory (`HallFacts`) may be a moment old.

Locking order: first the window, then a ticket. A call and whatever sends somebody to a window share the window's row;
opening, pausing and closing take it alone. So nobody is called to a window that just closes, and none closes over
somebody just called.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .staff import Duty
from .window import Window, WindowState


class Desk(NamedTuple):
    """``sitting``: the officer signed in there."""

    state: WindowState
    sitting: int | None


_LOOK = (
    select(Window.state, Duty.staff_id)
    .outerjoin(Duty, (Duty.window_id == Window.id) & Duty.until.is_(None))
    .where(Window.id == bindparam("window"))
)
_SHARED = _LOOK.with_for_update(read=True, of=Window.__table__)
_ALONE = _LOOK.with_for_update(key_share=True, of=Window.__table__)


async def look(tx: AsyncConnection, window_id: int, *, alone: bool = False) -> Desk:
    """The window's state and who sits there, true until the transaction ends; ``alone``: to be changed by it."""
    state, sitting = (await tx.execute(_ALONE if alone else _SHARED, {"window": window_id})).one()
    return Desk(WindowState(state), sitting)
