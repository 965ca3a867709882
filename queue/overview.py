"""The whole hall as its supervisor sees it: every window, every line, who waits longest, how the day goes (R49).

A few statements over what is live and over today, whatever the number of windows and lines.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, case, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import business_day
from ..core.types import Moment
from .facts import HallFacts, WindowFacts
from .staff import Device, DeviceKind, Duty
from .ticket import AT_WINDOW, Status, Ticket
from .window import WindowState

LONGEST_SHOWN: Final = 10

_TODAY = (Ticket.hall_id == bindparam("hall")) & (Ticket.business_day == bindparam("day"))
_LIVE = _TODAY & Ticket.ended_at.is_(None)
_NOW = bindparam("now", type_=Moment)
_AT_WINDOWS = select(Ticket.window_id, Ticket.number, Ticket.status, Ticket.called_at, Ticket.started_at).where(
    _LIVE, Ticket.status.in_(AT_WINDOW)
)
# Who asked for some more minutes, or came before the time that he booked, waits because he wants to: counted, but not
# as somebody who waits too long.
_LINES = (
    select(
        Ticket.line_id,
        func.count().label("waiting"),
        func.min(case((Ticket.callable_at <= _NOW, Ticket.arrival)), type_=Moment).label("first"),
    )
    .where(_LIVE, Ticket.status == Status.WAITING)
    .group_by(Ticket.line_id)
)
_LONGEST = (
    select(Ticket.key, Ticket.number, Ticket.line_id, Ticket.arrival)
    .where(_LIVE, Ticket.status == Status.WAITING, Ticket.callable_at <= _NOW)
    .order_by(Ticket.arrival, Ticket.id)
    .limit(LONGEST_SHOWN)
)
# Somebody called before the time that he booked, which an officer may do, has not waited at all.
_WAITED = case(
    (Ticket.called_at > Ticket.arrival, extract("epoch", Ticket.called_at) - extract("epoch", Ticket.arrival)), else_=0
)
_DAY = (
    select(
        Ticket.window_id,
        Ticket.status,
        func.count().label("tickets"),
        func.count(Ticket.called_at).label("called"),
        func.sum(_WAITED).label("waited"),
        func.max(Ticket.ended_at, type_=Moment).label("last"),
    )
    .where(_TODAY)
    .group_by(Ticket.window_id, Ticket.status)
)
_DUTIES = select(Duty.window_id, Duty.since).where(Duty.hall_id == bindparam("hall"), Duty.until.is_(None))
_DEVICES = (
    select(
        Device.id,
        Device.kind,
        Device.name,
        Device.window_id,
        Device.address,
        Device.fault,
        Device.seen_at,
        Device.seen_revision,
        Device.seen_lag_ms,
    )
    .where(Device.hall_id == bindparam("hall"), Device.revoked_at.is_(None))
    .where(Device.kind.in_((DeviceKind.BOARD, DeviceKind.PRINTER)))
    .order_by(Device.id)
)


class WindowNow(NamedTuple):
    """``number``, ``status``: the ticket in front of it; ``since``: from when it has been so, if that is known.

    ``signed_in``: when its officer came.
    """

    facts: WindowFacts
    number: str | None
    status: str | None
    since: datetime | None
    signed_in: datetime | None


class LineNow(NamedTuple):
    """``longest``: how long the first of its people has waited; ``limit`` in minutes, its own or the hall's."""

    id: int
    waiting: int
    open: int
    longest: timedelta
    limit: int

    @property
    def over(self) -> bool:
        return self.longest > timedelta(minutes=self.limit)


class Day(NamedTuple):
    """Today's tickets; ``wait``: how long people waited on average until they were called."""

    issued: int
    waiting: int
    served: int
    missed: int
    wait: timedelta


class Overview(NamedTuple):
    """``longest``: rows of key, number, line_id, arrival; ``devices``: screens and printers as they stand."""

    windows: Sequence[WindowNow]
    lines: Sequence[LineNow]
    longest: Sequence[Any]
    devices: Sequence[Any]
    day: Day


async def read(connection: AsyncConnection, hall: HallFacts, now: datetime) -> Overview:
    """The hall at this moment."""
    asked = {"hall": hall.id, "day": business_day(now, hall.timezone), "now": now}
    at_windows = {row.window_id: row for row in await connection.execute(_AT_WINDOWS, asked)}
    waiting = {row.line_id: row for row in await connection.execute(_LINES, asked)}
    longest = (await connection.execute(_LONGEST, asked)).all()
    day = (await connection.execute(_DAY, asked)).all()
    signed_in = {row.window_id: row.since for row in await connection.execute(_DUTIES, asked)}
    devices = (await connection.execute(_DEVICES, asked)).all()
    last = {row.window_id: row.last for row in sorted(day, key=lambda row: row.last or now) if row.last}
    return Overview(
        [_window(facts, at_windows.get(facts.id), last, signed_in) for facts in hall.windows.values()],
        [_line(hall, line_id, waiting.get(line_id), now) for line_id in hall.lines],
        longest,
        devices,
        _day(day),
    )


def _window(facts: WindowFacts, at: Any, last: Mapping[int, datetime], signed_in: Mapping[int, datetime]) -> WindowNow:
    since = facts.state_since
    if at is not None:
        since = at.called_at if at.status == Status.CALLED else at.started_at
    elif facts.state is WindowState.OPEN:  # idle since the last visitor went
        since = max((moment for moment in (since, last.get(facts.id)) if moment), default=None)
    return WindowNow(facts, at and at.number, at and at.status, since, signed_in.get(facts.id))


def _line(hall: HallFacts, line_id: int, row: Any, now: datetime) -> LineNow:
    first = row.first if row is not None else None
    longest = max(timedelta(), now - first) if first is not None else timedelta()
    limit = hall.lines[line_id].wait_limit_minutes or hall.wait_limit_minutes
    return LineNow(line_id, row.waiting if row is not None else 0, len(hall.serving(line_id)), longest, limit)


def _day(rows: Sequence[Any]) -> Day:
    tickets: Counter[str] = Counter()
    for row in rows:
        tickets[row.status] += row.tickets
    called = sum(row.called for row in rows)
    waited = sum(float(row.waited or 0) for row in rows)
    return Day(
        tickets.total(),
        tickets[Status.WAITING],
        tickets[Status.DONE],
        tickets[Status.MISSED],
        timedelta(seconds=waited / called) if called else timedelta(),
    )
