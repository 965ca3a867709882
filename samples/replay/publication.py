"""A calendar that arrives: what the authorities might publish for a year, day by day, as rows of a hall's own days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from ...core.calendar import DAY, FRIDAY, WorkingDays
from ...queue.hallrows import WorkingDayRow

HORIZON: Final = 90
"""Days ahead in which it is looked whether all is published."""
WEEKS: Final = 13
NEW_YEAR, SPRING = "元旦", "春节"
FREE: Final = {(1, day): NEW_YEAR for day in (1, 2, 3)} | {(2, day): SPRING for day in range(5, 12)}
MADE_UP: Final = {(1, 31), (2, 14)}
"""Worked for the Spring Festival where they fall on a weekend."""


def unpublished(days: WorkingDays, last: date) -> int | None:
    """The first year with days soon after ``last`` that are provisional; None when all are published."""
    ahead = (last + n * DAY for n in range(1, HORIZON + 1))
    return next((day.year for day in ahead if days.on(day).provisional), None)


def published(year: int) -> Iterator[WorkingDayRow]:
    """The first quarter of a year as it might be: each of its days, so that none is provisional any more."""
    for day in (date(year, 1, 1) + timedelta(days=n) for n in range(WEEKS * 7)):
        weekend = day.isoweekday() > FRIDAY
        if name := FREE.get((day.month, day.day)):
            yield WorkingDayRow(day, working=False, name=name)
        elif weekend and (day.month, day.day) in MADE_UP:
            yield WorkingDayRow(day, working=True, name=f"{SPRING}调休")
        else:
            yield WorkingDayRow(day, working=not weekend, name="周末" if weekend else "工作日")
