"""The legal clock once more, slow and day by day, written from the rules alone: what the real one is compared with."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import chinese_calendar

from ...cases.clock import History
from ...queue.hall import CaseKind

ONE = timedelta(days=1)


class Expected(NamedTuple):
    accepted_on: date | None
    due_on: date | None
    provisional: bool
    light: str | None


def expected(history: History, today: date, overrides: Mapping[date, bool], warning: int = 1) -> Expected:
    """What the rules make of a case that was accepted for dealing with it, as it stands ``today``.

    ``overrides``: dates that count otherwise than published; ``warning``: working days left at which it turns yellow.
    """
    unsure: set[date] = set()

    def works(day: date) -> bool:
        if day in overrides:
            return overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # the library's word for a year that it does not know
            unsure.add(day)
            return day.weekday() < 5

    def stopped(day: date) -> bool:
        return any(one.began_on <= day and (one.ended_on is None or one.ended_on > day) for one in history.suspensions)

    # R23: complete at once, accepted at once. R24: complete later, accepted then. R16, R17: five days for the notice.
    accepted: date | None = history.received_on
    if not history.complete:
        day, passed = history.received_on, 0
        while passed < 5:
            day += ONE
            passed += works(day)
        noticed, completed = history.noticed_on, history.completed_on
        if noticed is not None and (noticed <= day or history.in_time):
            accepted = completed
            unsure = {one for one in unsure if one <= noticed}
        elif completed is not None and (completed <= day or history.in_time):
            accepted = completed
            unsure.clear()
        elif today <= day:
            accepted = None
    if accepted is None:
        return Expected(None, None, bool(unsure), None)

    # R22: the day itself. R23, R35: so many working days after it, on which nothing stops the clock.
    day, still = accepted, history.days + history.extended
    while history.kind is not CaseKind.IMMEDIATE and still:
        day += ONE
        still -= works(day) and not stopped(day)
        if any(one.ended_on is None and one.began_on <= day for one in history.suspensions) and still:
            return Expected(accepted, None, bool(unsure), None)
    due, provisional = day, bool(unsure)
    if history.ended_on is not None:
        return Expected(accepted, due, provisional, "red" if history.ended_on > due else "green")
    left, day = 0, max(today, accepted)
    while day < due:
        day += ONE
        left += works(day) and not stopped(day)
    return Expected(accepted, due, provisional, "red" if today > due else "yellow" if left <= warning else "green")
