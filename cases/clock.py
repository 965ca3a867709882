"""The legal clock of a case as arithmetic on dates: when it is accepted, when it is due, and why (R16-R35).

All dates are the hall's own. Every day that is looked at leaves a step in the trace, with the rule that counts or skips
it, so that an applicant and a court can follow how the date came about.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from ..core.calendar import DAY, Day, WorkingDays
from ..core.errors import Invalid
from ..core.i18n import N_
from ..queue.hall import CaseKind

NOTICE_DAYS: Final = 5
"""Working days after the receipt until which the one-time notice may be given (R16)."""
LONGEST_EXTENSION: Final = 10
LONGEST_PROMISE: Final = 500
YEARS: Final = (2004, 2200)
"""The first year whose holidays are known, and one that no case lives to see."""
LONGEST_CASE: Final = timedelta(days=20 * 366)
WARNING_DAYS: Final = 1
"""Working days left at which the light turns yellow, where the hall says nothing else (R36)."""


class Light(StrEnum):
    """How a case stands (R36); a case without a due date has none."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Suspension(NamedTuple):
    """A special procedure (听证, 检测, 鉴定 ...) that stops the clock (R35); ``ended_on`` None: it still runs."""

    began_on: date
    ended_on: date | None = None

    def stops(self, day: date) -> bool:
        """Whether a day is stopped: from the first one to the one before the last."""
        return self.began_on <= day and (self.ended_on is None or day < self.ended_on)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What has happened to a case.

    ``days``: working days promised. ``complete``: the materials were, at receipt; else they became so on
    ``completed_on``. ``in_time``: notice and completion were in time by the calendar of their day, which stands
    whatever the calendar becomes. ``extended``: working days more. ``ended_on``: of the decision, or when a refusal
    was told (R25).
    """

    kind: CaseKind
    received_on: date
    days: int = 0
    complete: bool = True
    completed_on: date | None = None
    noticed_on: date | None = None
    in_time: bool = False
    suspensions: Sequence[Suspension] = ()
    extended: int = 0
    ended_on: date | None = None


class Why(StrEnum):
    """What a step of the trace says of its day."""

    RECEIVED = "received"
    NOTICE_DAY = "notice_day"
    NOTICED = "noticed"
    NOTICE_MISSED = "notice_missed"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    ACCEPTED_AS_RECEIVED = "accepted_as_received"
    COUNTED = "counted"
    EXTENDED = "extended"
    REST = "rest"
    SUSPENDED = "suspended"
    DUE = "due"


class Step(NamedTuple):
    """What one day comes to, and the ``rule`` that says so.

    ``number``: its place among the counted days, 0 where it is skipped. ``about``: what the calendar says
    of it, where that matters.
    """

    day: date
    why: Why
    rule: str
    number: int = 0
    about: Day | None = None


class Deadline(NamedTuple):
    """What follows from a history. ``due_on``: until its end; None while the clock stands still or has not begun.

    ``notice_by``: the last day for the one-time notice, while it is owed. ``yellow_on``: the first day on which the
    light is yellow, never after ``due_on``. ``counted``: the days that count towards it, in order.
    """

    accepted_on: date | None
    due_on: date | None
    provisional: bool
    light: Light | None
    trace: Sequence[Step]
    notice_by: date | None = None
    yellow_on: date | None = None
    counted: Sequence[date] = ()


def deadline(history: History, today: date, calendar: WorkingDays, warning: int = WARNING_DAYS) -> Deadline:
    """When the case is accepted and due, as it stands ``today``. Raises Invalid for what cannot have happened so.

    ``warning``: working days left at which the light is yellow.
    """
    check(history)
    trace = list(_opening(history, today, calendar))
    accepted = trace[-1].day if trace[-1].why in _ACCEPTS else None
    if accepted is None:
        owed = trace[-1].day if trace[-1].why is Why.NOTICE_DAY else None
        return Deadline(None, None, _provisional(trace), None, trace, owed)
    if history.ended_on is not None and history.ended_on < accepted:
        raise Invalid(N_("办结日期不能早于受理日期"), code="ended_before_accepted")
    trace += _counted(history, accepted, calendar)
    due = trace[-1].day if trace[-1].why is Why.DUE else None
    counted = [step.day for step in trace if step.why in (Why.COUNTED, Why.EXTENDED)]
    yellow = None if due is None else [history.received_on, *counted][max(len(counted) - warning, 0)]
    light = _light(history.ended_on, due, yellow, today)
    return Deadline(accepted, due, _provisional(trace), light, trace, None, yellow, counted)


def after(begun: date, count: int, suspensions: Sequence[Suspension], calendar: WorkingDays) -> date | None:
    """The ``count``-th working day after a date on which nothing stops the clock; None while something stops it now."""
    day = begun
    while count > 0:
        day += DAY
        pause = next((one for one in suspensions if one.stops(day)), None)
        if pause is not None and pause.ended_on is None:
            return None
        count -= pause is None and calendar.on(day).working
    return day


def taken(accepted: date, ended: date, suspensions: Sequence[Suspension], calendar: WorkingDays) -> int:
    """Working days that a case took: those after its acceptance on which nothing stopped it, until its end (R33)."""
    days = (accepted + n * DAY for n in range(1, (ended - accepted).days + 1))
    return sum(calendar.on(day).working and not any(one.stops(day) for one in suspensions) for day in days)


_ACCEPTS: Final = (Why.ACCEPTED, Why.COMPLETED, Why.ACCEPTED_AS_RECEIVED)


def check(history: History) -> None:
    """Raises Invalid for a history that cannot have happened so."""
    if not 0 <= history.days <= LONGEST_PROMISE or (history.kind is not CaseKind.IMMEDIATE and not history.days):
        raise Invalid(N_("承诺时限应为1至{most}个工作日"), code="days_out_of_bounds", most=LONGEST_PROMISE)
    if not 0 <= history.extended <= LONGEST_EXTENSION:
        raise Invalid(N_("延长期限不得超过{most}个工作日"), code="extended_too_long", most=LONGEST_EXTENSION)
    if history.kind is CaseKind.IMMEDIATE and (history.suspensions or history.extended):
        raise Invalid(N_("即办件当日办结，不能中止或延期"), code="immediate_has_no_pause")
    if history.complete and (history.completed_on or history.noticed_on):
        raise Invalid(N_("收件时材料已齐全，无需补正"), code="complete_already")
    known = [history.completed_on, history.noticed_on, history.ended_on]
    if any(day is not None and day < history.received_on for day in known):
        raise Invalid(N_("日期不能早于收件日"), code="before_receipt")
    known += [day for one in history.suspensions for day in one]
    last = max(day for day in (history.received_on, *known) if day is not None)
    if not YEARS[0] <= history.received_on.year < YEARS[1] or last - history.received_on > LONGEST_CASE:
        raise Invalid(N_("日期超出可计算的范围"), code="date_out_of_range")
    if history.completed_on and history.noticed_on and history.noticed_on > history.completed_on:
        raise Invalid(N_("材料补齐后不能再作补正告知"), code="noticed_after_complete")
    free_from: date | None = history.received_on
    for began_on, ended_on in history.suspensions:
        if free_from is None or began_on < free_from or (ended_on is not None and ended_on < began_on):
            raise Invalid(N_("中止的起止日期先后有误"), code="suspensions_out_of_order")
        free_from = ended_on


def _opening(history: History, today: date, calendar: WorkingDays) -> Iterator[Step]:
    """From the receipt to the acceptance, or to where the case stands without one."""
    received, completed, noticed = history.received_on, history.completed_on, history.noticed_on
    yield Step(received, Why.RECEIVED, "R23")
    if history.complete:
        yield Step(received, Why.ACCEPTED, "R23")
        return
    days = list(_notice_days(received, calendar))
    last = days[-1].day
    if noticed is not None and (noticed <= last or history.in_time):
        yield from (step for step in days if step.day <= noticed)
        yield Step(noticed, Why.NOTICED, "R16")
    elif completed is None or (completed > last and not history.in_time):
        yield from days
        if today > last:
            yield Step(last, Why.NOTICE_MISSED, "R17")
            yield Step(received, Why.ACCEPTED_AS_RECEIVED, "R17")
        return
    if completed is not None:
        yield Step(completed, Why.COMPLETED, "R24")


def _notice_days(received: date, calendar: WorkingDays) -> Iterator[Step]:
    """The days for the one-time notice."""
    day, number = received, 0
    while number < NOTICE_DAYS:
        day += DAY
        about = calendar.on(day)
        number += about.working
        yield Step(day, Why.NOTICE_DAY if about.working else Why.REST, "R16", about.working * number, about)


def _counted(history: History, accepted: date, calendar: WorkingDays) -> Iterator[Step]:
    """From the acceptance to the due date, or to the suspension that still runs."""
    if history.kind is CaseKind.IMMEDIATE:
        yield Step(accepted, Why.DUE, "R22")
        return
    day, number = accepted, 0
    while number < history.days + history.extended:
        day += DAY
        about = calendar.on(day)
        pause = next((one for one in history.suspensions if one.stops(day)), None)
        if pause is not None:
            yield Step(day, Why.SUSPENDED, "R35", 0, about)
            if pause.ended_on is None:
                return
        elif not about.working:
            yield Step(day, Why.REST, "R23", 0, about)
        else:
            number += 1
            more = number > history.days
            yield Step(day, Why.EXTENDED if more else Why.COUNTED, "R35" if more else "R23", number, about)
    yield Step(day, Why.DUE, "R23")


def _provisional(trace: Sequence[Step]) -> bool:
    return any(step.about is not None and step.about.provisional for step in trace)


def _light(ended: date | None, due: date | None, yellow: date | None, today: date) -> Light | None:
    """Green until so few days are left; what has ended in time is green, and red for ever otherwise (R36)."""
    if due is None or yellow is None:
        return None
    if (ended or today) > due:
        return Light.RED
    return Light.YELLOW if ended is None and today >= yellow else Light.GREEN
