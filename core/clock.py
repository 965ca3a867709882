"""Moments. Services are handed ``now``; only the edges (routes, jobs, commands) ask the clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
"""Microseconds in a minute: the unit in which ranks and handicaps are added."""
AWAKE: Final = (8, 21)
"""Local hours between which people may be told what can wait."""


def now() -> datetime:
    return datetime.now(UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly (``timestamp()`` would round)."""
    return (moment - EPOCH) // MICROSECOND


def moment(microseconds: int) -> datetime:
    """The inverse of `micros`."""
    return EPOCH + timedelta(microseconds=microseconds)


def local(when: datetime, timezone: str) -> datetime:
    return when.astimezone(ZoneInfo(timezone))


def start_of(day: date, timezone: str) -> datetime:
    """Midnight at which a hall's day begins."""
    return datetime.combine(day, time.min, ZoneInfo(timezone))


def business_day(when: datetime, timezone: str) -> date:
    """The hall's own calendar day on which ``when`` falls."""
    return local(when, timezone).date()


def not_at_night(when: datetime, timezone: str) -> datetime:
    """``when``, or the next morning when it is night there: for what can wait until people are awake."""
    at = local(when, timezone)
    if AWAKE[0] <= at.hour < AWAKE[1]:
        return when
    day = at.date() + timedelta(days=at.hour >= AWAKE[1])
    return start_of(day, timezone) + timedelta(hours=AWAKE[0])
