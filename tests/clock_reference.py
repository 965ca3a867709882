"""Random histories of cases, to compare the legal clock with the reference (`samples.replay.reference`)."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from paihao.cases.clock import History, Suspension
from paihao.queue.hall import CaseKind

ONE = timedelta(days=1)
FIRST, DAYS = date(2025, 12, 1), 520
"""Over two New Years and two Spring Festivals, the second of which is not published yet."""


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
