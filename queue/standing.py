"""How the tickets that people follow stand: one reading for all of a hall, however many they are."""

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ..core.clock import business_day
from ..core.db import Database
from .facts import HallFacts
from .figures import Figures, Place
from .issuing import MOST_COUNTED
from .moves import TicketRow
from .ticket import Status, Ticket

ASKED_AT_ONCE = 500
"""Tickets that are asked for by name in one statement."""

_HELD = [
    getattr(Ticket, name)
    for name in (
        "key",
        "number",
        "line_id",
        "item_id",
        "route_reason",
        "status",
        "arrival",
        "rank",
        "callable_at",
        "postponed",
        "booked_for",
        "bound_window_id",
        "window_id",
        "recalls",
        "called_at",
        "started_at",
    )
]
_LIVE = select(*_HELD).where(
    Ticket.hall_id == bindparam("hall"), Ticket.business_day == bindparam("day"), Ticket.ended_at.is_(None)
)
_NAMED = select(*_HELD).where(Ticket.key.in_(bindparam("keys", expanding=True)))


class Standing(NamedTuple):
    """A ticket, and its place while it waits."""

    ticket: TicketRow
    place: Place | None


async def standings(
    database: Database, figures: Figures, hall: HallFacts, keys: Collection[str], now: datetime
) -> dict[str, Standing]:
    """The tickets with these keys as they stand now; an unknown key is left out.

    One statement reads the hall's day as far as it is not over, another the tickets that are not in it.
    """
    async with database.read() as connection:
        of_day = {"hall": hall.id, "day": business_day(now, hall.timezone)}
        live = {row.key: row for row in await connection.execute(_LIVE, of_day)}
        rows = {key: live[key] for key in keys if key in live}
        others = (key for key in keys if key not in live)
        while some := list(islice(others, ASKED_AT_ONCE)):
            rows |= {row.key: row for row in await connection.execute(_NAMED, {"keys": some})}
    ranks: dict[int, list[int]] = {}
    for row in live.values():
        if row.status == Status.WAITING and row.bound_window_id is None:
            ranks.setdefault(row.line_id, []).append(row.rank)
    for line in ranks.values():
        line.sort()
    found = {}
    for key, row in rows.items():
        place = None
        if row.status == Status.WAITING:
            counted = min(MOST_COUNTED, bisect_right(ranks.get(row.line_id, []), row.rank))
            place = await figures.place(hall, row, counted, now)
        found[key] = Standing(row, place)
    return found
