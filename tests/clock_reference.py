"""The legal clock once more, slow and day by day, written from the rules alone: what the real one is compared with."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import chinese_calendar
from paihao.cases.clock import History, Suspension
from paihao.queue.hall import CaseKind

ONE = timedelta(days=1)
FIRST, DAYS = date(2025, 12, 1), 520
"""Over two New Years and two Spring Festivals, the second of which is not published yet."""


class Expected(NamedTuple):
    accepted_on: date | None
    due_on: date | None
    provisional: bool
    light: str | None


def expected(history: History, today: date, overrides: Mapping[date, bool]) -> Expected:
    """What the rules make of it."""
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
        if noticed is not None and noticed <= day:
            accepted = completed
            unsure = {one for one in unsure if one <= noticed}
        elif completed is not None and completed <= day:
            accepted = completed
            unsure.clear()
        elif today <= day:
            accepted = None
    if accepted is None:
        return Expected(None, None, bool(unsure), None)

    # R22: the day itself. R23, R35: so many working days after it, on which nothing stops the clock.
    day, still = accepted, history.days + history.extended
    while history.kind is CaseKind.PROMISED and still:
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
    return Expected(accepted, due, provisional, "red" if today > due else "yellow" if left <= 1 else "green")


def history(chance: Random) -> tuple[History, date, Mapping[date, bool]]:
    """A history that may have happened, the day on which it is looked at, and days that the hall overrides."""

    def after(day: date, most: int) -> date:
        return day + chance.randint(0, most) * ONE

    received = after(FIRST, DAYS)
    kind = chance.choice((CaseKind.IMMEDIATE, *(CaseKind.PROMISED,) * 4))
    complete = chance.random() < 0.5
    noticed = after(received, 16) if not complete and chance.random() < 0.6 else None
    completed = after(noticed or received, 25) if not complete and chance.random() < 0.6 else None
    pauses, day = list[Suspension](), after(received, 15)
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)) if kind is CaseKind.PROMISED else 0):
        pauses.append(Suspension(day, after(day, 14)))
        day = after(pauses[-1].ended_on or day, 9)
    if pauses and chance.random() < 0.2:
        pauses[-1] = Suspension(pauses[-1].began_on)
    made = History(
        kind=kind,
        received_on=received,
        days=chance.randint(1, 30),
        complete=complete,
        completed_on=completed,
        noticed_on=noticed,
        suspensions=pauses,
        extended=chance.choice((0, 0, chance.randint(1, 10))) if kind is CaseKind.PROMISED else 0,
        ended_on=after(completed or received, 60) if chance.random() < 0.2 else None,
    )
    overrides = {after(received, 40): chance.random() < 0.5 for _ in range(chance.choice((0, 0, 1, 3)))}
    return made, after(received, 70), overrides
