"""Slots in the database: made for the days ahead, made anew when hours or windows change, and listed with what is free.

Planning never touches what is booked: a slot is not made smaller than what is taken, and one that the plan has no more
is closed. Both are told, with the appointments that stand in the way.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, Row, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import BookingRefused, NotFound
from ..core.i18n import N_
from ..core.types import Moment
from ..queue.facts import HallFacts
from .plan import Planned, bookable_lines, capacity, case_minutes, slots, windows_of
from .rulebook import Rulebook
from .rules import RulesFacts
from .state import Channel
from .tables import Slot

SlotRow = Row[Any]
LARGEST_ID = 2**63 - 1
COLUMNS = tuple(Slot.__table__.columns)
CAPS = {channel: (getattr(Slot, channel), getattr(Slot, f"{channel}_cap")) for channel in Channel}

_FIND = select(*COLUMNS).where(Slot.id == bindparam("slot"))
_LOCK = (
    select(Slot.id)
    .where(Slot.id.in_(bindparam("slots", expanding=True)))
    .order_by(Slot.id)
    .with_for_update(key_share=True)
)
_LISTED = (
    select(*COLUMNS)
    .where(
        Slot.line_id == bindparam("line"),
        Slot.day.between(bindparam("first"), bindparam("last")),
        Slot.starts_at >= bindparam("earliest", type_=Moment),
    )
    .order_by(Slot.starts_at)
)
_OF_DAY = (
    select(*COLUMNS)
    .where(Slot.hall_id == bindparam("hall"), Slot.day == bindparam("on", type_=Date))
    .order_by(Slot.line_id, Slot.starts_at)
)
_STUCK = select(Slot.id).where(
    Slot.hall_id == bindparam("hall"), Slot.day >= bindparam("today"), Slot.closed, Slot.booked > 0
)
_KNOWN = select(*COLUMNS).where(Slot.hall_id == bindparam("hall"), Slot.day >= bindparam("first", type_=Date))
_INSERT = insert(Slot)
_TAKEN = Slot.booked + Slot.held


def _at_least(taken: Any, wanted: str) -> Any:
    return case((taken > bindparam(wanted), taken), else_=bindparam(wanted))


_RESIZE = (
    update(Slot)
    .where(Slot.id == bindparam("slot"))
    .values(
        capacity=_at_least(_TAKEN, "places"),
        closed=bindparam("shut"),
        ends_at=bindparam("ends", type_=Moment),
        **{cap.key: _at_least(taken, f"{channel}_wanted") for channel, (taken, cap) in CAPS.items()},
    )
)
_FIX = (
    update(Slot)
    .where(Slot.id == bindparam("slot"), bindparam("places") >= _TAKEN)
    .values(
        capacity=bindparam("places"),
        fixed=True,
        **{cap.key: _at_least(taken, f"{channel}_wanted") for channel, (taken, cap) in CAPS.items()},
    )
    .returning(*COLUMNS)
)


class Places(NamedTuple):
    """What a channel may still take of a slot, and why it is nothing: ``closed``, ``full``, ``channel`` or empty."""

    free: int
    why: str = ""


def places(row: SlotRow, channel: Channel, *, mine: bool = False) -> Places:
    """Free places of a slot; ``mine``: one of its held places is the asker's own, and does not hide it from him."""
    if row.closed:
        return Places(0, "closed")
    own = int(mine)
    whole = row.capacity - row.booked - row.held + own
    through = getattr(row, f"{channel}_cap") - getattr(row, channel) + own
    free = max(0, min(whole, through))
    return Places(free, "" if free else "full" if whole <= 0 else "channel")


async def listed(
    connection: AsyncConnection, line_id: int, first: date, last: date, earliest: datetime
) -> Sequence[SlotRow]:
    """The slots of a line between two days, in order of time; none that begins before ``earliest``."""
    asked = {"line": line_id, "first": first, "last": last, "earliest": earliest}
    return (await connection.execute(_LISTED, asked)).all()


async def of_day(connection: AsyncConnection, hall_id: int, day: date) -> Sequence[SlotRow]:
    """All slots of a hall's day, by line and time."""
    return (await connection.execute(_OF_DAY, {"hall": hall_id, "on": day})).all()


async def find(connection: AsyncConnection, hall_id: int, slot_id: int) -> SlotRow:
    """A slot of this hall. Raises NotFound."""
    row = (await connection.execute(_FIND, {"slot": slot_id})).one_or_none()
    if row is None or row.hall_id != hall_id:
        raise _unknown()
    return row


async def hall_of(connection: AsyncConnection, slot_id: int) -> int:
    """The hall of a slot that somebody names by its number alone, however large. Raises NotFound."""
    if not 0 < slot_id <= LARGEST_ID:
        raise _unknown()
    row = (await connection.execute(_FIND, {"slot": slot_id})).one_or_none()
    if row is None:
        raise _unknown()
    return int(row.hall_id)


def closed() -> BookingRefused:
    """What whoever wants a place in a closed slot reads."""
    return BookingRefused(N_("该时段不再办理预约，请另选时间"), code="slot_closed")


def _unknown() -> NotFound:
    return NotFound(N_("没有这个时段"), code="unknown_slot")


async def stuck(connection: AsyncConnection, hall_id: int, today: date) -> Sequence[int]:
    """Slots from today on that are closed with something booked in them."""
    return (await connection.execute(_STUCK, {"hall": hall_id, "today": today})).scalars().all()


async def lock(tx: AsyncConnection, found: Collection[int]) -> None:
    """Take these slots in the one order in which everybody takes several, so that two never wait for each other."""
    await tx.execute(_LOCK, {"slots": list(found)})


def wanted(hall: HallFacts, book: Rulebook, days: Iterable[date]) -> dict[tuple[int, datetime], Planned]:
    """Which slots the hall should have on these days, by line and beginning."""
    made = {}
    days = list(days)
    for line_id in bookable_lines(hall):
        own, rules = book.line(line_id), book.hall
        share = rules.share_percent if own.share_percent is None else own.share_percent
        windows = windows_of(hall, line_id) if own.windows is None else own.windows
        each = capacity(windows, rules.slot_minutes, case_minutes(hall, line_id), share)
        for day in days if each else ():
            spells = [(spell.opens, spell.closes) for spell in hall.spells_on(day, line_id)]
            for slot in slots(spells, day, hall.timezone, rules.slot_minutes, each):
                made[line_id, slot.starts_at] = slot
    return made


async def plan(tx: AsyncConnection, hall: HallFacts, book: Rulebook, days: Sequence[date], now: datetime) -> list[int]:
    """Make the hall's slots of these consecutive days what its hours and windows say; safe to repeat.

    What has begun stays as it is. Gives the ids of slots that have more taken than the plan has places, or are closed
    with something booked.
    """
    if not days:
        return []
    want = wanted(hall, book, days)
    known = {
        (row.line_id, row.starts_at): row
        for row in await tx.execute(_KNOWN, {"hall": hall.id, "first": days[0]})
        if row.day <= days[-1]
    }
    new = [
        _row(hall, line_id, slot, book.hall)
        for (line_id, _), slot in want.items()
        if (line_id, slot.starts_at) not in known
    ]
    changed, stuck = [], []
    for key, row in known.items():
        if row.starts_at <= now:
            continue
        slot = want.get(key)
        places = row.capacity if row.fixed or slot is None else slot.capacity
        ends = row.ends_at if slot is None else slot.ends_at
        values = _sizes(places, book.hall) | {"slot": row.id, "shut": slot is None, "ends": ends}
        if row.booked + row.held > (0 if slot is None else places):
            stuck.append(row.id)
        if _differs(row, values):
            changed.append(values)
    if changed:
        await tx.execute(_RESIZE, changed)
    if new:
        await tx.execute(_INSERT, new)
    return stuck


def _row(hall: HallFacts, line_id: int, slot: Planned, rules: RulesFacts) -> dict[str, Any]:
    return {
        "hall_id": hall.id,
        "line_id": line_id,
        "day": slot.starts_at.date(),
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "capacity": slot.capacity,
        **rules.caps(slot.capacity),
    }


def _sizes(places: int, rules: RulesFacts) -> dict[str, int]:
    return {"places": places} | {f"{channel}_wanted": rules.caps(places)[f"{channel}_cap"] for channel in Channel}


def _differs(row: SlotRow, values: Mapping[str, Any]) -> bool:
    """Whether resizing would change the row."""
    taken = row.booked + row.held
    return (
        row.closed != values["shut"]
        or row.ends_at != values["ends"]
        or row.capacity != max(taken, values["places"])
        or any(
            getattr(row, f"{channel}_cap") != max(getattr(row, channel), values[f"{channel}_wanted"])
            for channel in Channel
        )
    )


async def resize(tx: AsyncConnection, slot: SlotRow, places: int, rules: RulesFacts) -> SlotRow | None:
    """Set a slot's places by hand; planning leaves them alone from now on. None when more than that is taken."""
    asked = _sizes(places, rules) | {"slot": slot.id}
    return (await tx.execute(_FIX, asked)).one_or_none()
