"""Wait figures of a hall's lines: what its cases take lately, and who is there to take them."""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ..core.db import Database
from .facts import HallFacts
from .moves import TicketRow
from .ticket import Status, Ticket
from .wait import Handling, Wait, estimate, handling, not_before

RECENT = 30
"""Cases of a line that the figure looks back on."""
FRESH = timedelta(seconds=30)
DEFAULT = Handling(8.0, 4.0)
"""Minutes for a line without items, such as complaints."""

_RECENT = (
    select(Ticket.started_at, Ticket.ended_at)
    .where(Ticket.line_id == bindparam("line"), Ticket.status == Status.DONE)
    .order_by(Ticket.ended_at.desc())
    .limit(RECENT)
)


class Place(NamedTuple):
    """Where somebody waits: behind how many, and for how many minutes; ``later``: he is not called within so many.

    ``wait`` is None while nobody serves the line.
    """

    ahead: int
    wait: Wait | None
    later: int


class _Kept(NamedTuple):
    at: datetime
    case: Handling


class Figures:
    """Handling times per line, read again when older than half a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[int, _Kept] = {}

    async def case(self, hall: HallFacts, line_id: int, now: datetime) -> Handling:
        """What a case of the line takes lately."""
        kept = self._kept.get(line_id)
        if kept is None or now - kept.at > FRESH:
            async with self._database.read() as connection:
                rows = (await connection.execute(_RECENT, {"line": line_id})).all()
            recent = [(row.ended_at - row.started_at).total_seconds() / 60 for row in rows if row.started_at]
            kept = self._kept[line_id] = _Kept(now, handling(prior(hall, line_id), recent))
        return kept.case

    async def place(self, hall: HallFacts, ticket: TicketRow, counted: int, now: datetime) -> Place:
        """The place of a waiting ticket; ``counted``: how many wait in its line with its rank or a better one."""
        ahead = max(0, counted - (ticket.bound_window_id is None))  # it was counted itself
        later = max(0, ceil((ticket.callable_at - now) / timedelta(minutes=1)))
        figure = wait(hall, ticket.line_id, ahead, await self.case(hall, ticket.line_id, now))
        return Place(ahead, figure and not_before(figure, later), later)


def wait(hall: HallFacts, line_id: int, ahead: int, case: Handling) -> Wait | None:
    """The range of minutes for somebody with ``ahead`` people before him; None while nobody serves the line."""
    return estimate(ahead, case, *capacity(hall, line_id))


def prior(hall: HallFacts, line_id: int) -> Handling:
    """The configured minutes of a line: its items', weighted by how often they are asked for."""
    items = [item for item in hall.items.values() if item.line_id == line_id]
    weight = sum(item.popularity for item in items)
    if weight <= 0:
        return DEFAULT
    mean = sum(item.minutes_mean * item.popularity for item in items) / weight
    return Handling(mean, sum(item.minutes_sd * item.popularity for item in items) / weight)


def capacity(hall: HallFacts, line_id: int) -> tuple[float, float]:
    """Staffed windows of a line, own and helping, each divided by the lines that it serves in the same way."""
    own = helpers = 0.0
    for window in hall.serving(line_id):
        if window.handicaps[line_id] == 0:
            own += 1 / sum(minutes == 0 for minutes in window.handicaps.values())
        else:
            helpers += 1 / len(window.handicaps)
    return own, helpers
