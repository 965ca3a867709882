"""From hours and windows to places: which slots a line's day should have. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..queue.facts import HallFacts
from ..queue.figures import prior


class Planned(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    capacity: int


def windows_of(hall: HallFacts, line_id: int) -> float:
    """Windows planned for a line: its own, each divided by the lines that it serves as its own."""
    return sum(
        1 / sum(minutes == 0 for minutes in window.handicaps.values())
        for window in hall.windows.values()
        if window.handicaps.get(line_id) == 0
    )


def capacity(windows: float, slot_minutes: int, case_minutes: float, share_percent: int) -> int:
    """Places of a slot: the cases that the windows can take in it, and the share of them given to booking.

    A line that takes bookings at all has one place at least.
    """
    if windows <= 0 or share_percent <= 0:
        return 0
    return max(1, int(windows * slot_minutes / case_minutes * share_percent / 100))


def slots(spells: Iterable[tuple[time, time]], day: date, timezone: str, minutes: int, places: int) -> list[Planned]:
    """Cut a day's opening spells (local times) into slots; what is left at a spell's end is too short to book."""
    zone, length = ZoneInfo(timezone), timedelta(minutes=minutes)
    made = []
    for opens, closes in spells:
        at, end = datetime.combine(day, opens), datetime.combine(day, closes)
        while at + length <= end:
            made.append(Planned(at.replace(tzinfo=zone), (at + length).replace(tzinfo=zone), places))
            at += length
    return made


def bookable_lines(hall: HallFacts) -> list[int]:
    """The lines with items that can be booked."""
    return sorted({item.line_id for item in hall.items.values() if item.bookable and item.line_id is not None})


def case_minutes(hall: HallFacts, line_id: int) -> float:
    """What a case of the line takes, as configured: planning must not change with every busy hour."""
    return prior(hall, line_id).mean
