"""Closing a day of the hall, or of one line, and opening it again: an exception to its hours, with the reason told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, bindparam, delete, insert, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import NotFound
from ..core.i18n import N_
from .actor import Actor
from .hall import HoursException

_LINE = bindparam("line", type_=BigInteger)
_DAY = (HoursException.hall_id == bindparam("hall"), HoursException.day == bindparam("on", type_=Date))
_OF = (*_DAY, or_(HoursException.line_id == _LINE, HoursException.line_id.is_(None) & _LINE.is_(None)))
# Hours that a line had of its own that day would outrank the hall's closing; that it was closed itself stays.
_CLEAR = delete(HoursException).where(
    *_DAY,
    or_(
        HoursException.line_id == _LINE,
        _LINE.is_(None) & or_(HoursException.line_id.is_(None), HoursException.opens.is_not(None)),
    ),
)
_REOPEN = delete(HoursException).where(*_OF, HoursException.opens.is_(None)).returning(HoursException.id)
_CLOSE = insert(HoursException)


async def close(
    tx: AsyncConnection,
    hall_id: int,
    day: date,
    line_id: int | None,
    reason: tuple[str, str],
    by: Actor,
    now: datetime,
) -> None:
    """Close a day; ``reason`` in Chinese and English. It takes the place of other hours of that day."""
    await tx.execute(_CLEAR, {"hall": hall_id, "on": day, "line": line_id})
    closed = {"hall_id": hall_id, "day": day, "line_id": line_id, "reason": reason[0], "reason_en": reason[1]}
    await tx.execute(_CLOSE, closed)
    about: dict[str, Any] = {"hall_id": hall_id, "at": now, "actor": by.label, "action": "day_close"}
    await journal.write(tx, **about, day=day.isoformat(), line=line_id, reason=reason[0])


async def reopen(tx: AsyncConnection, hall_id: int, day: date, line_id: int | None, by: Actor, now: datetime) -> None:
    """The usual hours hold again. Raises NotFound for a day that nobody closed."""
    if (await tx.execute(_REOPEN, {"hall": hall_id, "on": day, "line": line_id})).first() is None:
        raise NotFound(N_("这一天没有停办"), code="not_closed")
    about: dict[str, Any] = {"hall_id": hall_id, "at": now, "actor": by.label, "action": "day_reopen"}
    await journal.write(tx, **about, day=day.isoformat(), line=line_id)
