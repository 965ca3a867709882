"""Moments. Services are handed ``now``; only the edges (routes, jobs, commands) ask the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
"""Microseconds in a minute: the unit in which ranks and handicaps are added."""


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
