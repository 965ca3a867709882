"""A day or a line closes: its slots take nobody more, and whoever booked is moved or cancelled, with a message."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, Date, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import local
from ..core.errors import Invalid, Problem
from ..core.i18n import N_
from ..core.types import Moment
from ..queue import closing as hours
from . import appointments, holds, slots, waiting
from .appointments import AppointmentRow
from .office import Office
from .state import Channel
from .tables import Slot
from .wording import Reason

_OF = (
    Slot.hall_id == bindparam("hall"),
    Slot.day == bindparam("on", type_=Date),
    or_(bindparam("line", type_=BigInteger).is_(None), Slot.line_id == bindparam("line", type_=BigInteger)),
    # Whoever did not come before the hall closed is no concern of the closing.
    Slot.starts_at > bindparam("now", type_=Moment),
)
_SLOTS = select(Slot.id).where(*_OF)
_SHUT = update(Slot).where(*_OF).values(closed=True)
# Locked in the order of their ids, as by whoever moves an appointment, so that what is free stays free.
_ROOM = (
    select(*slots.COLUMNS)
    .where(
        Slot.line_id.in_(bindparam("lines", expanding=True)),
        Slot.day > bindparam("today", type_=Date),
        Slot.day <= bindparam("last", type_=Date),
        Slot.day != bindparam("on", type_=Date),
        ~Slot.closed,
        Slot.booked + Slot.held < Slot.capacity,
    )
    .order_by(Slot.id)
    .with_for_update(key_share=True)
)


class How(StrEnum):
    """What becomes of those who booked."""

    MOVE = "move"
    """To the nearest free time of the same line; who finds none is cancelled."""
    CANCEL = "cancel"


class Resettled(NamedTuple):
    moved: Sequence[AppointmentRow]
    cancelled: Sequence[AppointmentRow]


async def preview(
    connection: AsyncConnection, office: Office, day: date, line_id: int | None
) -> Sequence[AppointmentRow]:
    """Whom closing a day would concern; nothing is done. Raises Invalid for a day that is over."""
    _ahead(office, day)
    return await affected(connection, office, day, line_id)


async def close(
    tx: AsyncConnection, office: Office, day: date, line_id: int | None, reason: Reason, how: How
) -> Resettled:
    """Close a day of the hall or of a line, and move or cancel whoever booked, each told the reason.

    Raises Invalid for a day that is over.
    """
    _ahead(office, day)
    rows = await shut(tx, office, day, line_id, reason)
    await hours.close(tx, office.hall.id, day, line_id, reason, office.by, office.now)
    return await resettle(tx, office, rows, how, reason, day)


def _ahead(office: Office, day: date) -> None:
    if day < office.today:
        raise Invalid(N_("不能停办已经过去的日子"), code="day_past")


async def affected(
    connection: AsyncConnection, office: Office, day: date, line_id: int | None
) -> Sequence[AppointmentRow]:
    """Who has booked for later on a day, in the hall or one of its lines."""
    asked = {"hall": office.hall.id, "on": day, "line": line_id, "now": office.now}
    found = list((await connection.execute(_SLOTS, asked)).scalars())
    return await appointments.in_slots(connection, office.hall.id, found)


async def shut(
    tx: AsyncConnection, office: Office, day: date, line_id: int | None, reason: Reason
) -> Sequence[AppointmentRow]:
    """Close the day's slots, and give who has booked in them: nobody comes to it any more.

    What is held there is given back, so that nobody confirms it afterwards, and whoever waits for the day is told.
    """
    asked = {"hall": office.hall.id, "on": day, "line": line_id, "now": office.now}
    found = list((await tx.execute(_SLOTS, asked)).scalars())
    await holds.end(tx, found)
    await waiting.shut(tx, office, day, line_id, reason)
    await tx.execute(_SHUT, asked)
    return await affected(tx, office, day, line_id)


async def resettle(
    tx: AsyncConnection, office: Office, rows: Sequence[AppointmentRow], how: How, reason: Reason, day: date
) -> Resettled:
    """Move or cancel these appointments of a closed day, each with its message that names the reason."""
    moved, cancelled = [], []
    room = await _room(tx, office, rows, day) if how is How.MOVE else {}
    for row in rows:
        why = reason.to(row.language)
        if (there := await _moved(tx, office, row, room, why)) is not None:
            moved.append(there)
        else:
            cancelled.append(await appointments.cancel(tx, office, row, why))
    return Resettled(moved, cancelled)


class _Left(NamedTuple):
    """A slot with room, and what is left of it for each channel and in all."""

    row: slots.SlotRow
    left: dict[str, int]


async def _room(
    tx: AsyncConnection, office: Office, rows: Sequence[AppointmentRow], day: date
) -> dict[int, list[_Left]]:
    asked = {"lines": list({row.line_id for row in rows}), "today": office.today, "last": office.last_day, "on": day}
    room: dict[int, list[_Left]] = {}
    for row in await tx.execute(_ROOM, asked) if rows else ():
        left = {channel.value: slots.places(row, channel).free for channel in Channel}
        room.setdefault(row.line_id, []).append(_Left(row, left | {"": row.capacity - row.booked - row.held}))
    return room


async def _moved(
    tx: AsyncConnection, office: Office, row: AppointmentRow, room: dict[int, list[_Left]], reason: str
) -> AppointmentRow | None:
    """Move it to the nearest time with room; None when there is none that the rules allow."""

    def far(slot: _Left) -> tuple[int, int]:
        at, then = (local(moment, office.hall.timezone) for moment in (row.starts_at, slot.row.starts_at))
        return abs((then.date() - at.date()).days), abs(then.hour * 60 + then.minute - at.hour * 60 - at.minute)

    for slot in sorted(room.get(row.line_id, ()), key=far):
        if slot.left[row.channel] <= 0 or slot.left[""] <= 0:
            continue
        try:
            async with tx.begin_nested():
                there = await appointments.move(tx, office, row, slot.row.id, reason)
        except Problem:  # he has booked the same that day already
            continue
        slot.left[row.channel] -= 1
        slot.left[""] -= 1
        return there
    return None
